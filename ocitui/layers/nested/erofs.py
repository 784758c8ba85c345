"""erofs images, of which the superblock is read: no library reads the rest. Linux, fs/erofs/erofs_fs.h."""

import struct
from uuid import UUID

from ocitui.display import printable

MAGIC = b"\xe2\xe1\xf5\xe0"

_SUPERBLOCK = struct.Struct("<4sIIBBHQQIIII16s16sI")
_FEATURES = {
    0x1: "compressed",
    0x2: "big clusters",
    0x4: "chunked files",
    0x8: "several devices",
    0x10: "packed ends",
    0x20: "fragments",
    0x40: "common prefixes of attributes",
}
"""The features that a reader must know: ``EROFS_FEATURE_INCOMPAT_*``."""


def describe(head: bytes) -> str:
    """Return what an image is, and that it cannot be opened; from its superblock, without the magic checked."""
    fields = _SUPERBLOCK.unpack(head[: _SUPERBLOCK.size].ljust(_SUPERBLOCK.size, b"\0"))
    inodes, uuid, name, features = fields[6], fields[12], fields[13].rstrip(b"\0"), fields[14]
    facts = [
        *([f"volume {printable(name)}"] if name else ()),
        f"UUID {UUID(bytes=uuid)}",
        f"{inodes:,} inodes",
        *(word for bit, word in _FEATURES.items() if features & bit),
    ]
    unknown = features & ~sum(_FEATURES)
    if unknown:
        facts.append(f"unknown features {unknown:#x}")
    return f"is an erofs image ({', '.join(facts)}), which cannot be opened"
