"""Indexes made of ztocs."""

import os
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from ocitui.demo.tar import Entry, directory, file, hard_link, opaque, symlink, whiteout, write_tar
from ocitui.errors import LayerError
from ocitui.layers.basis import Source
from ocitui.layers.index.index import LayerIndex
from ocitui.layers.reader import LayerReader
from ocitui.layers.scan.build import build_index
from ocitui.layers.scan.request import LayerRequest
from ocitui.layers.toc.errors import TableError
from ocitui.layers.toc.table import TableOfContents
from ocitui.layers.warnings import LayerWarning
from ocitui.spec.digest import Digest
from ocitui.transports.blob import BlobLocation
from tests.layers.toc.indexed import rows
from tests.layers.toc.ztocs import Fields, Lie, Shared, ZtocLayer, gzip_layer, plain_layer

CONTENTS = {f"files/{number}": random.Random(number).randbytes(3000) + b"word " * 1500 for number in range(60)}
TAR = write_tar(
    [
        directory("files"),
        *(file(name, data) for name, data in CONTENTS.items()),
        file("empty", ""),
        symlink("link", "files/1"),
        hard_link("hard", "files/1"),
        whiteout("gone"),
        opaque("files"),
        Entry(b"x" * 150 + b"/" + b"y" * 120, b"long"),
        Entry(b"caf\xe9", b"a name that is no UTF-8"),
        Entry(b"caps", b"c", xattrs=(("security.capability", b"\1\0\0\2"), ("user.a", b"1"))),
        Entry(b"null", kind=b"3", device=(1, 3)),
        Entry(b"pipe", kind=b"6"),
    ]
)


def request_for(folder: Path, made: ZtocLayer) -> LayerRequest:
    """What is asked for of a layer and a ztoc in files."""
    (folder / "blob").write_bytes(made.blob)
    (folder / "ztoc").write_bytes(made.ztoc)
    digest = Digest.of(made.ztoc)
    table = TableOfContents(Source.ZTOC, digest, len(made.ztoc), blob=BlobLocation(folder / "ztoc"))
    return LayerRequest(BlobLocation(folder / "blob"), Digest.of(made.blob), len(made.blob), table=table)


def by_ztoc(folder: Path, made: ZtocLayer) -> LayerIndex:
    """The index that a ztoc makes."""
    request = request_for(folder, made)
    build_index(request, folder / "ztoc.sqlite")
    index = LayerIndex(folder / "ztoc.sqlite")
    assert request.table is not None
    assert index.summary.basis == request.table.basis
    return index


def by_scan(folder: Path, made: ZtocLayer) -> LayerIndex:
    build_index(request_for(folder, made).of_layer, folder / "scan.sqlite")
    return LayerIndex(folder / "scan.sqlite")


KINDS: dict[str, Callable[[], ZtocLayer]] = {
    "gzip": lambda: gzip_layer(TAR),
    "older": lambda: replace(gzip_layer(TAR), is_old=True),
    "with a name": lambda: gzip_layer(TAR, header=b"\x1f\x8b\x08\x08\0\0\0\0\0\xffa.tar\0"),
    "plain": lambda: plain_layer(TAR),
}


@pytest.mark.parametrize("kind", KINDS)
def test_rows_and_contents_are_those_of_the_scan(tmp_path: Path, kind: str) -> None:
    made = KINDS[kind]()
    assert kind == "plain" or {each.bits for each in made.checkpoints} > {0}
    with by_ztoc(tmp_path, made) as index, by_scan(tmp_path, made) as scanned:
        assert rows(index) == rows(scanned)
        offsets = [[entry.offset for entry in each.table.as_in_tar()] for each in (index, scanned)]
        assert offsets[0] == offsets[1]
        with LayerReader(BlobLocation(tmp_path / "blob"), index) as reader:
            for name in random.Random(1).sample(sorted(CONTENTS), 60):
                entry = index.lookup(name.encode())
                assert entry is not None
                assert reader.read(entry) == CONTENTS[name]


@pytest.mark.parametrize("kind", KINDS)
def test_a_ztoc_that_is_right_is_not_told_of(tmp_path: Path, kind: str) -> None:
    assert _differences(tmp_path, KINDS[kind]()) == []


@pytest.mark.parametrize("kind", ["gzip", "plain"])
def test_contents_of_another_digest_are_not_given(tmp_path: Path, kind: str) -> None:
    made = KINDS[kind]()
    with by_ztoc(tmp_path, made) as index:
        place = made.checkpoints[2].blob + 2000
        with (tmp_path / "blob").open("r+b") as blob:
            blob.seek(place)
            blob.write(bytes([made.blob[place] ^ 1]))
        failed: dict[str, str] = {}
        with LayerReader(BlobLocation(tmp_path / "blob"), index) as reader:
            for name, data in CONTENTS.items():
                entry = index.lookup(name.encode())
                assert entry is not None
                try:
                    assert reader.read(entry) == data
                except LayerError as error:
                    failed[name] = str(error)
        for name, said in failed.items():
            expected = f"{name}: expected {made.digests[2].decode()}, as the layer's ztoc says, found sha256:"
            assert said.startswith(expected)
            assert said.endswith(f"(at offset {made.checkpoints[2].start:,} of the blob)")
        assert 0 < len(failed) < len(CONTENTS) // 2


