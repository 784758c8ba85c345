"""The compressions that a layer or an archive may have, told by their first bytes."""

from enum import Enum
from typing import Any

from ocitui.display import format_size

XZ_MEMORY = 1 << 27
"""Bytes of memory that unpacking xz may take, for its dictionary: ``xz -9`` asks for half of it."""


class Compression(Enum):
    """A compression that a blob may have; the value is the word for it."""

    NONE = "none"
    GZIP = "gzip"
    ZSTD = "zstd"
    BZIP2 = "bzip2"
    XZ = "xz"


_MAGICS = (
    (b"\x1f\x8b", Compression.GZIP),
    (b"\x28\xb5\x2f\xfd", Compression.ZSTD),
    (b"BZh", Compression.BZIP2),
    (b"\xfd7zXZ\x00", Compression.XZ),
)


def by_magic(start: bytes) -> Compression:
    """Tell a compression from the first bytes alone; a tar may begin with the same, see the caller."""
    for magic, compression in _MAGICS:
        if start.startswith(magic):
            return compression
    if start[1:4] == b"\x2a\x4d\x18" and start[0] & 0xF0 == 0x50:  # a skippable frame comes first
        return Compression.ZSTD
    return Compression.NONE


def xz_member() -> Any:
    """Return a decompressor of one xz stream."""
    import lzma

    return lzma.LZMADecompressor(memlimit=XZ_MEMORY)


def xz_reason(error: Exception) -> str:
    """Return the problem of an xz stream, from what `xz_member` raised."""
    if "memory usage limit" in str(error).lower():
        return (
            f"it asks for a dictionary that does not fit into the {format_size(XZ_MEMORY)} of memory that are the limit"
        )
    return str(error)
