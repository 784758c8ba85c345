"""Tables of contents that say something else than the tar of their layer."""

import base64
from dataclasses import replace
from pathlib import Path

import pytest

from ocitui.errors import LayerError
from ocitui.layers.index.index import LayerIndex
from ocitui.layers.reader import LayerReader
from ocitui.layers.scan.build import build_index
from ocitui.layers.toc import comparison
from ocitui.layers.toc.differences import lossy
from ocitui.layers.toc.errors import TableError
from ocitui.layers.warnings import LayerWarning
from ocitui.spec.digest import Digest
from tests.layers.toc.indexed import by_table, request_for
from tests.layers.toc.tables import FILES, NEW_ZSTD, TOC_DIGEST, Edit, Layer, estargz, zstd_chunked

Lines = list[dict[str, object]]


def notes(folder: Path, layer: Layer) -> list[str]:
    """What is said of a layer that is compared with its table while it is scanned."""
    request = request_for(folder, layer)
    build_index(replace(request, table=None, compared=request.table), folder / "index.sqlite")
    with LayerIndex(folder / "index.sqlite") as index:
        assert request.table is not None
        assert index.summary.basis.is_scan
        assert index.summary.basis.digest == request.table.digest
        assert index.summary.verified
        kinds = (LayerWarning.TABLE_DIFFERS, LayerWarning.SPLIT_DIFFERS, LayerWarning.TABLE_UNUSABLE)
        return [note for note in index.summary.notes if LayerWarning.of(note) in kinds]


LAYERS = {
    "estargz": estargz,
    "zstd:chunked": zstd_chunked,
    "with a tar-split": lambda files=FILES, **more: zstd_chunked(
        files, **{"prefix": NEW_ZSTD, "split": lambda lines: None, **more}
    ),
}


@pytest.mark.parametrize("kind", LAYERS)
@pytest.mark.parametrize("chunk", [1000, 1 << 20])
def test_a_table_that_is_right_is_not_told_of(tmp_path: Path, kind: str, chunk: int) -> None:
    assert notes(tmp_path, LAYERS[kind](FILES | {"caf\udce9": b"odd"}, chunk=chunk)) == []


def _without_hostname(entries: list[dict[str, object]]) -> None:
    del entries[1]


def _with_another(entries: list[dict[str, object]]) -> None:
    entries.append({"name": "etc/shadow", "type": "reg"})


def _last_first(entries: list[dict[str, object]]) -> None:
    entries.insert(0, entries.pop())


def _short(entries: list[dict[str, object]]) -> None:
    entries[1] |= {"chunkSize": 4, "chunkDigest": str(Digest.of(b"pape"))}


OTHER = str(Digest.of(b"otherboat\n"))


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (_without_hostname, "'etc/hostname': is in the layer, and not in its table of contents"),
        (_with_another, "'etc/shadow': is in the table of contents, and not in the layer"),
        (_last_first, None),
        (
            lambda entries: entries[1].update(mode=0o4755),
            "'etc/hostname': its mode in the table",
        ),
        (
            lambda entries: entries[1].update(uid=0),
            "'etc/hostname': its owner in the table of contents differs from that in the layer",
        ),
        (
            lambda entries: entries[1].update(size=9),
            "'etc/hostname': its size in the table of contents differs from that in the layer",
        ),
        (lambda entries: entries[1].update(modtime="2001-01-01T00:00:00Z"), "'etc/hostname': its time in the table"),
        (lambda entries: entries[2].update(type="symlink", linkName="x"), "'etc/empty': its type in the table"),
        (
            lambda entries: entries[1].update(xattrs={"user.a": "eA=="}),
            "'etc/hostname': its extended attributes in the table of contents differ from those in the layer",
        ),
        (lambda entries: entries[1].update(chunkDigest=OTHER), "'etc/hostname': its contents are not those that the"),
        (lambda entries: entries[1].update(chunkType="zeros"), "'etc/hostname': its contents are not those that the"),
        (_short, "'etc/hostname': the table of contents has chunks for 4 of its 10 bytes"),
    ],
)
@pytest.mark.parametrize("kind", LAYERS)
def test_each_difference_is_told(tmp_path: Path, kind: str, edit: Edit, said: str | None) -> None:
    found = notes(tmp_path, LAYERS[kind](edit=edit))
    expected = [] if said is None else [f"{LayerWarning.TABLE_DIFFERS}: {said}"]
    assert [note[: len(start)] for note, start in zip(found, expected, strict=True)] == expected


