"""erofs images: read-only filesystems of containers, phones and live systems. See `ocitui.layers.nested.erofs_image`.

Read by ocitui itself: there is no library for it in Python.
"""

import struct
from collections.abc import Iterator

from ocitui.layers.entry import Entry
from ocitui.layers.nested.data import Data
from ocitui.layers.nested.erofs_file import ErofsFile
from ocitui.layers.nested.erofs_image import ErofsImage
from ocitui.layers.nested.errors import ArchiveError
from ocitui.layers.nested.members import Members
from ocitui.layers.nested.pages import Pages
from ocitui.layers.nested.tree_walk import Inode, TreeWalk, device_numbers, inode_of
from ocitui.layers.nested.xattrs import collect, read_allowance

_NAME = struct.Struct("<QHBB")


class Erofs:
    """See `ocitui.layers.nested.format.Format`."""

    def __init__(self, data: Data, members: Members) -> None:
        """Read all inodes and directories; what is damaged is a problem, and the rest is listed.

        Raises:
            ArchiveError: none of it can be read.
        """
        self._image = ErofsImage(Pages(data))
        self._packed: ErofsFile | None = None
        if self._image.has_prefixes_in_file:
            self._image.read_prefixes = self._read_packed
        self.word = self._image.word
        """The kind, and how its files may be packed: ``erofs, lz4``."""
        self._listed = 0
        self._allowance = read_allowance()
        self._file: tuple[int, ErofsFile] | None = None
        TreeWalk(members, self._children, self._inode).run(self._image.root)

    def read(self, entry: Entry, offset: int, size: int) -> bytes:
        """See `Format.read`."""
        return self._file_of(entry).read(offset, size)

    def data_run(self, entry: Entry, offset: int) -> tuple[int, int] | None:
        """See `ocitui.layers.nested.format.HasHoles.data_run`."""
        return self._file_of(entry).data_run(offset)

    def stored(self, entry: Entry) -> Data | None:
        """See `Format.stored`."""
        return None

    def _file_of(self, entry: Entry) -> ErofsFile:
        """Return what reads a file; the last one is kept."""
        number = entry.offset or 0
        if self._file is None or self._file[0] != number:
            packed = self._file[1].packed if self._file is not None else None
            self._file = number, ErofsFile(self._image, self._image.inode(number), packed=packed)
        return self._file[1]

    def _read_packed(self, offset: int, size: int) -> bytes:
        self._packed = self._packed or ErofsFile(self._image, self._image.packed_inode(), is_packed=True)
        return self._packed.read(offset, size)

    def _inode(self, number: int) -> Inode:
        found = self._image.inode(number)
        return inode_of(
            number,
            found,
            lambda: ErofsFile(self._image, found).read(0, found.size),
            lambda: device_numbers(found.word),
            lambda: collect(self._image.xattrs(found, self._allowance)),
        )

    def _children(self, number: int) -> Iterator[tuple[bytes, int]]:
        """Yield the names in a directory, and the numbers of their inodes."""
        inode = self._image.inode(number)
        file, unit = ErofsFile(self._image, inode), self._image.block_size
        for at in range(0, inode.size, unit):
            self._listed += min(unit, inode.size - at)
            if self._listed > self._image.data.size:  # some of the blocks are in two places
                raise ArchiveError("its directories are larger than the image")
            yield from _names(file.read(at, unit))


def _names(data: bytes) -> Iterator[tuple[bytes, int]]:
    """Yield what a block of a directory names: rows of a fixed length, and the names behind them."""
    if len(data) < _NAME.size:
        raise ArchiveError("its list of names is damaged")
    _, end, _, _ = _NAME.unpack_from(data)
    if end % _NAME.size or not _NAME.size <= end <= len(data):
        raise ArchiveError("its list of names is damaged")
    rows = [row[:2] for row in _NAME.iter_unpack(data[:end])]
    ends = [start for _, start in rows[1:]]
    for (number, start), stop in zip(rows, [*ends, len(data)], strict=True):
        if not end <= start <= stop <= len(data):
            raise ArchiveError("its list of names is damaged")
        name = data[start:stop]
        if stop == len(data):
            name = name.partition(b"\0")[0]
        if name not in (b".", b".."):
            yield name, number
