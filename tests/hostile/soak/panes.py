"""What the panes draw, in full, so that two programs can be held against each other."""

import re
from collections.abc import Iterator

from textual.strip import Strip

from ocitui.tui.files.merged_source import MergedSource
from ocitui.tui.panes.files_pane import FilesPane
from ocitui.tui.rows.lines import Lines
from ocitui.tui.rows.rows_view import RowsView
from tests.hostile.soak.session import WAIT, Session

ROWS = 400
"""Rows of a list that are held against each other, besides those in sight: the first so many."""

_SIZE = re.compile(r" *≤?[\d.,]+ [kMG]?B\b")
"""In a merged tree the folders in sight are added up, and only those."""

Drawn = dict[str, list[str]]
"""By the name of what is drawn, its rows: texts with their styles."""

PAGES: dict[str, tuple[str, ...]] = {
    "waste": ("W",),
    "waste by layer": ("W", WAIT, "tab"),
    "sizes": ("B",),
    "largest files": ("B", WAIT, "2"),
    "packages": ("B", WAIT, "3"),
    "sizes of the layer": ("B", WAIT, "m"),
    "timeline": ("4", "w"),
    "Dockerfile": ("d",),
    "help": ("question_mark",),
    "find": ("f", WAIT, "ctrl+u", "type n0001"),
    "find deleted": ("f", WAIT, "ctrl+u", "type status:deleted"),
    "jump": ("ctrl+o", WAIT, "type etc"),
    "what is under the cursor": ("4", "enter"),
    "compare": ("D", WAIT, "down", "enter"),
    "search": ("4", "slash", "type e", "enter"),
}
"""Pages that lie over the panes, or come of a key, and the keys that lead there."""


async def draw_panes(session: Session) -> Drawn:
    """Each pane in its turn, as it is drawn when it has the focus; in the end that which has it now."""
    explore = session.explore
    names = [pane.id for pane in explore.panes.all]
    current = names.index(explore.panes.current.id)
    found: Drawn = {}
    for number in [(current + step) % 4 for step in (1, 2, 3, 4)]:
        await session.perform(str(number + 1), WAIT)
        found.update({f"pane {number + 1}: {name}": rows for name, rows in draw_screen(session).items()})
    return found


async def draw_page(session: Session, page: str) -> Drawn:
    """A page over the panes, which is left again."""
    await session.perform(*PAGES[page], WAIT)
    found = {f"{page}: {name}": rows for name, rows in draw_screen(session).items()}
    await session.leave()
    return found


def draw_screen(session: Session) -> Drawn:
    """The screen that is in front as it is on the terminal, and every row of its lists."""
    screen = session.app.screen
    found = {"screen": [_row(strip) for strip in screen._compositor.render_strips()]}
    for lines in session.lists:
        count = min(lines.row_count, ROWS)
        rows = ["".join(text for text, _ in lines.row_parts(row, lines.size.width)) for row in range(count)]
        if isinstance(lines, FilesPane) and isinstance(lines.source, MergedSource):
            rows = [_SIZE.sub("", row) for row in rows]
        found[lines.id or type(lines).__name__] = [f"{lines.row_count} rows, the cursor on {lines.cursor}", *rows]
    return found


def _row(strip: Strip) -> str:
    return "".join(f"{segment.text}⟨{segment.style}⟩" for segment in strip.simplify() if segment.text)


def differences(here: Drawn, fresh: Drawn) -> list[str]:
    """What is not the same, in words."""
    found: list[str] = []
    for name in here.keys() | fresh.keys():
        rows, others = here.get(name, []), fresh.get(name, [])
        if rows == others:
            continue
        if len(rows) != len(others):
            found.append(f"{name}: {len(rows)} rows, and a fresh start has {len(others)}")
        for number, (row, other) in enumerate(zip(rows, others, strict=False)):
            if row != other:
                found.append(f"{name}, row {number}:\n     here {row}\n    fresh {other}")
                break
    return sorted(found)


def stale(session: Session) -> Iterator[str]:
    """Rows that are on the screen and would be drawn otherwise now."""
    for lines in session.app.screen.query(RowsView):
        if not lines.size or not lines.is_on_screen or not isinstance(lines, Lines):
            continue
        for y, strip in sorted(lines._painted.items()):
            if y < lines.size.height and strip.cell_length == lines.size.width and lines._draw(y) != strip:
                yield f"{lines.id}, line {y} shows {_row(strip)}, and would be {_row(lines._draw(y))}"
                break