NAMED = ["a", "b", "c"]


@pytest.mark.parametrize(
    ("tar", "said", "differing"),
    [
        ("paper paper paper", "paper - -", ""),  # as the builders write it: a name once for each number
        ("paper paper paper", "paper paper paper", ""),
        ("paper boat boat", "paper boat -", ""),  # a number that is called otherwise from here on
        ("paper - paper", "paper - -", ""),  # what has no name in the tar cannot have one in the table
        ("paper paper paper", "- - -", ""),  # as containers/storage writes it
        ("caf\udce9 - -", "caf\ufffd - -", ""),
        ("paper boat paper", "paper - -", "b"),
        ("paper paper paper", "boat paper -", "a"),
        ("paper paper paper", "boat - -", "abc"),
        ("- - -", "paper - -", "a"),
    ],
)
@pytest.mark.parametrize("kind", ["user", "group"])
def test_owners_who_are_called_otherwise_are_told(
    tmp_path: Path, kind: str, tar: str, said: str, differing: str
) -> None:
    """By the rules of estargz.Writer.nameIfChanged, and of estargz.Reader.initFields, of stargz-snapshotter."""
    names = [name.strip("-") for name in tar.split()]
    owners = {
        path: (name, "same") if kind == "user" else ("same", name) for path, name in zip(NAMED, names, strict=True)
    }

    def name_them(entries: list[dict[str, object]]) -> None:
        for entry, name in zip(entries, said.split(), strict=True):
            entry.update({f"{kind}Name": name} if name != "-" else {})

    found = notes(tmp_path, estargz(dict.fromkeys(NAMED, b""), edit=name_them, owners=owners))
    assert [note.partition("in the table")[0] for note in found] == [
        f"{LayerWarning.TABLE_DIFFERS}: '{path}': its {kind} name " for path in differing
    ]


def _at_words(entries: list[dict[str, object]]) -> None:
    entries[1]["offset"] = entries[3]["offset"]


def _words_at_hostname(entries: list[dict[str, object]]) -> None:
    entries[3]["offset"] = entries[1]["offset"]


def _read(folder: Path, layer: Layer, name: str) -> bytes:
    with by_table(folder, layer) as index, LayerReader(request_for(folder, layer).blob, index) as reader:
        entry = index.lookup(name.encode())
        assert entry is not None
        return reader.read(entry)


ELSEWHERE = "its contents are not where the table of contents says"


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (_at_words, f"'etc/hostname': {ELSEWHERE}"),
        (_words_at_hostname, f"'usr/share/words': {ELSEWHERE}"),
        (lambda entries: entries[1].update(innerOffset=5), f"'etc/hostname': {ELSEWHERE}"),
        (lambda entries: entries[1].update(offset=entries[1]["offset"] + 1), f"'etc/hostname': {ELSEWHERE}"),
        (lambda entries: entries[1].update(offset=1 << 40), "'etc/hostname': its contents are outside of the layer"),
        (lambda entries: entries[3].update(offset=0), "'usr/share/words': its contents overlap those of files before"),
    ],
)
@pytest.mark.parametrize("kind", LAYERS)
def test_a_place_at_which_contents_cannot_be_had_is_told(tmp_path: Path, kind: str, edit: Edit, said: str) -> None:
    layer = LAYERS[kind](edit=edit)
    (found,) = notes(tmp_path, layer)
    assert found.startswith(f"{LayerWarning.TABLE_DIFFERS}: {said}")
    name = said.partition(":")[0].strip("'")
    with pytest.raises((TableError, LayerError)):
        _read(tmp_path, layer, name)


def test_places_in_frames_that_hold_more_are_right(tmp_path: Path) -> None:
    def count_from_the_beginning(entries: list[dict[str, object]]) -> None:
        entries[1] |= {"offset": 0, "innerOffset": 1024}
        entries[3] |= {"offset": 0, "innerOffset": 2560}

    layer = zstd_chunked(edit=count_from_the_beginning)
    assert notes(tmp_path, layer) == []
    assert _read(tmp_path, layer, "usr/share/words") == FILES["usr/share/words"]


