"""One line of a text as it is drawn: safe, with its colours, on one row or over several."""

from collections.abc import Iterable, Sequence

from ocitui.cells import cells, prefix
from ocitui.display import printable
from ocitui.tui.rows.row import Part

TAB = 8
"""Columns from one tab stop to the next."""


def line_text(text: str) -> str:
    """A line without what ends it."""
    return text.removesuffix("\n").removesuffix("\r")


def line_parts(text: str, colours: Iterable[Sequence[object]] = ()) -> list[Part]:
    """A line as parts that are safe to draw.

    Args:
        text: the line, without its end.
        colours: classes of colour, each with its number of characters; what they leave has none.
    """
    parts: list[Part] = []
    at = column = 0
    for name, length in [*colours, ("", len(text))]:
        piece = text[at : at + int(length)]  # type: ignore[call-overload]
        at += len(piece)
        shown, column = _shown(piece, column)
        style = f"code--{name}" if name else "code--text"
        if not shown:
            continue
        if parts and (parts[-1][1] == style or shown.isspace()):
            parts[-1] = (parts[-1][0] + shown, parts[-1][1])
        else:
            parts.append((shown, style))
    return parts


def columns_before(text: str, characters: int) -> int:
    """Number of columns that the first characters of a line take when it is drawn."""
    return _shown(text[:characters], 0)[1]


def wrap(parts: Sequence[Part], width: int) -> list[list[Part]]:
    """Fold a line over as many rows as it takes; one for an empty line."""
    rows: list[list[Part]] = [[]]
    left = width
    for text, style in parts:
        at = 0
        while at < len(text):
            head = prefix(text[at : at + left * 8], left)
            if not head and left == width:  # one character is wider than the row
                break
            if head:
                rows[-1].append((head, style))
                left -= cells(head)
                at += len(head)
            if at < len(text):
                rows.append([])
                left = width
    return rows


def wrapped_height(text: str, width: int) -> int:
    """Number of rows that `wrap` makes of a line."""
    shown, columns = _shown(text, 0)
    if columns <= width:
        return 1
    if shown.isascii():
        return -(-columns // width)
    return len(wrap([(shown, "")], width))


def _shown(text: str, column: int) -> tuple[str, int]:
    """A piece of a line as it is drawn from a column on, and the column after it."""
    if "\t" not in text:
        shown = printable(text)
        return shown, column + cells(shown)
    pieces: list[str] = []
    first, *rest = text.split("\t")
    pieces.append(printable(first))
    column += cells(pieces[-1])
    for piece in rest:
        gap = TAB - column % TAB
        shown = printable(piece)
        pieces += (" " * gap, shown)
        column += gap + cells(shown)
    return "".join(pieces), column
