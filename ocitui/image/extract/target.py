"""A folder on disk into which untrusted paths are written, and out of which nothing is.

Every step on the way to a path is opened relative to the one before, and no symbolic link
is followed: not one that was there, and not one that was just written. So neither ``..``
nor an absolute name nor any chain of links leads out, also when somebody changes the folder
meanwhile (POSIX.1-2017, openat: ``O_NOFOLLOW``, ``O_DIRECTORY``).
"""

import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from types import TracebackType
from typing import Any, Self

from ocitui.cache_folder import is_running
from ocitui.display import printable
from ocitui.errors import UsageError
from ocitui.image.extract.words import EXISTS

_FOLDER_FLAGS = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
_NEW_FILE_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
_WHILE_WRITING = 0o700
_DESCRIPTORS = "/proc/self/fd"
_LEFT = re.compile(r"\.ocitui-([0-9]{1,9})-[0-9a-f]{8}-[0-9]+\.part")


FileIdentity = tuple[int, int, int, int, int]


class InTheWayError(OSError):
    """Something is in the place of a path to write, or on the way to it."""


class ExtractionTarget:
    """The chosen folder. Close it, or use it as a context manager.

    Paths are relative to it, bytes, with components that are names: see `is_safe`.
    """

    def __init__(self, folder: Path, overwrite: bool = False) -> None:
        """Open the folder, or make it.

        Args:
            folder: where it is; links on the way to it are followed, since the user named it.
            overwrite: whether files that are there are replaced; folders never are.

        Raises:
            UsageError: it cannot be made or opened, or this system cannot do it safely.
        """
        if os.open not in os.supports_dir_fd or not hasattr(os, "O_NOFOLLOW"):
            raise UsageError("files cannot be saved on this system: it cannot open a file relative to a folder")
        self.is_made = not os.path.lexists(folder)
        """True if the folder was not there."""
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._root = os.open(folder, _FOLDER_FLAGS & ~os.O_NOFOLLOW)
        except OSError as error:
            raise UsageError(f"{printable(str(folder))}: cannot be written to: {error.strerror}") from None
        self._overwrite = overwrite
        self._here: tuple[bytes, int] = (b"", self._root)  # the folder that was used last, kept open
        self._count = 0
        self._token = b"%d-%s" % (os.getpid(), token_hex(4).encode())
        self._swept: set[bytes] = set()

    def make_folder(self, path: bytes) -> bool:
        """Make a folder and those on the way to it, for now with access for nobody else.

        Returns:
            Whether it was made: False where it was there.

        Raises:
            OSError: something else is in the way, or it cannot be made.
        """
        parent, _, name = path.rpartition(b"/")
        folder = self.folder(parent)
        try:
            os.mkdir(name, _WHILE_WRITING, dir_fd=folder)
        except FileExistsError:
            if not stat.S_ISDIR(os.lstat(name, dir_fd=folder).st_mode):
                raise InTheWayError("already exists and is not a folder") from None
            return False
        return True

    def folder(self, path: bytes) -> int:
        """A descriptor of a folder, made where it is missing. It is valid until the next call.

        Raises:
            OSError: something that is not a folder is on the way, even a link to one.
        """
        here, descriptor = self._here
        if here == path:
            return descriptor
        if here and path.startswith(here + b"/"):
            names, descriptor = path[len(here) + 1 :].split(b"/"), os.dup(descriptor)
        else:
            names, descriptor = path.split(b"/") if path else [], os.dup(self._root)
        try:
            for name in names:
                below = _open_folder(name, descriptor)
                os.close(descriptor)
                descriptor = below
        except BaseException:
            os.close(descriptor)
            raise
        self._leave()
        self._here = path, descriptor
        if path not in self._swept:
            self._swept.add(path)
            _sweep(descriptor)
        return descriptor

    @contextmanager
    def new_file(self, path: bytes) -> Iterator[int]:
        """Write a file: a descriptor of one that takes its name when the block is left without an exception.

        Raises:
            InTheWayError: something already exists that is not to be replaced.
            OSError: it cannot be written.
        """
        folder, name = self._place(path)
        temporary = self._temporary_name()
        nameless = _open_nameless(folder)
        if nameless is not None:
            try:
                yield nameless
                self._name(nameless, folder, temporary, name)
            finally:
                os.close(nameless)
            return
        file = os.open(temporary, _NEW_FILE_FLAGS, 0o600, dir_fd=folder)
        try:
            try:
                yield file
            finally:
                os.close(file)
            self._take_name(folder, temporary, name)
        except BaseException:
            with suppress(OSError):
                os.unlink(temporary, dir_fd=folder)
            raise

    def make_symlink(self, path: bytes, target: bytes) -> None:
        """Write a symbolic link, wherever it leads: nobody follows it here."""
        folder, name = self._place(path)
        temporary = self._temporary_name()
        os.symlink(target, temporary, dir_fd=folder)
        self._take_name_or_remove(folder, temporary, name)

    def make_node(self, path: bytes, mode: int, device: int) -> None:
        """Write a device or a pipe. Only the superuser may write devices."""
        folder, name = self._place(path)
        temporary = self._temporary_name()
        os.mknod(temporary, mode, device, dir_fd=folder)
        self._take_name_or_remove(folder, temporary, name)

    def make_link(self, path: bytes, other: bytes, identity: FileIdentity) -> bool:
        """Write another name of a file that was written before.

        Args:
            path: the new name.
            other: the path it was written to.
            identity: what it was then, see `identity_of`.

        Returns:
            False where that file is not there any more, or the file system has no such links.
        """
        source_folder, _, source = other.rpartition(b"/")
        descriptor = os.dup(self.folder(source_folder))
        try:
            folder, name = self._place(path)
            temporary = self._temporary_name()
            try:
                os.link(source, temporary, src_dir_fd=descriptor, dst_dir_fd=folder, follow_symlinks=False)
            except OSError:
                return False
            if identity_of(os.lstat(temporary, dir_fd=folder)) != identity:
                os.unlink(temporary, dir_fd=folder)
                return False
            self._take_name_or_remove(folder, temporary, name)
            return True
        finally:
            os.close(descriptor)

    @contextmanager
    def unopened(self, path: bytes, kind: int) -> Iterator[tuple[bytes | str, dict[str, Any]]]:
        """Yield what must not be opened, since that may wait or do something: a symbolic link, a device, a pipe.

        Linux, open(2): ``O_PATH``.

        Args:
            path: where it was written.
            kind: its type, as in ``st_mode``.

        Yields:
            How functions of ``os`` that set its metadata are to be told what they are about: a name, and the
            arguments for how it is looked up. It is the thing itself, whatever has taken its place meanwhile;
            where a system has no such thing its name, which is not followed.

        Raises:
            InTheWayError: something else has its place.
            OSError: it cannot be found.
        """
        parent, _, name = path.rpartition(b"/")
        folder = self.folder(parent)
        by_name = {"dir_fd": folder, "follow_symlinks": False}
        flags = getattr(os, "O_PATH", 0)
        number = os.open(name, flags | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder) if flags else -1
        try:
            status = os.lstat(name, dir_fd=folder) if number < 0 else os.fstat(number)
            if stat.S_IFMT(status.st_mode) != kind:
                raise InTheWayError("something else took its place")
            if number < 0 or not os.path.isdir(_DESCRIPTORS):
                yield name, by_name
            else:
                yield f"{_DESCRIPTORS}/{number}", {}
        finally:
            if number >= 0:
                os.close(number)

    def close(self) -> None:
        """Close the folder."""
        self._leave()
        if self._root >= 0:
            os.close(self._root)
            self._here, self._root = (b"", -1), -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _leave(self) -> None:
        if self._here[1] != self._root:
            os.close(self._here[1])
        self._here = b"", self._root

    def _place(self, path: bytes) -> tuple[int, bytes]:
        """The folder and the name of a path to write, checked before anything is written."""
        parent, _, name = path.rpartition(b"/")
        folder = self.folder(parent)
        try:
            status = os.lstat(name, dir_fd=folder)
        except FileNotFoundError:
            return folder, name
        if stat.S_ISDIR(status.st_mode):
            raise InTheWayError("already exists as a folder")
        if not self._overwrite:
            raise InTheWayError(EXISTS)
        return folder, name

    def _temporary_name(self) -> bytes:
        self._count += 1
        return b".ocitui-%s-%d.part" % (self._token, self._count)

    def _name(self, file: int, folder: int, temporary: bytes, name: bytes) -> None:
        """Give a file without a name its own, by way of another where it replaces what is there."""
        source = f"{_DESCRIPTORS}/{file}"
        if self._overwrite:
            os.link(source, temporary, dst_dir_fd=folder, follow_symlinks=True)
            self._take_name_or_remove(folder, temporary, name)
            return
        try:
            os.link(source, name, dst_dir_fd=folder, follow_symlinks=True)
        except FileExistsError:
            raise InTheWayError(EXISTS) from None

    def _take_name_or_remove(self, folder: int, temporary: bytes, name: bytes) -> None:
        try:
            self._take_name(folder, temporary, name)
        except BaseException:
            with suppress(OSError):
                os.unlink(temporary, dir_fd=folder)
            raise

    def _take_name(self, folder: int, temporary: bytes, name: bytes) -> None:
        """Give what is written its name in one step; unless it may be overwritten, only where there is nothing."""
        if not self._overwrite:
            try:
                os.link(temporary, name, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)
            except FileExistsError:
                raise InTheWayError(EXISTS) from None
            except OSError:  # a file system without hard links
                if _exists(name, folder):
                    raise InTheWayError(EXISTS) from None
            else:
                os.unlink(temporary, dir_fd=folder)
                return
        os.rename(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
        with suppress(FileNotFoundError):  # it stays where both are names of one file
            os.unlink(temporary, dir_fd=folder)


def identity_of(status: os.stat_result) -> FileIdentity:
    """Return the identity of a file that was written, which no other file has at its path or inode number now."""
    return status.st_dev, status.st_ino, status.st_mode, status.st_size, status.st_mtime_ns


def is_safe(path: bytes) -> bool:
    """True if all components of a path are names: none is empty, ``.`` or ``..``, and there is no zero byte."""
    return b"\0" not in path and not {b"", b".", b".."} & set(path.split(b"/"))


def _sweep(folder: int) -> None:
    """Remove what an extraction that was killed left in a folder."""
    for name in os.listdir(folder):
        found = _LEFT.fullmatch(name)
        if found is not None and not is_running(int(found[1])):
            with suppress(OSError):
                os.unlink(name, dir_fd=folder)


def _open_nameless(folder: int) -> int | None:
    """A new file that has no name yet, and is gone when the program is killed; None where there is no such thing.

    Linux, open(2): ``O_TMPFILE``.
    """
    flags = getattr(os, "O_TMPFILE", 0)
    if not flags or not os.path.isdir(_DESCRIPTORS):
        return None
    try:
        return os.open(".", flags | os.O_WRONLY | os.O_CLOEXEC, 0o600, dir_fd=folder)
    except OSError:
        return None


def _open_folder(name: bytes, parent: int) -> int:
    try:
        return os.open(name, _FOLDER_FLAGS, dir_fd=parent)
    except FileNotFoundError:
        with suppress(FileExistsError):
            os.mkdir(name, 0o755, dir_fd=parent)
        return os.open(name, _FOLDER_FLAGS, dir_fd=parent)
    except OSError as error:
        found = os.lstat(name, dir_fd=parent).st_mode
        if stat.S_ISDIR(found):
            raise error
        what = "a symbolic link" if stat.S_ISLNK(found) else "something that is no folder"
        raise InTheWayError(f"{what} is on the way to it") from None


def _exists(name: bytes, folder: int) -> bool:
    try:
        os.lstat(name, dir_fd=folder)
    except FileNotFoundError:
        return False
    return True
