"""Writing to standard output: text that fits a terminal, in colours where it has them."""

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import repeat

from ocitui.cells import cells
from ocitui.commands.output.styled import Style, Styled, cut, end_trimmed, escaped, has_colour, join, styled
from ocitui.display import printable

_OWN = re.compile("(\t)")
"""The control character in lines beside text: the tab of a unified diff."""


def terminal_width() -> int | None:
    """Columns of the terminal; None where standard output is none, and nothing is cut."""
    if not sys.stdout.isatty():
        return None
    import shutil  # which loads what reads archives

    return shutil.get_terminal_size().columns


def is_read_by_people() -> bool:
    """True if names are escaped: on a terminal, and in colours, which a pager shows on one."""
    return sys.stdout.isatty() or has_colour()


def dim(text: str) -> str:
    """The text in a quieter voice, where there is colour."""
    return styled(text, Style.QUIET)


def write_line(text: str = "") -> None:
    """Write one line, in its colours where there are any.

    Whoever makes it shows what is from outside, where it is known what that is; what was
    forgotten does not reach a terminal either.
    """
    sys.stdout.write(f"{drawn(text)}\n")


def drawn(text: str) -> str:
    """Return a text as it is written: safe to draw, with the escape sequences of its colours."""
    if isinstance(text, Styled) and has_colour():
        return "".join(escaped(_safe(part), style) for part, style in text.parts)
    return _safe(text)


def _safe(text: str) -> str:
    text = str(text)
    if text.isprintable():
        return text
    return "".join(printable(part) if number % 2 == 0 else part for number, part in enumerate(_OWN.split(text)))


def wrap(before: str, text: str, width: int | None, below: str | None = None) -> Iterator[str]:
    """The text after ``before``, on as many lines as it takes, one below the other.

    A word that is wider than the line stays whole, so that it can be copied.

    Args:
        before: what stands before the first line; it keeps its styles.
        text: what is broken at its blanks.
        width: columns of a line; None where nothing is broken.
        below: what stands before the other lines, as wide as that; blanks where nothing is said.
    """
    indent = cells(before)
    below = " " * indent if below is None else below
    if width is None or indent + cells(text) <= width:
        yield join(before, text)
        return
    line, used = None, indent
    for word in text.split(" "):
        taken = cells(word)
        if line is None:
            line, used = word, used + taken
        elif used + 1 + taken > width:
            yield join(before, line)
            before, line, used = below, word, indent + taken
        else:
            line, used = f"{line} {word}", used + 1 + taken
    yield join(before, line or "")


def tabbed(row: Sequence[str]) -> str:
    """Return the cells of a row with tabs between them."""
    return join(row[0], *(part for cell in row[1:] for part in ("\t", cell)))


def columns(rows: Sequence[Sequence[str]], right: frozenset[int] = frozenset(), width: int | None = None) -> list[str]:
    """Rows of cells as lines, the cells of each column one below the other.

    Args:
        rows: each with as many cells as the others; the last cell is not padded.
        right: the columns whose cells stand at the right.
        width: columns that a line has room for; None where nothing is cut.
    """
    if not rows:
        return []
    table = [*zip(*rows, strict=True)]
    last = len(table) - 1
    parts: list[Iterable[str]] = []
    for number, column in enumerate(table):
        sizes = [*map(cells, column)]
        widest = max(sizes)
        blanks = map(" ".__mul__, [widest - size for size in sizes])  # made row by row: one cell may have megabytes
        if number in right:
            parts += [blanks, column]
        else:
            parts += [column, blanks] if number < last else [column]
        if number < last:
            parts.append(repeat("  ", len(rows)))
    return [cut(end_trimmed(join(*texts)), width) for texts in zip(*parts, strict=True)]
