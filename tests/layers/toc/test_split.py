"""The tar-split of newer zstd:chunked layers: it has what the table has lost."""

import re
from pathlib import Path

import pytest

from ocitui.layers.reader import LayerReader
from ocitui.layers.toc.errors import TableError
from tests.layers.toc.indexed import by_scan, by_table, request_for, rows
from tests.layers.toc.tables import FILES, NEW_ZSTD, Layer, zstd_chunked

ODD = FILES | {"caf\udce9": b"no UTF-8", "th\udce8": b"nor this", "z": b"last"}
Lines = list[dict[str, object]]


def made(files: dict[str, bytes] = ODD, **more: object) -> Layer:
    """A layer with a tar-split."""
    return zstd_chunked(files, prefix=NEW_ZSTD, **{"split": lambda lines: None, **more})  # type: ignore[arg-type]


def test_names_have_their_bytes(tmp_path: Path) -> None:
    with by_table(tmp_path, made()) as listed, by_scan(tmp_path, made()) as scanned:
        assert rows(listed) == rows(scanned)
        assert listed.lookup(b"caf\xe9") is not None
        assert [entry.offset for entry in listed.table.as_in_tar()] == [e.offset for e in scanned.table.as_in_tar()]
        assert listed.summary.notes == scanned.summary.notes
        assert listed.summary.unpacked_size == scanned.summary.unpacked_size


def test_contents_are_checked_as_those_of_the_table(tmp_path: Path) -> None:
    layer = made(chunk=7000)
    with by_table(tmp_path, layer) as index, LayerReader(request_for(tmp_path, layer).blob, index) as reader:
        for name, data in ODD.items():
            entry = index.lookup(name.encode("utf-8", "surrogateescape"))
            if entry is not None and data:
                assert reader.read(entry) == data


def test_it_is_not_read_where_no_name_needs_it(tmp_path: Path) -> None:
    def damage(lines: Lines) -> None:
        lines.clear()

    with by_table(tmp_path, made(FILES, split=damage)) as index:
        assert index.summary.unpacked_size is None
        assert index.summary.entry_count == len(FILES)


@pytest.mark.parametrize(
    ("split", "message"),
    [
        (lambda lines: lines.clear(), "the tar-split: expected lines of JSON, found nothing"),
        (
            lambda lines: lines.insert(0, {"type": 3}),
            "line 1: expected the type 1 or 2, found the number 3",
        ),
        (lambda lines: lines[3].update(size=10**15), "where the tar has a header"),
        (lambda lines: lines.__delitem__(slice(4, None)), "is in the table, and not in the tar-split"),
    ],
)
def test_a_tar_split_that_says_something_else_is_not_used(tmp_path: Path, split: object, message: str) -> None:
    with pytest.raises(TableError, match=re.escape(message)):
        by_table(tmp_path, made(split=split))


@pytest.mark.parametrize(
    ("change", "word"),
    [({"mode": 0o755}, "mode"), ({"uid": 7}, "owner"), ({"modtime": None}, "time"), ({"name": "etc/other"}, "path")],
)
def test_a_table_that_says_something_else_is_not_used(tmp_path: Path, change: dict[str, object], word: str) -> None:
    with pytest.raises(TableError, match=f"'etc/hostname': the tar-split and the table differ in {word}"):
        by_table(tmp_path, made(edit=lambda entries: entries[1].update(change)))


def test_a_tar_split_with_another_digest_is_not_used(tmp_path: Path) -> None:
    layer = made()
    position = layer.annotations[f"{NEW_ZSTD}tarsplit-position"].split(":")
    position[1] = str(int(position[1]) - 1)
    layer.annotations[f"{NEW_ZSTD}tarsplit-position"] = ":".join(position)
    with pytest.raises(TableError, match=r"expected sha256:\w+, as the table of contents says, found sha256:"):
        by_table(tmp_path, layer)
