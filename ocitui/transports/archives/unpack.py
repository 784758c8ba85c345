"""Archives that were compressed from outside: ``.tar.gz``, ``.tar.zst``, ``.tar.xz``, ``.tar.bz2``.

All that comes before a damage is given, piece by piece, so that no stream fills the memory.
"""

import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

from ocitui.spec.compression import Compression, xz_member, xz_reason
from ocitui.spec.zstd_frames import LARGEST_WINDOW, FrameWalker, WindowWatch
from ocitui.transports.archives.spool import CHUNK

_INPUT = 1 << 18

_FREE = 4 << 30
"""Bytes that any file may unpack to."""

_RATIO = 200
"""Bytes that it may unpack to beyond that, for each of its own: what people pack is seldom a tenth of its size."""


class Unpacking:
    """The stream that a compressed file unpacks to. Iterate over it once."""

    def __init__(
        self, file: Path | Callable[[], IO[bytes]], compression: Compression, *, free: int | None = None
    ) -> None:
        """
        Args:
            file: the path of the compressed file, or what opens it.
            compression: what it is.
            free: bytes that it may unpack to, however small it is; None for as much as the archive of an image may.
        """
        self._open: Callable[[], IO[bytes]] = (lambda: file.open("rb", 0)) if isinstance(file, Path) else file
        self._compression = compression
        self._free = _FREE if free is None else free
        self._position: Callable[[], int] = int
        self.size = 0
        """Bytes that came out so far."""
        self.damage = ""
        """The damage at which the stream ended early, if any."""

    def position(self) -> int:
        """Bytes of the compressed file that were read."""
        return self._position()

    def __iter__(self) -> Iterator[bytes]:
        """The pieces, up to the end or to what is damaged.

        Raises:
            OSError: the file cannot be opened or read.
        """
        with self._open() as file:
            self._position = file.tell
            try:
                for piece in (
                    _zstd(file) if self._compression is Compression.ZSTD else _members(file, self._compression)
                ):
                    self.size += len(piece)
                    yield piece
                    if self.size > self._free and self.size > _RATIO * file.tell():
                        self.damage = (
                            f"what it unpacks to is not read after {self.size:,} bytes: expected at most "
                            f"{self._free:,}, or {_RATIO} times the {self._compression.value} stream, found more"
                        )
                        return
            except _DamageError as damage:
                name = self._compression.value
                self.damage = f"the {name} stream is damaged after {self.size:,} bytes of what it unpacks to: {damage}"


class _DamageError(Exception):
    """The problem of a damaged stream."""


def _members(file: IO[bytes], compression: Compression) -> Iterator[bytes]:
    """Unpack streams that stand one after the other; zeros and other bytes after the last are left alone."""
    make, errors = _decompressor(compression)
    waiting = file.read(_INPUT)
    count = 0
    while waiting:
        member = make()
        try:
            while not member.eof:
                piece = member.decompress(waiting, CHUNK)
                waiting = b""
                if piece:
                    yield piece
                if member.needs_input and not member.eof:
                    waiting = file.read(_INPUT)
                    if not waiting:
                        raise _DamageError("it ends too soon")
        except errors as error:
            if count:
                return  # garbage after the end, which every program passes over
            reason = xz_reason(error) if compression is Compression.XZ else str(error)
            raise _DamageError(reason) from None
        count += 1
        waiting = bytes(member.unused_data).lstrip(b"\0") or file.read(_INPUT).lstrip(b"\0")


def _zstd(file: IO[bytes]) -> Iterator[bytes]:
    """Unpack all frames. That a frame ends too soon is not said here; the tar in it says it."""
    import zstandard

    frames: Any = _Frames(file)
    watch = WindowWatch(frames.walker)
    stream = zstandard.ZstdDecompressor(max_window_size=LARGEST_WINDOW).stream_reader(frames, read_across_frames=True)
    try:
        while piece := stream.read(CHUNK):
            watch.took(len(piece))
            if watch.problem:
                raise _DamageError(watch.problem)
            yield piece
    except zstandard.ZstdError as error:
        raise _DamageError(watch.problem or str(error)) from None


class _Frames:
    """A file whose frames are followed while it is read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.walker = FrameWalker()

    def read(self, size: int) -> bytes:
        data = self._file.read(size)
        self.walker.feed(data)
        return data


def _decompressor(compression: Compression) -> tuple[Callable[[], Any], type[Exception] | tuple[type[Exception], ...]]:
    """Return a factory of decompressors of one member, such as ``bz2.BZ2Decompressor``, and the errors they raise."""
    match compression:
        case Compression.XZ:
            import lzma

            return xz_member, lzma.LZMAError
        case Compression.BZIP2:
            import bz2

            return bz2.BZ2Decompressor, (OSError, ValueError)
        case _:
            try:
                from isal import igzip_lib
            except ImportError:
                return _ZlibMember, zlib.error
            error: Any = igzip_lib.IsalError
            return lambda: igzip_lib.IgzipDecompressor(flag=igzip_lib.DECOMP_GZIP), error


class _ZlibMember:
    """zlib's own decompressor with the face of the others."""

    def __init__(self) -> None:
        self._stream = zlib.decompressobj(31)

    def decompress(self, data: bytes, size: int) -> bytes:
        return self._stream.decompress(self._stream.unconsumed_tail + data, size)

    @property
    def eof(self) -> bool:
        return self._stream.eof

    @property
    def needs_input(self) -> bool:
        return not self._stream.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        return self._stream.unused_data
