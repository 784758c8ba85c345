"""Small images of filesystems, as the tools for them made them; see ``tests/fixtures/filesystems``."""

import gzip
from pathlib import Path

_FOLDER = Path(__file__).parent.parent / "fixtures" / "filesystems"

SQUASHFS = ("gzip", "xz", "zstd", "lz4")
"""The compressions of squashfs that can be unpacked."""

EROFS = ("lz4", "lzma", "deflate", "zstd")
"""The compressions of erofs."""

IMAGES = (*(f"{each}.squashfs" for each in SQUASHFS), *(f"{each}.erofs" for each in EROFS), "ext2", "ext4", "erofs")
"""The names of those that can be opened."""


def image(name: str) -> bytes:
    """Return an image; there is also ``lzo.squashfs``."""
    packed = _FOLDER / f"{name}.gz"
    return gzip.decompress(packed.read_bytes()) if packed.exists() else (_FOLDER / name).read_bytes()
