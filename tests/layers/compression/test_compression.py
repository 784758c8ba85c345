"""Compressed layers: what the bytes are, several members and frames, and what is damaged in them."""

import bz2
import gzip
import lzma
import random
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from ocitui.layers.compression import gzipstream
from ocitui.layers.compression.detect import compression_of_media_type, detect, disagreement
from ocitui.spec.compression import Compression
from ocitui.spec.digest import Digest
from ocitui.spec.media_type import is_encrypted
from ocitui.spec.zstd_frames import FrameWalker
from tests.examples import examples
from tests.layers.tars import END, index_of, member, paths

NOISE = random.Random(1)
TAR = b"".join(member(b"file%03d" % n, NOISE.randbytes(n * 200)) for n in range(200)) + END
EXPECTED = [b"file%03d" % n for n in range(200)]
SKIPPABLE = b"\x5a\x2a\x4d\x18" + (5).to_bytes(4, "little") + b"hello"


def zstd(data: bytes, **options: int) -> bytes:
    parameters = zstandard.ZstdCompressionParameters.from_level(3, **options)
    return zstandard.ZstdCompressor(compression_params=parameters).compress(data)


HALF = len(TAR) // 2


def large_window() -> bytes:
    parameters = zstandard.ZstdCompressionParameters(window_log=29, hash_log=10, chain_log=10, write_content_size=0)
    compressor = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    return compressor.compress(TAR) + compressor.flush()


WHOLE: dict[str, tuple[Callable[[], bytes], Compression]] = {
    "plain": (lambda: TAR, Compression.NONE),
    "gzip": (lambda: gzip.compress(TAR, 1), Compression.GZIP),
    "members": (
        lambda: gzip.compress(TAR[:HALF], 1) + gzip.compress(b"") + gzip.compress(TAR[HALF:], 1),
        Compression.GZIP,
    ),
    "many members": (
        lambda: b"".join(gzip.compress(TAR[n : n + 30_000], 1) for n in range(0, len(TAR), 30_000)),
        Compression.GZIP,
    ),
    "zstd": (lambda: zstd(TAR), Compression.ZSTD),
    "checksum": (lambda: zstd(TAR, write_checksum=1), Compression.ZSTD),
    "frames": (
        lambda: SKIPPABLE + zstd(TAR[:HALF]) + SKIPPABLE + zstd(TAR[HALF:]) + SKIPPABLE,
        Compression.ZSTD,
    ),
    "bzip2": (lambda: bz2.compress(TAR[:HALF], 1) + bz2.compress(TAR[HALF:], 1), Compression.BZIP2),
    "xz": (lambda: lzma.compress(TAR, preset=0), Compression.XZ),
    "large window": (large_window, Compression.ZSTD),
}


@cache
def whole(name: str) -> bytes:
    """A layer of `WHOLE`, compressed when the first test asks for it."""
    return WHOLE[name][0]()


@pytest.mark.slow
@pytest.mark.parametrize("name", WHOLE)
def test_whole_layers(name: str, tmp_path: Path) -> None:
    blob, compression = whole(name), WHOLE[name][1]
    with index_of(tmp_path, blob) as index:
        summary = index.summary
        assert paths(index) == EXPECTED
        assert (summary.damages, summary.notes) == ((), ())
        assert summary.compression is compression
        assert summary.diff_id == Digest.of(TAR)
        assert (summary.blob_size, summary.unpacked_size) == (len(blob), len(TAR))
        assert summary.verified


