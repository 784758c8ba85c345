"""One row of a pane: parts of text, each with the name of its style, cut to a width in cells.

Pure: no widget and no colour. `Lines` turns parts into what the terminal is sent.
"""

from collections.abc import Iterable, Sequence

from ocitui.cells import ELLIPSIS, cells, prefix

Part = tuple[str, str]
"""Text that is safe to draw (it went through `ocitui.display.printable`), and the component
class that styles it; ``""`` is the style of the pane."""


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


def part_at(parts: Iterable[Part], column: int) -> int | None:
    """Return the part that is drawn on a column, counted from the first; None where the row has ended."""
    for number, (text, _) in enumerate(parts):
        column -= cells(text)
        if column < 0:
            return number
    return None


def skip_cells(parts: Sequence[Part], skipped: int) -> list[Part]:
    """The rest of a row after some columns went out of sight on the left."""
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
