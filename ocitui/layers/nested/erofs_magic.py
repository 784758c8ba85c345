"""The bytes by which an erofs image is known, and the features that it names. Linux, fs/erofs/erofs_fs.h."""

from collections.abc import Iterator

MAGIC = b"\xe2\xe1\xf5\xe0"
SUPERBLOCK = 1024
"""The offset of the superblock, which begins with the magic."""
LARGE = 0x80
"""A feature: the number of blocks goes on elsewhere."""

_FEATURES = {
    0x1: "compressed",
    0x2: "big clusters",
    0x4: "chunked files",
    0x8: "several devices",
    0x10: "packed ends",
    0x20: "fragments",
    0x40: "common prefixes of attributes",
    LARGE: "addresses of 48 bits",
    0x100: "inodes in a file",
}
"""The features that a reader must know: ``EROFS_FEATURE_INCOMPAT_*``."""


def feature_words(features: int) -> Iterator[str]:
    """Yield the features that a superblock names, and those that have no name here by their number."""
    yield from (word for bit, word in _FEATURES.items() if features & bit)
    if unknown := features & ~sum(_FEATURES):
        yield f"unknown features {unknown:#x}"