def test_without_isal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import zlib

    monkeypatch.setattr(gzipstream, "fast_zlib", zlib)
    for name in ("gzip", "members", "many members"):
        with index_of(tmp_path, whole(name)) as index:
            assert paths(index) == EXPECTED
            assert index.summary.damages == ()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["gzip", "many members", "zstd", "frames", "bzip2", "xz"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_truncated(name: str, share: float, tmp_path: Path) -> None:
    """What was unpacked is shown, and the damage says where the blob ends. The bytes still match their digest."""
    blob = whole(name)
    blob = blob[: int(len(blob) * share)]
    with index_of(tmp_path, blob) as index:
        found, summary = paths(index), index.summary
        assert found == EXPECTED[: len(found)]
        assert len(found) > 10
        damage = summary.damage
        assert damage is not None
        assert "ends" in damage.message
        assert damage.unpacked_offset == summary.unpacked_size
        assert summary.verified
        if "too early" in damage.message:
            assert damage.blob_offset == len(blob)
            assert summary.diff_id is None


@pytest.mark.slow
@pytest.mark.parametrize("name", ["gzip", "members", "zstd", "checksum", "frames", "bzip2", "xz"])
def test_changed_bytes(name: str, tmp_path: Path) -> None:
    """A change in the middle: everything before it is there, since the end is unpacked again in small steps."""
    blob = bytearray(whole(name))
    middle = len(blob) // 2
    blob[middle : middle + 64] = bytes(64)
    with index_of(tmp_path, bytes(blob), digest=Digest.of(whole(name))) as index:
        summary = index.summary
        assert not summary.verified
        assert any("expected sha256:" in damage.message for damage in summary.damages)
        found = paths(index)
        if summary.diff_id is None and name in ("gzip", "zstd"):
            assert summary.damages[0].blob_offset is not None
            assert len(found) > 120
        assert found == EXPECTED[: len(found)]


@pytest.mark.parametrize(
    ("tail", "note"), [(bytes(2000), "zeros follow"), (b"garbage", "no gzip follow"), (b"\x1f", "no gzip follow")]
)
def test_after_gzip(tail: bytes, note: str, tmp_path: Path) -> None:
    blob = whole("gzip")
    with index_of(tmp_path, blob + tail) as index:
        assert paths(index) == EXPECTED
        assert index.summary.damages == ()
        assert note in index.summary.notes[0]
        assert f"{len(blob):,}" in index.summary.notes[0]
        assert index.summary.verified


def test_after_zstd(tmp_path: Path) -> None:
    blob = whole("zstd")
    with index_of(tmp_path, blob + b"garbage" * 100) as index:
        assert paths(index) == EXPECTED
        assert index.summary.damages == ()
        assert f"{len(blob):,}" in index.summary.notes[0]
        assert index.summary.verified


@settings(max_examples=examples(60), deadline=None)
@given(st.lists(st.binary(max_size=5000), min_size=1, max_size=4), st.integers(1, 900), st.booleans())
def test_frames_are_followed(contents: list[bytes], piece: int, with_checksum: bool) -> None:
    frames = [zstd(content, write_checksum=int(with_checksum)) for content in contents]
    blob = SKIPPABLE.join(frames)
    walker = FrameWalker()
    ends = {0}
    for frame in frames:
        ends |= {max(ends) + len(frame), max(ends) + len(frame) + len(SKIPPABLE)}
    position = 0
    for start in range(0, len(blob), piece):
        part = blob[start : start + piece]
        assert walker.feed(part) == len(part)
        position += len(part)
        assert walker.is_between_frames is (position in ends)
    assert walker.frames == len(contents)
    assert walker.feed(b"\0no frame") == 0
    assert walker.garbage_at == len(blob)


@pytest.mark.slow
def test_a_bomb_fits_in_memory(tmp_path: Path) -> None:
    import tracemalloc

    content = member(b"zeros", bytes(64 << 20)) + END
    for blob in (gzip.compress(content, 9), zstd(content)):
        tracemalloc.start()
        try:
            with index_of(tmp_path, blob) as index:
                assert paths(index) == [b"zeros"]
            assert tracemalloc.get_traced_memory()[1] < 24 << 20
        finally:
            tracemalloc.stop()


def test_a_window_no_memory_has(tmp_path: Path) -> None:
    blob = b"\x28\xb5\x2f\xfd" + bytes([0xE0]) + (1 << 40).to_bytes(8, "little") + bytes(100)
    with index_of(tmp_path, blob) as index:
        assert index.summary.damage is not None
        assert "zstd" in index.summary.damage.message


@pytest.mark.parametrize(
    "start", [b"", b"\x1f", b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"\x50\x2a\x4d\x18", b"BZh", b"\xfd7zXZ\x00"]
)
def test_tiny_blobs(start: bytes, tmp_path: Path) -> None:
    with index_of(tmp_path, start) as index:
        assert paths(index) == []
        assert bool(index.summary.damages) is bool(start)


def test_detection() -> None:
    assert detect(member(b"\x1f\x8b") + END) is Compression.NONE
    assert detect(b"\x1f\x8b") is Compression.GZIP
    assert detect(SKIPPABLE) is Compression.ZSTD
    assert detect(b"hello") is Compression.NONE


@pytest.mark.parametrize(
    ("media_type", "expected"),
    [
        ("application/vnd.oci.image.layer.v1.tar", Compression.NONE),
        ("application/vnd.oci.image.layer.v1.tar+gzip", Compression.GZIP),
        ("application/vnd.oci.image.layer.v1.tar+zstd", Compression.ZSTD),
        ("application/vnd.oci.image.layer.nondistributable.v1.tar+gzip", Compression.GZIP),
        ("application/vnd.oci.image.layer.v1.tar+gzip+encrypted", Compression.GZIP),
        ("application/vnd.docker.image.rootfs.diff.tar.gzip", Compression.GZIP),
        ("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", Compression.GZIP),
        ("application/vnd.docker.image.rootfs.diff.tar", Compression.NONE),
        ("application/vnd.docker.image.rootfs.diff.tar.zstd", Compression.ZSTD),
        ("application/vnd.oci.image.config.v1+json", None),
        ("application/x+gzip", None),
    ],
)
def test_media_types(media_type: str, expected: Compression | None) -> None:
    assert compression_of_media_type(media_type) is expected


def test_disagreement() -> None:
    gzip_type = "application/vnd.oci.image.layer.v1.tar+gzip"
    assert disagreement(gzip_type, Compression.GZIP) is None
    assert disagreement(gzip_type, Compression.ZSTD) == f"the media type {gzip_type} says gzip, the bytes are zstd"
    assert "not compressed" in (disagreement(gzip_type, Compression.NONE) or "")
    assert disagreement("text/plain", Compression.NONE) is None
    assert is_encrypted(gzip_type + "+encrypted")
    assert not is_encrypted(gzip_type)