def test_a_ztoc_of_another_digest_is_of_no_use(tmp_path: Path) -> None:
    request = request_for(tmp_path, gzip_layer(TAR))
    assert request.table is not None
    other = replace(request, table=replace(request.table, digest=Digest.of(b"")))
    with pytest.raises(TableError, match=r"\(SOCI\) cannot be used: expected .*, as its SOCI index says, found sha256"):
        build_index(other, tmp_path / "index")
    os.remove(tmp_path / "ztoc")
    with pytest.raises(TableError, match=r"the ztoc sha256:\w+ is missing"):
        build_index(request, tmp_path / "index")


def _entry(made: ZtocLayer, name: bytes) -> Fields:
    return next(each for each in made.entries if each[0] == name)


def _change(name: bytes, number: int, value: object) -> Lie:
    return lambda made: _entry(made, name).update({number: value})


def _other_window(made: ZtocLayer) -> None:
    point = made.checkpoints[1]
    point.window = point.window[:-7000] + b"WORD " * 1400


def _other_bit(made: ZtocLayer) -> None:
    point = next(each for each in made.checkpoints[1:] if each.bits > 1)
    point.bits -= 1


def _other_span(made: ZtocLayer) -> None:
    made.digests[3] = str(Digest.of(b"")).encode()


def _further(made: ZtocLayer) -> None:
    """A checkpoint of what the layer does not have."""
    last = made.checkpoints[-1]
    last.unpacked = len(made.tar) + 512


LIES: list[tuple[Lie, str]] = [
    (
        _change(b"files/7", 5, ("q", 0o4755)),
        "'files/7': its mode in the table of contents differs from that in the layer",
    ),
    (_change(b"files/7", 6, ("I", 4)), "'files/7': its owner in the table"),
    (_change(b"files/7", 8, b"daemon"), "'files/7': its user name in the table"),
    (_change(b"files/7", 9, b"daemon"), "'files/7': its group name in the table"),
    (_change(b"files/7", 10, b"2001-01-01T00:00:00.5Z"), "'files/7': its time in the table"),
    (_change(b"empty", 1, b"dir"), "'empty': its type in the table"),
    (_change(b"link", 4, b"files/2"), "'link': its link in the table"),
    (_change(b"null", 12, ("q", 9)), "'null': its device numbers in the table"),
    (_change(b"caps", 13, []), "'caps': its extended attributes in the table"),
    (_change(b"files/59", 3, ("q", 10)), "'files/59': its size in the table"),
    (lambda made: made.entries.pop(5), "'files/4': is in the layer, and not in its table of contents"),
    (_other_span, "the blob has other bytes from offset "),
    (
        _other_window,
        "what is unpacked from the checkpoint at offset 65,536 of the unpacked layer is not what the layer",
    ),
    (_other_bit, "what is unpacked from the checkpoint at offset "),
]


@pytest.mark.parametrize(("lie", "said"), LIES)
def test_each_difference_is_told(tmp_path: Path, lie: Lie, said: str) -> None:
    made = gzip_layer(TAR)
    lie(made)
    (found,) = _differences(tmp_path, made)
    assert found.startswith(f"{LayerWarning.TABLE_DIFFERS}: {said}")


def test_a_name_of_other_bytes_and_another_place_are_told(tmp_path: Path) -> None:
    made = gzip_layer(TAR)
    _entry(made, b"caf\xe9")[0] = b"caf\xe8"
    moved = _entry(made, b"files/3")
    made.entries.remove(_entry(made, b"files/4"))
    moved[2] = ("q", moved[2][1] + 512)
    found = _differences(tmp_path, made)
    assert sorted(each.partition(": ")[2] for each in found) == [
        r"'caf\xe8': is in the table of contents, and not in the layer",
        r"'caf\xe9': is in the layer, and not in its table of contents",
        "'files/3': its place in the table of contents differs from that in the layer",
        "'files/4': is in the layer, and not in its table of contents",
    ]


def test_a_checkpoint_beyond_the_layer_is_told(tmp_path: Path) -> None:
    made = gzip_layer(TAR)
    _further(made)
    found = _differences(tmp_path, made)
    assert any("beyond the end of the unpacked layer" in each for each in found)


@pytest.mark.parametrize(
    ("lie", "name", "said"),
    [
        (lambda made: _entry(made, b"files/7").update({0: b"other"}), "other", "found 'files/7'"),
        (_change(b"files/59", 3, ("q", 4096)), "files/59", "found another size or place"),
        (lambda made: _move(made, b"files/6", b"files/7"), "files/6", "found another size or place"),
    ],
)
def test_contents_without_the_header_that_belongs_to_them_are_not_given(
    tmp_path: Path, lie: Lie, name: str, said: str
) -> None:
    made = gzip_layer(TAR)
    lie(made)
    with by_ztoc(tmp_path, made) as index, LayerReader(BlobLocation(tmp_path / "blob"), index) as reader:
        entry, right = index.lookup(name.encode()), index.lookup(b"files/5")
        assert entry is not None
        assert right is not None
        with pytest.raises(LayerError, match=f"^{name}: expected its header before offset .*, as .*, {said}$"):
            reader.read(entry)
        assert reader.read(right) == CONTENTS["files/5"]


