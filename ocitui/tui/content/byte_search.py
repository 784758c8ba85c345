"""A pass over the bytes of a file, forwards or backwards: for what is looked for, and for the ends of lines."""

from collections.abc import Callable

from ocitui.errors import CancelledError
from ocitui.image.encoding import TextEncoding
from ocitui.image.search.needle import Needle

CHUNK = 1 << 18
"""Bytes that are searched between two looks at whether to stop."""


Reader = Callable[[int, int], bytes]
"""Gives bytes at an offset; blocks."""


def find_forward(
    needle: Needle, read: Reader, begin: int, end: int, is_cancelled: Callable[[], bool]
) -> tuple[int, int] | None:
    """The first match that begins in a part of a file, as offsets in it. Blocks.

    Raises:
        CancelledError: ``is_cancelled`` said so.
        OcituiError: the file cannot be read.
    """
    for at in range(begin, end, CHUNK):
        if is_cancelled():
            raise CancelledError
        stop = min(at + CHUNK, end)
        data = read(at, stop - at + needle.length - 1)
        found = needle.first(data, at)
        if found is not None and at + found[0] < stop:
            return at + found[0], at + found[1]
    return None


def find_backward(
    needle: Needle, read: Reader, begin: int, end: int, is_cancelled: Callable[[], bool]
) -> tuple[int, int] | None:
    """The last match that begins in a part of a file, as offsets in it. Blocks.

    Raises:
        CancelledError: ``is_cancelled`` said so.
        OcituiError: the file cannot be read.
    """
    stop = end
    while stop > begin:
        if is_cancelled():
            raise CancelledError
        at = max(begin, stop - CHUNK)
        spans = needle.spans(read(at, stop - at + needle.length - 1), at)
        inside = [span for span in spans if at + span[0] < stop]
        if inside:
            return at + inside[-1][0], at + inside[-1][1]
        stop = at
    return None


def line_start(encoding: TextEncoding, read: Reader, offset: int, is_cancelled: Callable[[], bool]) -> int:
    """The beginning of the line that holds a byte. Blocks.

    Raises:
        CancelledError: ``is_cancelled`` said so.
        OcituiError: the file cannot be read.
    """
    stop = offset - (offset - encoding.mark) % encoding.unit
    while stop > encoding.mark:
        if is_cancelled():
            raise CancelledError
        at = max(encoding.mark, stop - CHUNK // 4)
        last = max(encoding.line_ends(read(at, stop - at), at), default=-1)
        if last >= 0:
            return last
        stop = at
    return encoding.mark


def line_stop(encoding: TextEncoding, read: Reader, offset: int, size: int, is_cancelled: Callable[[], bool]) -> int:
    """The end of the line that holds a byte: the beginning of the next. Blocks.

    Raises:
        CancelledError: ``is_cancelled`` said so.
        OcituiError: the file cannot be read.
    """
    at = offset
    while at < size:
        if is_cancelled():
            raise CancelledError
        data = read(at, CHUNK // 4)
        found = next(iter(encoding.line_ends(data, at)), None)
        if found is not None:
            return found
        at += len(data)
    return size
