"""The bytes by which an erofs image is known, and their offset. Linux, fs/erofs/erofs_fs.h."""

MAGIC = b"\xe2\xe1\xf5\xe0"
SUPERBLOCK = 1024
"""The offset of the superblock, which begins with the magic."""
