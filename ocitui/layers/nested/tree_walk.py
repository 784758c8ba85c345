"""Lists a filesystem whose directories lead to numbered inodes, which may be damaged."""

import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from ocitui.display import printable
from ocitui.layers.entry import DEVICE_KINDS, EntryKind
from ocitui.layers.nested import members as limits
from ocitui.layers.nested.errors import ArchiveError
from ocitui.layers.nested.members import Members
from ocitui.layers.tar.sink import Extra, FullIndexError

_KINDS = {
    stat.S_IFREG: EntryKind.FILE,
    stat.S_IFDIR: EntryKind.DIRECTORY,
    stat.S_IFLNK: EntryKind.SYMLINK,
    stat.S_IFCHR: EntryKind.CHARACTER_DEVICE,
    stat.S_IFBLK: EntryKind.BLOCK_DEVICE,
    stat.S_IFIFO: EntryKind.FIFO,
}


_TARGET_LIMIT = 1 << 16
"""Bytes of a symbolic link's target: no block is larger."""


class StoredInode(Protocol):
    """The fields of an inode that has the mode of stat(2), as ext and erofs store them."""

    @property
    def mode(self) -> int: ...
    @property
    def uid(self) -> int: ...
    @property
    def gid(self) -> int: ...
    @property
    def size(self) -> int: ...
    @property
    def mtime_ns(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Inode:
    """The fields of an inode, as `ocitui.layers.tar.sink.EntrySink` takes it."""

    kind: EntryKind
    mode: int
    uid: int
    gid: int
    size: int
    mtime_ns: int
    target: bytes | None
    """Of a symbolic link."""
    offset: int | None
    """The number by which the filesystem knows a file."""
    extra: Extra | None
    lost: str
    """The reason why some of its extended attributes are left out; empty where none are."""


class TreeWalk:
    """Gives the tree of an archive everything below a root, each directory once, however damaged they are."""

    def __init__(
        self,
        members: Members,
        children: Callable[[int], Iterator[tuple[bytes, int]]],
        inode: Callable[[int], Inode],
    ) -> None:
        """
        Args:
            members: takes what is found, and the problems.
            children: gives the names in a directory, and the numbers of their inodes; may raise `ArchiveError`.
            inode: reads one; may raise `ArchiveError`.
        """
        self._members = members
        self._children = children
        self._inode = inode
        self._names = 0
        self._known: dict[int, bytes] = {}
        """The first path of each file by the number of its inode."""

    def run(self, root: int) -> None:
        """List everything.

        Raises:
            ArchiveError: the root cannot be read.
            FullIndexError: there are more names than are read.
        """
        top = self._inode(root)
        if top.kind is not EntryKind.DIRECTORY:
            raise ArchiveError("its root is damaged: no directory")
        self._add(b"", top)
        seen, waiting = {root}, [(root, b"", 0)]
        while waiting:
            number, path, depth = waiting.pop()
            if depth > limits.DEPTH:
                self._members.problem(f"a path of more than {limits.DEPTH:,} components is left out")
                continue
            for name, child in self._names_in(number, path):
                whole = path + b"/" + name if path else name
                inode = self._try(child, whole)
                if inode is None:
                    continue
                if inode.kind is not EntryKind.DIRECTORY:
                    self._add_file(whole, child, inode)
                elif child in seen:
                    self._members.problem(f"{printable(whole)}: is left out, as its directory is in two places")
                else:
                    seen.add(child)
                    self._add(whole, inode)
                    waiting.append((child, whole, depth + 1))

    def _names_in(self, number: int, path: bytes) -> Iterator[tuple[bytes, int]]:
        """Yield what is in a directory; what follows a damage is left out."""
        try:
            for name, child in self._children(number):
                self._names += 1
                if self._names > limits.ENTRIES:
                    raise FullIndexError(f"it has more than {limits.ENTRIES:,} entries")
                if name in (b"", b".", b"..") or b"/" in name or b"\0" in name:
                    self._members.problem(f"{printable(path + b'/' + name)}: is left out, as this can be no name")
                else:
                    yield name, child
        except ArchiveError as error:
            if not path:
                raise
            self._members.problem(f"{printable(path)}: some of the folder is left out: {error}")

    def _try(self, number: int, path: bytes) -> Inode | None:
        try:
            return self._inode(number)
        except ArchiveError as error:
            self._members.problem(f"{printable(path)}: is left out: {error}")
            return None

    def _add_file(self, path: bytes, number: int, inode: Inode) -> None:
        """Add something else than a directory: of a file with several names the others are hard links."""
        first = self._known.setdefault(number, path)
        if inode.kind is not EntryKind.FILE or first == path:
            self._add(path, inode)
            return
        members, owner = self._members, (inode.uid, inode.gid)
        members.add(path, EntryKind.HARDLINK, inode.mode, *owner, 0, inode.mtime_ns, first, None, None)

    def _add(self, path: bytes, inode: Inode) -> None:
        if inode.lost:
            name = printable(path) if path else "its root"
            self._members.problem(f"{name}: some extended attributes are left out: {inode.lost}")
        self._members.add(
            path,
            inode.kind,
            inode.mode,
            inode.uid,
            inode.gid,
            inode.size,
            inode.mtime_ns,
            inode.target,
            inode.offset,
            inode.extra,
        )


def device_numbers(word: int) -> tuple[int, int]:
    """Return the major and the minor number of a device from 32 bits, as Linux stores both (``new_decode_dev``)."""
    return word >> 8 & 0xFFF, (word & 0xFF) | (word >> 12 & 0xFFF00)


def inode_of(
    number: int,
    stored: StoredInode,
    target: Callable[[], bytes],
    device: Callable[[], tuple[int, int]],
    xattrs: Callable[[], tuple[dict[bytes, bytes], str]],
) -> Inode:
    """Return what is listed of an inode, of which no more is read than its kind has.

    Args:
        number: by which the filesystem knows it.
        stored: its fields.
        target: gives the target of a symbolic link.
        device: gives the numbers of a device.
        xattrs: gives its extended attributes, and the reason why some are left out.

    Raises:
        ArchiveError: a link is too long. What the functions raise comes through.
    """
    kind = kind_of_mode(stored.mode)
    if kind is EntryKind.SYMLINK and stored.size > _TARGET_LIMIT:
        raise ArchiveError(f"its inode is damaged: a link to {stored.size:,} bytes")
    led_to = target() if kind is EntryKind.SYMLINK else None
    numbers = device() if kind in DEVICE_KINDS else None
    found, lost = xattrs()
    is_file = kind is EntryKind.FILE
    return Inode(
        kind,
        stat.S_IMODE(stored.mode),
        stored.uid,
        stored.gid,
        stored.size if is_file else 0,
        stored.mtime_ns,
        led_to,
        number if is_file else None,
        Extra(device=numbers, xattrs=found) or None,
        lost,
    )


def kind_of_mode(mode: int) -> EntryKind:
    """Return the kind of a file from the mode in its inode."""
    return _KINDS.get(stat.S_IFMT(mode), EntryKind.UNKNOWN)
