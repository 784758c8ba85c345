"""The seal of a finished index: a checksum behind its last byte, so that what a disk or another program did is seen.

SQLite looks at no byte of a page that it was not asked for, and believes what is in it.
"""

import struct
import zlib
from contextlib import suppress
from pathlib import Path

_SEAL = struct.Struct("<4sI")
_MARK = b"seal"
_CHUNK = 1 << 20

SIZE = _SEAL.size
"""Bytes of a seal, behind the last page of the database."""

_crc32 = zlib.crc32
with suppress(ImportError):  # eight times as fast, where there is one for this machine
    from isal.isal_zlib import crc32 as _crc32


def seal(path: Path) -> None:
    """Append the seal to a file that is complete. May raise `OSError`."""
    with path.open("r+b", buffering=0) as file:
        checksum = 0
        while chunk := file.read(_CHUNK):
            checksum = _crc32(chunk, checksum)
        file.write(_SEAL.pack(_MARK, checksum))


def is_sealed(path: Path) -> bool:
    """Whether a file is as it was when it was sealed. Reads all of it; may raise `OSError`."""
    buffer = bytearray(_CHUNK)
    view = memoryview(buffer)
    with path.open("rb", buffering=0) as file:
        left = file.seek(0, 2) - SIZE
        file.seek(0)
        checksum = 0
        while left > 0:
            size = file.readinto(view[: min(left, _CHUNK)])
            if not size:
                return False
            checksum = _crc32(view[:size], checksum)
            left -= size
        return left == 0 and file.read(SIZE + 1) == _SEAL.pack(_MARK, checksum)
