"""The superblock of RAFS, the file system of Nydus, in versions 5 and 6.

Its layout is that of the structures ``RafsV5SuperBlock``, ``RafsV6SuperBlock`` (an EROFS superblock) and
``RafsV6SuperBlockExt`` of dragonflyoss/nydus, all little-endian.
"""

import struct
from dataclasses import dataclass

from ocitui.errors import DocumentError
from ocitui.image.artifacts.beginning import Beginning
from ocitui.layers.nested.erofs_magic import MAGIC as EROFS
from ocitui.layers.nested.erofs_magic import SUPERBLOCK

_V5 = b"SFAR"
_V5_SIZE, _V6_SIZE, _EXTENSION = 72, 128, 24
_V6_BLOB = 256
"""Bytes of an entry of version 6's table of blobs."""
_BLOCK_BITS = range(9, 21)
_COMPRESSIONS = {0x1: "none", 0x2: "LZ4", 0x40: "gzip", 0x80: "zstd"}
_DIGESTS = {0x4: "BLAKE3", 0x8: "SHA-256"}
_ATTRIBUTES, _TAR = 0x20, 0x200


@dataclass(frozen=True, slots=True)
class Rafs:
    """The words of a superblock."""

    version: int
    block_size: int
    """In bytes."""
    inodes: int
    blobs: int
    """The blobs that hold contents of files."""
    chunk_size: int
    """In bytes; 0 where the superblock does not say."""
    flags: int

    @property
    def compression(self) -> str:
        """The compression of chunks; empty where it is not said."""
        return ", ".join(name for bit, name in _COMPRESSIONS.items() if self.flags & bit)

    @property
    def digests(self) -> str:
        """The digests of chunks; empty where it is not said."""
        return ", ".join(name for bit, name in _DIGESTS.items() if self.flags & bit)

    @property
    def has_attributes(self) -> bool:
        """True if inodes may have extended attributes."""
        return bool(self.flags & _ATTRIBUTES)

    @property
    def is_tar(self) -> bool:
        """True if its blobs are plain tars."""
        return bool(self.flags & _TAR)


def read_rafs(file: Beginning) -> Rafs:
    """Read the superblock at the beginning of a bootstrap.

    Raises:
        DocumentError: there is none.
        BlobError: it cannot be read.
    """
    start = file.exactly(_V5_SIZE)
    if start.startswith(_V5):
        version, _, block_size, flags, inodes = struct.unpack_from("<IIIQQ", start, 4)
        (blobs,) = struct.unpack_from("<I", start, 68)
        return Rafs(version >> 8, block_size, inodes, blobs, 0, flags)
    file.exactly(SUPERBLOCK - _V5_SIZE)
    start = file.exactly(_V6_SIZE + _EXTENSION)
    if not start.startswith(EROFS):
        raise DocumentError("expected a superblock of RAFS 5 or 6, found something else")
    bits = start[12]
    if bits not in _BLOCK_BITS:
        raise DocumentError(f"expected blocks of RAFS of 512 bytes to 1 MiB, found 2 to the power of {bits}")
    (inodes,) = struct.unpack_from("<Q", start, 16)
    flags, _, table_size, chunk_size = struct.unpack_from("<QQII", start, _V6_SIZE)
    return Rafs(6, 1 << bits, inodes, table_size // _V6_BLOB, chunk_size, flags)
