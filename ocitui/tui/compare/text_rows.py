"""The rows of a comparison of two texts: one over the other, or side by side where there is room."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from ocitui.cells import cells
from ocitui.tui.content.diff import DiffLine, Hunk
from ocitui.tui.content.layout import line_parts, wrap
from ocitui.tui.rows.row import Part

DRAWN_HUNKS = 2000
"""Hunks that are shown."""
DRAWN_LINE = 10_000
"""Characters of one line that are shown."""
SIDE_BY_SIDE = 160
"""Columns of the screen from which two texts are shown side by side."""

Row = list[Part]
Laid = tuple[list[Row], list[int]]
"""Rows, and those on which changes begin."""

_STYLES = {"+": "lines--good", "-": "lines--bad"}
_BETWEEN = " │ "


@dataclass(frozen=True, slots=True)
class TextDiff:
    """Two texts, and where they differ."""

    before: Sequence[str]
    """Lines, each with its line feed, which the last one may lack."""
    after: Sequence[str]
    hunks: Sequence[Hunk]
    """No more than `DRAWN_HUNKS`."""
    is_cut: bool
    """Whether there are more."""

    @property
    def digits(self) -> int:
        """Columns of the longest line number."""
        return len(str(max(len(self.before), len(self.after))))


def unified_rows(found: TextDiff) -> Laid:
    """Each hunk with what was removed over what was added."""
    rows: list[Row] = []
    starts: list[int] = []
    for hunk in found.hunks:
        starts.append(len(rows))
        rows.append(_head(hunk))
        rows += [_unified_row(found, line) for line in hunk.lines]
    return [*rows, *_rest(found)], starts


def side_rows(found: TextDiff, width: int) -> Laid:
    """Each hunk with what was on the left and what is on the right; long lines go on in the next row.

    Args:
        found: the comparison.
        width: columns of a row.
    """
    side = (width - len(_BETWEEN)) // 2
    rows: list[Row] = []
    starts: list[int] = []
    for hunk in found.hunks:
        starts.append(len(rows))
        rows.append(_head(hunk))
        for old, new in _pairs(hunk.lines):
            left, right = _half(found, old, side, "before"), _half(found, new, side, "after")
            blank: Row = [("", "")]
            for one, other in zip_longest(left, right, fillvalue=blank):
                gap = " " * (side - sum(cells(text) for text, _ in one))
                rows.append([*one, (gap + _BETWEEN, "lines--muted"), *other])
    return [*rows, *_rest(found)], starts


def _pairs(lines: Sequence[DiffLine]) -> Iterator[tuple[DiffLine | None, DiffLine | None]]:
    """What stands beside what: a removed line beside the added one that came in its place."""
    removed: list[DiffLine] = []
    added: list[DiffLine] = []
    for line in [*lines, None]:
        if line is not None and line.mark == "-" and not added:
            removed.append(line)
        elif line is not None and line.mark == "+":
            added.append(line)
        else:
            yield from zip_longest(removed, added)
            removed, added = [], []
            if line is not None and line.mark == " ":
                yield line, line
            elif line is not None:
                removed.append(line)


def _half(found: TextDiff, line: DiffLine | None, width: int, side: str) -> list[Row]:
    """One side of a line, on as many rows as it takes."""
    if line is None:
        return []
    number = line.before if side == "before" else line.after
    text, style = _text(found, line), _STYLES.get(line.mark, "")
    lead = f"{'' if number is None else number + 1:>{found.digits}}  "
    room = max(1, width - cells(lead) - 2)
    rows: list[Row] = []
    for at, piece in enumerate(wrap([(text, style)], room)):
        mark = line.mark.replace("-", "−") if at == 0 else " "
        shown = "".join(part for part, _ in piece)
        rows.append([(lead if at == 0 else " " * len(lead), "lines--muted"), (f"{mark} {shown}", style)])
    return rows


def _unified_row(found: TextDiff, line: DiffLine) -> Row:
    digits = found.digits
    left = "" if line.before is None else str(line.before + 1)
    right = "" if line.after is None else str(line.after + 1)
    mark = line.mark.replace("-", "−")
    numbers = f"{left:>{digits}} {right:>{digits}}  "
    return [(numbers, "lines--muted"), (f"{mark} {_text(found, line)}", _STYLES.get(line.mark, ""))]


def _text(found: TextDiff, line: DiffLine) -> str:
    """A line, safe to draw."""
    text = found.before[line.before] if line.before is not None else found.after[line.after or 0]
    shown = "".join(part for part, _ in line_parts(text.removesuffix("\n")[:DRAWN_LINE]))
    if line.mark != " " and not text.endswith("\n"):
        shown += "  (no line feed at the end)"
    return shown


def _head(hunk: Hunk) -> Row:
    return [(f"lines {_span(hunk.before)} → {_span(hunk.after)}", "lines--accent")]


def _rest(found: TextDiff) -> list[Row]:
    if not found.is_cut:
        return []
    return [[(f"… more than {DRAWN_HUNKS:,} places differ; the rest is not shown", "lines--muted")]]


def _span(lines: range) -> str:
    if len(lines) <= 1:
        return str(lines.start + 1)
    return f"{lines.start + 1}–{lines.stop}"
