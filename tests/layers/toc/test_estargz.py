"""Tables of contents of eStargz: what they make of a layer, and what is refused."""

import os
import re
from pathlib import Path

import pytest

from ocitui.errors import LayerError
from ocitui.layers.basis import Source
from ocitui.layers.cache import LayerCache
from ocitui.layers.entry import EntryKind
from ocitui.layers.index import writer
from ocitui.layers.reader import LayerReader
from ocitui.layers.scan.scan import scan_layer
from ocitui.layers.toc import entry as toc_entry
from ocitui.layers.toc import packed
from ocitui.layers.toc.errors import TableError
from ocitui.layers.warnings import LayerWarning
from ocitui.spec.digest import Digest
from tests.layers.tars import member
from tests.layers.toc.indexed import by_scan, by_table, request_for, rows
from tests.layers.toc.tables import EXTERNAL, FILES, TOC_DIGEST, Edit, Layer, estargz


def test_the_rows_of_a_table_are_those_of_the_layer(tmp_path: Path) -> None:
    layer = estargz()
    with by_table(tmp_path, layer) as listed, by_scan(tmp_path, layer) as scanned:
        assert rows(listed) == rows(scanned, lambda path: path == b"stargz.index.json")
        assert listed.lookup(b"var") is not None
        assert listed.whiteout(listed.directory_id(b"var") or 0, b"cache") is not None


def test_an_index_says_what_it_rests_on(tmp_path: Path) -> None:
    layer = estargz()
    with by_table(tmp_path, layer) as listed, by_scan(tmp_path, layer) as scanned:
        assert listed.summary.basis.source is Source.ESTARGZ
        assert str(listed.summary.basis.digest) == layer.annotations[TOC_DIGEST]
        expected = "listed from the layer's table of contents (eStargz), contents not checked"
        assert listed.summary.basis.text == expected
        assert (listed.summary.unpacked_size, listed.summary.diff_id) == (None, None)
        assert scanned.summary.basis.is_scan
        assert scanned.summary.unpacked_size == len(layer.tar)


