"""Columns that a text takes in a terminal, and texts cut, padded and broken to a number of them.

A text must be safe to draw, as `ocitui.display.printable` makes it: what changes the width of the
character before it is not among what that lets through, so a text is as wide as its characters
together.
"""

import re
from bisect import bisect_right
from functools import lru_cache
from itertools import accumulate

ELLIPSIS = "…"

_SINGLE = re.compile("[ -~\u00a1-\u00ac\u00ae-\u02ff\u0370-\u0377\u0391-\u03a1\u03b1-\u0481\u2010-\u2027←-⋿─-◼✓✗⏎]*")
"""Characters of one column: European letters, and the signs of the program. No table is loaded for them."""

_MOST_PER_COLUMN = 8
"""Characters that are looked at for each column: combining marks take none."""


def cells(text: str) -> int:
    """Columns that a text takes; wide characters take two (Unicode Standard Annex 11, East Asian Width)."""
    if text.isascii() or _SINGLE.fullmatch(text):
        return len(text)
    return sum(map(_width, text))


@lru_cache(maxsize=4096)
def _width(character: str) -> int:
    from wcwidth import wcwidth  # takes as long as a small command

    return max(0, wcwidth(character))


def prefix(text: str, width: int) -> str:
    """The longest beginning of a text that fits into a number of columns."""
    if width <= 0:
        return ""
    text = text[: width * _MOST_PER_COLUMN]  # a row may be a megabyte long
    if text.isascii() or _SINGLE.fullmatch(text):
        return text[:width]
    return text[: bisect_right(list(accumulate(map(_width, text))), width)]


def cut(text: str, width: int) -> str:
    """A text, or as much of it as fits and ``…``."""
    if width <= 0:
        return ""
    head = prefix(text, width)
    return head if len(head) == len(text) else prefix(head, width - 1) + ELLIPSIS


def cut_start(text: str, width: int) -> str:
    """A text, or ``…`` and as much of its end as fits: of a path, the end says more."""
    if cells(text) <= width:
        return text
    if width <= 0:
        return ""
    end = text[-width * _MOST_PER_COLUMN :]
    while cells(end) > width - 1:
        end = end[1:]
    return ELLIPSIS + end


def cut_middle(text: str, width: int) -> str:
    """Cut a text to a width in columns, with an ellipsis in the place of its middle."""
    if cells(text) <= width:
        return text
    head = prefix(text, max(0, width - cells(ELLIPSIS)) // 2)
    return head + cut_start(text[len(head) :], width - cells(head)) if width > 0 else ""


def pad(text: str, width: int) -> str:
    """A text with blanks after it, up to a width in columns."""
    return text + " " * (width - cells(text))


def pad_left(text: str, width: int) -> str:
    """A text with blanks before it, up to a width in columns."""
    return " " * (width - cells(text)) + text


def fit(text: str, width: int) -> str:
    """A text cut or padded to an exact width in columns."""
    return pad(cut(text, width), width)


def wrap(text: str, width: int) -> list[str]:
    """Lines of at most a width in columns, broken after a blank where there is one not too far back."""
    lines: list[str] = []
    at = 0
    while True:
        rest = text[at : at + width * _MOST_PER_COLUMN + 1]  # not all of a long text is looked at for each line
        if at + len(rest) == len(text) and cells(rest) <= width:
            return [*lines, rest]
        head = prefix(rest, width) or rest[:1]
        blank = head.rfind(" ")
        if blank > width // 2:
            head = head[: blank + 1]
        lines.append(head.rstrip())
        at += len(head)
