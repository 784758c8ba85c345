"""Tables of contents of zstd:chunked: what they make of a layer, and what is refused."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from ocitui.layers.basis import Source
from ocitui.layers.reader import LayerReader
from ocitui.layers.toc.errors import TableError
from ocitui.layers.toc.find import find_table
from ocitui.spec.digest import Digest
from tests.layers.toc.indexed import by_scan, by_table, request_for, rows
from tests.layers.toc.tables import FILES, NEW_ZSTD, OLD_ZSTD, TOC_DIGEST, Layer, zstd_chunked


@pytest.mark.parametrize("prefix", [OLD_ZSTD, NEW_ZSTD])
def test_the_rows_of_a_table_are_those_of_the_layer(tmp_path: Path, prefix: str) -> None:
    layer = zstd_chunked(prefix=prefix)
    with by_table(tmp_path, layer) as listed, by_scan(tmp_path, layer) as scanned:
        assert rows(listed) == rows(scanned)
        assert listed.summary.basis.source is Source.ZSTD_CHUNKED
        assert str(listed.summary.basis.digest) == layer.annotations[f"{prefix}manifest-checksum"]
        assert listed.summary.basis.text.startswith("listed from the layer's table of contents (zstd:chunked)")


def test_a_layer_with_the_annotations_of_both_is_zstd(tmp_path: Path) -> None:
    layer = zstd_chunked()
    layer.annotations[TOC_DIGEST] = str(Digest.of(b"the JSON"))
    table = find_table(layer.descriptor)
    assert table is not None
    assert table.source is Source.ZSTD_CHUNKED


@pytest.mark.parametrize("chunk", [7, 4096, 1 << 16])
def test_contents_come_by_chunks(tmp_path: Path, chunk: int) -> None:
    files = {name: data[: 200 * chunk] for name, data in FILES.items()}
    layer = zstd_chunked(files, chunk=chunk)
    with by_table(tmp_path, layer) as index, LayerReader(request_for(tmp_path, layer).blob, index) as reader:
        for name in ("etc/hostname", "etc/empty", "usr/share/words"):
            entry = index.lookup(name.encode())
            assert entry is not None
            assert b"".join(reader.chunks(entry)) == files[name]
            assert reader.read(entry, len(files[name]) // 3, 9) == files[name][len(files[name]) // 3 :][:9]


def test_zeros_are_not_stored(tmp_path: Path) -> None:
    def between(entries: list[dict[str, object]]) -> None:
        begin, end = entries
        begin |= {"size": 100_008, "chunkSize": 5}
        end |= {"name": "a", "type": "chunk", "chunkOffset": 100_005}
        entries.insert(1, {"name": "a", "type": "chunk", "chunkOffset": 5, "chunkSize": 100_000, "chunkType": "zeros"})

    layer = zstd_chunked({"a": b"begin", "b": b"end"}, edit=between)
    with by_table(tmp_path, layer) as index, LayerReader(request_for(tmp_path, layer).blob, index) as reader:
        entry = index.lookup(b"a")
        assert entry is not None
        assert reader.read(entry) == b"begin" + bytes(100_000) + b"end"
        assert reader.read(entry, 4, 3) == b"n\0\0"


def _moved(change: Callable[[list[int]], object]) -> Layer:
    """A layer whose manifest says another place of the table."""
    layer = zstd_chunked()
    position = [int(word) for word in layer.annotations[f"{OLD_ZSTD}manifest-position"].split(":")]
    change(position)
    layer.annotations[f"{OLD_ZSTD}manifest-position"] = ":".join(map(str, position))
    return layer


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ((0, 10**12), "expected it within the"),
        ((0, 0), "expected it within the"),
        ((0, 8), "expected sha256:"),
        ((1, 10**9), "it is of 1,000,000,000 bytes, over the limit of 157,286,400"),
        ((2, 10**9), "it is of 1,000,000,000 bytes, over the limit of 157,286,400"),
        ((2, 7), "expected it to unpack to 7 bytes, found more"),
        ((2, 10**6), "expected it to unpack to 1,000,000 bytes, found "),
    ],
)
def test_a_table_elsewhere_is_not_used(tmp_path: Path, change: tuple[int, int], message: str) -> None:
    with pytest.raises(TableError, match=re.escape(f"(zstd:chunked) cannot be used: {message}")):
        by_table(tmp_path, _moved(lambda position: position.__setitem__(*change)))


@pytest.mark.parametrize("position", ["", "1:2", "1:2:3:2", "a:2:3:1", "1:2:3:1:9", "\u0661:2:3:1", "-1:2:3:1"])
def test_a_position_that_is_none_is_no_table(position: str) -> None:
    layer = zstd_chunked()
    layer.annotations[f"{OLD_ZSTD}manifest-position"] = position
    assert find_table(layer.descriptor) is None
