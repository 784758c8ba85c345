"""Bytes that can be read anywhere, and the same as a file for libraries that want one."""

import errno
import io
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from ocitui.transports.archives.spool import Spool

_BUFFER = 1 << 16


class Data(Protocol):
    """Some bytes: a file of a layer, a member of an archive."""

    @property
    def size(self) -> int:
        """Their number."""

    def read(self, offset: int, size: int) -> bytes:
        """Return bytes from an offset, at least one unless it is at the end; fewer than asked for only there.

        Raises:
            OcituiError: they are damaged or missing.
        """


@dataclass(frozen=True, slots=True)
class ReadData:
    """Bytes that a function gives."""

    size: int
    read: Callable[[int, int], bytes]
    """See `Data.read`."""


@dataclass(frozen=True, slots=True)
class Held:
    """Bytes in memory."""

    content: bytes

    @property
    def size(self) -> int:
        """Their number."""
        return len(self.content)

    def read(self, offset: int, size: int) -> bytes:
        """See `Data.read`."""
        return self.content[offset : offset + size]


class Spooled:
    """Bytes in a temporary file, which goes with this object."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self.size = spool.size
        """Their number."""

    def read(self, offset: int, size: int) -> bytes:
        """See `Data.read`."""
        with open(self._spool.path, "rb", buffering=0) as file:
            file.seek(offset)
            return file.read(size)


class Window:
    """A part of other bytes."""

    def __init__(self, data: Data, offset: int, size: int) -> None:
        self._data = data
        self._offset = offset
        self.size = max(0, min(size, data.size - offset))
        """Their number: fewer than its header says where the archive ends before."""

    def read(self, offset: int, size: int) -> bytes:
        """See `Data.read`."""
        return self._data.read(self._offset + offset, min(size, self.size - offset)) if offset < self.size else b""


class Joined:
    """Some bytes after others."""

    def __init__(self, first: Data, second: Data) -> None:
        self._first = first
        self._second = second
        self.size = first.size + second.size
        """Their number."""

    def read(self, offset: int, size: int) -> bytes:
        """See `Data.read`."""
        if offset < self._first.size:
            return self._first.read(offset, size)
        return self._second.read(offset - self._first.size, size)


class DataFile(io.RawIOBase):
    """The bytes as a file, for one thread at a time."""

    def __init__(self, data: Data) -> None:
        super().__init__()
        self._data = data
        self._at = 0

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to an offset."""
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._data.size}[whence]
        if base + offset < 0:
            raise OSError(errno.EINVAL, "an offset before the beginning")
        self._at = base + offset
        return self._at

    def tell(self) -> int:
        """Return the offset."""
        return self._at

    def readinto(self, buffer: "memoryview | bytearray", /) -> int:  # type: ignore[override]
        """Read the next bytes into a buffer."""
        data = self._data.read(self._at, len(buffer)) if self._at < self._data.size else b""
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)


def open_data(data: Data) -> io.BufferedReader:
    """Return the bytes as a file."""
    return io.BufferedReader(DataFile(data), _BUFFER)