@pytest.mark.parametrize("chunk", [1, 7, 4096, 40_000, 4 << 20])
def test_contents_come_by_chunks(tmp_path: Path, chunk: int) -> None:
    files = {name: data[: 200 * chunk] for name, data in FILES.items()}
    layer = estargz(files, chunk=chunk)
    with by_table(tmp_path, layer) as index, LayerReader(request_for(tmp_path, layer).blob, index) as reader:
        for name, data in files.items():
            entry = index.lookup(name.encode())
            if entry is None or entry.kind is not EntryKind.FILE:
                continue
            assert b"".join(reader.chunks(entry)) == data
            assert reader.read(entry, 5, 3) == data[5:8]
            assert reader.read(entry, len(data) // 2) == data[len(data) // 2 :]


def test_several_chunks_may_be_in_one_member(tmp_path: Path) -> None:
    text = FILES["usr/share/words"]

    def split(entries: list[dict[str, object]]) -> None:
        first = entries[3]
        half = {"chunkOffset": 1000, "innerOffset": 1000, "chunkDigest": str(Digest.of(text[1000:]))}
        entries.insert(4, {"name": first["name"], "type": "chunk", "offset": first["offset"], **half})
        first |= {"chunkSize": 1000, "chunkDigest": str(Digest.of(text[:1000]))}

    layer = estargz(edit=split)
    with by_table(tmp_path, layer) as index, LayerReader(request_for(tmp_path, layer).blob, index) as reader:
        entry = index.lookup(b"usr/share/words")
        assert entry is not None
        assert reader.read(entry) == text


def test_contents_that_the_table_does_not_mean_are_not_given(tmp_path: Path) -> None:
    def lie(entries: list[dict[str, object]]) -> None:
        entries[1] |= {"chunkDigest": str(Digest.of(b"other")), "digest": str(Digest.of(b"other"))}

    layer = estargz(edit=lie)
    with by_table(tmp_path, layer) as index, LayerReader(request_for(tmp_path, layer).blob, index) as reader:
        entry = index.lookup(b"etc/hostname")
        assert entry is not None
        expected, found = Digest.of(b"other"), Digest.of(FILES["etc/hostname"])
        text = f"etc/hostname: expected {expected}, as the layer's table of contents says, found {found} (at offset"
        with pytest.raises(LayerError, match=re.escape(text)):
            reader.read(entry)


def test_the_footer_of_older_layers_is_read(tmp_path: Path) -> None:
    layer = estargz(footer=b"\x1f\x8b\x08\x04\0\0\0\0\0\xff\x16\0%016xSTARGZ\x01\0\0\xff\xff" + bytes(8))
    with by_table(tmp_path, layer) as listed:
        assert listed.summary.entry_count == len(FILES)


def test_a_name_that_lost_its_bytes_is_told(tmp_path: Path) -> None:
    layer = estargz({"caf\udce9": b"x", "more": b"y"})
    with by_table(tmp_path, layer) as listed:
        assert listed.summary.notes == (f"{LayerWarning.LOST_NAME}: caf\ufffd",)


def test_names_that_became_one_are_told(tmp_path: Path) -> None:
    """As skopeo 1.9.3 and stargz-snapshotter 0.12.0 write the tables of names in Latin-1."""
    names = (b"caf\xe9", b"caf\xe8")
    with by_table(tmp_path, estargz({os.fsdecode(name): name for name in names})) as listed:
        found = [note.partition(":")[0] for note in listed.summary.notes]
        assert found == [LayerWarning.LOST_NAME, LayerWarning.ONE_NAME]
        assert listed.summary.file_count == 1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"offset": 10**9}, "'etc/hostname': its contents are outside of the layer"),
        ({"offset": -1}, "'etc/hostname': offset: expected a number from 0 on, found the number -1"),
        ({"size": "4"}, "'etc/hostname': size: expected a number from 0 on, found"),
        ({"size": 11}, "'etc/hostname': expected the SHA-256 of a chunk"),
        ({"chunkSize": 4}, "'etc/hostname': expected chunks of 10 bytes, found 4"),
        ({"chunkOffset": 3}, "'etc/hostname': its chunks overlap, or leave gaps"),
        (
            {"chunkDigest": "x", "digest": None},
            "'etc/hostname': expected the SHA-256 of a chunk, found 'x'",
        ),
        ({"size": 1 << 62}, "'etc/hostname': a chunk of 4,611,686,018,427,387,904 bytes is over the limit"),
        ({"type": "door"}, "'etc/hostname': expected a type of files, found 'door'"),
        ({"type": "chunk"}, "'etc/hostname': a chunk of it stands by another file"),
        ({"modtime": "noon"}, "expected a time, found 'noon'"),
        ({"modtime": "2020-13-01T00:00:00Z"}, "expected a time, found '2020-13-01T00:00:00Z'"),
        ({"xattrs": {"user.a": "!"}}, "expected extended attributes in base64"),
        ({"xattrs": ["user.a"]}, "'etc/hostname': a value of it is of the wrong type"),
        ({"name": None}, "'None': a value of it is of the wrong type"),
    ],
)
def test_a_table_with_a_wrong_entry_is_not_used(tmp_path: Path, changes: dict[str, object], message: str) -> None:
    if changes.get("size") == 11:
        changes = changes | {"digest": "none", "chunkDigest": None}
    with pytest.raises(TableError) as caught:
        by_table(tmp_path, estargz(edit=lambda entries: entries[1].update(changes)))
    assert str(caught.value).startswith(f"its table of contents (eStargz) cannot be used: {message}")
    assert "\n" not in str(caught.value)


def _drop_name(entries: list[dict[str, object]]) -> None:
    del entries[0]["name"]


