"""The checksum of a finished index, behind its last byte: shows what a disk or another program did to the file.

SQLite looks at no byte of a page that it was not asked for, and believes what is in it.
"""

import struct
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

_TRAILER = struct.Struct("<4sI")
_MARK = b"seal"
_CHUNK = 1 << 20

SIZE = _TRAILER.size
"""Bytes of the checksum and its mark, behind the last page of the database."""

_LARGE = 1 << 24
"""Bytes of a file from which a faster sum is worth loading."""


def append_checksum(path: Path) -> None:
    """Append the checksum to a complete file. May raise `OSError`."""
    with path.open("r+b", buffering=0) as file:
        crc32 = _crc32(path.stat().st_size)
        checksum = 0
        while chunk := file.read(_CHUNK):
            checksum = crc32(chunk, checksum)
        file.write(_TRAILER.pack(_MARK, checksum))


def is_intact(path: Path) -> bool:
    """Tell whether a file is unchanged since its checksum was appended. Reads all of it; may raise `OSError`."""
    buffer = bytearray(_CHUNK)
    view = memoryview(buffer)
    with path.open("rb", buffering=0) as file:
        left = file.seek(0, 2) - SIZE
        file.seek(0)
        crc32 = _crc32(left)
        checksum = 0
        while left > 0:
            size = file.readinto(view[: min(left, _CHUNK)])
            if not size:
                return False
            checksum = crc32(view[:size], checksum)
            left -= size
        return left == 0 and file.read(SIZE + 1) == _TRAILER.pack(_MARK, checksum)


def _crc32(size: int) -> Callable[[bytes | memoryview, int], int]:
    """Return the fastest checksum function for a number of bytes: isal's, eight times as fast, else zlib's."""
    if size >= _LARGE:
        with suppress(ImportError):
            from isal.isal_zlib import crc32

            found: Callable[[bytes | memoryview, int], int] = crc32
            return found
    return zlib.crc32
