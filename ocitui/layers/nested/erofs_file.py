"""The data of one file of an erofs image. See `ocitui.layers.nested.erofs_image`."""

import struct

from ocitui.layers.nested.erofs_image import CHUNKS, COMPACT, FULL, INLINE, PADDED, ErofsImage, ErofsInode
from ocitui.layers.nested.erofs_index import IS_INTERLACED, PLAIN_HEAD, SECOND_HEAD, ErofsIndex, Extent
from ocitui.layers.nested.erofs_unpack import unpack
from ocitui.layers.nested.errors import ArchiveError

_NOWHERE = 0xFFFF_FFFF
"""The number of the block of a hole."""
_BITS, _HAS_DEVICES, _WIDE = 0x1F, 0x20, 0x40
"""Of the format of chunks: the bits of their size above those of a block's, whether devices are told, and
whether addresses have 48 bits."""

_HOLES = 200_000
"""The most that one file may have without data between them."""


class ErofsFile:
    """Reads a file, a directory or the target of a link. For one thread at a time."""

    def __init__(
        self, image: ErofsImage, inode: ErofsInode, *, packed: "ErofsFile | None" = None, is_packed: bool = False
    ) -> None:
        """
        Args:
            image: the image.
            inode: of the file.
            packed: the file with the ends of others, where it was opened before.
            is_packed: whether it is that file.
        """
        self._image = image
        self._inode = inode
        self._is_packed = is_packed
        self.packed = packed
        """The file with the ends of others, which keeps what it unpacked last; None until it is needed."""
        self._index: ErofsIndex | None = None
        self._unpacked: tuple[int, bytes] | None = None

    def read(self, offset: int, size: int) -> bytes:
        """Return bytes from an offset; fewer than asked for only where the file ends.

        Raises:
            ArchiveError: they are damaged, missing, or packed in a way that is not known.
        """
        pieces, end = [], min(offset + size, self._inode.size)
        while offset < end:
            piece = self._run(offset, end - offset)
            pieces.append(piece)
            offset += len(piece)
        return b"".join(pieces)

    def data_run(self, offset: int) -> tuple[int, int] | None:
        """See `ocitui.layers.nested.format.HasHoles.data_run`."""
        for _ in range(_HOLES):
            if offset >= self._inode.size:
                return None
            end, is_hole = self._part(offset)
            if not is_hole:
                return offset, end - offset
            offset = end
        raise ArchiveError(f"it has more than {_HOLES:,} holes without data between them")

    def _part(self, offset: int) -> tuple[int, bool]:
        """Return the end of the chunk, extent or other part that has an offset, and whether that is a hole."""
        inode, size = self._inode, self._inode.size
        if inode.layout == CHUNKS:
            number, _, _, block, bits = self._chunk(offset)
            return min(size, number + 1 << bits), block == _NOWHERE
        if inode.layout in (FULL, COMPACT):
            self._index = self._index or ErofsIndex(self._image, inode)
            extent = self._index.extent(offset)
            return min(size, extent.end), extent.fragment is None and not extent.size
        tail = self._tail()
        return (tail, True) if inode.word == _NOWHERE and offset < tail else (size, False)

    def _tail(self) -> int:
        """Return the offset of what is behind the inode: a whole block where the size is a number of whole ones."""
        size, bits = self._inode.size, self._image.bits
        return (size - 1) >> bits << bits if self._inode.layout == INLINE else size

    def _run(self, offset: int, size: int) -> bytes:
        """Return the next bytes of the file, at least one."""
        inode, image = self._inode, self._image
        if inode.layout == CHUNKS:
            return self._in_chunk(offset, size)
        if inode.layout in (FULL, COMPACT):
            return self._in_extent(offset, size)
        tail = self._tail()
        if offset >= tail:
            at = inode.end + offset - tail
            if (at - 1 >> image.bits) != (at + size - 1 >> image.bits) and at % image.block_size:
                raise ArchiveError("its inode is damaged: its end is in two blocks")
            return image.data.read(at, size)
        size = min(size, tail - offset)
        return bytes(size) if inode.word == _NOWHERE else image.data.read((inode.word << image.bits) + offset, size)

    def _in_chunk(self, offset: int, size: int) -> bytes:
        image = self._image
        _, skip, device, block, bits = self._chunk(offset)
        size = min(size, (1 << bits) - skip)
        if block == _NOWHERE:
            return bytes(size)
        if device & image.devices_mask:
            raise ArchiveError("is on another device, which is not in the image")
        return image.data.read((block << image.bits) + skip, size)

    def _chunk(self, offset: int) -> tuple[int, int, int, int, int]:
        """Return the number of a chunk, the offset in it, its device and block, and the bits of its size."""
        form, image, end = self._inode.word & 0xFFFF, self._image, self._inode.end
        if form & ~(_BITS | _HAS_DEVICES):
            raise ArchiveError(
                "has addresses of 48 bits, and cannot be read" if form & _WIDE else "its inode is damaged"
            )
        bits, device = image.bits + (form & _BITS), 0
        number, skip = divmod(offset, 1 << bits)
        if form & _HAS_DEVICES:
            _, device, block = struct.unpack("<HHI", image.data.read(-(-end // 8) * 8 + 8 * number, 8))
        else:
            (block,) = struct.unpack("<I", image.data.read(-(-end // 4) * 4 + 4 * number, 4))
        return number, skip, device, block, bits

    def _in_extent(self, offset: int, size: int) -> bytes:
        known = self._unpacked
        if known is None or not known[0] <= offset < known[0] + len(known[1]):
            self._index = self._index or ErofsIndex(self._image, self._inode)
            extent = self._index.extent(offset)
            if extent.fragment is not None:
                return self._in_fragment(extent.fragment + offset - extent.start, min(size, extent.end - offset))
            if not extent.size:
                return bytes(min(size, extent.end - offset))
            known = self._unpacked = extent.start, self._unpack(self._index, extent)
        return known[1][offset - known[0] :][:size]

    def _in_fragment(self, offset: int, size: int) -> bytes:
        """Return bytes of the file that has the ends of others."""
        if self.packed is None:
            inode = self._image.packed_inode()
            if self._is_packed:
                raise ArchiveError("the file with the ends of others is damaged: its end is in itself")
            self.packed = ErofsFile(self._image, inode, is_packed=True)
        found = self.packed.read(offset, size)
        if len(found) < size:
            raise ArchiveError("its end is missing in the image")
        return found

    def _unpack(self, index: ErofsIndex, extent: Extent) -> bytes:
        data, size = self._image.data.read(extent.at, extent.size), extent.end - extent.start
        if extent.kind != PLAIN_HEAD:
            algorithm = index.algorithms[extent.kind == SECOND_HEAD]
            is_padded = bool(self._image.features & PADDED)
            return unpack(algorithm, data, size, is_partial=extent.is_partial, is_padded=is_padded)
        if size > len(data):
            raise ArchiveError("its index of compressed blocks is damaged")
        if index.advice & IS_INTERLACED:  # each byte where it would be in a block of the file
            skip = extent.start & self._image.block_size - 1
            data = data[-(self._image.block_size - skip) :] + data
        return data[:size]
