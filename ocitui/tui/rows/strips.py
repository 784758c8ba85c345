"""Rows as the terminal gets them: as few changes of colour, and as few columns, as show the same.

Each change of colour is about forty bytes on the wire.
"""

from collections.abc import Sequence

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip


def join_strip(pieces: Sequence[tuple[str, Style]], width: int) -> Strip:
    """Join texts into as few segments as there are colours.

    Args:
        pieces: texts with their styles.
        width: how many columns they take together.
    """
    segments: list[Segment] = []
    text, style = "", None
    for piece, wanted in pieces:
        if not piece:
            continue
        if style is None or style == wanted or _draws_alike(piece, wanted, style):
            style = style or wanted
        elif _draws_alike(text, style, wanted):
            style = wanted
        else:
            segments.append(Segment(text, style))
            text, style = "", wanted
        text += piece
    if text:
        segments.append(Segment(text, style))
    return Strip(segments, width)


def same_tail(before: Strip | None, after: Strip) -> int:
    """Number of columns at the end that are blank in both, and need not be sent again."""
    if before is None or before.cell_length != after.cell_length:
        return 0
    (first, style, _), (second, other, _) = list(before)[-1], list(after)[-1]
    if style is None or other is None or style.bgcolor != other.bgcolor or style.reverse or other.reverse:
        return 0
    return min(len(first) - len(first.rstrip(" ")), len(second) - len(second.rstrip(" ")))


def _draws_alike(text: str, style: Style, other: Style) -> bool:
    """True if a text looks the same in both styles: blanks show nothing but their background."""
    return (
        text.isspace()
        and style.bgcolor == other.bgcolor
        and not (style.underline or style.reverse or other.underline or other.reverse)
    )
