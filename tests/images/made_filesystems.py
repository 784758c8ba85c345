"""Images of filesystems from their parts, of which any may be as no tool would write it."""

import stat
import struct
from collections.abc import Mapping, Sequence

TABLE = 4
"""The block of an ext image in which the table of inodes begins."""

FREE = 16
"""The first block of an ext image that a test may take."""

EXTENTS = 0x80000
"""The flag of an inode whose data extents describe."""

_METADATA = 8192
_NONE = 0xFFFF_FFFF


def make_ext(inodes: Mapping[int, bytes], blocks: Mapping[int, bytes], *, log: int = 0) -> bytes:
    """Return an ext4 image.

    Args:
        inodes: the inodes by their numbers, up to 64; 2 is the root.
        blocks: contents of blocks by their numbers, from `FREE` on.
        log: 0 for blocks of 1,024 bytes, 6 for 65,536.
    """
    unit = 1024 << log
    count = max((FREE, *blocks)) + 1
    image = bytearray(count * unit)
    first = 0 if log else 1
    struct.pack_into("<II12xIIIII", image, 1024, 64, count, first, log, log, 8192, 8192)
    struct.pack_into("<I", image, 1024 + 40, 64)
    image[1024 + 56 : 1024 + 58] = b"\x53\xef"
    struct.pack_into("<I8xH", image, 1024 + 76, 1, 256)
    struct.pack_into("<II", image, 1024 + 92, 0, 0x42)
    struct.pack_into("<8xI", image, (first + 1) * unit, TABLE)
    for number, inode in inodes.items():
        at = TABLE * unit + (number - 1) * 256
        image[at : at + len(inode)] = inode
    for number, content in blocks.items():
        image[number * unit : number * unit + len(content)] = content
    return bytes(image)


def ext_inode(mode: int, size: int, block: bytes, *, flags: int = 0, xattrs: int = 0, inside: bytes = b"") -> bytes:
    """Return an inode.

    Args:
        mode: kind and permissions.
        size: bytes of its data.
        block: up to 60 bytes that say where these are.
        flags: `EXTENTS`.
        xattrs: the block of its extended attributes.
        inside: what follows its fields.
    """
    low, high = size & 0xFFFF_FFFF, size >> 32
    fields = mode, 0, low, 0, 0, 0, 0, 0, 1, 0, flags, 0, block, 0, xattrs, high, 0, 0, 0, 0
    return struct.pack("<HHIIIIIHHIII60sIII4xHHHH4x", *fields) + struct.pack("<H", 4) + bytes(2) + inside


def extents(*rows: tuple[int, int, int], depth: int = 0) -> bytes:
    """Return a node of extents.

    Args:
        rows: the first block of the file in each, the number of blocks (of a leaf), and where they are.
        depth: the levels below.
    """
    header = struct.pack("<HHHHI", 0xF30A, len(rows), len(rows), depth, 0)
    if depth:
        return header + b"".join(struct.pack("<IIHH", first, where, 0, 0) for first, _, where in rows)
    return header + b"".join(struct.pack("<IHHI", first, count, 0, where) for first, count, where in rows)


def ext_names(names: Mapping[bytes, int], size: int = 1024) -> bytes:
    """Return a block of a directory: its names with the numbers of their inodes."""
    rows = [struct.pack("<IHBB", number, 8 + len(name), len(name), 0) + name for name, number in names.items()]
    rest = size - sum(map(len, rows))
    return b"".join(rows) + struct.pack("<IHBB", 0, rest, 0, 0).ljust(rest, b"\0")


