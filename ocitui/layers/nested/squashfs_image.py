"""The tables of a squashfs image: inodes, directories, fragments, owners, extended attributes.

Linux, Documentation/filesystems/squashfs.rst, and fs/squashfs/squashfs_fs.h. Version 4.0, little-endian,
as everybody has written it since 2009.
"""

import struct
from collections import OrderedDict
from collections.abc import Iterator
from copy import copy

from ocitui.layers.nested.allowance import Allowance
from ocitui.layers.nested.blocks import unpacker
from ocitui.layers.nested.errors import ArchiveError
from ocitui.layers.nested.pages import Pages
from ocitui.layers.nested.xattrs import ROW as XATTR_ROW
from ocitui.layers.nested.xattrs import Row, check_size

MAGIC = b"hsqs"

UNUSED = 0xFFFF_FFFF
"""The number of no fragment, and of no extended attributes."""

LIMIT = 16 << 20
"""Bytes of metadata that one file has in a run: four for each block of its data."""

_NO_TABLE = 0xFFFF_FFFF_FFFF_FFFF
_METADATA = 8192
_KEPT = 256
"""Blocks of metadata that are kept: 2 MiB, those used last."""
_SUPERBLOCK = struct.Struct("<4sIIIIHHHHHHQQQQQQQQ")
_COMPRESSIONS = {1: "gzip", 2: "lzma", 3: "lzo", 4: "xz", 5: "lz4", 6: "zstd"}
_FRAGMENT = struct.Struct("<QII")
_XATTR_IDS = struct.Struct("<QII")
_XATTR_ID = struct.Struct("<QII")
_XATTR = struct.Struct("<HH")
_XATTR_ELSEWHERE = 0x100
_XATTR_PREFIXES = (b"user.", b"trusted.", b"security.")


class SquashfsImage:
    """Reads the metadata of an image, and unpacks its blocks. For one thread at a time."""

    def __init__(self, data: Pages) -> None:
        """Read the superblock.

        Raises:
            ArchiveError: it is damaged, of another version, or packed in a way that is not known.
        """
        self.data = data
        """The image."""
        if data.size < _SUPERBLOCK.size:
            raise ArchiveError("its superblock is damaged")
        fields = _SUPERBLOCK.unpack(data.read(0, _SUPERBLOCK.size))
        _, _, _, self.block_size, self._fragments, compression, _, _, self._ids, major, minor, self.root, _, *tables = (
            fields
        )
        if major != 4:
            raise ArchiveError(f"is squashfs {major}.{minor}, of which only 4.0 is known")
        if not 4096 <= self.block_size <= 1 << 20 or self.block_size & (self.block_size - 1):
            raise ArchiveError(f"its superblock is damaged: blocks of {self.block_size:,} bytes")
        self._ids_at, self._xattrs_at, self.inodes_at, self.directories_at, self._fragments_at, _ = tables
        self.compression = _COMPRESSIONS.get(compression, f"compression {compression}")
        """The compression of its blocks: ``xz``."""
        self._unpack = unpacker(self.compression)
        self._blocks: OrderedDict[int, tuple[bytes, int]] = OrderedDict()

    def metadata(self, at: int) -> tuple[bytes, int]:
        """Return a block of metadata, and the offset of the next one."""
        found = self._blocks.pop(at, None)
        if found is None:
            (word,) = struct.unpack("<H", self.data.read(at, 2))
            size = word & 0x7FFF or 0x8000
            packed = self.data.read(at + 2, size)
            found = packed if word & 0x8000 else self._unpack(packed, _METADATA), at + 2 + size
            if not found[0]:
                raise ArchiveError("a block of metadata is damaged: it is empty")
        self._blocks[at] = found
        if len(self._blocks) > _KEPT:
            self._blocks.popitem(last=False)
        return found

    def unpacked(self, at: int, word: int) -> bytes:
        """Return a block of files' data, from its offset and the word that says how it is stored."""
        packed = self.data.read(at, min(word & 0xFF_FFFF, self.block_size + 1))
        return packed if word & 0x100_0000 else self._unpack(packed, self.block_size)

    def owner(self, index: int) -> int:
        """Return a user or group by its index."""
        if index >= self._ids:
            raise ArchiveError("an owner is missing in it")
        return int.from_bytes(self._row(self._ids_at, index, 4), "little")

    def fragment(self, number: int) -> tuple[int, int]:
        """Return where the block is that has a fragment, and the word that says how it is stored."""
        if number >= self._fragments:
            raise ArchiveError("a fragment is missing in it")
        at, word, _ = _FRAGMENT.unpack(self._row(self._fragments_at, number, _FRAGMENT.size))
        return at, word

    def xattrs(self, index: int, allowance: Allowance) -> Iterator[Row]:
        """Yield extended attributes by their index.

        Raises:
            ArchiveError: the next one is damaged.
            FullIndexError: there are more than may be read.
        """
        if index == UNUSED or self._xattrs_at == _NO_TABLE:
            return
        start, count, _ = _XATTR_IDS.unpack(self.data.read(self._xattrs_at, _XATTR_IDS.size))
        if index >= count:
            raise ArchiveError("they are missing")
        row = self._row(self._xattrs_at + _XATTR_IDS.size, index, _XATTR_ID.size)
        reference, entries, _ = _XATTR_ID.unpack(row)
        cursor = Cursor(self, start, reference)
        for _ in range(entries):
            kind, length = _XATTR.unpack(cursor.take(_XATTR.size))
            allowance.take(XATTR_ROW + length)
            name = cursor.take(length)
            value = _value(cursor, allowance)
            if kind & _XATTR_ELSEWHERE:
                value = _value(Cursor(self, start, int.from_bytes(value[:8], "little")), allowance)
            prefix = kind & ~_XATTR_ELSEWHERE
            yield (_XATTR_PREFIXES[prefix] + name, value) if prefix < len(_XATTR_PREFIXES) else (None, b"")

    def _row(self, table: int, index: int, size: int) -> bytes:
        """Return a row of a table of rows, whose blocks a list tells at the offset of the table."""
        block, offset = divmod(index * size, _METADATA)
        (at,) = struct.unpack("<Q", self.data.read(table + block * 8, 8))
        return Cursor(self, at, offset).take(size)


class Cursor:
    """A place in the metadata."""

    def __init__(self, image: SquashfsImage, start: int, reference: int) -> None:
        """
        Args:
            image: the image.
            start: the offset of the table, or of the block.
            reference: in it: a block's offset, and in its lower 16 bits one in what that unpacks to.
        """
        self._image = image
        self._block = start + (reference >> 16)
        self._offset = reference & 0xFFFF

    def copy(self) -> "Cursor":
        """Return one that moves by itself."""
        return copy(self)

    def take(self, size: int) -> bytes:
        """Return the next bytes.

        Raises:
            ArchiveError: they are damaged or missing, or more than `LIMIT`.
        """
        if size > LIMIT:
            raise ArchiveError(f"its metadata are damaged: {size:,} bytes of one file")
        pieces = []
        while size:
            content, following = self._image.metadata(self._block)
            piece = content[self._offset : self._offset + size]
            if not piece and self._offset != len(content):
                raise ArchiveError("its metadata are damaged: an offset outside a block")
            pieces.append(piece)
            size -= len(piece)
            self._offset += len(piece)
            if size:
                self._block, self._offset = following, 0
        return b"".join(pieces)


def _value(cursor: Cursor, allowance: Allowance) -> bytes:
    """Take the value of an extended attribute, its size before it."""
    (size,) = struct.unpack("<I", cursor.take(4))
    check_size(size)
    allowance.take(size)
    return cursor.take(size)