def _swap(entries: list[dict[str, object]]) -> None:
    entries[1]["offset"], entries[3]["offset"] = entries[3]["offset"], entries[1]["offset"]


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (_drop_name, "an entry lacks 'name'"),
        (_swap, "'usr/share/words': its contents overlap those of files before"),
    ],
)
def test_a_table_out_of_order_is_not_used(tmp_path: Path, edit: Edit, message: str) -> None:
    with pytest.raises(TableError, match=message):
        by_table(tmp_path, estargz(edit=edit))


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        (lambda: Layer(estargz().blob, {TOC_DIGEST: str(Digest.of(b""))}), "expected sha256:e3b0c442"),
        (lambda: estargz(footer=b"%016x"), "expected a footer of eStargz at the end of the layer, found none"),
        (lambda: Layer(b"", {TOC_DIGEST: str(Digest.of(b""))}), "expected a footer of eStargz"),
        (
            lambda: Layer(estargz().blob + b"x", estargz().annotations),
            "expected a footer of eStargz",
        ),
        (
            lambda: Layer(estargz().blob[:-35] + b"f" * 16 + estargz().blob[-19:], estargz().annotations),
            "the footer of the layer says that it begins at byte 18,446,744,073,709,551,615, which it does not",
        ),
        (
            lambda: Layer(estargz().blob[:-35] + b"0" * 16 + estargz().blob[-19:], estargz().annotations),
            "expected a tar with stargz.index.json in it, found something else",
        ),
        (lambda: estargz(table=b"{}"), "expected a tar with the table in it, found none"),
        (lambda: estargz(table=member(b"other", b"{}")), "expected a tar with stargz.index.json in it"),
        (lambda: Layer(b"x" * 600 + estargz(table=b"").blob, estargz().annotations), "its gzip is damaged"),
        (lambda: estargz(footer=EXTERNAL), "it is in another image"),
    ],
)
def test_a_layer_without_the_table_that_it_must_have(tmp_path: Path, layer: object, message: str) -> None:
    with pytest.raises(TableError, match=re.escape(message)):
        by_table(tmp_path, layer())  # type: ignore[operator]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"[]", "expected JSON with { in it here, found '['"),
        (b"", "expected JSON, found that it ends too early"),
        (b'{"entries": [', "expected JSON, found that it ends too early"),
        (b'{"entries": [{"name": "a', "expected JSON, found something else"),
        (b'{"entries": []} {', "expected the end of the JSON, found more"),
        (b'{"entries": [7]}', "expected an object as an entry, found the number 7"),
        (b'{"entries": [' + b"[" * 100_000, "expected JSON, found something else"),
        (b'{"entries": [{"name": "\xff"}]}', "expected JSON in UTF-8, found other bytes"),
        (b'{"entries": [{"name": ' + b"9" * 10_000 + b"}]}", "expected JSON, found something else"),
    ],
)
def test_json_that_is_none(tmp_path: Path, text: bytes, message: str) -> None:
    made = estargz(table=member(b"stargz.index.json", text))
    with pytest.raises(TableError, match=re.escape(message)):
        by_table(tmp_path, Layer(made.blob, {TOC_DIGEST: str(Digest.of(text))}))


def test_a_table_that_unpacks_to_too_much_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packed, "LIMIT", 1 << 20)
    made = estargz(table=member(b"stargz.index.json", b" " * (2 << 20)))
    with pytest.raises(TableError, match=r"it unpacks to more than the limit of 1\.0 MB"):
        by_table(tmp_path, Layer(made.blob, {TOC_DIGEST: str(Digest.of(b" " * (2 << 20)))}))


def test_a_table_of_too_many_entries_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "ENTRIES_LIMIT", 3)
    with pytest.raises(TableError, match="the layer has more entries than the limit of 3"):
        by_table(tmp_path, estargz())


def test_paths_stay_inside(tmp_path: Path) -> None:
    with by_table(tmp_path, estargz({"../../etc/passwd": b"x", "/abs": b"y"})) as index:
        assert [path for path, _ in index.walk()] == [b"abs", b"etc", b"etc/passwd"]
        assert [LayerWarning.of(note) for note in index.summary.notes] == [LayerWarning.CLIMBS, LayerWarning.ABSOLUTE]


@pytest.mark.parametrize(
    ("text", "nanoseconds"),
    [
        (None, 0),
        ("0001-01-01T00:00:00Z", 0),
        ("1970-01-01T00:00:01Z", 10**9),
        ("1969-12-31T23:59:59.5Z", -500_000_000),
        ("2024-05-14T12:00:00.123456789+02:00", 1_715_680_800_123_456_789),
        ("9999-12-31T23:59:59Z", (1 << 63) - 1),
    ],
)
def test_times(text: str | None, nanoseconds: int) -> None:
    assert toc_entry.parse_time(text) == nanoseconds


def test_an_index_of_a_table_is_kept_until_the_layer_is_scanned(tmp_path: Path) -> None:
    layer, cache = estargz(), LayerCache(tmp_path / "cache")
    request = request_for(tmp_path, layer)
    with scan_layer(request, cache) as index:
        assert index.path == cache.path_of(layer.digest, request.variant)
    other = Layer(estargz().blob, {TOC_DIGEST: str(Digest.of(b"another table"))})
    assert cache.find(layer.digest, request_for(tmp_path, other).variant) is None
    with scan_layer(request.of_layer, cache):
        pass
    assert [path.name for path in cache.path_of(layer.digest).parent.glob("*.sqlite")] == [
        f"{layer.digest.encoded}.sqlite"
    ]
