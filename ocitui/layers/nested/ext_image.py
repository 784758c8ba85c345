"""The superblock, the inodes and the blocks of files of an ext2, ext3 or ext4 image.

Linux, Documentation/filesystems/ext4: "Super Block", "Block Group Descriptors", "Index Nodes", "The Contents
of inode.i_block", "Extended Attributes".
"""

import stat
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from ocitui.layers.nested.allowance import Allowance
from ocitui.layers.nested.errors import ArchiveError
from ocitui.layers.nested.pages import Pages
from ocitui.layers.nested.xattrs import ROW as XATTR_ROW
from ocitui.layers.nested.xattrs import Row

ROOT = 2
"""The number of the root's inode."""

EXTENTS, INLINE, ENCRYPTED = 0x80000, 0x1000_0000, 0x800
"""Flags of an inode."""

HAS_TYPES, NEEDS_RECOVERY, HAS_EXTENTS = 0x2, 0x4, 0x40
"""Features that a reader must know; see `_KNOWN`."""

_AT = 1024
_MAGIC = 56
_64_BIT = 0x80
_KNOWN = HAS_TYPES | NEEDS_RECOVERY | HAS_EXTENTS | _64_BIT | 0x100 | 0x200 | 0x400 | 0x2000 | 0x4000 | 0x38000
"""Also multi-mount protection, flexible groups, attributes in inodes of their own, the checksums' seed, large
directories, data in inodes, encryption and letter case: none of them changes where things are."""
_META_GROUPS = 0x10
_JOURNAL = 0x4
_OLD_INODE = 128
_INODE = struct.Struct("<HHIIIIIHHIII60sIII4xHHHH4x")
_EXTENT_MAGIC = 0xF30A
_EXTENT_DEPTH = 5
_ROW = 12
"""Bytes of the header of a node of extents, and of each row in it."""
_UNWRITTEN = 0x8000
_END = 1 << 32
"""Blocks that a file may have."""
_DIRECT = 12
_XATTR_MAGIC = b"\x00\x00\x02\xea"
_XATTR = struct.Struct("<BBHIII")
_XATTR_HEADER = 32
_XATTR_PREFIXES = {
    1: b"user.",
    2: b"system.posix_acl_access",
    3: b"system.posix_acl_default",
    4: b"trusted.",
    6: b"security.",
    7: b"system.",
    8: b"system.richacl",
}


@dataclass(frozen=True, slots=True)
class ExtInode:
    """The fields of an inode."""

    mode: int
    uid: int
    gid: int
    size: int
    mtime_ns: int
    links: int
    flags: int
    block: bytes
    """The 60 bytes that say where its data are, or that are its data."""
    inside: bytes
    """The bytes behind the fields: a list of extended attributes."""
    outside: int
    """The number of the block with more of them; 0 for none."""

    @property
    def is_short_link(self) -> bool:
        """True if it is a symbolic link whose target it has itself."""
        return stat.S_ISLNK(self.mode) and self.size < len(self.block) and not self.flags & (EXTENTS | INLINE)


def is_superblock(head: bytes) -> bool:
    """Tell whether the bytes at 1,024 are the superblock of such a filesystem."""
    if len(head) < 264 or head[_MAGIC : _MAGIC + 2] != b"\x53\xef":
        return False
    blocks, first, log, _, per_group = struct.unpack_from("<4x I 12x III I", head)
    return bool(blocks > first and log <= 6 and per_group > 0)


