"""A copy of a blob on this machine, for servers that send whole blobs only.

It is read while it grows. One that is whole and has its digest stays in the cache folder,
so that no process after this one asks for the blob again.
"""

import hashlib
import os
import threading
import weakref
from contextlib import suppress
from io import FileIO
from pathlib import Path
from typing import Self

from ocitui.cache_folder import CacheFolder, make_private_file, make_private_folder
from ocitui.display import printable
from ocitui.spec.digest import Digest
from ocitui.transports.registry.blobs.blob_stream import BlobStream
from ocitui.transports.registry.errors import CopyError, RegistryCancelledError, RegistryError
from ocitui.transports.registry.kept import Kept

_PIECE = 1 << 20


class Copy:
    """A file with the first bytes of a blob, or all of them. For several threads."""

    def __init__(self, path: Path, size: int, written: int) -> None:
        self.size = size
        """Bytes of the blob."""
        self._path = path
        self._file = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0))
        self._closing = weakref.finalize(self, os.close, self._file)
        self._written = written
        self._error: RegistryError | None = None
        self._grown = threading.Condition()
        self._reading = threading.Lock()

    @classmethod
    def find(cls, kept: Kept, digest: Digest, size: int | None) -> Self | None:
        """The copy that is kept; None where there is none of that size."""
        for is_passing in (False, True):
            path = kept.copy_path(digest, is_passing=is_passing)
            with suppress(OSError):
                found = path.stat().st_size
                if size is None or found == size:
                    os.utime(path)
                    return cls(path, found, found)
        return None

    @classmethod
    def begin(
        cls,
        stream: BlobStream,
        kept: Kept | None,
        digest: Digest,
        size: int,
        *,
        start: bytes = b"",
        is_passing: bool = False,
    ) -> Self:
        """Make a copy in a thread of its own.

        Args:
            stream: all bytes of the blob, but for those that are there.
            kept: where it is to stay.
            digest: what it must have to stay.
            size: bytes of the blob.
            start: the first bytes, which are there.
            is_passing: see `Kept.copy_path`.

        Raises:
            CopyError: there is nowhere to write it.
        """
        kept = kept or Kept(CacheFolder())
        path = _make_file(kept, digest, stream)
        copy = cls(path, size, 0)
        weakref.finalize(copy, _remove, path)  # at the end of the program, too
        target = kept.copy_path(digest, is_passing=is_passing)
        arguments = (stream, kept.cache, digest, start, target)
        threading.Thread(target=copy._fill, args=arguments, name="copy", daemon=True).start()
        return copy

    @property
    def is_cancelled(self) -> bool:
        """True if it does not grow any more since nobody waited for it."""
        return isinstance(self._error, RegistryCancelledError)

    def read_at(self, offset: int, size: int) -> bytes:
        """Bytes at an offset, as soon as they have come; what the end of the blob cuts off is left out.

        Raises:
            CopyError: the copy did not get that far, since there is no room for it.
            RegistryError: they cannot be had.
            OSError: this machine does not give them.
        """
        end = min(offset + size, self.size)
        with self._grown:
            while self._written <= offset < end:
                if self._error is not None:
                    raise self._error
                self._grown.wait()
            end = min(end, self._written)
        if end <= offset:
            return b""
        with self._reading:
            os.lseek(self._file, offset, os.SEEK_SET)
            data = os.read(self._file, end - offset)
        if not data:
            raise CopyError(f"{printable(str(self._path))}: expected {self._written:,} bytes, found fewer")
        return data

    def read(self, start: int, end: int) -> bytes:
        """All bytes of a part, as soon as they have come; see `read_at`."""
        parts: list[bytes] = []
        while part := self.read_at(start, end - start):
            parts.append(part)
            start += len(part)
        return b"".join(parts)

    def _fill(self, stream: BlobStream, cache: CacheFolder, digest: Digest, start: bytes, target: Path) -> None:
        hasher = hashlib.new(digest.algorithm) if digest.is_known else None
        try:
            with open(self._path, "r+b", buffering=0) as file:
                while piece := start or stream.read(_PIECE):
                    start = b""
                    _write(file, piece)
                    if hasher is not None:
                        hasher.update(piece)
                        if stream.is_at_end and hasher.hexdigest() == digest.encoded:
                            self._keep(cache, target)  # before anybody reads the end, and leaves
                    self._grow(len(piece))
        except RegistryError as error:
            self._fail(error)
        except OSError as error:
            self._fail(CopyError(f"{printable(str(self._path.parent))}: cannot be written: {error.strerror or error}"))
        finally:
            stream.close()

    def _keep(self, cache: CacheFolder, target: Path) -> None:
        if self._path.parent == target.parent:
            with suppress(OSError):
                os.replace(self._path, target)
                cache.prune(cache.limit, keep=target)

    def _grow(self, size: int) -> None:
        with self._grown:
            self._written += size
            self._grown.notify_all()

    def _fail(self, error: RegistryError) -> None:
        with self._grown:
            self._error = error
            self._grown.notify_all()


def _make_file(kept: Kept, digest: Digest, stream: BlobStream) -> Path:
    folder = kept.copy_path(digest).parent
    for path in kept.cache.temporary_places(folder, digest.encoded[:64]):
        with suppress(OSError):
            make_private_folder(path.parent)
            make_private_file(path)
            return path
    stream.close()
    raise CopyError("expected a folder to write a copy of a blob in, found none")


def _write(file: FileIO, data: bytes) -> None:
    """Write all of it: a disk that fills up takes the beginning, and refuses the rest."""
    view = memoryview(data)
    while view:
        view = view[file.write(view) :]


def _remove(path: Path) -> None:
    with suppress(OSError):
        path.unlink()
