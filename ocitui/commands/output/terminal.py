"""Writing to standard output: text that fits a terminal."""

import os
import re
import shutil
import sys
import unicodedata
from collections.abc import Iterator, Sequence

from ocitui.display import printable

_DIM, _RESET = "\x1b[2m", "\x1b[22m"
_OWN = re.compile("(\x1b\\[2m|\x1b\\[22m|\t)")
"""What stands in lines beside text: `dim`, and the tab of a unified diff."""


def terminal_width() -> int | None:
    """Columns of the terminal; None where standard output is none, and nothing is cut."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def has_colour() -> bool:
    """Whether text may be dimmed: on a terminal, unless ``NO_COLOR`` or ``TERM=dumb`` say otherwise."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM", "") not in {"", "dumb"}


def dim(text: str) -> str:
    """The text in a quieter voice, where there is colour."""
    return f"{_DIM}{text}{_RESET}" if text and has_colour() else text


def write_line(text: str = "") -> None:
    """Write one line.

    Whoever makes it shows what is from outside, where it is known what that is; what was
    forgotten does not reach a terminal either.
    """
    sys.stdout.write(f"{text if text.isprintable() else _shown(text)}\n")


def _shown(text: str) -> str:
    return "".join(printable(part) if number % 2 == 0 else part for number, part in enumerate(_OWN.split(text)))


def cell_width(text: str) -> int:
    """Columns that a text takes on a terminal."""
    if text.isascii():
        return len(text)
    return sum(_character_width(character) for character in text)


def _character_width(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1


def cut(text: str, width: int) -> str:
    """The text, or as much of it as fits and ``…``."""
    if cell_width(text) <= width:
        return text
    taken, used = 0, 1
    for character in text:
        used += _character_width(character)
        if used > width:
            break
        taken += 1
    return text[:taken] + "…" if width > 0 else ""


def wrap(before: str, text: str, width: int | None) -> Iterator[str]:
    """The text after ``before``, on as many lines as it takes, one below the other.

    A word that is wider than the line stays whole, so that it can be copied.

    Args:
        before: what stands before the first line.
        text: what is broken at its blanks.
        width: columns of a line; None where nothing is broken.
    """
    indent = cell_width(before)
    if width is None or indent + cell_width(text) <= width:
        yield before + text
        return
    line, used = None, indent
    for word in text.split(" "):
        taken = cell_width(word)
        if line is None:
            line, used = word, used + taken
        elif used + 1 + taken > width:
            yield before + line
            before, line, used = " " * indent, word, indent + taken
        else:
            line, used = f"{line} {word}", used + 1 + taken
    yield before + (line or "")


def pad(text: str, width: int, *, right: bool = False) -> str:
    """The text with blanks after it, or before it, up to a width."""
    blanks = " " * (width - cell_width(text))
    return blanks + text if right else text + blanks


def columns(rows: Sequence[Sequence[str]], right: frozenset[int] = frozenset()) -> list[str]:
    """Rows of cells as lines, the cells of each column one below the other.

    Args:
        rows: each with as many cells as the others; the last cell is not padded.
        right: the columns whose cells stand at the right.
    """
    if not rows:
        return []
    widths = [max(map(cell_width, column)) for column in zip(*rows, strict=True)]
    last = len(widths) - 1
    return [
        "  ".join(
            cell if number == last and number not in right else pad(cell, widths[number], right=number in right)
            for number, cell in enumerate(row)
        ).rstrip()
        for row in rows
    ]