def _move(made: ZtocLayer, name: bytes, following: bytes) -> None:
    """Let a file begin within itself, and take the next one away."""
    entry = _entry(made, name)
    made.entries.remove(_entry(made, following))
    entry[2] = ("q", entry[2][1] + 1024)


def _differences(folder: Path, made: ZtocLayer) -> list[str]:
    """What is said of a layer that is compared with its ztoc while it is scanned."""
    request = request_for(folder, made)
    build_index(replace(request, table=None, compared=request.table), folder / "compared.sqlite")
    with LayerIndex(folder / "compared.sqlite") as index:
        assert index.summary.verified
        kinds = (LayerWarning.TABLE_DIFFERS, LayerWarning.TABLE_UNUSABLE)
        return [note for note in index.summary.notes if LayerWarning.of(note) in kinds]


def _swap(made: ZtocLayer) -> None:
    made.checkpoints[1], made.checkpoints[2] = made.checkpoints[2], made.checkpoints[1]


HOSTILE: list[tuple[Lie, str]] = [
    (lambda made: made.more.update({2: ("q", 5)}), "it is of a layer of 5 bytes, and this one is of"),
    (lambda made: made.more.update({5: ("I", 0xFFFFFF00)}), "it points to what is outside of it"),
    (lambda made: made.more.update({4: ("I", 0xFFFFFFF0)}), "it points to what is outside of it"),
    (_change(b"files/7", 3, ("q", -1)), "'files/7': expected a size from 0 on, found -1"),
    (_change(b"files/7", 2, ("q", 512)), "'files/7': overlaps what is before it"),
    (_change(b"files/59", 3, ("q", (1 << 63) - 5)), "its files are of more bytes than there can be"),
    (_change(b"files/7", 1, b"door"), "'files/7': expected a type of files, found 'door'"),
    (_change(b"files/7", 10, b"yesterday"), "expected a time, found 'yesterday'"),
    (_change(b"files/7", 13, [{0: b"GNU.sparse.major", 1: b"1"}]), "'files/7': is a sparse file"),
    (_change(b"files/7", 13, ("I", 0x7FFFFFFF)), "it points to what is outside of it"),
    (lambda made: made.digests.pop(), "expected the digests of"),
    (lambda made: made.digests.__setitem__(0, b"md5:0"), "expected the SHA-256 of a span, found something else"),
    (lambda made: setattr(made, "algorithm", 7), "expected the number of a compression, found 7"),
    (lambda made: setattr(made.checkpoints[0], "unpacked", 4), "its first checkpoint is not at the beginning"),
    (lambda made: setattr(made.checkpoints[1], "blob", 1 << 40), "a checkpoint is outside of the layer"),
    (lambda made: setattr(made.checkpoints[1], "blob", -1), "a checkpoint is outside of the layer"),
    (lambda made: setattr(made.checkpoints[1], "bits", 8), "a checkpoint is outside of the layer"),
    (_swap, "its checkpoints are not in the order of the layer"),
]


@pytest.mark.parametrize(("lie", "said"), HOSTILE)
def test_a_ztoc_that_is_none_is_of_no_use(tmp_path: Path, lie: Lie, said: str) -> None:
    made = gzip_layer(TAR)
    lie(made)
    with pytest.raises(TableError) as raised:
        build_index(request_for(tmp_path, made), tmp_path / "index")
    assert str(raised.value).startswith(f"its table of contents (SOCI) cannot be used: {said}")


def test_what_is_pointed_to_from_everywhere_takes_no_time(tmp_path: Path) -> None:
    """Vectors and strings can be shared, so that a small ztoc says as much as a large one."""
    made = gzip_layer(TAR)
    record = Shared({0: b"user.a", 1: b"b"})
    records = Shared([record] * 20_000)
    for entry in made.entries:
        entry[13] = records
    with pytest.raises(TableError, match="its entries have more PAX records than there can be"):
        build_index(request_for(tmp_path, made), tmp_path / "index")
    digest = Shared(b"sha256:")
    many = gzip_layer(TAR)
    many.digests = [digest] * ((1 << 17) + 1)  # type: ignore[list-item]
    with pytest.raises(TableError, match="expected at most 131,072 spans, found 131,073"):
        build_index(request_for(tmp_path, many), tmp_path / "index")
    name = Shared(b"x" * (1 << 20))
    for entry in made.entries:
        entry[0] = name
        entry[13] = []
    with pytest.raises(TableError, match="its strings are of more bytes than it has"):
        build_index(request_for(tmp_path, made), tmp_path / "index")
