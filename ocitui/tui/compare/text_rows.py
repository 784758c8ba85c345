"""The rows of a comparison of two texts: one over the other, or side by side where there is room."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from ocitui.cells import cells
from ocitui.image.diff.lines import DiffLine, Hunk, Run, hunks
from ocitui.image.diff.texts import Text
from ocitui.tui.content.layout import line_parts, wrap
from ocitui.tui.rows.row import Part

DRAWN_HUNKS = 2000
"""Hunks that are shown."""
DRAWN_LINES = 100_000
"""Lines of them that are shown."""
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

    before: Text
    after: Text
    hunks: Sequence[Hunk]
    """No more than `DRAWN_HUNKS`, of no more than `DRAWN_LINES`."""
    is_cut: bool
    """True if there are more."""

    @classmethod
    def of(cls, before: Text, after: Text, runs: Sequence[Run]) -> "TextDiff":
        """Take as many changes as are shown.

        Args:
            before: one text.
            after: the other.
            runs: what changed.
        """
        drawn: list[Hunk] = []
        room = DRAWN_LINES
        for hunk in hunks(runs, len(before.lines), len(after.lines)):
            if len(drawn) == DRAWN_HUNKS or not room:
                return cls(before, after, drawn, True)
            drawn.append(replace(hunk, lines=hunk.lines[:room]))
            if len(hunk.lines) > room:
                return cls(before, after, drawn, True)
            room -= len(hunk.lines)
        return cls(before, after, drawn, False)

    @property
    def digits(self) -> int:
        """Columns of the longest line number."""
        return len(str(max(len(self.before.lines), len(self.after.lines))))


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
    """Yield the lines that stand beside each other: a removed line beside the added one that came in its place."""
    removed: list[DiffLine] = []
    added: list[DiffLine] = []
    for line in [*lines, None]:
        if line is not None and line.sign == "-" and not added:
            removed.append(line)
        elif line is not None and line.sign == "+":
            added.append(line)
        else:
            yield from zip_longest(removed, added)
            removed, added = [], []
            if line is not None and line.sign == " ":
                yield line, line
            elif line is not None:
                removed.append(line)


def _half(found: TextDiff, line: DiffLine | None, width: int, side: str) -> list[Row]:
    """One side of a line, on as many rows as it takes."""
    if line is None:
        return []
    number = line.before if side == "before" else line.after
    text, style = _text(found, line), _STYLES.get(line.sign, "")
    lead = f"{'' if number is None else number + 1:>{found.digits}}  "
    room = max(1, width - cells(lead) - 2)
    rows: list[Row] = []
    for at, piece in enumerate(wrap([(text, style)], room)):
        mark = line.sign if at == 0 else " "
        shown = "".join(part for part, _ in piece)
        rows.append([(lead if at == 0 else " " * len(lead), "lines--muted"), (f"{mark} {shown}", style)])
    return rows


def _unified_row(found: TextDiff, line: DiffLine) -> Row:
    digits = found.digits
    left = "" if line.before is None else str(line.before + 1)
    right = "" if line.after is None else str(line.after + 1)
    mark = line.sign
    numbers = f"{left:>{digits}} {right:>{digits}}  "
    return [(numbers, "lines--muted"), (f"{mark} {_text(found, line)}", _STYLES.get(line.sign, ""))]


def _text(found: TextDiff, line: DiffLine) -> str:
    """A line, safe to draw."""
    side = found.before if line.before is not None else found.after
    text = side.decode(line.of(found.before.lines, found.after.lines))
    shown = "".join(part for part, _ in line_parts(text.removesuffix("\n")[:DRAWN_LINE]))
    if line.sign != " " and not text.endswith("\n"):
        shown += "  (no line feed at the end)"
    return shown


def _head(hunk: Hunk) -> Row:
    return [(f"lines {_span(hunk.before)} → {_span(hunk.after)}", "lines--accent")]


def _rest(found: TextDiff) -> list[Row]:
    if not found.is_cut:
        return []
    return [[("… more differs than is shown here", "lines--muted")]]


def _span(lines: range) -> str:
    if len(lines) <= 1:
        return str(lines.start + 1)
    return f"{lines.start + 1}–{lines.stop}"
