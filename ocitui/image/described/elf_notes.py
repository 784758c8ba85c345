"""The notes of an ELF file: short texts and numbers, each of somebody's name and of a type of theirs.

Implements the System V ABI, chapter 5 (Note Section). Notes of a segment or section aligned to 8 bytes are padded
to 8, as GNU's tools write and read them.
"""

import struct
from collections.abc import Iterator
from typing import NamedTuple

from ocitui.errors import DocumentError
from ocitui.image.described.bounded import BoundedFile

_HEADER = 12
_NOTES = 64
"""The most that are looked at."""
_NAME, _CONTENT = 64, 4096
"""Bytes of a name and of a content that are read: longer ones are of no kind that is known."""


class Note(NamedTuple):
    """One note."""

    name: str
    """``GNU``, ``Go``; empty where it is longer than any that is known."""
    kind: int
    content: bytes
    """Its first 4096 bytes."""


def read_notes(file: BoundedFile, offset: int, size: int, alignment: int, order: str) -> Iterator[Note]:
    """Yield the notes of a segment or a section.

    Args:
        file: the ELF file.
        offset: of the first one, in bytes.
        size: bytes of all of them.
        alignment: of the segment or section, in bytes.
        order: ``big`` or ``little``.

    Raises:
        DocumentError: one goes on beyond the end.
        OcituiError: it cannot be read.
    """
    step = 8 if alignment == 8 else 4
    at, end = 0, size
    for _ in range(_NOTES):
        if end - at < _HEADER:
            return
        header = file.exactly(offset + at, _HEADER)
        name_size, content_size, kind = struct.unpack(">III" if order == "big" else "<III", header)
        content_at = at + _up(_HEADER + name_size, step)
        if content_at + content_size > end:
            raise DocumentError(f"expected a note of at most {end - at:,} bytes, found more")
        name = file.exactly(offset + at + _HEADER, name_size) if name_size <= _NAME else b""
        content = file.exactly(offset + content_at, min(content_size, _CONTENT))
        yield Note(name.partition(b"\0")[0].decode("ascii", "backslashreplace"), kind, content)
        at = content_at + _up(content_size, step)


def _up(number: int, step: int) -> int:
    return -(-number // step) * step
