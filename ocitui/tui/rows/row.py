"""One row of a pane: parts of text, each with the name of its style, cut to a width in cells.

Pure: no widget and no colour. `Lines` turns parts into what the terminal is sent.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence

from rich.cells import cell_len

Part = tuple[str, str]
"""Text that is safe to draw (it went through `ocitui.display.printable`), and the component
class that styles it; ``""`` is the style of the pane."""

ELLIPSIS = "…"


def cells(text: str) -> int:
    """How many columns a text takes; wide characters take two."""
    return len(text) if text.isascii() else cell_len(text)


def prefix(text: str, width: int) -> str:
    """The longest beginning of a text that fits into this many columns."""
    if width <= 0:
        return ""
    text = text[: width * 8]  # a row may be a megabyte long; combining characters take no column
    if cells(text) <= width:
        return text
    if text.isascii():
        return text[:width]
    return text[: bisect_right(range(len(text) + 1), width, key=lambda end: cell_len(text[:end])) - 1]


def fit(text: str, width: int) -> str:
    """Cut a text with ``…``, or pad it on the right, to exactly this many columns."""
    text = cut(text, width)
    return text + " " * (width - cells(text))


def cut(text: str, width: int) -> str:
    """Cut a text with ``…`` where it is wider than this many columns."""
    if width <= 0:
        return ""
    head = prefix(text, width)
    return head if len(head) == len(text) else prefix(head, width - 1) + ELLIPSIS


def wrap(text: str, width: int) -> list[str]:
    """Lines of at most this many columns, broken after a blank where there is one not too far back."""
    lines: list[str] = []
    at = 0
    while True:
        rest = text[at : at + width * 8 + 1]  # of a long text not all of what is left is looked at for each line
        if at + len(rest) == len(text) and cells(rest) <= width:
            return [*lines, rest]
        head = prefix(rest, width)
        blank = head.rfind(" ")
        if blank > width // 2:
            head = head[: blank + 1]
        lines.append(head.rstrip())
        at += len(head)


def cut_start(text: str, width: int) -> str:
    """Cut the beginning of a text with ``…``: of a path, the end says more."""
    if cells(text) <= width:
        return text
    if width <= 0:
        return ""
    end = text[-width * 8 :]
    while cells(end) > width - 1:
        end = end[1:]
    return ELLIPSIS + end


def cut_parts(parts: Iterable[Part], width: int) -> list[Part]:
    """Cut a row of parts with ``…`` where it is wider than this many columns."""
    kept: list[Part] = []
    left = width
    waiting = iter(parts)
    for text, style in waiting:
        head = prefix(text, left)
        used = cells(head)
        if len(head) < len(text) or (used == left and any(text for text, _ in waiting)):
            return _end_with_ellipsis([*kept, (head, style)], width)
        if head:
            kept.append((head, style))
            left -= used
    return kept


def _end_with_ellipsis(parts: list[Part], width: int) -> list[Part]:
    total = sum(cells(text) for text, _ in parts)
    while parts and width > 0:
        text, style = parts.pop()
        total -= cells(text)
        if total < width:
            return [*parts, (prefix(text, width - 1 - total) + ELLIPSIS, style)]
    return []


def skip_cells(parts: Sequence[Part], skipped: int) -> list[Part]:
    """What is left of a row after this many columns went out of sight on the left."""
    kept: list[Part] = []
    for text, style in parts:
        if skipped <= 0:
            kept.append((text, style))
            continue
        gone = prefix(text, skipped) if not text.isascii() else text[:skipped]
        rest = text[len(gone) :]
        skipped -= cells(gone)
        if rest and skipped > 0:  # half of a wide character is in sight
            rest, skipped = " " + rest[1:], 0
        if rest:
            kept.append((rest, style))
    return kept


def mark_spans(parts: Sequence[Part], spans: Sequence[tuple[int, int]], style: str) -> list[Part]:
    """Give the characters in these spans (of the joined text, in order) another style."""
    if not spans:
        return list(parts)
    marked: list[Part] = []
    begin = 0
    waiting = list(reversed(spans))
    for text, own in parts:
        end = begin + len(text)
        at = begin
        while waiting and waiting[-1][0] < end:
            first, last = waiting[-1]
            first = max(first, at)
            stop = min(last, end)
            if first > at:
                marked.append((text[at - begin : first - begin], own))
            if stop > first:
                marked.append((text[first - begin : stop - begin], style))
            at = max(at, stop)
            if last > end:
                break
            waiting.pop()
        if at < end:
            marked.append((text[at - begin :], own))
        begin = end
    return marked
