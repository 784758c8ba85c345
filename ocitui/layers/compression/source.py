"""Reads the bytes of one blob in order, and hands them to whoever checks their digest."""

import os
from collections.abc import Callable

from ocitui.display import printable
from ocitui.errors import BlobError, BlobMissingError, BlobUnreadableError
from ocitui.transports.blob import Blob, FetchesRanges, StoredDamageError


class BlobSource:
    """The bytes of a blob, once, from first to last. Close it, or use it as a context manager."""

    def __init__(self, blob: Blob, observe: Callable[[bytes], object] | None = None, *, skipped: int = 0) -> None:
        """Open the blob.

        Args:
            blob: where the bytes are.
            observe: is given every piece in order, also those that are only drained.
            skipped: bytes of it that are passed over; offsets are counted from there.

        Raises:
            BlobMissingError: there is no such file.
            BlobError: it cannot be opened.
        """
        self._name = printable(os.fspath(blob.path))
        self._observe = observe
        self._skipped = skipped
        self.position = 0
        """Bytes given out so far."""
        try:
            self._file = blob.open()
            self.identity = self._file.identity
            """Differs when the file is another one, or was written to."""
            self.size = max(self._file.size - skipped, 0)
            """Bytes that there are to read; fewer than the location says when the file is too short."""
        except FileNotFoundError:
            raise BlobMissingError(f"blob {self._name}: missing") from None
        except OSError as error:
            raise _error_of(error, f"the blob {self._name} cannot be opened: {error.strerror or error}") from None

    @property
    def memory(self) -> int:
        """See `ocitui.layers.compression.stream.Decompressor`."""
        return 0

    def read(self, size: int = 1 << 19) -> bytes:
        """The next bytes, up to ``size`` of them; empty at the end.

        Raises:
            BlobError: the file cannot be read.
        """
        data = self.read_at(self.position, size)
        self.position += len(data)
        if data and self._observe is not None:
            self._observe(data)
        return data

    def read_at(self, offset: int, size: int) -> bytes:
        """Bytes at any offset of the blob, up to ``size`` of them; empty at the end. Does not move.

        Raises:
            BlobMissingError: the registry does not have it.
            BlobError: the file cannot be read.
        """
        return self._read_stored(offset, size)

    def _read_stored(self, offset: int, size: int) -> bytes:
        """The same, as they are stored."""
        if offset >= self.size:
            return b""
        try:
            return self._file.read_at(self._skipped + offset, min(size, self.size - offset))
        except FileNotFoundError:  # of a registry, which is asked when something is read
            raise BlobMissingError(f"blob {self._name}: missing") from None
        except OSError as error:
            reason = error.strerror or error
            raise _error_of(error, f"the blob {self._name} cannot be read at offset {offset:,}: {reason}") from None

    def will_read(self, size: int) -> None:
        """Say that about so many bytes will be read from the first one on: over a network they come in one request."""
        if isinstance(self._file, FetchesRanges):
            self._file.will_read(size)

    def read_range(self, offset: int, size: int) -> bytes:
        """All of these bytes, over a network in one request and without what follows them. Does not move.

        Raises:
            BlobError: they cannot be read, or the blob ends before that.
        """
        parts: list[bytes] = []
        end = offset + size
        while offset < end:
            part = self._fetch(offset, end - offset)
            if not part:
                raise BlobError(
                    f"the blob {self._name}: expected {end - offset:,} bytes at offset {offset:,}, found none"
                )
            parts.append(part)
            offset += len(part)
        return b"".join(parts)

    def _fetch(self, offset: int, size: int) -> bytes:
        if not isinstance(self._file, FetchesRanges):
            return self._read_stored(offset, size)
        try:
            return self._file.fetch(self._skipped + offset, size)
        except OSError as error:
            reason = error.strerror or error
            raise _error_of(error, f"the blob {self._name} cannot be read at offset {offset:,}: {reason}") from None

    def peek(self, size: int) -> bytes:
        """The first bytes of the blob, without moving."""
        return self.read_at(0, size)

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        self._observe = None

    def __enter__(self) -> "BlobSource":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _error_of(error: OSError, message: str) -> BlobError:
    return BlobError(message) if isinstance(error, StoredDamageError) else BlobUnreadableError(message)
