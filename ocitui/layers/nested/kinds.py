"""The kinds of archives, told by their bytes."""

from collections.abc import Callable
from contextlib import suppress

from ocitui.display import printable
from ocitui.layers.compression.detect import MAGIC_LENGTH, detect
from ocitui.layers.entry import EntryKind
from ocitui.layers.nested import ar, cpio, ext_image, rpm, squashfs_image
from ocitui.layers.nested.data import Data
from ocitui.layers.nested.erofs import Erofs
from ocitui.layers.nested.erofs_magic import MAGIC as EROFS
from ocitui.layers.nested.errors import ArchiveError, NoArchiveError
from ocitui.layers.nested.ext import Ext
from ocitui.layers.nested.format import Format, Plain
from ocitui.layers.nested.hold import unpack
from ocitui.layers.nested.lz4_stream import is_lz4, unpack_lz4
from ocitui.layers.nested.members import NOBODY, Members
from ocitui.layers.nested.squashfs import Squashfs
from ocitui.layers.nested.tar import read_tar
from ocitui.layers.nested.whole import read_whole
from ocitui.layers.nested.zip import Zip, is_zip
from ocitui.layers.tar.header import BLOCK, is_header
from ocitui.spec.compression import Compression

_ZIP = (b"PK\3\4", b"PK\5\6")
_EMPTY_TAR = 20 * BLOCK
"""Bytes of a tar without entries, which is nothing but zeros, as GNU tar writes it."""

_OTHER_PACKERS = {
    b"\x89LZO\0\r\n\x1a\n": "lzo",
    b"LZIP": "lzip",
    b"\x1f\x9d": "compress",
}
"""The first bytes of compressed files that are known, and cannot be unpacked."""

_SUPERBLOCK = 1024
"""The offset of the superblock of ext2 to ext4, and of erofs."""
_SUPERBLOCK_LENGTH = 1024

_Read = Plain | Zip | Squashfs | Ext | Erofs

_SUFFIXES = (b".gz", b".zst", b".bz2", b".xz", b".lz4")


def read_archive(data: Data, path: bytes, members: Members, take: Callable[[int], object]) -> Format:
    """Read the headers of an archive.

    Args:
        data: the archive.
        path: of it, for the name of what is in a compressed file, and for messages.
        members: takes what is in it, and what is wrong with it.
        take: is told how many bytes are unpacked; may raise.

    Raises:
        NoArchiveError: it is of no kind that is known.
        ArchiveError: it cannot be read at all.
    """

    def unpacked(packed: Data) -> Data | None:
        beginning = read_whole(packed, 0, MAGIC_LENGTH)
        if is_lz4(beginning):
            return unpack_lz4(packed, printable(path), take, members.problems)
        found = detect(beginning)
        return None if found is Compression.NONE else unpack(packed, found, printable(path), take, members.problems)

    start = read_whole(data, 0, MAGIC_LENGTH)
    if start.startswith(rpm.MAGIC):
        packed = rpm.payload(data)
        inside = unpacked(packed) or packed
        if not read_whole(inside, 0, MAGIC_LENGTH).startswith(cpio.MAGICS):
            raise ArchiveError("the payload of the package is packed in an unknown way")
        found: _Read = cpio.read_cpio(inside, members, unpacked)
        found.word = "rpm"
        return found
    compression = "lz4" if is_lz4(start) else detect(start).value
    if compression == Compression.NONE.value:
        packer = next((name for magic, name in _OTHER_PACKERS.items() if start.startswith(magic)), "")
        try:
            return _read_plain(data, start, members, unpacked)
        except NoArchiveError:
            if not packer:
                raise
            raise ArchiveError(f"is packed with {packer}, which cannot be unpacked") from None
    inside = unpacked(data) or data
    with suppress(NoArchiveError):
        found = _read_plain(inside, read_whole(inside, 0, MAGIC_LENGTH), members, unpacked, ends=False)
        found.word += f", {compression}"
        return found
    # One compressed file, which has no name of its own.
    name = path.rpartition(b"/")[2]
    for suffix in _SUFFIXES:
        name = name.removesuffix(suffix)
    members.add(name, EntryKind.FILE, 0o644, NOBODY, NOBODY, inside.size, 0, None, 0, None)
    return Plain(compression, inside)


def _read_plain(
    data: Data, start: bytes, members: Members, unpacked: Callable[[Data], Data | None], *, ends: bool = True
) -> _Read:
    """Read the headers of an archive that is not compressed from outside.

    Args:
        data: the archive.
        start: its first bytes.
        members: takes what is in it.
        unpacked: unpacks what is compressed in it.
        ends: whether a zip may begin with something else, such as a program.

    Raises:
        NoArchiveError: it is of no kind that is known.
    """
    if start.startswith(_ZIP):
        return Zip(data, members)
    if start.startswith(ar.MAGIC):
        return ar.read_ar(data, members)
    if start.startswith(cpio.MAGICS):
        return cpio.read_cpio(data, members, unpacked)
    if is_header(start) or (data.size <= _EMPTY_TAR and not read_whole(data, 0, data.size).strip(b"\0") and start):
        return read_tar(data, members)
    if start.startswith(squashfs_image.MAGIC):
        return Squashfs(data, members)
    head = read_whole(data, _SUPERBLOCK, _SUPERBLOCK_LENGTH)
    if ext_image.is_superblock(head):
        return Ext(data, members)
    if head.startswith(EROFS):
        return Erofs(data, members)
    if ends and is_zip(data):
        return Zip(data, members)
    raise NoArchiveError("is not an archive of a known kind")
