"""The way to the first file of a tar, without a reader of tars: Python's own is recursive."""

import tarfile

from ocitui.errors import DocumentError
from ocitui.image.artifacts.beginning import Beginning

_BLOCK = 512
_NAMES = 200
"""Entries before the first file."""


def enter_first_file(file: Beginning) -> str:
    """Go to the contents of the first file of a tar, and return its name; empty where there is none.

    Raises:
        DocumentError: a header leads back.
        tarfile.TarError: there is no header.
    """
    for _ in range(_NAMES):
        block = file.read(_BLOCK)
        if len(block) < _BLOCK or not block.strip(b"\0"):
            return ""
        entry = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
        if entry.isreg():
            return entry.name
        if entry.size < 0:
            raise DocumentError(f"expected a size in the header of a tar, found {entry.size:,}")
        file.skip(-(-entry.size // _BLOCK) * _BLOCK)
    return ""
