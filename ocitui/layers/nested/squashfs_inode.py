"""An inode of a squashfs image. See `ocitui.layers.nested.squashfs_image`."""

import struct
from dataclasses import dataclass

from ocitui.layers.entry import EntryKind
from ocitui.layers.nested.errors import ArchiveError
from ocitui.layers.nested.squashfs_image import UNUSED, Cursor, SquashfsImage
from ocitui.layers.nested.tree_walk import device_numbers

_HEADER = struct.Struct("<HHHHII")
_KINDS = (
    EntryKind.DIRECTORY,
    EntryKind.FILE,
    EntryKind.SYMLINK,
    EntryKind.BLOCK_DEVICE,
    EntryKind.CHARACTER_DEVICE,
    EntryKind.FIFO,
    EntryKind.UNKNOWN,  # a socket
)
_TARGET_LIMIT = 1 << 16
"""Bytes of a symbolic link's target, as in Linux."""


@dataclass(frozen=True, slots=True)
class Data:
    """The place of the data of a file, or of the names of a directory."""

    size: int
    start: int
    """Of a file: the offset of its first block in the image; of a directory: of a block in the table of directories."""
    offset: int
    """Of a file: where its end is in the block of its fragment; of a directory: where its names begin in the block."""
    fragment: int = UNUSED
    """The number of the fragment that has the end of a file."""
    sizes: Cursor | None = None
    """The place of the words that say how the blocks of a file are stored."""


@dataclass(frozen=True, slots=True)
class SquashfsInode:
    """The fields of an inode."""

    kind: EntryKind
    mode: int
    uid: int
    gid: int
    mtime: int
    """Seconds since the epoch."""
    data: Data | None
    """Of a file or a directory."""
    target: bytes | None
    """Of a symbolic link."""
    device: tuple[int, int] | None
    xattrs: int
    """The number of its extended attributes: see `SquashfsImage.xattrs`."""


def read_inode(image: SquashfsImage, reference: int) -> SquashfsInode:
    """Read an inode.

    Args:
        image: the image.
        reference: where it is in the table of inodes: see `Cursor`.

    Raises:
        ArchiveError: it is damaged.
    """
    cursor = Cursor(image, image.inodes_at, reference)
    number, mode, uid, gid, mtime, _ = _HEADER.unpack(cursor.take(_HEADER.size))
    if not 1 <= number <= 2 * len(_KINDS):
        raise ArchiveError(f"its inode is damaged: of kind {number}")
    is_long = number > len(_KINDS)
    kind = _KINDS[(number - 1) % len(_KINDS)]
    data = target = device = None
    xattrs = UNUSED
    if kind is EntryKind.DIRECTORY:
        data, xattrs = _directory(cursor, is_long)
    elif kind is EntryKind.FILE:
        data, xattrs = _file(cursor, is_long)
    else:
        _, *more = _take(cursor, "<II" if kind not in (EntryKind.FIFO, EntryKind.UNKNOWN) else "<I")
        if kind is EntryKind.SYMLINK:
            if more[0] > _TARGET_LIMIT:
                raise ArchiveError(f"its inode is damaged: a link to {more[0]:,} bytes")
            target = cursor.take(more[0])
        elif more:
            device = device_numbers(more[0])
        if is_long:
            (xattrs,) = _take(cursor, "<I")
    owner = image.owner(uid), image.owner(gid)
    return SquashfsInode(kind, mode & 0o7777, *owner, mtime, data, target, device, xattrs)


def _directory(cursor: Cursor, is_long: bool) -> tuple[Data, int]:
    if is_long:
        _, size, start, _, _, offset, xattrs = _take(cursor, "<IIIIHHI")
    else:
        (start, _, size, offset, _), xattrs = _take(cursor, "<IIHHI"), UNUSED
    return Data(size, start, offset), xattrs


def _file(cursor: Cursor, is_long: bool) -> tuple[Data, int]:
    if is_long:
        start, size, _, _, fragment, offset, xattrs = _take(cursor, "<QQQIIII")
    else:
        (start, fragment, offset, size), xattrs = _take(cursor, "<IIII"), UNUSED
    return Data(size, start, offset, fragment, cursor), xattrs


def _take(cursor: Cursor, form: str) -> tuple[int, ...]:
    return struct.unpack(form, cursor.take(struct.calcsize(form)))
