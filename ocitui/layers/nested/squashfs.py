"""squashfs images: snaps, live systems, firmware. See `ocitui.layers.nested.squashfs_image`.

Read by ocitui itself: of the libraries for it, each unpacks whatever a damaged block claims to hold, one
keeps a gigabyte of unpacked blocks, the other reads a file only from its beginning, and lz4 wrongly.
"""

import struct
import sys
from array import array
from collections.abc import Iterator
from itertools import accumulate

from ocitui.layers.entry import Entry, EntryKind
from ocitui.layers.nested.data import Data
from ocitui.layers.nested.errors import ArchiveError
from ocitui.layers.nested.members import Members
from ocitui.layers.nested.pages import Pages
from ocitui.layers.nested.squashfs_image import UNUSED, Cursor, SquashfsImage
from ocitui.layers.nested.squashfs_inode import Data as FileData
from ocitui.layers.nested.squashfs_inode import read_inode
from ocitui.layers.nested.tree_walk import Inode, TreeWalk
from ocitui.layers.nested.xattrs import collect, read_allowance
from ocitui.layers.tar.sink import Extra

_DIRECTORY_HEADER = struct.Struct("<III")
_DIRECTORY_ENTRY = struct.Struct("<HhHH")
_EMPTY = 3
"""The size of a directory counts ``.`` and ``..``, which are not stored, as three bytes."""


class Squashfs:
    """See `ocitui.layers.nested.format.Format`."""

    def __init__(self, data: Data, members: Members) -> None:
        """Read all inodes and directories; what is damaged is a problem, and the rest is listed.

        Raises:
            ArchiveError: none of it can be read.
        """
        self._image = SquashfsImage(Pages(data))
        self.word = f"squashfs, {self._image.compression}"
        """The kind, and how it is packed."""
        self._allowance = read_allowance()
        self._files: list[FileData] = []
        self._sizes: tuple[int, array[int], array[int]] | None = None
        self._unpacked: tuple[tuple[int, int], bytes] | None = None
        self._fragment: tuple[int, bytes] | None = None
        TreeWalk(members, self._children, self._inode).run(self._image.root)

    def read(self, entry: Entry, offset: int, size: int) -> bytes:
        """See `Format.read`."""
        number = entry.offset or 0
        file, pieces = self._files[number], []
        size = min(size, file.size - offset)
        while size > 0:
            block, skip = divmod(offset, self._image.block_size)
            piece = self._block(number, block)[skip : skip + size]
            pieces.append(piece)
            offset += len(piece)
            size -= len(piece)
        return b"".join(pieces)

    def stored(self, entry: Entry) -> Data | None:
        """See `Format.stored`."""
        return None

    def data_run(self, entry: Entry, offset: int) -> tuple[int, int] | None:
        """See `ocitui.layers.nested.format.HasHoles.data_run`."""
        number, unit = entry.offset or 0, self._image.block_size
        size, (words, _) = self._files[number].size, self._blocks_of(number)
        block = offset // unit
        while block < len(words) and not words[block]:
            block += 1
        start = max(offset, block * unit)
        if start >= size:
            return None
        stop = block + 1
        while stop < len(words) and words[stop]:
            stop += 1
        return start, min(size, stop * unit) - start

    def _block(self, number: int, block: int) -> bytes:
        """Return one block of a file."""
        if self._unpacked is None or self._unpacked[0] != (number, block):
            file = self._files[number]
            length = min(self._image.block_size, file.size - block * self._image.block_size)
            words, offsets = self._blocks_of(number)
            if block >= len(words):
                found = self._fragment_of(file.fragment)[file.offset : file.offset + length]
            elif words[block]:
                found = self._image.unpacked(file.start + offsets[block], words[block])[:length]
            else:
                found = bytes(length)  # a hole
            if len(found) < length:
                raise ArchiveError(f"a block of it has {len(found):,} bytes instead of {length:,}")
            self._unpacked = (number, block), found
        return self._unpacked[1]

    def _blocks_of(self, number: int) -> tuple["array[int]", "array[int]"]:
        """Return the words that say how the blocks of a file are stored, and their offsets after its first."""
        if self._sizes is None or self._sizes[0] != number:
            file, unit = self._files[number], self._image.block_size
            count = file.size // unit if file.fragment != UNUSED else -(-file.size // unit)
            assert file.sizes is not None
            stored = file.sizes.copy().take(4 * count)
            words = array("I", stored)
            if sys.byteorder == "big":
                words.byteswap()
            offsets = array("Q", accumulate((word & 0xFF_FFFF for word in words), initial=0))
            self._sizes = number, words, offsets
        return self._sizes[1:]

    def _fragment_of(self, number: int) -> bytes:
        if self._fragment is None or self._fragment[0] != number:
            self._fragment = number, self._image.unpacked(*self._image.fragment(number))
        return self._fragment[1]

    def _children(self, reference: int) -> Iterator[tuple[bytes, int]]:
        """Yield the names in a directory, and the references of their inodes."""
        found = read_inode(self._image, reference).data
        assert found is not None
        cursor = Cursor(self._image, self._image.directories_at, found.start << 16 | found.offset)
        left = found.size - _EMPTY
        while left > 0:
            count, start, _ = _DIRECTORY_HEADER.unpack(cursor.take(_DIRECTORY_HEADER.size))
            left -= _DIRECTORY_HEADER.size
            for _ in range(count + 1):
                offset, _, _, length = _DIRECTORY_ENTRY.unpack(cursor.take(_DIRECTORY_ENTRY.size))
                left -= _DIRECTORY_ENTRY.size + length + 1
                if left < 0:
                    raise ArchiveError("its list of names is damaged")
                yield cursor.take(length + 1), start << 16 | offset

    def _inode(self, reference: int) -> Inode:
        found, number, size = read_inode(self._image, reference), None, 0
        if found.kind is EntryKind.FILE and found.data is not None:
            number, size = len(self._files), found.data.size
            self._files.append(found.data)
        xattrs, lost = collect(self._image.xattrs(found.xattrs, self._allowance))
        extra = Extra(device=found.device, xattrs=xattrs)
        owner, mtime_ns = (found.uid, found.gid), found.mtime * 10**9
        return Inode(found.kind, found.mode, *owner, size, mtime_ns, found.target, number, extra or None, lost)
