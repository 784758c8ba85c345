"""The files of a layer that is unpacked in a folder, and nothing outside it, whatever its links say."""

import errno
import os
import stat
from collections import deque
from pathlib import Path

from ocitui.display import quote
from ocitui.transports.blob import StoredDamageError

_FOLDER = (
    getattr(os, "O_PATH", os.O_RDONLY)
    | getattr(os, "O_DIRECTORY", 0)
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_CLOEXEC", 0)
)
_FILE = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
_LINKS_FOLLOWED = 40
"""As many as Linux follows in one name."""


class LayerFiles:
    """Reads files by the names that the layer gives them. The last one stays open. For one thread at a time."""

    def __init__(self, folder: Path) -> None:
        """Open the folder, or raise `OSError`."""
        self._open: list[int] = []
        self._root = self._keep(os.open(folder, _FOLDER))
        self._folder: tuple[bytes, ...] = ()
        self._folder_number = self._root
        self._name = b""
        self._file = -1

    def read(self, name: bytes, length: int, offset: int, size: int) -> bytes:
        """Bytes of a file: at least one and up to ``size``.

        Args:
            name: its path in the layer.
            length: bytes that it must have.
            offset: from where in the file; less than ``length``.
            size: how many.

        Raises:
            OSError: it is missing, is of another length, may not be read, or is not a file.
        """
        if name != self._name:
            self._open_file(name, length)
        os.lseek(self._file, offset, os.SEEK_SET)
        data = os.read(self._file, min(size, length - offset))
        if not data:
            raise _damaged(name, f"expected {length:,} bytes, found {offset:,}")
        return data

    def close(self) -> None:
        """Close the file and the folders; closing them again does nothing."""
        self._name = b""
        while self._open:
            os.close(self._open.pop())

    def _open_file(self, name: bytes, length: int) -> None:
        *folder, last = _parts(name) or [b""]
        try:
            if self._file >= 0:
                self._name, self._file = b"", self._drop(self._file)
            if tuple(folder) != self._folder:
                self._enter(folder)
            found = os.stat(last, dir_fd=self._folder_number, follow_symlinks=False)
            if not stat.S_ISREG(found.st_mode):
                raise _damaged(name, f"expected a file, found {_kind(found.st_mode)}")
            self._file = self._keep(os.open(last, _FILE, dir_fd=self._folder_number))
        except PermissionError as error:
            why = "a rootless storage is read inside `podman unshare`"
            raise OSError(error.errno, f"{quote(name)}: cannot be read: {error.strerror} ({why})") from None
        except (FileNotFoundError, NotADirectoryError):
            raise StoredDamageError(errno.ENOENT, f"{quote(name)}: expected a file of the layer, found none") from None
        size = os.fstat(self._file).st_size
        if size != length:
            raise _damaged(name, f"expected {length:,} bytes, found {size:,}")
        self._name = name

    def _enter(self, folder: list[bytes]) -> None:
        """Go to a folder from the root. Links lead where they do for whoever has the layer as its root."""
        self._folder = ()
        if self._folder_number != self._root:
            self._drop(self._folder_number)
        path = [self._root]
        self._folder_number = self._root
        pending = deque(folder)
        links = 0
        try:
            while pending:
                part = pending.popleft()
                if part == b"..":
                    if len(path) > 1:
                        self._drop(path.pop())
                    continue
                target = _link_target(part, path[-1])
                if target is None:
                    path.append(self._keep(os.open(part, _FOLDER, dir_fd=path[-1])))
                    continue
                links += 1
                if links > _LINKS_FOLLOWED:
                    raise OSError(
                        errno.ELOOP, f"{quote(b'/'.join(folder))}: expected a folder, found links in a circle"
                    )
                pending.extendleft(reversed(_parts(target)))
                while target.startswith(b"/") and len(path) > 1:
                    self._drop(path.pop())
        except OSError:
            while len(path) > 1:
                self._drop(path.pop())
            raise
        self._folder_number = path.pop()
        while len(path) > 1:
            self._drop(path.pop())
        self._folder = tuple(folder)

    def _keep(self, number: int) -> int:
        self._open.append(number)
        return number

    def _drop(self, number: int) -> int:
        self._open.remove(number)
        os.close(number)
        return -1


def _parts(path: bytes) -> list[bytes]:
    return [part for part in path.split(b"/") if part not in (b"", b".")]


def _link_target(part: bytes, folder: int) -> bytes | None:
    """Return the target of a link; None for anything else."""
    try:
        return os.readlink(part, dir_fd=folder)
    except OSError as error:
        if error.errno == errno.EINVAL:
            return None
        raise


def _kind(mode: int) -> str:
    if stat.S_ISLNK(mode):
        return "a link"
    return "a folder" if stat.S_ISDIR(mode) else "a device, a pipe or a socket"


def _damaged(name: bytes, what: str) -> StoredDamageError:
    return StoredDamageError(errno.EIO, f"{quote(name)}: {what}")
