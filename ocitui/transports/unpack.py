"""Archives that were compressed from outside: ``.tar.gz``, ``.tar.zst``, ``.tar.xz``, ``.tar.bz2``."""

import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

from ocitui.spec.compression import Compression
from ocitui.transports.spool import CHUNK


class Unpacking:
    """The stream that a compressed file unpacks to. Iterate over it once."""

    def __init__(self, path: Path, compression: Compression) -> None:
        """
        Args:
            path: the compressed file.
            compression: what it is.
        """
        self._path = path
        self._compression = compression
        self._position: Callable[[], int] = int
        self.size = 0
        """Bytes that came out so far."""
        self.damage = ""
        """What broke the stream off, where something did."""

    def position(self) -> int:
        """Bytes of the compressed file that were read."""
        return self._position()

    def __iter__(self) -> Iterator[bytes]:
        """The pieces, up to the end or to what is damaged.

        Raises:
            OSError: the file cannot be opened.
        """
        with self._path.open("rb") as file:
            self._position = file.tell
            stream, errors = _open(file, self._compression)
            while True:
                try:
                    piece = stream.read(CHUNK)
                except errors as error:
                    self.damage = f"the {self._compression.value} stream is damaged after {self.size:,} bytes: {error}"
                    break
                if not piece:
                    break
                self.size += len(piece)
                yield piece


def _open(file: IO[bytes], compression: Compression) -> tuple[Any, tuple[type[Exception], ...]]:
    """A stream with ``read``, and the errors it raises where the bytes are damaged or end too soon."""
    match compression:
        case Compression.ZSTD:
            import zstandard

            # It does not say that a frame ends too soon; the tar in it does.
            decompressor = zstandard.ZstdDecompressor(max_window_size=2**31)
            return decompressor.stream_reader(file, read_across_frames=True), (zstandard.ZstdError,)
        case Compression.XZ:
            import lzma

            return lzma.LZMAFile(file), (lzma.LZMAError, EOFError)
        case Compression.BZIP2:
            import bz2

            return bz2.BZ2File(file), (OSError, EOFError, ValueError)
        case _:
            try:
                from isal import igzip, isal_zlib
            except ImportError:
                import gzip

                return gzip.GzipFile(fileobj=file, mode="rb"), (OSError, EOFError, zlib.error)
            stream: Any = igzip.IGzipFile(fileobj=file, mode="rb")  # type: ignore[no-untyped-call]
            error: Any = isal_zlib.error
            return stream, (OSError, EOFError, error)
