"""A layer that was unpacked, with what is needed to put its tar together again, byte for byte.

So podman, buildah and CRI-O keep layers: the files in a folder, and beside it a tar-split
with everything of the tar that is no file's contents.
"""

import errno
import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import ClassVar

from ocitui.transports.blob import FileIdentity, StoredDamageError, identity_of
from ocitui.transports.containers_storage.layer_files import LayerFiles
from ocitui.transports.containers_storage.split_runs import SplitRuns, read_runs

_KEPT = 4
"""Tar-splits that are kept once they were read; that of a hundred thousand files takes a second."""


@dataclass(frozen=True, slots=True)
class TarSplitBlob:
    """The tar of an unpacked layer."""

    KIND: ClassVar[str] = "split"

    path: Path
    """The tar-split."""
    folder: Path
    """The folder of the layer's files."""
    size: int | None = None
    """Bytes of the tar; None where the storage does not say."""

    @property
    def is_named_by_diff_id(self) -> bool:
        """False: it is not compressed, and so its digest is its diff ID."""
        return False

    @property
    def is_remote(self) -> bool:
        """False: its parts are files."""
        return False

    @property
    def variant(self) -> str:
        """Empty: there is only one."""
        return ""

    def open(self) -> "SplitFile":
        """Read the tar-split and open the folder."""
        return SplitFile(self)

    def identity(self) -> FileIdentity:
        """See `Blob.identity`: that of the tar-split, since nothing short of reading tells it of the layer's files."""
        return identity_of(os.stat(self.path))

    def words(self) -> list[str]:
        """Its fields as words."""
        return [os.fspath(self.path), os.fspath(self.folder), "" if self.size is None else str(self.size)]

    @classmethod
    def from_words(cls, words: list[str]) -> "TarSplitBlob":
        """The opposite of `words`."""
        path, folder, size = words
        return cls(Path(path), Path(folder), int(size) if size else None)


class SplitFile:
    """The tar of a layer, put together while it is read."""

    def __init__(self, blob: TarSplitBlob) -> None:
        """Read the tar-split, or raise `OSError`."""
        self.identity = identity_of(os.stat(blob.path))
        self._runs = _runs(blob.path, self.identity)
        self.size = self._runs.size
        try:
            self._files = LayerFiles(blob.folder)
        except (FileNotFoundError, NotADirectoryError):
            raise StoredDamageError(errno.EIO, "expected a folder with the files of the layer, found none") from None

    def read_at(self, offset: int, size: int) -> bytes:
        """See `BlobFile.read_at`; what is before a file that cannot be read is still given."""
        parts: list[bytes] = []
        end = min(offset + size, self.size)
        while offset < end:
            try:
                piece = self._read(offset, end - offset)
            except OSError:
                if parts:
                    break
                raise
            parts.append(piece)
            offset += len(piece)
        return b"".join(parts)

    def close(self) -> None:
        """Close the files of the layer."""
        self._files.close()

    def _read(self, offset: int, size: int) -> bytes:
        run = self._runs.at(offset)
        within = offset - run.start
        size = min(size, run.length - within)
        if run.name:
            return self._files.read(run.name, run.length, within, size)
        return self._runs.held(run.place + within, size)


@lru_cache(maxsize=_KEPT)
def _runs(path: Path, identity: FileIdentity) -> SplitRuns:
    """The runs of a tar-split; another file of that name is read again."""
    return read_runs(path)
