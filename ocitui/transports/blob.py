"""The location of one blob's bytes, and a way to read them."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Protocol, runtime_checkable

FileIdentity = tuple[int, int, int, int, int]
"""Device, inode, size in bytes, and times of modification and of change in nanoseconds: another file differs in one."""


class StoredDamageError(OSError):
    """The parts that a blob is put together from are not as they should be: no fault of this machine."""


class BlobFile(Protocol):
    """The open bytes of a blob. For one thread at a time."""

    @property
    def size(self) -> int:
        """Bytes that there are to read; fewer than the location says when the file is too short."""

    @property
    def identity(self) -> FileIdentity:
        """Differs when what is read is another file, or was written to."""

    def read_at(self, offset: int, size: int) -> bytes:
        """Bytes of the blob from an offset: at least one and up to ``size``, none at its end. May raise `OSError`."""

    def close(self) -> None:
        """Close it; closing it again does nothing."""


@runtime_checkable
class FetchesRanges(Protocol):
    """An open blob that comes over a network, where what is read ahead costs as much as what is wanted."""

    def fetch(self, offset: int, size: int) -> bytes:
        """These bytes of the blob, all of them and, where the server can, no others. May raise `OSError`."""

    def will_read(self, size: int) -> None:
        """Ask for about so many bytes at once, from wherever `read_at` begins next."""


class Blob(Protocol):
    """The location of a blob. A plain value, so that it can be handed to a worker process."""

    KIND: ClassVar[str]
    """The name by which `ocitui.transports.blobs.from_words` knows it."""

    @property
    def size(self) -> int | None:
        """Bytes of the blob, where that is known without reading it."""

    @property
    def path(self) -> Path:
        """The file or folder that messages name."""

    @property
    def is_named_by_diff_id(self) -> bool:
        """True if its digest is that of its unpacked bytes, and not that of its own."""

    @property
    def is_remote(self) -> bool:
        """True if its bytes come over a network, and nothing but its digest says which they are."""

    @property
    def variant(self) -> str:
        """Tells apart blobs that go by one digest and are not the same bytes; empty where there is only one."""

    def open(self) -> BlobFile:
        """Open it for reading, or raise `OSError`."""

    def identity(self) -> FileIdentity:
        """The identity of the file that it is in, without opening it, or raise `OSError`."""

    def words(self) -> list[str]:
        """Return the words from which a worker process makes it again."""


@dataclass(frozen=True, slots=True)
class BlobLocation:
    """A run of bytes in a file: a blob of a layout, or a member stored plain in an archive."""

    KIND: ClassVar[str] = "run"

    path: Path
    offset: int = 0
    """Bytes before the blob's first."""
    size: int | None = None
    """Bytes of the blob; None for "to the end of the file"."""
    is_named_by_diff_id: bool = False
    """True for a compressed layer of a docker archive, whose documents know no other digest of it."""

    @property
    def is_remote(self) -> bool:
        """False: it is in a file."""
        return False

    @property
    def variant(self) -> str:
        """Empty, but for a blob that is named by what it unpacks to: that has many compressed forms."""
        return str(self.size) if self.is_named_by_diff_id else ""

    def start(self, size: int) -> bytes:
        """The first bytes, up to ``size``; may raise `OSError`."""
        file = self.open()
        try:
            return file.read_at(0, size)
        finally:
            file.close()

    def open(self) -> "FileRun":
        """Open the file."""
        return FileRun(self)

    def identity(self) -> FileIdentity:
        """See `Blob.identity`."""
        return identity_of(os.stat(self.path))

    def words(self) -> list[str]:
        """Its fields as words."""
        size = "" if self.size is None else str(self.size)
        return [os.fspath(self.path), str(self.offset), size, "diff" if self.is_named_by_diff_id else ""]

    @classmethod
    def from_words(cls, words: list[str]) -> "BlobLocation":
        """The opposite of `words`."""
        path, offset, size, named = words
        return cls(Path(path), int(offset), int(size) if size else None, bool(named))


class FileRun:
    """A run of an open file."""

    def __init__(self, blob: BlobLocation) -> None:
        """Open the file, or raise `OSError`."""
        self._start = blob.offset
        self._file = os.open(blob.path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0))
        try:
            self.identity = identity_of(os.fstat(self._file))
            end = os.lseek(self._file, 0, os.SEEK_END)
        except OSError:
            self.close()
            raise
        self._place = end
        here = max(end - blob.offset, 0)
        self.size = here if blob.size is None else min(blob.size, here)

    def read_at(self, offset: int, size: int) -> bytes:
        """See `BlobFile.read_at`."""
        place = self._start + offset
        if place != self._place:
            os.lseek(self._file, place, os.SEEK_SET)
        data = os.read(self._file, max(min(size, self.size - offset), 0))
        self._place = place + len(data)
        return data

    def close(self) -> None:
        """Close the file."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


def identity_of(status: os.stat_result) -> FileIdentity:
    """The identity of a file. Its time of change is set by every write, whatever its time of modification is set to."""
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns
