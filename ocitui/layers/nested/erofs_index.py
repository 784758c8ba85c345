"""The index of a compressed file of an erofs image. Linux, fs/erofs/erofs_fs.h and fs/erofs/zmap.c.

A file is cut where the compressor liked: an extent begins anywhere in a block of the file, and the index has a
row for each such block, which says whether and where one begins in it.
"""

import struct
from dataclasses import dataclass
from functools import lru_cache

from ocitui.layers.nested.erofs_image import COMPACT, ErofsImage, ErofsInode
from ocitui.layers.nested.errors import ArchiveError

EXTENT = 12 << 20
"""Bytes that an extent may unpack to: ``Z_EROFS_PCLUSTER_MAX_DSIZE``."""

PLAIN_HEAD, HEAD, NOT_HEAD, SECOND_HEAD = range(4)
"""The kinds of a row: an extent begins there that is not compressed, or compressed; none does; one begins that is
compressed in the second way."""

_PACKED = 1 << 20
"""Bytes that an extent may be packed in: ``Z_EROFS_PCLUSTER_MAX_SIZE``."""
_HAS_TWO_BYTES, _IS_LARGE, _IS_LARGE_2, _HAS_TAIL, IS_INTERLACED, _HAS_FRAGMENT = 0x1, 0x2, 0x4, 0x8, 0x10, 0x20
_KNOWN = 0x3F
_IS_FRAGMENT = 1 << 63
_COUNT = 1 << 11
"""Marks that a row behind a head says in how many blocks the extent is packed."""
_PARTIAL = 1 << 15
_ROW = struct.Struct("<HHI")
_DAMAGED = "its index of compressed blocks is damaged"


@dataclass(frozen=True, slots=True)
class Row:
    """The row of the index for one block of the file."""

    kind: int
    """See `HEAD`."""
    start: int = 0
    """The offset in the block at which the extent begins; of a head."""
    block: int = 0
    """The first block of the image that it is packed in; of a head."""
    back: int = 0
    """The number of blocks to its head, or to another that knows; not of a head."""
    count: int | None = None
    """The number of blocks that the extent is packed in; only right behind a head."""
    is_partial: bool = False
    """True if the extent is only the beginning of what unpacks there; of a head."""


@dataclass(frozen=True, slots=True)
class Extent:
    """A part of a file that is packed by itself."""

    start: int
    """Offsets in the file."""
    end: int
    kind: int
    """See `HEAD`."""
    at: int = 0
    """The offset in the image."""
    size: int = 0
    """Bytes that it is packed in; none for a hole."""
    is_partial: bool = False
    fragment: int | None = None
    """The offset in the file with the ends of others, where it is there."""


class ErofsIndex:
    """Finds the extents of a file. For one thread at a time."""

    def __init__(self, image: ErofsImage, inode: ErofsInode) -> None:
        """Read the header of the index.

        Raises:
            ArchiveError: it is damaged, or of a kind that is not known.
        """
        self._image, self._inode = image, inode
        at = -(-inode.end // 8) * 8
        raw = image.data.read(at, 8)
        (word,) = struct.unpack("<Q", raw)
        self._whole = word ^ _IS_FRAGMENT if word & _IS_FRAGMENT else None
        self._fragment, self.advice, algorithms, bits = struct.unpack("<IHBB", raw)
        self.algorithms = algorithms & 15, algorithms >> 4
        """The numbers of the ways in which the extents of the two kinds are compressed."""
        self._tail = self._fragment >> 16 if self.advice & _HAS_TAIL else 0
        self._bits: int = image.bits + (bits & 15)
        self._base: int = at + 8
        self._rows: int = -(-inode.size >> self._bits)
        self._last: Row | None = None
        self._last_at = 0
        if self._whole is not None:
            return
        is_compact = inode.layout == COMPACT
        if not is_compact and self.advice & _HAS_TWO_BYTES:
            raise ArchiveError("is compressed in extents of any length, and cannot be read")
        if self.advice & ~_KNOWN or self._bits > (14 if is_compact else 16):
            raise ArchiveError(_DAMAGED)
        if self._rows and (self._tail or self.advice & _HAS_FRAGMENT):
            self._last_at = self._head_of(inode.size - 1)
            self._last = self._row(self._last_at)

    def extent(self, offset: int) -> Extent:
        """Return the extent that has a byte of the file.

        Raises:
            ArchiveError: the index is damaged.
        """
        size = self._inode.size
        if self._whole is not None:
            return Extent(0, size, HEAD, fragment=self._whole)
        number = self._head_of(offset)
        head = self._row(number)
        start, end = (number << self._bits) + head.start, self._end_of(number)
        is_fragment = self._is_last(number) and not self._tail
        if end <= offset or (end - start > EXTENT and not is_fragment):
            raise ArchiveError(_DAMAGED)
        if self._is_last(number) and self._tail:
            at = self._tail_at()
            if (at & self._image.block_size - 1) + self._tail > self._image.block_size:
                raise ArchiveError(_DAMAGED)
            return Extent(start, end, head.kind, at, self._tail, head.is_partial)
        if is_fragment:
            high = 0 if self._inode.layout == COMPACT else head.block << 32
            return Extent(start, end, head.kind, fragment=self._fragment | high)
        packed = self._count_of(number, head.kind) << self._image.bits
        if packed > _PACKED:
            raise ArchiveError(_DAMAGED)
        return Extent(start, end, head.kind, head.block << self._image.bits, packed, head.is_partial)

    def _is_last(self, number: int) -> bool:
        """True if the extent that begins in a block is stored elsewhere than the others."""
        return self._last is not None and number == self._last_at

    def _head_of(self, offset: int) -> int:
        """Return the number of the block in which the extent of a byte begins."""
        number, limit = offset >> self._bits, (EXTENT >> self._bits) + 2
        row = self._row(number)
        back = row.back if row.kind == NOT_HEAD else int(offset - (number << self._bits) < row.start)
        while back:
            number, limit = number - back, limit - 1
            if number < 0 or limit < 0:
                raise ArchiveError(_DAMAGED)
            row = self._row(number)
            back = row.back if row.kind == NOT_HEAD else 0
        if row.kind == NOT_HEAD:
            raise ArchiveError(_DAMAGED)
        return number

    def _end_of(self, number: int) -> int:
        """Return where the extent ends that begins in a block: where the next one begins."""
        size = self._inode.size
        if self._is_last(number):
            return size
        for each in range(number + 1, min(self._rows, number + (EXTENT >> self._bits) + 2)):
            row = self._row(each)
            if row.kind != NOT_HEAD:
                return min(size, (each << self._bits) + row.start)
        return size

    def _count_of(self, number: int, kind: int) -> int:
        """Return the number of blocks of the image that an extent is packed in."""
        is_large = self.advice & (_IS_LARGE if kind == HEAD else _IS_LARGE_2)
        if not is_large or number + 1 >= self._rows:
            return 1
        row = self._row(number + 1)
        if row.kind != NOT_HEAD:
            return 1
        if row.count is None:
            raise ArchiveError(_DAMAGED)
        return row.count

    def _row(self, number: int) -> Row:
        if self._inode.layout != COMPACT:
            return self._full_row(number)
        at, length, index = self._place(number)
        rows = 16 if length == 2 else 2
        found = _rows(self._image.data.read(at, rows * length), rows, self._bits, bool(self.advice & _IS_LARGE))[index]
        if found.kind != NOT_HEAD and found.start >> self._bits:
            raise ArchiveError(_DAMAGED)
        return found

    def _full_row(self, number: int) -> Row:
        word, start, block = _ROW.unpack(self._image.data.read(self._base + 8 + 8 * number, 8))
        kind = word & 3
        if word & ~(3 | _PARTIAL) or (kind != NOT_HEAD and start >> self._bits):
            raise ArchiveError(_DAMAGED)
        if kind != NOT_HEAD:
            return Row(kind, start, block, is_partial=bool(word & _PARTIAL))
        back = block & 0xFFFF
        return Row(kind, back=1, count=back & ~_COUNT) if back & _COUNT else Row(kind, back=back)

    def _place(self, number: int) -> tuple[int, int, int]:
        """Return the offset of the pack that has a row, the bytes of each of its rows, and which one it is in it.

        Packs of two rows of four bytes come first, until packs of sixteen of two bytes are aligned, and last.
        """
        first = (32 - self._base % 32) // 4 & 7
        short = (self._rows - first) // 16 * 16 if self.advice & _HAS_TWO_BYTES and first < self._rows else 0
        at = self._base
        if number >= first:
            at, number = at + 4 * first, number - first
            if number < short:
                return at + number // 16 * 32, 2, number % 16
            at, number = at + 2 * short, number - short
        at += 4 * number
        return at & ~7, 4, (at & 7) // 4

    def _tail_at(self) -> int:
        """Return the offset of an end that is packed behind the index."""
        if self._inode.layout != COMPACT:
            return self._base + 8 + 8 * self._rows
        at, length, _ = self._place(self._rows - 1)
        return at + (32 if length == 2 else 8)


@lru_cache(64)
def _rows(raw: bytes, count: int, bits: int, is_large: bool) -> tuple[Row, ...]:
    """Return the rows of a pack: their bits, and behind them the number of a block.

    Args:
        raw: the pack.
        count: how many rows it has.
        bits: of the size of a block of the file.
        is_large: whether rows behind heads may say how many blocks extents are packed in.
    """
    low = max(bits, 12)
    width = (len(raw) - 4) * 8 // count
    word, base = int.from_bytes(raw[:-4], "little"), int.from_bytes(raw[-4:], "little")
    rows: list[Row] = []
    block = base if is_large else base + 1
    for index in range(count):
        value = word >> width * index
        kind, value = value >> low & 3, value & (1 << low) - 1
        if kind != NOT_HEAD:
            rows.append(Row(kind, value, block))
            block += 1
        elif is_large and value & _COUNT:
            packed = value & ~_COUNT
            block += packed - (1 if rows and rows[-1].kind != NOT_HEAD else 0)
            rows.append(Row(kind, back=1, count=packed))
        elif value & _COUNT and index + 1 < count:
            raise ArchiveError(_DAMAGED)
        elif index + 1 == count:  # it says how far it is to the next head
            before = rows[-1]
            rows.append(Row(kind, back=before.back + 1 if before.kind == NOT_HEAD else 1))
        else:
            rows.append(Row(kind, back=value))
    return tuple(rows)
