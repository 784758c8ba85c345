"""A part of a file that can be read, and checked, without what is before it."""

from typing import NamedTuple


class Chunk(NamedTuple):
    """One row of the table of chunks."""

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
