"""ext2, ext3 and ext4 images: root filesystems of machines. See `ocitui.layers.nested.ext_image`.

Read by ocitui itself: of the libraries for it, one leaves out files (the last inode, the last name of a full
block) and gives what is elsewhere for the holes of a file, the other reads twenty times its size to list one.
"""

import struct
from collections.abc import Iterator

from ocitui.layers.entry import Entry
from ocitui.layers.nested import members as limits
from ocitui.layers.nested.data import Data
from ocitui.layers.nested.errors import ArchiveError
from ocitui.layers.nested.ext_image import (
    ENCRYPTED,
    HAS_TYPES,
    INLINE,
    NEEDS_RECOVERY,
    ROOT,
    ExtImage,
    ExtInode,
    inner_xattrs,
)
from ocitui.layers.nested.members import Members
from ocitui.layers.nested.pages import Pages
from ocitui.layers.nested.tree_walk import Inode, TreeWalk, device_numbers, inode_of
from ocitui.layers.nested.xattrs import collect, read_allowance
from ocitui.layers.tar.sink import FullIndexError

_NAME = struct.Struct("<IHBB")
_INLINE = b"system.data"
"""The extended attribute with the data that have no room in an inode's list of blocks."""
_INLINE_PARENT = 4
"""Bytes before the names of a directory that is in its inode."""
_HOLES = 200_000
"""Holes of a file that follow each other: extents of what is only reserved are such, each of 128 MiB at most."""
_RUN = 1 << 20
"""Bytes of data, or more, that are looked for at once, however they are scattered over the image."""
_ROWS = 10
"""Rows of directories for each entry that is read: those of deleted files have none."""
_HOLE = 1000
"""Rows that a hole in a directory counts as, since to find its end takes as long; no sound directory has any."""


class Ext:
    """See `ocitui.layers.nested.format.Format`."""

    def __init__(self, data: Data, members: Members) -> None:
        """Read all inodes and directories; what is damaged is a problem, and the rest is listed.

        Raises:
            ArchiveError: none of it can be read.
        """
        self._image = ExtImage(Pages(data))
        self.word = self._image.word
        """The kind: ``ext4``."""
        self._listed = 0
        self._rows = _ROWS * limits.ENTRIES
        """Rows of directories that may still be read."""
        self._allowance = read_allowance()
        self._file: tuple[int, ExtInode] | None = None
        if self._image.features & NEEDS_RECOVERY:
            members.problem("was not unmounted: what its journal would still change is not shown")
        TreeWalk(members, self._children, self._inode).run(ROOT)

    def read(self, entry: Entry, offset: int, size: int) -> bytes:
        """See `Format.read`."""
        return self._read(self._inode_of(entry), offset, size)

    def data_run(self, entry: Entry, offset: int) -> tuple[int, int] | None:
        """See `ocitui.layers.nested.format.HasHoles.data_run`."""
        inode, unit = self._inode_of(entry), self._image.block_size
        if inode.flags & (ENCRYPTED | INLINE):
            return offset, inode.size - offset
        block, end = offset // unit, -(-inode.size // unit)
        for _ in range(_HOLES):
            if block >= end:
                return None
            at, blocks = self._image.run(inode, block)
            if at is not None:
                break
            block += blocks
        else:
            raise ArchiveError(f"it has more than {_HOLES:,} holes without data between them")
        start = max(offset, block * unit)
        while at is not None:
            block += blocks
            if block >= end or block * unit - start >= _RUN:
                break
            at, blocks = self._image.run(inode, block)
        return start, min(inode.size, block * unit) - start

    def _inode_of(self, entry: Entry) -> ExtInode:
        number = entry.offset or 0
        if self._file is None or self._file[0] != number:
            self._file = number, self._image.inode(number)
        return self._file[1]

    def stored(self, entry: Entry) -> Data | None:
        """See `Format.stored`."""
        return None

    def _read(self, inode: ExtInode, offset: int, size: int) -> bytes:
        if inode.flags & ENCRYPTED:
            raise ArchiveError("it is encrypted")
        if inode.flags & INLINE:
            return _inline(inode)[: inode.size][offset : offset + size]
        unit, pieces = self._image.block_size, []
        size = min(size, inode.size - offset)
        while size > 0:
            block, skip = divmod(offset, unit)
            at, blocks = self._image.run(inode, block)
            length = min(size, blocks * unit - skip)
            pieces.append(bytes(length) if at is None else self._image.data.read(at * unit + skip, length))
            offset += length
            size -= length
        return b"".join(pieces)

    def _inode(self, number: int) -> Inode:
        found = self._image.inode(number)

        def xattrs() -> tuple[dict[bytes, bytes], str]:
            held, lost = collect(self._image.xattrs(found, self._allowance))
            held.pop(_INLINE, None)
            return held, lost

        return inode_of(
            number,
            found,
            lambda: found.block[: found.size] if found.is_short_link else self._read(found, 0, found.size),
            lambda: _device(found.block),
            xattrs,
        )

    def _children(self, number: int) -> Iterator[tuple[bytes, int]]:
        """Yield the names in a directory, and the numbers of their inodes."""
        inode = self._image.inode(number)
        if inode.flags & INLINE:
            data = _inline(inode)
            yield from self._names(data[_INLINE_PARENT : len(inode.block)])
            yield from self._names(data[len(inode.block) :])
            return
        unit = self._image.block_size
        block, end = 0, -(-inode.size // unit)
        while block < end:
            at, blocks = self._image.run(inode, block)
            if at is None:
                self._count(_HOLE)
                block += blocks
                continue
            for each in range(at, at + min(blocks, end - block)):
                self._listed += unit
                if self._listed > self._image.data.size:  # some of the blocks are in two places
                    raise ArchiveError("its directories are larger than the image")
                yield from self._names(self._image.data.read(each * unit, unit))
            block += blocks

    def _names(self, data: bytes) -> Iterator[tuple[bytes, int]]:
        """Yield what a block of a directory names."""
        at = 0
        while at + _NAME.size <= len(data):
            self._count(1)
            number, size, length, more = _NAME.unpack_from(data, at)
            if not self._image.features & HAS_TYPES:
                length |= more << 8
            if size in (0, 0xFFFF) and len(data) > 0xFFFF:
                size = len(data)
            if size < _NAME.size + (length if number else 0) or at + size > len(data):
                raise ArchiveError("its list of names is damaged")
            name = data[at + _NAME.size : at + _NAME.size + length]
            if number and name not in (b".", b".."):
                yield name, number
            at += size

    def _count(self, rows: int) -> None:
        self._rows -= rows
        if self._rows < 0:
            raise FullIndexError(f"its directories have more than {_ROWS * limits.ENTRIES:,} rows")


def _inline(inode: ExtInode) -> bytes:
    return inode.block + next((value for name, value in inner_xattrs(inode) if name == _INLINE), b"")


def _device(block: bytes) -> tuple[int, int]:
    """The numbers of a device: in 16 bits, else in 32."""
    old, new = struct.unpack_from("<II", block)
    if old:
        return old >> 8 & 0xFF, old & 0xFF
    return device_numbers(new)
