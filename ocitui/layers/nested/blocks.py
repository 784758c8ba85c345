"""The packed blocks of a filesystem: each is unpacked by itself, and to no more than it may hold."""

import lzma
import zlib
from collections.abc import Callable
from contextlib import suppress

import zstandard

from ocitui.layers.nested.errors import ArchiveError

Unpack = Callable[[bytes, int], bytes]
"""Unpacks a block: its bytes, and how many there may be. Of more it gives one byte too many, or raises."""

_XZ_MEMORY = 128 << 20
"""Bytes that liblzma may use, whatever dictionary a block asks for; blocks have at most 1 MiB."""

_ZSTD_WINDOW = 8 << 20
"""Bytes of a window; the same."""


def unpacker(compression: str) -> Unpack:
    """Return what unpacks the blocks of one compression.

    Raises:
        ArchiveError: nothing here does, or a library is missing for it.
    """
    if compression == "lz4":
        try:
            import lz4.block  # noqa: F401
        except ImportError:
            raise ArchiveError("is packed with lz4, which needs `pip install 'ocitui[filesystems]'`") from None
    if compression not in _UNPACK:
        raise ArchiveError(f"is packed with {compression}, which cannot be unpacked")
    return _checked(_UNPACK[compression])


def _checked(unpack: Unpack) -> Unpack:
    def checked(data: bytes, limit: int) -> bytes:
        try:
            found = unpack(data, limit)
        except Exception as error:  # each library has its own, and some have several
            raise ArchiveError(f"a packed block is damaged: {error}") from None
        if len(found) > limit:
            raise ArchiveError(f"a packed block is damaged: it unpacks to more than {limit:,} bytes")
        return found

    return checked


def _unpack_gzip(data: bytes, limit: int) -> bytes:
    stream = zlib.decompressobj()
    found = stream.decompress(data, limit + 1)
    if not stream.eof and len(found) <= limit:
        raise ArchiveError("it ends early")
    return found


def _unpack_xz(data: bytes, limit: int) -> bytes:
    stream = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY)
    found = stream.decompress(data, limit + 1)
    while not stream.eof and len(found) <= limit:  # liblzma holds back what it could give
        more = b""
        with suppress(EOFError):
            more = stream.decompress(b"", limit + 1 - len(found))
        if not more and not stream.eof:
            raise ArchiveError("it ends early")
        found += more
    return found


def _unpack_zstd(data: bytes, limit: int) -> bytes:
    with zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW).stream_reader(data) as stream:
        found = b""
        while len(found) <= limit and (piece := stream.read(limit + 1 - len(found))):
            found += piece
        return found


def _unpack_lz4(data: bytes, limit: int) -> bytes:
    import lz4.block

    return bytes(lz4.block.decompress(data, uncompressed_size=limit))


_UNPACK: dict[str, Unpack] = {"gzip": _unpack_gzip, "xz": _unpack_xz, "zstd": _unpack_zstd, "lz4": _unpack_lz4}
