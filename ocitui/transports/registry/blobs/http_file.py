"""Reading a blob of a registry: in order over one answer, elsewhere by closed ranges."""

from collections.abc import Callable

from ocitui.transports.blob import FileIdentity
from ocitui.transports.registry.blobs.blob_stream import BlobStream
from ocitui.transports.registry.blobs.remote_blob import END, SMALL, RemoteBlob
from ocitui.transports.registry.errors import CopyError, RegistryCancelledError, RegistryError, as_os_error
from ocitui.transports.registry.kept import LIMIT

_SKIPPED = 1 << 18
"""Bytes that are read on over, rather than asked for anew beyond them."""

_GROWTH = 4
_LARGEST = 8 << 20
"""Bytes of a range; who reads on after that reads everything."""


class HttpFile:
    """An open blob. For one thread at a time.

    Whoever reads from the first byte on reads all of it, as a scan does: that is one answer.
    Whoever begins elsewhere is after a file: then each range is four times as large as the
    one before it.
    """

    def __init__(self, blob: RemoteBlob) -> None:
        self._blob = blob
        self._ahead = (0, b"")
        self._stream: BlobStream | None = None
        self._end = 0
        self._range = 0
        self._expected = 0
        """Bytes that will be read from the next jump on."""

    @property
    def size(self) -> int:
        """Bytes of the blob, or `OSError`."""
        try:
            return self._blob.size
        except RegistryCancelledError:
            raise
        except RegistryError as error:
            raise as_os_error(error) from None

    @property
    def identity(self) -> FileIdentity:
        """The same always: what has this digest does not change."""
        return 0, 0, self.size, 0, 0

    def read_at(self, offset: int, size: int) -> bytes:
        """See `BlobFile.read_at`."""
        size = min(size, self.size - offset)
        if size <= 0:
            return b""
        try:
            data = self._read(offset, size)
        except RegistryError as error:
            self.close()  # another try begins anew
            if isinstance(error, RegistryCancelledError):
                raise
            raise as_os_error(error) from None
        self._end = offset + len(data)
        return data

    def fetch(self, offset: int, size: int) -> bytes:
        """See `ocitui.transports.blob.FetchesRanges`."""
        parts: list[bytes] = []
        end = min(offset + size, self.size)
        try:
            while offset < end:
                parts.append(self._fetch(offset, end - offset))
                offset += len(parts[-1])
        except RegistryError as error:
            self.close()
            if isinstance(error, RegistryCancelledError):
                raise
            raise as_os_error(error) from None
        return b"".join(parts)

    def will_read(self, size: int) -> None:
        """See `ocitui.transports.blob.FetchesRanges`."""
        self._expected = min(size, _LARGEST)

    def close(self) -> None:
        """Close the answer that is open."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None
        self._ahead = 0, b""

    def _read(self, offset: int, size: int) -> bytes:
        try:
            return self._read_on(offset, size) if self._blob.is_streamed_only else self._read_or_copy(offset, size)
        except CopyError as error:
            self.close()
            self._blob.lose_copy(error)
        return self._read(offset, size)

    def _read_on(self, offset: int, size: int) -> bytes:
        """Bytes of an answer that holds the whole blob, of which nothing is kept: from its beginning where it must."""
        if self._stream is None or self._stream.position > offset:
            self.close()
            self._stream = self._blob.stream(0, self._blob.size)
        while self._stream.position < offset:
            self._blob.told(self._stream.read(min(offset - self._stream.position, _SKIPPED)))
        return self._blob.told(self._stream.read(size))

    def _read_or_copy(self, offset: int, size: int) -> bytes:
        start, ahead = self._ahead
        if start <= offset < start + len(ahead):
            return ahead[offset - start : offset - start + size]
        if (held := self._held(offset, size)) is not None:
            return held
        stream = self._stream
        if stream is not None and stream.position <= offset <= stream.position + _SKIPPED:
            stream.skip(offset - stream.position)
            return self._blob.told(stream.read(size))
        self.close()
        if offset != self._end or offset == 0:  # a jump, or the beginning
            self._range = 0 if offset == 0 else max(size, SMALL)
            expected, self._expected = self._expected if offset else 0, 0
            return self._read_range(offset, size, max(size, SMALL, expected))
        self._range *= _GROWTH
        if not 0 < self._range <= _LARGEST:
            self._blob.told(b"")  # before more is asked for than anybody wants
            if self._blob.is_copied_once and (start, offset) == (0, len(ahead)):
                return self._blob.copy_on(ahead).read_at(offset, size)
            self._stream = self._blob.stream(offset, self._blob.size_before_end)
            return self._blob.told(self._stream.read(size))
        return self._read_range(offset, size, max(size, self._range))

    def _fetch(self, offset: int, size: int) -> bytes:
        try:
            if not self._blob.is_streamed_only:
                held = self._held(offset, size)
                return held if held is not None else self._read_range(offset, size, size)
        except CopyError as error:
            self._blob.lose_copy(error)
        return self._read(offset, size)

    def _held(self, offset: int, size: int) -> bytes | None:
        """Bytes that are on this machine; None where they must be asked for."""
        if self._blob.small is not None:
            return self._blob.small[offset : offset + size]
        if (copy := self._blob.copy) is not None:
            return copy.read_at(offset, size)
        after = offset - self._blob.size_before_end
        return self._blob.end[after : after + size] if after >= 0 else None

    def _read_range(self, offset: int, size: int, length: int) -> bytes:
        end = min(offset + length, self._blob.size_before_end)
        self._blob.told(b"")
        answer, is_whole = self._blob.ask(offset, end)
        if is_whole:
            return self._blob.copy_from(answer).read_at(offset, size)
        data = self._blob.told(self._blob.stream(offset, end, answer).read_all())
        if len(data) == self._blob.size <= SMALL:
            self._blob.small = data
        elif end == self._blob.size and len(data) <= END:
            self._blob.end = data
        self._ahead = offset, data
        return data[:size]


class DocumentFile:
    """A manifest or a config, which is read whole and kept. For one thread at a time."""

    identity: FileIdentity = (0, 0, 0, 0, 0)

    def __init__(self, read: Callable[[], bytes], size: int | None) -> None:
        """
        Args:
            read: gives its bytes, or raises `RegistryError`.
            size: bytes that it ought to have.
        """
        self._read = read
        self._expected = size
        self._raw: bytes | None = None

    @property
    def size(self) -> int:
        """Bytes of it, or `OSError`. Of what is too long to be a document, nothing is asked for."""
        if self._expected is not None and self._expected > LIMIT:
            return self._expected
        return len(self._bytes())

    def read_at(self, offset: int, size: int) -> bytes:
        """See `BlobFile.read_at`."""
        return self._bytes()[offset : offset + size]

    def close(self) -> None:
        """Let go of it."""
        self._raw = None

    def _bytes(self) -> bytes:
        if self._raw is None:
            try:
                self._raw = self._read()
            except RegistryCancelledError:
                raise
            except RegistryError as error:
                raise as_os_error(error) from None
        return self._raw