class ExtImage:
    """Reads inodes, and says where the data of files are. For one thread at a time."""

    def __init__(self, data: Pages) -> None:
        """Read the superblock.

        Raises:
            ArchiveError: it is damaged, or says that the image must be read in a way that is not known.
        """
        self.data = data
        """The image."""
        head = data.read(_AT, 1024)
        self._inodes, self._blocks = struct.unpack_from("<II", head)
        self._first, log = struct.unpack_from("<II", head, 20)
        (self._per_group,) = struct.unpack_from("<I", head, 40)
        revision, inode_size = struct.unpack_from("<I8xH", head, 76)
        compatible, self.features = struct.unpack_from("<II", head, 92)
        self.block_size = 1024 << min(log, 6)
        self._inode_size = inode_size if revision else _OLD_INODE
        is_large = bool(self.features & _64_BIT)
        self._row = max(32, struct.unpack_from("<H", head, 254)[0]) if is_large else 32
        if not self._per_group or self._inode_size < _OLD_INODE or self._inode_size > self.block_size or log > 6:
            raise ArchiveError("its superblock is damaged")
        unknown = self.features & ~_KNOWN
        if unknown:
            words = (
                "groups of block groups" if unknown == _META_GROUPS else f"features that are not known ({unknown:#x})"
            )
            raise ArchiveError(f"is an ext4 image with {words}, and cannot be opened")
        self.word = "ext4" if self.features & HAS_EXTENTS else "ext3" if compatible & _JOURNAL else "ext2"
        """The kind."""

    def inode(self, number: int) -> ExtInode:
        """Read an inode.

        Raises:
            ArchiveError: there is none of this number, or it is damaged.
        """
        if not 0 < number <= self._inodes:
            raise ArchiveError(f"its inode {number:,} is missing")
        group, index = divmod(number - 1, self._per_group)
        row = self.data.read((self._first + 1) * self.block_size + group * self._row, self._row)
        table = int.from_bytes(row[8:12], "little")
        if self._row >= 64:
            table |= int.from_bytes(row[0x28:0x2C], "little") << 32
        raw = self.data.read(table * self.block_size + index * self._inode_size, self._inode_size)
        mode, uid, low, _, _, mtime, _, gid, links, _, flags, _, block, _, acl, high, *upper = _INODE.unpack(
            raw[: _INODE.size]
        )
        _, acl_high, uid_high, gid_high = upper
        seconds, nanoseconds = (mtime ^ 0x8000_0000) - 0x8000_0000, 0
        extra = int.from_bytes(raw[128:130], "little") if len(raw) > _OLD_INODE else 0
        if extra >= 12:
            word = int.from_bytes(raw[136:140], "little")
            seconds, nanoseconds = seconds + ((word & 3) << 32), word >> 2
        size = low | high << 32
        owner = uid | uid_high << 16, gid | gid_high << 16
        mtime_ns = seconds * 10**9 + nanoseconds
        inside, outside = raw[_OLD_INODE + extra :], acl | acl_high << 32
        return ExtInode(mode, *owner, size, mtime_ns, links, flags, block, inside, outside)

    def run(self, inode: ExtInode, block: int) -> tuple[int | None, int]:
        """Return where a block of a file is in the image, None for a hole; and how many follow each other from there.

        Raises:
            ArchiveError: that is damaged.
        """
        if block >= _END:
            raise ArchiveError("its size is damaged: no file can have so many blocks")
        return self._in_extents(inode.block, block) if inode.flags & EXTENTS else self._in_map(inode.block, block)

    def _in_extents(self, node: bytes, block: int) -> tuple[int | None, int]:
        end, depth = _END, None
        while True:
            magic, rows, _, below = struct.unpack_from("<HHHH", node)
            if magic != _EXTENT_MAGIC or (rows + 1) * _ROW > len(node) or below > _EXTENT_DEPTH:
                raise ArchiveError("its extents are damaged")
            if depth is not None and below != depth - 1:
                raise ArchiveError("its extents are damaged")
            depth, low, high = below, 0, rows
            while low < high:  # rows from `low` on may begin before the block, those from `high` on do not
                middle = (low + high) // 2
                (first,) = struct.unpack_from("<I", node, (middle + 1) * _ROW)
                if first > block:
                    end, high = min(end, first), middle
                else:
                    low = middle + 1
            if not low:
                return None, end - block
            found = low * _ROW
            if depth:
                low, high = struct.unpack_from("<4xIH", node, found)
                node = self.data.read((low | high << 32) * self.block_size, self.block_size)
                continue
            first, length, high, low = struct.unpack_from("<IHHI", node, found)
            is_written, length = length <= _UNWRITTEN, length - (_UNWRITTEN if length > _UNWRITTEN else 0)
            if block >= first + length:
                return None, end - block
            return ((low | high << 32) + block - first if is_written else None), first + length - block

    def _in_map(self, words: bytes, block: int) -> tuple[int | None, int]:
        per_block = self.block_size // 4
        if block < _DIRECT:
            return _mapped(words, block, _DIRECT)
        block -= _DIRECT
        for level in range(1, 4):
            span = per_block**level
            if block < span:
                break
            block -= span
        else:
            raise ArchiveError("its list of blocks is damaged: it has more than there can be")
        pointer = int.from_bytes(words[4 * (_DIRECT + level - 1) :][:4], "little")
        while pointer:
            words = self.data.read(pointer * self.block_size, self.block_size)
            span //= per_block
            index, block = divmod(block, span)
            if span == 1:
                return _mapped(words, index, per_block)
            pointer = int.from_bytes(words[4 * index :][:4], "little")
        return None, span - block

    def xattrs(self, inode: ExtInode, allowance: Allowance) -> Iterator[Row]:
        """Yield the extended attributes that are in an inode, and in a block of their own.

        Raises:
            ArchiveError: the next one is damaged.
            FullIndexError: there are more than may be read.
        """
        for name, value in inner_xattrs(inode):
            allowance.take(XATTR_ROW + len(value))
            yield name, value
        if inode.outside:
            allowance.take(XATTR_ROW)
            outside = self.data.read(inode.outside * self.block_size, self.block_size)
            if not outside.startswith(_XATTR_MAGIC):
                raise ArchiveError("their block is damaged")
            for name, value in _read_xattrs(outside, _XATTR_HEADER):
                allowance.take(XATTR_ROW + len(value))
                yield name, value


def _mapped(words: bytes, index: int, count: int) -> tuple[int | None, int]:
    """Return what a list of blocks says at an index, and how many rows of it go on like that."""
    rest = words[4 * index : 4 * count]
    holes = (len(rest) - len(rest.lstrip(b"\0"))) // 4
    if holes:
        return None, holes
    numbers = struct.unpack_from(f"<{count - index}I", rest)
    first, length = numbers[0], 1
    while length < len(numbers) and numbers[length] == first + length:
        length += 1
    return first, length


def inner_xattrs(inode: ExtInode) -> Iterator[Row]:
    """Yield the extended attributes that are in an inode; see `ExtImage.xattrs`."""
    if inode.inside.startswith(_XATTR_MAGIC):
        yield from _read_xattrs(inode.inside[4:], 0)


def _read_xattrs(data: bytes, at: int) -> Iterator[Row]:
    """Yield the attributes whose list begins at an offset; those that are kept elsewhere without a name."""
    while data[at : at + 4].strip(b"\0"):
        if at + _XATTR.size > len(data):
            raise ArchiveError("their list is damaged")
        length, prefix, offset, inode, size, _ = _XATTR.unpack_from(data, at)
        name = data[at + _XATTR.size : at + _XATTR.size + length]
        value = data[offset : offset + size]
        if inode or prefix not in _XATTR_PREFIXES:
            yield None, b""
        elif len(value) < size:
            raise ArchiveError("their list is damaged")
        else:
            yield _XATTR_PREFIXES[prefix] + name, value
        at += _XATTR.size + -(-length // 4) * 4
