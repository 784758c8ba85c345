"""The superblock, the inodes and the extended attributes of an erofs image. Linux, fs/erofs/erofs_fs.h."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from ocitui.display import printable
from ocitui.layers.nested.allowance import Allowance
from ocitui.layers.nested.erofs_magic import feature_words
from ocitui.layers.nested.errors import ArchiveError
from ocitui.layers.nested.pages import Pages
from ocitui.layers.nested.xattrs import ROW as XATTR_ROW
from ocitui.layers.nested.xattrs import Row

PLAIN, FULL, INLINE, COMPACT, CHUNKS = range(5)
"""The layouts of a file's data: in a row, packed (with an index of eight bytes for each block), in a row with
its end behind the inode, packed (with an index of two or four bytes), in chunks."""

PADDED, FRAGMENTS = 0x1, 0x20
"""Features: packed data are at the end of their blocks, behind zeros; the ends of files are in another file."""

ALGORITHMS = ("lz4", "lzma", "deflate", "zstd")
"""The ways in which files are packed, by their numbers."""

_AT = 1024
_HAS_ALGORITHMS = 0x2
_SUPERBLOCK = struct.Struct("<4sIIBBHQQIIII16s16sIHHHBBIQI")
_KNOWN = 0x7F
"""The features that are known here; see `feature_words`."""
_PREFIXES_OUTSIDE = 0x10
"""A feature that a reader may know: the common prefixes are not in the file with the ends of files."""
_SLOT = 32
"""Bytes between two inodes: the number of an inode counts them."""
_SHORT = struct.Struct("<HHHHIIIIHHI")
_LONG = struct.Struct("<HHHHQIIIIQII16x")
_XATTRS_HEADER = 12
_XATTR = struct.Struct("<BBH")
_XATTR_PREFIXES = {
    1: b"user.",
    2: b"system.posix_acl_access",
    3: b"system.posix_acl_default",
    4: b"trusted.",
    5: b"lustre.",
    6: b"security.",
}
_COMMON_PREFIX = 0x80


@dataclass(frozen=True, slots=True)
class ErofsInode:
    """The fields of an inode."""

    layout: int
    """See `PLAIN`; only those five."""
    mode: int
    uid: int
    gid: int
    size: int
    mtime_ns: int
    word: int
    """The first block of a file in a row, the format of its chunks, or the numbers of a device."""
    xattrs_at: int
    """The offset of its extended attributes in the image."""
    end: int
    """The offset behind the inode and its extended attributes in the image."""


class ErofsImage:
    """Reads the metadata of an image. For one thread at a time."""

    def __init__(self, data: Pages) -> None:
        """Read the superblock.

        Raises:
            ArchiveError: it is damaged, or says that the image has something that is not known.
        """
        self.data = data
        """The image."""
        head = data.read(_AT, min(data.size - _AT, 1024)).ljust(_SUPERBLOCK.size, b"\0")
        _, _, compatible, bits, _, root, inodes, seconds, nanoseconds, _, meta, xattrs, *rest = _SUPERBLOCK.unpack_from(
            head
        )
        uuid, name, features, algorithms, devices, _, larger, prefixes, prefixes_at, packed, _ = rest
        self.features: int = features
        """See `PADDED`."""
        self._inodes_at = meta << bits
        self._xattrs_at = xattrs << bits
        self._epoch = seconds * 10**9, nanoseconds
        self._prefixes = prefixes, prefixes_at * 4
        self._common: list[bytes] | None = None
        self.read_prefixes = data.read
        """Reads common prefixes of attributes; see `has_prefixes_in_file`."""
        self.has_prefixes_in_file = bool(packed) and not compatible & _PREFIXES_OUTSIDE
        """True if these are in the file with the ends of others."""
        if not features & _HAS_ALGORITHMS:
            algorithms = features & PADDED
        words = [word for bit, word in enumerate(ALGORITHMS) if algorithms >> bit & 1]
        self.word = ", ".join(["erofs", *words])
        """The kind, and how its files may be packed."""
        self.devices_mask = (1 << int(devices).bit_length()) - 1
        """The bits of a device's number that count."""
        self.bits: int = bits
        """The bits of a block's size."""
        self.root: int = root
        """The number of the root's inode."""
        self.packed: int = packed
        """The number of the inode of the file with the ends of others; 0 for none."""
        if features & ~_KNOWN:
            raise ArchiveError(_describe(uuid, name, inodes, features))
        if not 9 <= bits <= 16 or larger:
            raise ArchiveError("its superblock is damaged: blocks of an unknown size")

    @property
    def block_size(self) -> int:
        """Bytes of a block."""
        return 1 << self.bits

    def inode(self, number: int) -> ErofsInode:
        """Read an inode.

        Raises:
            ArchiveError: there is none of this number, or it is damaged.
        """
        at = self._inodes_at + number * _SLOT
        if at + _SLOT > self.data.size:
            raise ArchiveError(f"its inode {number:,} is missing")
        (form,) = struct.unpack("<H", self.data.read(at, 2))
        is_long, layout = form & 1, form >> 1 & 7
        epoch, nanoseconds = self._epoch
        if is_long:
            raw = self.data.read(at, _LONG.size)
            _, xattrs, mode, _, size, word, _, uid, gid, seconds, nanoseconds, _ = _LONG.unpack(raw)
            seconds, epoch = (seconds ^ 1 << 63) - (1 << 63), 0
        else:
            raw = self.data.read(at, _SHORT.size)
            _, xattrs, mode, _, size, seconds, word, _, uid, gid, _ = _SHORT.unpack(raw)
        if layout > CHUNKS or nanoseconds >= 10**9:
            raise ArchiveError("its inode is damaged")
        xattrs_at = at + len(raw)
        end = xattrs_at + (_XATTRS_HEADER + 4 * (xattrs - 1) if xattrs else 0)
        mtime_ns = epoch + seconds * 10**9 + nanoseconds
        return ErofsInode(layout, mode, uid, gid, size, mtime_ns, word, xattrs_at, end)

    def packed_inode(self) -> ErofsInode:
        """Return the inode of the file with the ends of others.

        Raises:
            ArchiveError: there is none, or it is damaged.
        """
        if not self.packed:
            raise ArchiveError("its end is missing in the image")
        return self.inode(self.packed)

    def xattrs(self, inode: ErofsInode, allowance: Allowance) -> Iterator[Row]:
        """Yield the extended attributes of an inode: those that it shares with others, and those behind it.

        Raises:
            ArchiveError: the next one is damaged.
            FullIndexError: there are more than may be read.
        """
        if inode.end == inode.xattrs_at:
            return
        allowance.take(inode.end - inode.xattrs_at)
        raw = self.data.read(inode.xattrs_at, inode.end - inode.xattrs_at)
        at = _XATTRS_HEADER + 4 * raw[4]
        if at > len(raw):
            raise ArchiveError("their list is damaged")
        for (shared,) in struct.iter_unpack("<I", raw[_XATTRS_HEADER:at]):
            place = self._xattrs_at + 4 * shared
            length, _, size = _XATTR.unpack(self.data.read(place, _XATTR.size))
            allowance.take(XATTR_ROW + size)
            yield self._xattr(self.data.read(place, _XATTR.size + length + size), 0)
        while raw[at : at + _XATTR.size].strip(b"\0"):
            allowance.take(XATTR_ROW)
            yield self._xattr(raw, at)
            length, _, size = _XATTR.unpack_from(raw, at)
            at += _XATTR.size + -(-(length + size) // 4) * 4

    def _xattr(self, raw: bytes, at: int) -> Row:
        """Return the attribute at an offset of some bytes."""
        if at + _XATTR.size > len(raw):
            raise ArchiveError("their list is damaged")
        length, prefix, size = map(int, _XATTR.unpack_from(raw, at))
        at += _XATTR.size
        name, value = raw[at : at + length], raw[at + length : at + length + size]
        if len(value) < size:
            raise ArchiveError("their list is damaged")
        known = (
            self._common_prefix(prefix & ~_COMMON_PREFIX) if prefix & _COMMON_PREFIX else _XATTR_PREFIXES.get(prefix)
        )
        return (None, b"") if known is None else (known + name, value)

    def _common_prefix(self, number: int) -> bytes | None:
        """Return a prefix of the names of attributes that the image itself tells."""
        count, at = self._prefixes
        if self._common is None:
            self._common = []
            for _ in range(count):
                size = int.from_bytes(self.read_prefixes(at, 2), "little")
                text = self.read_prefixes(at + 2, size)
                if len(text) < size:
                    raise ArchiveError("their prefixes are damaged")
                self._common.append(_XATTR_PREFIXES.get(text[0], b"") + text[1:] if text else b"")
                at += -(-(2 + size) // 4) * 4
        if number >= len(self._common):
            raise ArchiveError("a prefix is missing")
        return self._common[number]


def _describe(uuid: bytes, name: bytes, inodes: int, features: int) -> str:
    """Return what an image is that cannot be opened."""
    facts = [
        *([f"volume {printable(name.rstrip(bytes(1)))}"] if name.strip(b"\0") else ()),
        f"UUID {UUID(bytes=uuid)}",
        f"{inodes:,} inodes",
        *feature_words(features),
    ]
    return f"is an erofs image ({', '.join(facts)}), which cannot be opened"
