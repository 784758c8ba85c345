"""The beginning of a blob, read in order, unpacked on the way, and no more than is allowed of it."""

from contextlib import ExitStack
from typing import Self

from ocitui.errors import DocumentError
from ocitui.image.described.bounded import READ_LIMIT
from ocitui.layers.compression.detect import detect
from ocitui.layers.compression.opening import open_decompressor
from ocitui.layers.compression.source import BlobSource
from ocitui.layers.compression.stream import Decompressor
from ocitui.layers.summary import Findings
from ocitui.spec.compression import Compression
from ocitui.transports.blob import Blob

_PIECE, _LARGEST = 1 << 16, 1 << 20
"""Bytes that are asked for at once: at first, and at most."""
_SNIFFED = 16
"""Bytes that tell how a blob is compressed."""


class Beginning:
    """Reads on from the first byte. What is skipped of a blob that is not compressed is not read."""

    def __init__(self, blob: Blob) -> None:
        """Open a blob.

        Raises:
            BlobError: it cannot be read.
        """
        self._closing = ExitStack()
        self._source = self._closing.enter_context(BlobSource(blob))
        try:
            first = self._source.read_range(0, min(_PIECE, self._source.size))
            compression = detect(first[:_SNIFFED])
        except BaseException:
            self.close()
            raise
        self._unpacking: Decompressor | None = None
        if compression is not Compression.NONE:
            self._unpacking = open_decompressor(compression, self._source, Findings())
        self._buffer = first if self._unpacking is None else b""
        self.fetched = len(self._buffer)
        """Bytes that were read, or unpacked."""
        self._start = 0
        self._at = 0
        self._piece = _PIECE

    @property
    def position(self) -> int:
        """Bytes before the next one."""
        return self._at

    def read(self, size: int) -> bytes:
        """The next bytes, fewer at the end.

        Raises:
            DocumentError: that would be more than is read of a blob.
            BlobError: it cannot be read.
            StreamDamageError: it cannot be unpacked.
        """
        parts = []
        while size > 0:
            offset = self._at - self._start
            if not 0 <= offset < len(self._buffer):
                self._fill()
                offset = 0
                if not self._buffer:
                    break
            part = self._buffer[offset : offset + size]
            parts.append(part)
            self._at += len(part)
            size -= len(part)
        return b"".join(parts)

    def peek(self, size: int) -> bytes:
        """The next bytes, which are read again."""
        data = self.read(size)
        self._buffer = data + self._buffer[self._at - self._start :]
        self._start = self._at = self._at - len(data)
        return data

    def exactly(self, size: int) -> bytes:
        """The next bytes, or `DocumentError` where it ends before."""
        if size > READ_LIMIT:
            raise DocumentError(f"expected at most {READ_LIMIT:,} bytes, found a length of {size:,}")
        data = self.read(size)
        if len(data) < size:
            raise DocumentError(f"it ends at byte {self._at:,}, inside of its header")
        return data

    def skip(self, size: int) -> None:
        """Pass over bytes."""
        if self._unpacking is None:
            self._at += size
            if self._at > self._source.size:
                raise DocumentError(f"it ends at byte {self._source.size:,}, inside of its header")
            return
        while size > 0:
            passed = len(self.read(min(size, _LARGEST)))
            if not passed:
                raise DocumentError(f"it ends at byte {self._at:,}, inside of its header")
            size -= passed

    def _fill(self) -> None:
        if self.fetched >= READ_LIMIT:
            raise DocumentError(f"its header goes on beyond the {READ_LIMIT:,} bytes that are read of it")
        self._start = self._at
        if self._unpacking is None:
            self._buffer = self._source.read_range(self._at, min(self._piece, max(self._source.size - self._at, 0)))
        else:
            self._buffer = self._unpacking.read(self._piece)
        self._piece = min(self._piece * 2, _LARGEST)
        self.fetched += len(self._buffer)

    def close(self) -> None:
        """Close the blob."""
        self._closing.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
