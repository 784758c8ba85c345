"""The differences between two files, byte by byte."""

from collections.abc import Callable
from dataclasses import dataclass

from ocitui.errors import CancelledError
from ocitui.tui.content.pages import Pages

CHUNK = 1 << 18
"""Bytes that are compared at once."""
AROUND = 4
"""Rows that are shown before the first difference."""
ROWS = 32
"""Rows that are shown of the place where files differ."""


@dataclass(frozen=True, slots=True)
class ByteRow:
    """One row of bytes from both files, at the same offset."""

    offset: int
    before: bytes
    after: bytes


def first_difference(
    before: Pages, after: Pages, is_cancelled: Callable[[], bool], progress: Callable[[int], object]
) -> int | None:
    """The first byte in which two files differ; None where they are the same. Blocks.

    Args:
        before: one file.
        after: the other.
        is_cancelled: whether nobody waits any more.
        progress: is told how many bytes were compared.

    Raises:
        CancelledError: ``is_cancelled`` said so.
        OcituiError: a file cannot be read.
    """
    shorter = min(before.size, after.size)
    for at in range(0, shorter, CHUNK):
        if is_cancelled():
            raise CancelledError
        progress(at)
        size = min(CHUNK, shorter - at)
        one, other = before.stream(at, size), after.stream(at, size)
        if one != other:
            return at + _differs_at(one, other)
    return shorter if before.size != after.size else None


def _differs_at(one: bytes, other: bytes) -> int:
    """The first difference of two unlike byte strings of one length, by halves."""
    low, high = 0, len(one)
    while high - low > 1:
        middle = (low + high) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle
    return low


def rows_around(before: Pages, after: Pages, offset: int, width: int) -> list[ByteRow]:
    """Rows of both files from a little before a byte on. Blocks.

    Raises:
        OcituiError: a file cannot be read.
    """
    first = max(0, offset // width - AROUND) * width
    one, other = before.read(first, ROWS * width), after.read(first, ROWS * width)
    longer = max(len(one), len(other))
    return [ByteRow(first + at, one[at : at + width], other[at : at + width]) for at in range(0, longer, width)]
