"""Reads the bytes of one blob in order, and hands them to whoever checks their digest."""

import os
from collections.abc import Callable

from ocitui.display import show
from ocitui.errors import BlobError, BlobMissingError
from ocitui.transports.blob import BlobLocation


class BlobSource:
    """The bytes of a blob, once, from first to last. Close it, or use it as a context manager."""

    def __init__(self, blob: BlobLocation, observe: Callable[[bytes], object] | None = None) -> None:
        """Open the file.

        Args:
            blob: where the bytes are.
            observe: is given every piece in order, also those that are only drained.

        Raises:
            BlobMissingError: there is no such file.
            BlobError: it cannot be opened.
        """
        self._name = show(os.fspath(blob.path))
        self._observe = observe
        self._start = blob.offset
        self.position = 0
        """Bytes given out so far."""
        try:
            self._file = os.open(blob.path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0))
        except FileNotFoundError:
            raise BlobMissingError(f"the blob {self._name} is not here") from None
        except OSError as error:
            raise BlobError(f"the blob {self._name} cannot be opened: {error.strerror}") from None
        try:
            status = os.fstat(self._file)
            self.identity = (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)
            """Differs when the file is another one, or was written to."""
            end = os.lseek(self._file, 0, os.SEEK_END)
            os.lseek(self._file, blob.offset, os.SEEK_SET)
        except OSError as error:
            os.close(self._file)
            raise BlobError(f"the blob {self._name} cannot be read: {error.strerror}") from None
        here = max(end - blob.offset, 0)
        self.size = here if blob.size is None else min(blob.size, here)
        """Bytes that there are to read; fewer than the location says when the file is too short."""

    def read(self, size: int = 1 << 19) -> bytes:
        """The next bytes, up to ``size`` of them; empty at the end.

        Raises:
            BlobError: the file cannot be read.
        """
        try:
            data = os.read(self._file, min(size, self.size - self.position))
        except OSError as error:
            raise BlobError(
                f"the blob {self._name} cannot be read at offset {self.position:,}: {error.strerror}"
            ) from None
        self.position += len(data)
        if data and self._observe is not None:
            self._observe(data)
        return data

    def read_at(self, offset: int, size: int) -> bytes:
        """Bytes at any offset of the blob, up to ``size`` of them; empty at the end. Not to be mixed with `read`.

        Raises:
            BlobError: the file cannot be read.
        """
        if offset >= self.size:
            return b""
        try:
            os.lseek(self._file, self._start + offset, os.SEEK_SET)
            return os.read(self._file, min(size, self.size - offset))
        except OSError as error:
            raise BlobError(f"the blob {self._name} cannot be read at offset {offset:,}: {error.strerror}") from None

    def peek(self, size: int) -> bytes:
        """The first bytes of the blob, without moving. Only before the first `read`."""
        place = os.lseek(self._file, 0, os.SEEK_CUR)
        try:
            data = os.read(self._file, min(size, self.size))
            os.lseek(self._file, place, os.SEEK_SET)
        except OSError as error:
            raise BlobError(f"the blob {self._name} cannot be read: {error.strerror}") from None
        return data

    def close(self) -> None:
        """Close the file."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def __enter__(self) -> "BlobSource":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