def ext_xattrs(rows: Sequence[tuple[bytes, bytes]], size: int = 1024) -> bytes:
    """Return a block of extended attributes of users."""
    block = bytearray(struct.pack("<I28x", 0xEA020000).ljust(size, b"\0"))
    at, end = 32, size
    for name, value in rows:
        end -= len(value)
        block[end : end + len(value)] = value
        row = struct.pack("<BBHIII", len(name), 1, end, 0, len(value), 0) + name
        block[at : at + len(row)] = row
        at += 16 + -(-len(name) // 4) * 4
    return bytes(block)


def make_squashfs(
    files: Mapping[bytes, bytes], xattrs: Sequence[bytes] = (), data: bytes = b"", *, block_size: int = 1 << 17
) -> bytes:
    """Return a squashfs image in which nothing is packed.

    Args:
        files: what `squashfs_file` made, by names in the root.
        xattrs: lists of extended attributes, as `squashfs_xattrs` makes them; files name them by their numbers here.
        data: what comes after the superblock, at offset 96.
        block_size: bytes of a block of data.
    """
    inodes, places = b"", {}
    for name, inode in files.items():
        places[name] = divmod(len(inodes), _METADATA)
        inodes += inode
    names = b""
    for name, (block, offset) in sorted(places.items()):
        names += struct.pack("<III", 0, block * (_METADATA + 2), 1)
        names += struct.pack("<HhHH", offset, 0, 2, len(name) - 1) + name
    block, offset = divmod(len(inodes), _METADATA)
    root = block * (_METADATA + 2) << 16 | offset
    header = struct.pack("<HHHHII", 8, 0o755, 0, 0, 0, 1)
    inodes += header + struct.pack("<IIIIHHI", 2, len(names) + 3, 0, 1, 0, 0, _NONE)
    inodes_at = 96 + len(data)
    directories_at = inodes_at + len(_stored(inodes))
    image = data + _stored(inodes) + _stored(names)
    ids_at = 96 + len(image) + 6
    image += _stored(struct.pack("<I", 0)) + struct.pack("<Q", ids_at - 6)
    xattrs_at = _NONE << 32 | _NONE
    if xattrs:
        rows, found = b"", b""
        for each in xattrs:
            (count,) = struct.unpack_from("<I", each)
            block, offset = divmod(len(found), _METADATA)
            rows += struct.pack("<QII", block * (_METADATA + 2) << 16 | offset, count, len(each))
            found += each[4:]
        start = 96 + len(image)
        image += _stored(found)
        table = 96 + len(image)
        image += _stored(rows)
        xattrs_at = 96 + len(image)
        blocks = range(-(-len(rows) // _METADATA))
        image += struct.pack("<QII", start, len(xattrs), 0)
        image += b"".join(struct.pack("<Q", table + number * (_METADATA + 2)) for number in blocks)
    tables = ids_at, xattrs_at, inodes_at, directories_at, _NONE << 32 | _NONE, _NONE << 32 | _NONE
    log = block_size.bit_length() - 1
    fields = b"hsqs", len(files) + 1, 0, block_size, 0, 1, log, 0, 1, 4, 0, root, 96 + len(image), *tables
    return struct.pack("<4sIIIIHHHHHHQQQQQQQQ", *fields) + image


def squashfs_file(size: int, words: Sequence[int], *, start: int = 96, xattrs: int = _NONE) -> bytes:
    """Return the inode of a file.

    Args:
        size: bytes of it.
        words: what says how each of its blocks is stored; 0 for a hole.
        start: the offset of the first in the image.
        xattrs: the number of its extended attributes.
    """
    header = struct.pack("<HHHHII", 9, 0o644, 0, 0, 0, 2)
    return (
        header + struct.pack("<QQQIIII", start, size, 0, 1, _NONE, 0, xattrs) + struct.pack(f"<{len(words)}I", *words)
    )


def squashfs_xattrs(rows: Sequence[tuple[bytes, bytes]], count: int | None = None) -> bytes:
    """Return a list of extended attributes of users, and their number before it, which may be another one."""
    packed = [struct.pack("<HH", 0, len(name)) + name + struct.pack("<I", len(value)) + value for name, value in rows]
    return struct.pack("<I", len(rows) if count is None else count) + b"".join(packed)


def _stored(content: bytes) -> bytes:
    """Return metadata in blocks that are not packed."""
    blocks = [content[at : at + _METADATA] for at in range(0, len(content), _METADATA)]
    return b"".join(struct.pack("<H", 0x8000 | len(block)) + block for block in blocks)


FILE = stat.S_IFREG | 0o644
FOLDER = stat.S_IFDIR | 0o755
