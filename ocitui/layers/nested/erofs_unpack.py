"""Unpacks an extent of a file of an erofs image. Linux, fs/erofs/decompressor*.c."""

import lzma
import zlib
from collections.abc import Callable

from ocitui.layers.nested.blocks import unpacker
from ocitui.layers.nested.erofs_index import EXTENT
from ocitui.layers.nested.errors import ArchiveError

_LZMA_DICTIONARY = 8 << 20
_DAMAGED = "a packed block is damaged"


def unpack(algorithm: int, data: bytes, size: int, *, is_partial: bool, is_padded: bool) -> bytes:
    """Unpack an extent.

    Args:
        algorithm: the number of the way in which it is compressed.
        data: what it is packed in.
        size: bytes that it unpacks to.
        is_partial: whether more than these may come out, which is left out.
        is_padded: whether zeros are before it; else anything may be behind it.

    Raises:
        ArchiveError: it is damaged, packed in a way that is not known, or a library is missing for it.
    """
    if algorithm >= len(_UNPACK):
        raise ArchiveError(f"is packed with compression {algorithm}, which cannot be unpacked")
    if is_padded:
        data = data.lstrip(b"\0")
    if not data:
        raise ArchiveError(f"{_DAMAGED}: it is empty")
    if algorithm == _LZ4 and not is_padded:
        return _lz4_beginning(data, size)
    found = _UNPACK[algorithm](data, EXTENT if is_partial and algorithm == _LZ4 else size)
    if len(found) < size:
        raise ArchiveError(f"{_DAMAGED}: it unpacks to {len(found):,} bytes instead of {size:,}")
    return found[:size]


def _unpack_lz4(data: bytes, size: int) -> bytes:
    return unpacker("lz4")(data, size)


def _unpack_microlzma(data: bytes, size: int) -> bytes:
    """Unpack LZMA whose first byte, which is always zero, is the complement of its properties instead."""
    rest, literal_context = divmod(~data[0] & 0xFF, 9)
    position, literal_position = divmod(rest, 5)
    properties = {"lc": literal_context, "lp": literal_position, "pb": position}
    kept = min(max(size, 4096), _LZMA_DICTIONARY)
    try:
        stream = lzma.LZMADecompressor(
            lzma.FORMAT_RAW, filters=[{"id": lzma.FILTER_LZMA1, "dict_size": kept, **properties}]
        )
        return _streamed(stream.decompress, b"\0" + data[1:], size)
    except (lzma.LZMAError, ValueError, EOFError) as error:
        raise ArchiveError(f"{_DAMAGED}: {error}") from None


def _unpack_deflate(data: bytes, size: int) -> bytes:
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        return stream.decompress(data, size)
    except zlib.error as error:
        raise ArchiveError(f"{_DAMAGED}: {error}") from None


def _unpack_zstd(data: bytes, size: int) -> bytes:
    return unpacker("zstd")(data, size)


def _streamed(decompress: Callable[[bytes, int], bytes], data: bytes, size: int) -> bytes:
    pieces, missing = [], size
    while missing and (piece := decompress(data, missing)):
        pieces.append(piece)
        missing -= len(piece)
        data = b""
    return b"".join(pieces)


_LZ4 = 0
_UNPACK = (_unpack_lz4, _unpack_microlzma, _unpack_deflate, _unpack_zstd)


def _lz4_beginning(data: bytes, size: int) -> bytes:
    """Return the first bytes that an LZ4 block unpacks to; the library does not stop where enough is unpacked.

    LZ4_Block_format.md: a token with two lengths, literals, the distance of a match; the last has only literals.
    """
    at, found = 0, bytearray()
    try:
        while True:
            token = data[at]
            at, length = _lz4_number(data, at + 1, token >> 4)
            found += data[at : at + length]
            at += length
            if len(found) >= size:
                return bytes(found[:size])
            distance = data[at] | data[at + 1] << 8
            at, length = _lz4_number(data, at + 2, token & 15)
            length = min(length + 4, size - len(found))
            if not 0 < distance <= len(found):
                raise ArchiveError(_DAMAGED)
            again = found[-distance:]
            found += (again * (length // distance + 1))[:length] if distance < length else again[:length]
            if len(found) >= size:
                return bytes(found)
    except IndexError:
        raise ArchiveError(f"{_DAMAGED}: it ends early") from None


def _lz4_number(data: bytes, at: int, number: int) -> tuple[int, int]:
    if number == 15:
        while data[at] == 255:
            number, at = number + 255, at + 1
        number, at = number + data[at], at + 1
    return at, number
