"""A part of a file that can be read, and checked, without what is before it."""

import struct
from collections.abc import Sequence
from typing import NamedTuple


class Chunk(NamedTuple):
    """The place of a part, and what it must be."""

    offset: int
    """The offset of its first byte, counted as `ocitui.layers.entry.Entry.offset` is."""
    size: int
    """Bytes of it, unpacked."""
    blob_offset: int | None
    """The start, in the blob, of the gzip member or zstd frame that it is in; None for zeros, which are not stored."""
    blob_end: int | None
    """The offset in the blob after the last byte that it may take."""
    inner: int
    """Bytes of that member or frame before it, unpacked."""
    is_last: int
    """1 where its file ends."""
    digest: bytes | None
    """SHA-256 of it, unpacked; None for zeros."""


Row = tuple[int, int, int | None, int | None, int, bool, bytes | None]
"""The same without names, which take longer than what is in it."""

_STORED = struct.Struct("<qqqqq?32s")
_ZEROS = -1
"""The number that stands for an offset in the blob where there is none."""


def pack_chunks(chunks: Sequence[Row]) -> bytes:
    """Make a row of the index of some chunks, which ascend: thousands of rows take longer than all else of a table."""
    pack = _STORED.pack
    return b"".join(
        [
            pack(offset, size, start, end, inner, is_last, digest)
            if digest is not None
            else pack(offset, size, _ZEROS, _ZEROS, 0, is_last, b"")
            for offset, size, start, end, inner, is_last, digest in chunks
        ]
    )


def unpack_chunks(stored: bytes) -> list[Chunk]:
    """The opposite of `pack_chunks`."""
    return [
        Chunk(offset, size, start, end, inner, is_last, digest)
        if start != _ZEROS
        else Chunk(offset, size, None, None, 0, is_last, None)
        for offset, size, start, end, inner, is_last, digest in _STORED.iter_unpack(stored)
    ]
