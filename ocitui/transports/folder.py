"""A folder that holds images: its files, and nothing outside it, whatever its links say."""

import os
import stat
from pathlib import Path

from ocitui.display import printable
from ocitui.errors import BlobError, BlobMissingError, BlobUnreadableError, UsageError
from ocitui.transports.blob import BlobLocation
from ocitui.transports.files import Files, unreadable


class Folder(Files):
    """An open folder."""

    def __init__(self, path: Path, place: str | None = None, *, what: str = "images") -> None:
        """
        Args:
            path: the folder.
            place: how the user named it.
            what: what it ought to hold, for messages: ``an OCI layout``.

        Raises:
            UsageError: there is no such folder, or it may not be read.
        """
        self.path = path
        """The folder as it was named."""
        self.place = place if place is not None else str(path)
        try:
            self.root = Path(os.path.realpath(path, strict=True))
            self.tops = frozenset(os.listdir(self.root))
        except NotADirectoryError:
            raise UsageError(f"{printable(self.place)}: is a file, not a folder with {what}") from None
        except (OSError, ValueError) as error:
            raise unreadable(self.place, error) from None

    def find(self, name: str, what: str) -> BlobLocation:
        """Return the location of a file's bytes; a link out of the folder is not followed."""
        try:
            real = os.path.realpath(self.root / name, strict=True)
            if not self._holds(real):
                raise BlobError(f"{what}: expected a file of the folder, found a link out of it")
            found = os.stat(real)
        except (FileNotFoundError, NotADirectoryError):
            raise BlobMissingError(f"{what}: missing") from None
        except OSError as error:
            raise BlobUnreadableError(f"{what}: cannot be read: {os.strerror(error.errno or 0)}") from None
        if not stat.S_ISREG(found.st_mode):
            raise BlobError(f"{what}: expected a file, found {_file_type(found.st_mode)}")
        return BlobLocation(Path(real), 0, found.st_size)

    def list(self, name: str) -> list[str]:
        """The names in a folder of it; none where it is a link out of this one."""
        try:
            real = os.path.realpath(self.root / name, strict=True)
            return sorted(os.listdir(real)) if self._holds(real) else []
        except OSError:
            return []

    def _holds(self, real: str) -> bool:
        return os.path.commonpath((real, self.root)) == str(self.root)


def _file_type(mode: int) -> str:
    if stat.S_ISDIR(mode):
        return "a folder"
    if stat.S_ISFIFO(mode):
        return "a pipe"
    return "a device or a socket"
