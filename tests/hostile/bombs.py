"""Images that are small and want to be huge: streams that unpack to gigabytes, documents of a million parts."""

import struct
import zlib
from collections.abc import Iterator
from functools import cache

from tests.layers.tars import END, header

GIB = 1 << 30
EIB = 1 << 60

_PIECE = 1 << 20


def zero_file(name: bytes, size: int) -> bytes:
    """The header of a file of so many bytes, eight gibibytes and more in base 256, as GNU tar writes them."""
    field = b"%011o\0" % size if size < 8 * GIB else b"\x80" + size.to_bytes(11, "big")
    return header(name, size_field=field)


def gzip_of_zeros(size: int, before: bytes = b"", after: bytes = END) -> bytes:
    """One gzip member of bytes, so many zeros, and bytes: a thousandth of their size, in milliseconds.

    Blocks of deflate that end on a byte are repeated, and the checksum is that of all.
    """
    assert size % _PIECE == 0
    block = _flushed(bytes(_PIECE))
    crc = zlib.crc32(after, crc_of_zeros(size, zlib.crc32(before)))
    body = _flushed(before) + block * (size // _PIECE) + zlib.compressobj(9, wbits=-15).flush()
    ending = zlib.compressobj(9, wbits=-15)
    body = _flushed(before) + block * (size // _PIECE) + ending.compress(after) + ending.flush()
    length = (len(before) + size + len(after)) & 0xFFFFFFFF
    return b"\x1f\x8b\x08\0\0\0\0\0\2\xff" + body + struct.pack("<II", crc, length)


def _flushed(data: bytes) -> bytes:
    stream = zlib.compressobj(9, wbits=-15)
    return stream.compress(data) + stream.flush(zlib.Z_FULL_FLUSH)


def crc_of_zeros(size: int, crc: int = 0) -> int:
    """The CRC-32 after so many more zeros: each bit of the size is a matrix, the square of the one before."""
    state = crc ^ 0xFFFFFFFF
    for matrix, bit in zip(_doublings(), reversed(f"{size:b}"), strict=False):
        if bit == "1":
            state = _times(matrix, state)
    return state ^ 0xFFFFFFFF


def _doublings() -> Iterator[list[int]]:
    """What one zero byte does to the state of a CRC-32, what two do, four, ..."""
    matrix = [_after_zero_byte(1 << bit) for bit in range(32)]
    while True:
        yield matrix
        matrix = [_times(matrix, column) for column in matrix]


def _times(matrix: list[int], state: int) -> int:
    found = 0
    for column in matrix:
        if state & 1:
            found ^= column
        state >>= 1
    return found


@cache
def _after_zero_byte(state: int) -> int:
    for _ in range(8):
        state = state >> 1 ^ (0xEDB88320 if state & 1 else 0)
    return state


def zstd_of_zeros(size: int, before: bytes = b"", after: bytes = END, *, window_log: int = 20) -> bytes:
    """One zstd frame of bytes, so many zeros, and bytes: four bytes for every 128 KiB.

    Args:
        window_log: what the frame says that a reader must remember, as a power of two.
    """
    most = 1 << 17
    assert size % most == 0
    run = (most << 3 | 1 << 1).to_bytes(3, "little") + b"\0"
    head = struct.pack("<IBB", 0xFD2FB528, 0, (window_log - 10) << 3)
    return head + _stored(before) + run * (size // most) + _stored(after, is_last=True)


def _stored(data: bytes, *, is_last: bool = False) -> bytes:
    return (len(data) << 3 | is_last).to_bytes(3, "little") + data
