"""The rows of a comparison: facts, hunks of text, or the bytes where two files begin to differ."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ocitui.cells import cells
from ocitui.display import count_noun, format_size, printable
from ocitui.image.diff.lines import Run, replaced_run
from ocitui.image.diff.texts import TEXT_LIMIT, Content, Text, Texts, read_texts
from ocitui.image.diff.words import encodings_text
from ocitui.image.encoding import SNIFFED
from ocitui.image.file_kind import tell_kind
from ocitui.tui.compare.text_rows import SIDE_BY_SIDE, Row, TextDiff, side_rows, unified_rows
from ocitui.tui.content.byte_diff import first_difference, rows_around
from ocitui.tui.content.hex_rows import HexLayout, hex_text
from ocitui.tui.content.isolated import run_isolated
from ocitui.tui.content.pages import Pages

PATIENCE = 5.0
"""Seconds after which two texts count as replaced by each other."""


MARGINS = 2
"""Columns beside the rows: of the cursor and of the scroll thumb."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """The outcome of a comparison."""

    summary: str
    """In one line: ``3 lines added, 1 removed``."""
    rows: Sequence[Row]
    changes: Sequence[int]
    """Rows on which changes begin."""
    is_problem: bool = False
    """True if a file could not be read."""
    text: TextDiff | None = None
    """Both texts once more, to be laid out anew; None where not both are texts."""

    def laid_out(self, width: int) -> tuple[Sequence[Row], Sequence[int]]:
        """The rows and where changes begin, for a screen of a width in columns."""
        if self.text is None or width < SIDE_BY_SIDE:
            return self.rows, self.changes
        return side_rows(self.text, width - MARGINS)


def fact_rows(facts: Sequence[tuple[str, str, str]], titles: tuple[str, str]) -> list[Row]:
    """Facts of both versions as rows; what differs stands out by its arrow as well as by its colour."""
    rows: list[Row] = []
    width = max((cells(printable(what)) for what, _, _ in facts), default=0)
    for what, before, after in facts:
        label = (f"{printable(what):<{width}}  ", "lines--muted")
        if before == after:
            rows.append([label, (printable(after), "lines--muted")])
        else:
            rows.append([label, (printable(before) or "(none)", "lines--bad"), (" → ", "lines--muted")])
            rows[-1].append((printable(after) or "(none)", "lines--good"))
    return [*rows, [("", "")]] if rows else []


async def compare_contents(
    before: Pages | None,
    after: Pages | None,
    width: int,
    is_cancelled: Callable[[], bool],
    progress: Callable[[int], object],
) -> Comparison:
    """Compare two files.

    Args:
        before: one; None where there are no contents.
        after: the other.
        width: bytes a row, where bytes are shown.
        is_cancelled: whether nobody waits any more.
        progress: is told, in a thread, how many bytes were compared.

    Raises:
        CancelledError: ``is_cancelled`` said so.
        OcituiError: a file cannot be read.
    """
    if before is None or after is None:
        return Comparison("no contents to compare", [], ())
    offset = await asyncio.to_thread(first_difference, before, after, is_cancelled, progress)
    if offset is None:
        text = f"same contents, {format_size(before.size)}"
        return Comparison(text, [[(text, "lines--good")]], ())
    content, texts = await asyncio.to_thread(_read_texts, before, after)
    if content is Content.ENCODING and texts is not None:
        text = encodings_text(texts)
        return Comparison(text, [[(text, "lines--good")]], ())
    if texts is not None:
        return await _compare_texts(*texts)
    rows = await asyncio.to_thread(_byte_rows, before, after, offset, width)
    summary = f"contents differ from byte {offset:#x} ({offset:,}) on"
    kinds = await asyncio.to_thread(lambda: (_kind(before), _kind(after)))
    head: list[Row] = [[(f"- {kinds[0]}", "lines--bad")], [(f"+ {kinds[1]}", "lines--good")], [(summary, "")]]
    first = len(head) + next((at for at, row in enumerate(rows) if row[0][0] == "- "), 0)
    return Comparison(summary, [*head, *rows], (first,))


def _read_texts(before: Pages, after: Pages) -> tuple[Content, Texts | None]:
    if max(before.size, after.size) > TEXT_LIMIT:
        return Content.LARGE, None
    return read_texts(before.read(0, before.size), after.read(0, after.size))


def _kind(pages: Pages) -> str:
    return f"{tell_kind(b'', pages.read(0, SNIFFED), pages.size).describe()}, {format_size(pages.size)}"


async def _compare_texts(before: Text, after: Text) -> Comparison:
    changes = await _changes(before.data, after.data)
    texts, rows, starts, runs = await asyncio.to_thread(_lay_out, before, after, changes)
    removed, added = sum(b - a for a, b, _, _ in runs), sum(d - c for _, _, c, d in runs)
    summary = f"{_lines(added)} added, {_lines(removed)} removed"
    if changes is None:
        summary += "; too unlike to be matched line by line"
    return Comparison(summary, rows, starts, text=texts)


def _lay_out(
    before: Text, after: Text, changes: Sequence[Run] | None
) -> tuple[TextDiff, Sequence[Row], Sequence[int], Sequence[Run]]:
    """Lay out what changed; where that took too long to find, all from the first difference to the last."""
    runs = changes
    if runs is None:
        run = replaced_run(before.lines, after.lines)
        runs = [run] if run is not None else []
    texts = TextDiff.of(before, after, runs)
    return texts, *unified_rows(texts), runs


def _lines(count: int) -> str:
    return count_noun(count, "line")


async def _changes(before: bytes, after: bytes) -> list[Run] | None:
    found = await run_isolated("ocitui.image.diff.lines", [str(len(before))], before + after, PATIENCE)
    if not isinstance(found, list):
        return None
    return [(a, b, c, d) for a, b, c, d in found]


def _byte_rows(before: Pages, after: Pages, offset: int, width: int) -> list[Row]:
    layout = HexLayout(max(before.size, after.size), 0 if width == 8 else 200)
    rows: list[Row] = []
    for row in rows_around(before, after, offset, width):
        place = f"{layout.offset(row.offset // width)}  "
        sides = [("  ", row.before, "")]
        if row.before != row.after:
            sides = [("- ", row.before, "lines--bad"), ("+ ", row.after, "lines--good")]
        for mark, data, style in sides:
            if data:
                rows.append([(mark, style), (place, "lines--muted"), (layout.bytes_text(data) + hex_text(data), style)])
    return rows
