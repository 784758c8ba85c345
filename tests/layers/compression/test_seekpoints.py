"""Seek points: that they are true, that there are enough of them, and what they cost."""

import random
import sqlite3
import struct
import zlib
from pathlib import Path

import pytest

from ocitui.layers.compression import seekpoints
from ocitui.layers.compression.detect import detect
from ocitui.layers.compression.opening import open_decompressor
from ocitui.layers.compression.seekpoints import SeekPoint
from ocitui.layers.compression.source import BlobSource
from ocitui.layers.summary import Findings
from ocitui.spec.compression import Compression
from ocitui.transports.blob import BlobLocation
from tests.layers.blobs import EVERY_KIND, WITH_FEW_POINTS, WITHOUT_POINTS, blob, layer_tar
from tests.layers.tars import END, index_of, member

INTERVAL = 1 << 19


@pytest.fixture(autouse=True)
def _close_points(monkeypatch: pytest.MonkeyPatch) -> None:
    """Points so near to each other that a small layer has some."""
    monkeypatch.setattr(seekpoints, "INTERVAL", INTERVAL)
    monkeypatch.setattr(seekpoints, "_BUDGET", 4)


def points_of(path: Path) -> list[SeekPoint]:
    connection = sqlite3.connect(path)
    try:
        return [
            SeekPoint(*row)
            for row in connection.execute("SELECT unpacked_offset, blob_bit, window FROM point ORDER BY 1")
        ]
    finally:
        connection.close()


def unpack_from(path: Path, point: SeekPoint, exact: bool = False, limit: int = 1 << 30) -> bytes:
    with BlobSource(BlobLocation(path, point.blob_bit // 8)) as source:
        compression = Compression.GZIP if point.window is not None else detect(source.peek(512))
        stream = open_decompressor(compression, source, Findings(), exact=exact, point=point)
        found = bytearray()
        while len(found) < limit and (data := stream.read(1 << 20)):
            found += data
        return bytes(found[:limit])


@pytest.mark.slow
@pytest.mark.parametrize("exact", [False, True], ids=["isal", "zlib"])
@pytest.mark.parametrize("kind", EVERY_KIND)
def test_every_point_leads_to_the_rest_of_the_layer(kind: str, exact: bool, tmp_path: Path) -> None:
    tar = layer_tar()
    with index_of(tmp_path, blob(kind)) as index:
        points = points_of(index.path)
    path = tmp_path / "0.blob"
    gaps = [after - before for before, after in zip([0, *offsets(points)], [*offsets(points), len(tar)], strict=True)]
    assert bool(points) == (kind not in WITHOUT_POINTS)
    if points and kind not in WITH_FEW_POINTS:
        assert sorted(gaps)[len(gaps) // 2] < 4 * INTERVAL  # a chunk of a megabyte is unpacked between two looks
    for number, point in enumerate(points):
        limit = 1 << 20 if number % 5 else 1 << 30
        assert unpack_from(path, point, exact, limit) == tar[point.unpacked_offset :][:limit]


def offsets(points: list[SeekPoint]) -> list[int]:
    return [point.unpacked_offset for point in points]


def test_points_cost_little(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    data = blob("zlib 6")
    with index_of(tmp_path, data) as index:
        points = points_of(index.path)
    assert points
    assert sum(len(point.window or b"") for point in points) < len(data) / 50


@pytest.mark.slow
def test_a_budget_holds_where_points_would_be_dear(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seekpoints, "_BUDGET", 64)
    data = blob("zlib 9")
    with index_of(tmp_path, data) as index:
        points = points_of(index.path)
    assert points
    assert sum(len(point.window or b"") for point in points) < len(data) / 64 + 33_000


@pytest.mark.slow
def test_blocks_within_a_stored_file_are_no_blocks_of_the_layer(tmp_path: Path) -> None:
    """A layer may hold gzip files that it stores as they are, and they may hold more of them."""
    noise = random.Random(5).randbytes(3 << 20)
    inner = zlib.compressobj(0, zlib.DEFLATED, 31)
    nested = inner.compress(noise) + inner.flush()
    text = zlib.compress(layer_tar(), 6)
    tar = member(b"nested.gz", nested) + member(b"text.gz", text) + member(b"again", nested) + END
    for level in (0, 1, 6):
        stream = zlib.compressobj(level, zlib.DEFLATED, 31)
        folder = tmp_path / str(level)
        folder.mkdir()
        with index_of(folder, stream.compress(tar) + stream.flush()) as index:
            points = points_of(index.path)
        assert points
        for point in points:
            assert unpack_from(folder / "0.blob", point) == tar[point.unpacked_offset :]


def test_a_stored_block_that_looks_like_several(tmp_path: Path) -> None:
    """Lengths and complements all over: none of them is where the real blocks begin."""
    fake = b"\0" + struct.pack("<HH", 2000, 2000 ^ 0xFFFF) + b"\x00\xff\xff\x00\x00" * 400
    tar = member(b"fake", fake * 1500) + END
    stream = zlib.compressobj(0, zlib.DEFLATED, 31)
    with index_of(tmp_path, stream.compress(tar) + stream.flush()) as index:
        points = points_of(index.path)
    for point in points:
        assert unpack_from(tmp_path / "0.blob", point) == tar[point.unpacked_offset :]


@pytest.mark.slow
def test_a_layer_of_holes(tmp_path: Path) -> None:
    """A blob that unpacks to a thousand times its size has points, and they cost nothing to speak of."""
    tar = member(b"zeros", bytes(40 << 20)) + END
    stream = zlib.compressobj(9, zlib.DEFLATED, 31)
    with index_of(tmp_path, stream.compress(tar) + stream.flush()) as index:
        points = points_of(index.path)
    for point in points:
        assert unpack_from(tmp_path / "0.blob", point) == tar[point.unpacked_offset :]