def test_a_chunk_of_many_is_told_once_for_its_file(tmp_path: Path) -> None:
    def lie(entries: list[dict[str, object]]) -> None:
        for entry in entries:
            if entry["name"] == "usr/share/words":
                entry["chunkDigest"] = OTHER

    found = notes(tmp_path, estargz(edit=lie, chunk=1000))
    (said,) = [note for note in found if "'usr/share/words'" in note]
    assert said.endswith("its contents are not those that the table of contents means")


def test_each_byte_that_is_no_utf_8_is_lost_for_itself() -> None:
    """Seen with encoding/json of Go 1.19: a sequence that breaks off gives as many U+FFFD as it has bytes."""
    assert lossy(b"\xe2\x82x") == "\ufffd\ufffdx".encode()
    assert lossy(b"\xed\xa0\x80\xff") == "\ufffd\ufffd\ufffd\ufffd".encode()
    assert lossy("é".encode()) == "é".encode()


def test_many_differences_are_counted(tmp_path: Path) -> None:
    files = {f"f{number:03}": b"" for number in range(comparison.TOLD + 7)}
    found = notes(tmp_path, estargz(files, edit=lambda entries: [entry.update(mode=1) for entry in entries]))
    assert len(found) == comparison.TOLD + 1
    assert found[-1] == f"{LayerWarning.TABLE_DIFFERS}: in 7 more places"


def test_a_table_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (said,) = notes(tmp_path, Layer(estargz().blob, {TOC_DIGEST: OTHER}))
    assert said.startswith(f"{LayerWarning.TABLE_UNUSABLE}: expected {OTHER}, as the image's manifest says, found ")


def _without_digest(entries: list[dict[str, object]]) -> None:
    for name in ("digest", "chunkDigest"):
        entries[1].pop(name, None)


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (lambda entries: entries[3].update(type="door"), "'usr/share/words': expected a type of files, found 'door'"),
        (_without_digest, "'etc/hostname': expected the SHA-256 of a chunk, found 'None'"),
    ],
)
@pytest.mark.parametrize("kind", LAYERS)
def test_an_entry_that_is_none_ends_the_comparison(tmp_path: Path, kind: str, edit: Edit, said: str) -> None:
    """Of the entries after it, which the layer has too, nothing is said."""
    (found,) = notes(tmp_path, LAYERS[kind](edit=edit))
    assert found.startswith(f"{LayerWarning.TABLE_UNUSABLE}: {said}")


def test_entries_in_another_order_are_not_held_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparison, "_WAITING", 2)
    (said,) = notes(tmp_path, estargz(edit=lambda entries: entries.reverse()))
    assert said.startswith(f"{LayerWarning.TABLE_UNUSABLE}: its entries are in another order")


def _change_header(lines: Lines) -> None:
    data = base64.b64decode(str(lines[0]["payload"]))
    lines[0]["payload"] = base64.b64encode(data[:100] + b"0000755" + data[107:]).decode()


def _double_end(lines: Lines) -> None:
    lines.append({"type": 2, "payload": base64.b64encode(bytes(512)).decode()})


def _rename(lines: Lines) -> None:
    next(line for line in lines if line.get("name") == "etc/hostname")["name"] = "etc/h0stname"


def _resize(lines: Lines) -> None:
    next(line for line in lines if line.get("name") == "etc/hostname")["size"] = 9


def _cut(lines: Lines) -> None:
    del lines[-1]


@pytest.mark.parametrize(
    ("split", "said"),
    [
        (_change_header, "it has another byte at offset 104 of the unpacked layer"),
        (_double_end, "it goes on after the end of the unpacked layer at offset"),
        (_rename, "it calls 'etc/h0stname' what is 'etc/hostname' in the layer"),
        (_resize, "'etc/hostname': it says 9 bytes, the layer has 10"),
        (_cut, "it ends at offset"),
        (lambda lines: lines.clear(), "the tar-split: expected lines of JSON, found nothing"),
    ],
)
def test_a_tar_split_that_differs_is_told(tmp_path: Path, split: object, said: str) -> None:
    found = notes(tmp_path, zstd_chunked(prefix=NEW_ZSTD, split=split))  # type: ignore[arg-type]
    assert [note.partition(said)[0] for note in found] == [f"{LayerWarning.SPLIT_DIFFERS}: "]
