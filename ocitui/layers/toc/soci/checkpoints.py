"""The places where a ztoc says that its layer can be entered, each with the digest of what comes up to the next.

Implements soci-snapshotter's ztoc/compression: gzip_zinfo.c (of a gzip layer: numbers and windows,
packed), and zinfo.fbs (of a tar that is not compressed).
"""

import re
import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from ocitui.layers.compression.deflate import WINDOW
from ocitui.layers.compression.seekpoints import SeekPoint
from ocitui.layers.tar.header import INT64_MAX
from ocitui.layers.toc.chunks import CHUNK_LIMIT
from ocitui.layers.toc.errors import TableError
from ocitui.layers.toc.soci.flatbuffer import FlatBuffer, within
from ocitui.spec.compression import Compression

_HEAD = struct.Struct("<iq")
"""The number of points, and the bytes of the unpacked stream that are about from one to the next."""

_POINT = struct.Struct(f"<qqB{WINDOW}s")
"""The offset in the blob, that in the unpacked stream, how many bits of the byte before belong to it, the window."""

_GZIP_HEADER = 10
"""Bytes of a gzip header without any name: where the first point of older ztocs is, which lack it."""

_DIGEST = re.compile(rb"sha256:([0-9a-f]{64})")


def gzip_points(packed: bytes, digests: Sequence[bytes], size: int) -> list[SeekPoint]:
    """The seek points of a gzip layer.

    Args:
        packed: the checkpoints.
        digests: of the spans, as text.
        size: bytes of the blob.

    Raises:
        TableError: they are not what they must be.
    """
    if len(packed) < _HEAD.size:
        raise TableError(f"expected checkpoints, found {len(packed):,} bytes")
    count, _ = _HEAD.unpack_from(packed)
    stored = (len(packed) - _HEAD.size) // _POINT.size
    if count not in {stored, stored + 1} or count < 1 or len(packed) != _HEAD.size + stored * _POINT.size:
        raise TableError(f"expected {count:,} checkpoints, found {len(packed):,} bytes")
    points = [SeekPoint(0, 8 * _GZIP_HEADER, zlib.compress(b""))] if count > stored else []
    for offset, unpacked, bits, window in _POINT.iter_unpack(packed[_HEAD.size :]):
        if not 0 <= offset <= size or not 0 <= unpacked <= INT64_MAX or bits > 7 or 8 * offset < bits:
            raise TableError("a checkpoint is outside of the layer")
        known = window[max(WINDOW - unpacked, 0) :] if unpacked else b""
        points.append(SeekPoint(unpacked, 8 * offset - bits, zlib.compress(known, 1)))
    return _with_digests(points, digests, size)


def plain_points(packed: bytes, digests: Sequence[bytes], size: int) -> list[SeekPoint]:
    """The same of a layer that is not compressed."""
    with within():
        buffer = FlatBuffer(packed)
        root = buffer.root
        _, span_size, tar_size, *_ = buffer.layout(root)
        step, end = buffer.i64(root, span_size), buffer.i64(root, tar_size)
    if end != size or step < 1 or -(-size // step) != len(digests):
        raise TableError(f"expected spans of the {size:,} bytes of the layer, found {len(digests):,} of {step:,}")
    points = [SeekPoint(offset, 8 * offset, None) for offset in range(0, size, step)]
    return _with_digests(points, digests, size)


POINTS: dict[int, tuple[Compression, Callable[[bytes, Sequence[bytes], int], list[SeekPoint]]]] = {
    1: (Compression.GZIP, gzip_points),
    2: (Compression.NONE, plain_points),
}
"""By the number of each compression in a ztoc, what it is, and what reads its checkpoints."""


def _with_digests(points: Sequence[SeekPoint], digests: Sequence[bytes], size: int) -> list[SeekPoint]:
    if len(digests) != len(points):
        raise TableError(f"expected the digests of {len(points):,} spans, found {len(digests):,}")
    if points[0].unpacked_offset:
        raise TableError("its first checkpoint is not at the beginning of the layer")
    for before, after in pairwise(points):
        if before.unpacked_offset >= after.unpacked_offset or before.blob_bit >= after.blob_bit:
            raise TableError("its checkpoints are not in the order of the layer")
    if any(not 0 < end - start <= CHUNK_LIMIT for start, end in span_bounds(points, size)):
        raise TableError(f"expected spans of at most {CHUNK_LIMIT:,} bytes, found another")
    return [
        SeekPoint(point.unpacked_offset, point.blob_bit, point.window, _digest(text))
        for point, text in zip(points, digests, strict=True)
    ]


def span_bounds(points: Sequence[SeekPoint], size: int) -> Iterator[tuple[int, int]]:
    """The offsets in the blob where each span begins and ends; two may have the byte in common that is between them.

    Args:
        points: of all spans.
        size: bytes of the blob.
    """
    ends = [-(-point.blob_bit // 8) for point in points[1:]]
    yield from zip((point.blob_bit // 8 for point in points), (*ends, size), strict=True)


def _digest(text: bytes) -> bytes:
    found = _DIGEST.fullmatch(text)
    if found is None:
        raise TableError("expected the SHA-256 of a span, found something else")
    return bytes.fromhex(found[1].decode())
