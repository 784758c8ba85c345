"""Decompressors with one small interface: `Decompressor.read` gives the next bytes of the unpacked stream.

``isal`` unpacks gzip about three times as fast as ``zlib``, which stands in where there
is no ``isal``. Both give up Python's lock while they work on a large buffer.
"""

import zlib
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol

from ocitui.layers.compression import Compression
from ocitui.layers.source import BlobSource
from ocitui.layers.summary import Findings
from ocitui.layers.zstdframes import FrameWalker

_fast_zlib: Any = zlib
with suppress(ImportError):
    from isal import isal_zlib as _fast_zlib

_FIRST_INPUT = 1 << 14
_INPUT = 1 << 19
_LARGEST_WINDOW = 1 << 31
_GZIP_BITS = 31  # zlib's word for "a gzip header, and nothing else"


class StreamDamageError(Exception):
    """The compressed stream is damaged; not seen outside `ocitui.layers`."""

    def __init__(self, message: str, blob_offset: int) -> None:
        super().__init__(message)
        self.blob_offset = blob_offset


class Decompressor(Protocol):
    """Unpacks one blob, once, from first to last."""

    def read(self, size: int) -> bytes:
        """The next bytes of the unpacked stream, up to ``size`` of them; empty at its end.

        Raises:
            StreamDamageError: the stream is damaged here. Bytes before the damage may be lost
                with it, less than ``size`` of them.
            BlobError: the blob cannot be read.
        """


def open_decompressor(
    compression: Compression, source: BlobSource, findings: Findings, *, exact: bool = False
) -> Decompressor:
    """The decompressor for a blob.

    Args:
        compression: what the blob's bytes are.
        source: the blob, at its start.
        findings: where oddities are noted.
        exact: use the slower library that gives every byte up to a damage.
    """
    match compression:
        case Compression.NONE:
            return source
        case Compression.GZIP:
            return _Gzip(source, findings, zlib if exact else _fast_zlib)
        case Compression.ZSTD:
            return _Zstd(source, findings)
        case Compression.BZIP2:
            import bz2

            return _Members(source, findings, bz2.BZ2Decompressor, "bzip2")
        case Compression.XZ:
            import lzma

            return _Members(source, findings, lzma.LZMADecompressor, "xz")


class _Gzip:
    """RFC 1952: one member after the other; zeros or other bytes after the last are noted, not unpacked."""

    def __init__(self, source: BlobSource, findings: Findings, library: Any) -> None:
        self._source = source
        self._findings = findings
        self._library = library
        self._errors = (zlib.error, library.error)
        self._member: Any = None
        self._members = 0
        self._buffer = memoryview(b"")
        self._at = 0
        self._piece = _FIRST_INPUT

    def read(self, size: int) -> bytes:
        while True:
            if self._at == len(self._buffer):
                self._buffer, self._at = memoryview(self._source.read(_INPUT)), 0
            if self._member is None and not self._begin_member():
                return b""
            # A small piece at first: what lies behind the end of a member is copied each
            # time, and a blob may have one member for each file (eStargz).
            piece = self._buffer[self._at : self._at + self._piece]
            self._piece = min(self._piece * 2, _INPUT)
            try:
                data: bytes = self._member.decompress(piece, size)
            except self._errors as error:
                raise StreamDamageError(f"the gzip stream is damaged: {error}", self._offset) from None
            self._at += len(piece)
            if self._member.eof:
                self._at -= len(self._member.unused_data)
                self._member = None
            else:
                self._at -= len(self._member.unconsumed_tail)
            if data:
                return data
            if not piece and self._member is not None:
                raise StreamDamageError("the gzip stream ends too early", self._offset)

    @property
    def _offset(self) -> int:
        return self._source.position - len(self._buffer) + self._at

    def _begin_member(self) -> bool:
        """Get to the next member. Returns False at the end of the stream."""
        start = bytes(self._buffer[self._at : self._at + 2])
        if len(start) == 1:  # the magic number is cut by the end of the buffer
            self._buffer, self._at = memoryview(start + self._source.read(_INPUT)), 0
            start = bytes(self._buffer[:2])
        if not start:
            return False
        if start != b"\x1f\x8b":
            self._drain()
            return False
        self._member, self._piece = self._library.decompressobj(_GZIP_BITS), _FIRST_INPUT
        self._members += 1
        return True

    def _drain(self) -> None:
        """Step over what follows the last member, as gzip does."""
        offset, is_zero = self._offset, True
        data = bytes(self._buffer[self._at :])
        while data:
            is_zero = is_zero and not data.strip(b"\0")
            data = self._source.read(_INPUT)
        self._buffer, self._at = memoryview(b""), 0
        what = "zeros" if is_zero else "bytes that are no gzip"
        self._findings.note(f"{what} follow the gzip stream at offset {offset:,} of the blob")


class _Zstd:
    """RFC 8878: frames one after the other, skippable ones stepped over, windows up to 2 GiB."""

    def __init__(self, source: BlobSource, findings: Findings) -> None:
        import zstandard

        self._source = source
        self._findings = findings
        self._walker = FrameWalker()
        self._error = zstandard.ZstdError
        self._is_checked = False
        frames: Any = _FrameBytes(source, self._walker)  # all it calls is read
        self._reader = zstandard.ZstdDecompressor(max_window_size=_LARGEST_WINDOW).stream_reader(
            frames, read_size=_INPUT, read_across_frames=True
        )

    def read(self, size: int) -> bytes:
        try:
            data = self._reader.read(size)
        except self._error as error:
            raise StreamDamageError(f"the zstd stream is damaged: {error}", self._source.position) from None
        if not data and not self._is_checked:
            self._is_checked = True
            garbage = self._walker.garbage_at
            while self._source.read(_INPUT):
                pass
            if garbage is not None:
                self._findings.note(f"bytes that are no zstd follow the zstd stream at offset {garbage:,} of the blob")
            elif not self._walker.is_between_frames:
                raise StreamDamageError("the zstd stream ends too early", self._source.position)
        return data


class _FrameBytes:
    """What the zstd reader reads: the blob's bytes as far as they are frames."""

    def __init__(self, source: BlobSource, walker: FrameWalker) -> None:
        self._source = source
        self._walker = walker

    def read(self, size: int) -> bytes:
        if self._walker.garbage_at is not None:
            return b""
        data = self._source.read(size)
        return data[: self._walker.feed(data)]


class _Members:
    """bzip2 and xz, which no image ought to have, with the standard library: streams one after the other."""

    def __init__(self, source: BlobSource, findings: Findings, library: Callable[[], Any], word: str) -> None:
        self._source = source
        self._findings = findings
        self._library = library
        self._word = word
        self._member = library()
        self._buffer = b""

    def read(self, size: int) -> bytes:
        while True:
            if self._member.eof:
                self._buffer = self._member.unused_data.lstrip(b"\0") or self._source.read(_INPUT).lstrip(b"\0")
                if not self._buffer and self._source.position == self._source.size:
                    return b""
                if self._buffer:
                    self._member = self._library()
                continue
            if self._member.needs_input and not self._buffer:
                self._buffer = self._source.read(_INPUT)
                if not self._buffer:
                    raise StreamDamageError(f"the {self._word} stream ends too early", self._source.position)
            try:
                data: bytes = self._member.decompress(self._buffer, size)
            except Exception as error:  # lzma.LZMAError, OSError, EOFError
                raise StreamDamageError(f"the {self._word} stream is damaged: {error}", self._source.position) from None
            self._buffer = b""
            if data:
                return data
