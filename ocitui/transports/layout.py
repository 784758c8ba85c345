"""An image layout: a folder with ``oci-layout``, ``index.json`` and ``blobs``.

Implements image-spec, Image Layout Specification.
"""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from ocitui.display import show
from ocitui.errors import BlobError, BlobMissingError, DocumentError, UsageError
from ocitui.spec.digest import Digest
from ocitui.transports.blob import BlobLocation
from ocitui.transports.layout_files import MARKS, LayoutFiles, unreadable


class Layout(LayoutFiles):
    """A layout folder; nothing outside it is read, whatever its links say."""

    def __init__(self, path: Path, place: str | None = None) -> None:
        """
        Args:
            path: the folder.
            place: how the user named it.

        Raises:
            UsageError: there is no such folder, or it is no layout at all.
        """
        self.place = place if place is not None else str(path)
        self._path = path
        try:
            self._root = Path(os.path.realpath(path, strict=True))
            names = set(os.listdir(self._root))
        except NotADirectoryError:
            raise UsageError(f"{show(self.place)}: expected a folder that holds an OCI layout, found a file") from None
        except (OSError, ValueError) as error:
            raise unreadable(self.place, error) from None
        if names.isdisjoint(MARKS):
            raise UsageError(
                f"{show(self.place)}: expected an OCI layout (oci-layout, index.json, blobs/), "
                f"found a folder with none of them"
            )
        self.problems = self.version_problems()

    def find(self, name: str, what: str) -> BlobLocation:
        """Where a file's bytes are; a link out of the layout is not followed."""
        return self._inside(self._root / name, what)

    def _inside(self, path: Path, what: str) -> BlobLocation:
        try:
            real = os.path.realpath(path, strict=True)
            if not self._holds(real):
                raise BlobError(f"{what}: expected a file of the layout, found a link out of it")
            found = os.stat(real)
        except (FileNotFoundError, NotADirectoryError):
            raise BlobMissingError(f"{what}: not here") from None
        except OSError as error:
            raise BlobError(f"{what}: cannot be read: {os.strerror(error.errno or 0)}") from None
        if not stat.S_ISREG(found.st_mode):
            raise BlobError(f"{what}: expected a file, found {_file_type(found.st_mode)}")
        return BlobLocation(Path(real), 0, found.st_size)

    def digests(self) -> Iterator[Digest]:
        """Every blob of the layout, in the order of their names."""
        blobs = self._root / "blobs"
        for algorithm in self._names(blobs):
            for encoded in self._names(blobs / algorithm):
                try:
                    yield Digest.parse(f"{algorithm}:{encoded}")
                except DocumentError:
                    continue  # not a blob: a temporary file of some tool

    def _holds(self, real: str) -> bool:
        return os.path.commonpath((real, self._root)) == str(self._root)

    def _names(self, folder: Path) -> list[str]:
        try:
            real = os.path.realpath(folder, strict=True)
            return sorted(os.listdir(real)) if self._holds(real) else []
        except OSError:
            return []


def _file_type(mode: int) -> str:
    if stat.S_ISDIR(mode):
        return "a folder"
    if stat.S_ISFIFO(mode):
        return "a pipe"
    return "a device or a socket"
