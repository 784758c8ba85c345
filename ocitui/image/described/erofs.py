"""The superblock of an erofs image: its name, its size, and what a reader must know.

Implements ``struct erofs_super_block`` of Linux, fs/erofs/erofs_fs.h.
"""

import struct
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from ocitui.errors import DocumentError
from ocitui.image.described.bounded import BoundedFile
from ocitui.layers.nested.erofs_magic import LARGE, MAGIC, SUPERBLOCK, feature_words

_LAYOUT = struct.Struct("<4sIIBBHQQIIII16s16sI")
_BLOCK_BITS = range(9, 17)


@dataclass(frozen=True, slots=True)
class ErofsImage:
    """The words of a superblock."""

    volume: str
    uuid: str
    """Empty where there is none."""
    inodes: int
    block_size: int
    """In bytes."""
    size: int
    """Bytes of all its blocks; 0 where that is not known."""
    made: datetime | None
    """The time of the image, of which the times of its files may be counted; None where it is out of range."""
    features: tuple[str, ...]


def is_erofs(start: bytes) -> bool:
    """True for the first bytes of an erofs image."""
    return start.startswith(MAGIC, SUPERBLOCK)


def read_erofs(file: BoundedFile) -> ErofsImage:
    """Read the superblock.

    Raises:
        DocumentError: it is damaged.
        OcituiError: it cannot be read.
    """
    fields = _LAYOUT.unpack(file.exactly(SUPERBLOCK, _LAYOUT.size))
    bits, inodes, seconds, blocks, uuid, name, features = (fields[at] for at in (3, 6, 7, 9, 12, 13, 14))
    if bits not in _BLOCK_BITS:
        raise DocumentError(f"erofs: expected blocks of 512 bytes to 64 KiB, found 2 to the power of {bits}")
    return ErofsImage(
        name.partition(b"\0")[0].decode("utf-8", "backslashreplace"),
        str(UUID(bytes=uuid)) if any(uuid) else "",
        inodes,
        1 << bits,
        0 if features & LARGE else blocks << bits,
        _moment(seconds),
        tuple(feature_words(features)),
    )


def _moment(seconds: int) -> datetime | None:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None
