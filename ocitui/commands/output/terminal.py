"""Writing to standard output: text that fits a terminal."""

import os
import re
import shutil
import sys
from collections.abc import Iterator, Sequence

from ocitui.cells import cells, pad, pad_left
from ocitui.display import printable

_DIM, _RESET = "\x1b[2m", "\x1b[22m"
_OWN = re.compile("(\x1b\\[2m|\x1b\\[22m|\t)")
"""The control characters in lines beside text: `dim`, and the tab of a unified diff."""


def terminal_width() -> int | None:
    """Columns of the terminal; None where standard output is none, and nothing is cut."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def has_colour() -> bool:
    """True if text may be dimmed: on a terminal, unless ``NO_COLOR`` or ``TERM=dumb`` say otherwise."""
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


def wrap(before: str, text: str, width: int | None, below: str | None = None) -> Iterator[str]:
    """The text after ``before``, on as many lines as it takes, one below the other.

    A word that is wider than the line stays whole, so that it can be copied.

    Args:
        before: what stands before the first line.
        text: what is broken at its blanks.
        width: columns of a line; None where nothing is broken.
        below: what stands before the other lines, as wide as that; blanks where nothing is said.
    """
    indent = cells(before)
    below = " " * indent if below is None else below
    if width is None or indent + cells(text) <= width:
        yield before + text
        return
    line, used = None, indent
    for word in text.split(" "):
        taken = cells(word)
        if line is None:
            line, used = word, used + taken
        elif used + 1 + taken > width:
            yield before + line
            before, line, used = below, word, indent + taken
        else:
            line, used = f"{line} {word}", used + 1 + taken
    yield before + (line or "")


def columns(rows: Sequence[Sequence[str]], right: frozenset[int] = frozenset()) -> list[str]:
    """Rows of cells as lines, the cells of each column one below the other.

    Args:
        rows: each with as many cells as the others; the last cell is not padded.
        right: the columns whose cells stand at the right.
    """
    if not rows:
        return []
    widths = [max(map(cells, column)) for column in zip(*rows, strict=True)]
    last = len(widths) - 1
    return [
        "  ".join(
            pad_left(cell, widths[number]) if number in right else cell if number == last else pad(cell, widths[number])
            for number, cell in enumerate(row)
        ).rstrip()
        for row in rows
    ]
