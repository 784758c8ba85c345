"""Rows that exist only while they are seen, and a cursor over them; how they reach the terminal.

Drawn with Textual's Line API and nothing more: no children, no stock scroll bars, no
animation. The user may be on the other side of an ocean, so every change is compared with
what is on the screen, and only the rows that differ are sent.
"""

from collections.abc import Sequence
from typing import ClassVar

from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from ocitui.cells import cells
from ocitui.tui.rows.row import Part, cut_parts, mark_spans, skip_cells
from ocitui.tui.rows.search_bar import Query
from ocitui.tui.rows.strips import join_strip, same_tail

CURSOR_GLYPH = "▌"
THUMB_GLYPH = "▐"


class RowsView(Widget):
    """Draws rows, a header over them, a bar under them, and the cursor.

    `ocitui.tui.rows.lines.Lines` is the base to build a pane on; this class is the half
    of it that draws.
    """

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "lines--cursor",
        "lines--marker",
        "lines--header",
        "lines--muted",
        "lines--accent",
        "lines--strong",
        "lines--good",
        "lines--warn",
        "lines--bad",
        "lines--match",
        "lines--search",
        "lines--caret",
        "lines--thumb",
    }
    DEFAULT_CSS = """
    RowsView {
        height: 1fr;
        background: $background;
        color: $foreground;
        & > .lines--cursor { background: $foreground 8%; }
        &:focus > .lines--cursor { background: $primary 32%; }
        & > .lines--marker { color: $foreground 40%; }
        &:focus > .lines--marker { color: $accent; }
        & > .lines--header { color: $foreground 55%; }
        & > .lines--muted { color: $foreground 62%; }
        & > .lines--thumb { color: $foreground 30%; }
        & > .lines--accent { color: $text-primary; }
        & > .lines--strong { text-style: bold; }
        & > .lines--good { color: $text-success; }
        & > .lines--warn { color: $text-warning; }
        & > .lines--bad { color: $text-error; }
        & > .lines--match { background: $warning 45%; color: $text; }
        & > .lines--search { background: $panel; color: $foreground; }
        & > .lines--caret { background: $foreground; color: $background; }
        &:ansi {
            & > .lines--cursor { background: ansi_default; text-style: bold; }
            & > .lines--marker { color: ansi_default; }
            & > .lines--header { color: ansi_default; text-style: dim; }
            & > .lines--muted { color: ansi_default; text-style: dim; }
            & > .lines--thumb { color: ansi_default; text-style: dim; }
            & > .lines--accent { color: $secondary; }
            & > .lines--good { color: $success; }
            & > .lines--warn { color: $warning; }
            & > .lines--bad { color: $error; }
            & > .lines--match { background: ansi_bright_yellow; color: ansi_black; }
            & > .lines--search { background: ansi_default; text-style: bold; }
            & > .lines--caret { background: ansi_default; color: ansi_default; text-style: reverse; }
        }
        &:ansi:focus > .lines--cursor { background: ansi_default; color: ansi_default; text-style: reverse; }
        &:ansi:focus > .lines--marker { color: ansi_default; }
    }
    """

    SCROLLS_SIDEWAYS: ClassVar[bool] = False
    """True if rows may be wider than the pane and left/right move over them; else they are cut with ``…``."""

    SEARCHED_STYLES: ClassVar[frozenset[str] | None] = None
    """The styles of the parts in which matches are marked; None marks them in all."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._cursor = 0
        self._top = 0
        self._skipped = 0  # columns out of sight on the left
        self._bar: list[Part] = []  # drawn over the last row while something is searched
        self._marked: Query | None = None
        self._painted: dict[int, Strip] = {}
        self._palette: dict[tuple[str, str], Style] = {}

    # What a subclass tells.

    @property
    def row_count(self) -> int:
        """Number of rows."""
        raise NotImplementedError

    def row_parts(self, index: int, width: int) -> Sequence[Part]:
        """One row as it is drawn: texts that are safe to draw, each with its component class.

        Few parts are few bytes on the wire: one or two for most rows. What is wider than
        ``width`` columns is cut, or moved over where `SCROLLS_SIDEWAYS`.
        """
        raise NotImplementedError

    def header_parts(self, width: int) -> Sequence[Part] | None:
        """A row that stays above the others, such as the names of columns; None for none."""
        return None

    def empty_parts(self, width: int) -> Sequence[Part]:
        """The text where there are no rows."""
        return []

    def empty_rows(self, width: int) -> Sequence[Sequence[Part]]:
        """The same where it takes more than one row."""
        return [self.empty_parts(width)]

    # Where things are.

    @property
    def cursor(self) -> int:
        """The row under the cursor, 0 when there are no rows."""
        return self._cursor

    def is_under_cursor(self, index: int) -> bool:
        """True if the cursor is drawn on this row."""
        return index == self._cursor

    @property
    def top(self) -> int:
        """The first row in sight."""
        return self._top

    @property
    def page_height(self) -> int:
        """Number of rows in sight at once."""
        return max(1, self.size.height - self._header_height - bool(self._bar))

    @property
    def _header_height(self) -> int:
        return 0 if self.header_parts(max(0, self.size.width - 2)) is None else 1

    def row_at(self, y: int) -> int | None:
        """The row that is drawn on this line of the content, if one is."""
        y -= self._header_height
        index = self._top + y
        return index if 0 <= y < self.page_height and index < self.row_count else None

    def _top_for(self, index: int) -> int:
        """Return the first row of a view that has a row in sight: here, half a page on, or around the row."""
        height = self.page_height
        half = max(1, height // 2)
        top = self._top
        if index < top:
            top = top - half if index >= top - half else index - half
        elif index >= top + height:
            top = top + half if index < top + half + height else index - half
        return self._clamp_top(top)

    def _clamp_top(self, top: int) -> int:
        return max(0, min(top, self.row_count - self.page_height))

    # Drawing.

    def style_of(self, name: str, *, under_cursor: bool = False) -> Style:
        """The colours of a component class as it is drawn here; ``""`` is the pane itself."""
        key = (name, "cursor" if under_cursor else "")
        style = self._palette.get(key)
        if style is None:
            style = self.get_component_rich_style(name) if name else self.rich_style
            if under_cursor:
                cursor = self.get_component_rich_style("lines--cursor")
                if cursor.reverse:
                    style = cursor
                elif name != "lines--match":
                    style = style + Style(bgcolor=cursor.bgcolor, bold=cursor.bold or None)
            self._palette[key] = style
        return style

    def _repaint(self, *rows: int) -> None:
        """Send what differs from what is on the screen: these rows, or whatever changed."""
        if not self.is_attached or not self.size:
            return
        width, height = self.size
        lines = range(height)
        if rows:
            first = self._header_height - self._top
            lines = [row + first for row in rows if 0 <= row + first < height]  # type: ignore[assignment]
        for y in lines:
            strip = self._draw(y)
            before = self._painted.get(y)
            if before != strip:
                self._painted[y] = strip
                self.refresh(Region(0, y, width - same_tail(before, strip), 1))

    def repaint_all(self) -> None:
        """Draw every row in sight anew, and send those that differ from what is on the screen."""
        self._repaint()

    def render_line(self, y: int) -> Strip:
        """One line of the content, for Textual."""
        strip = self._painted.get(y)
        if strip is None or strip.cell_length != self.size.width:
            strip = self._painted[y] = self._draw(y)
        return strip

    def notify_style_update(self) -> None:
        """Forget colours when the theme or the focus changed."""
        super().notify_style_update()
        self._palette.clear()
        self._painted.clear()

    def _draw(self, y: int) -> Strip:
        width, height = self.size
        room = max(0, width - 2)  # a column for the cursor's glyph, one for the scroll thumb
        if self._bar and y == height - 1:
            return self._strip(cut_parts(self._bar, width), width, pad="lines--search")
        header = self.header_parts(room)
        if header is not None:
            if y == 0:
                return self._strip([(" ", "lines--header"), *cut_parts(header, room)], width)
            y -= 1
        index = self._top + y
        thumb = (THUMB_GLYPH, "lines--thumb") if self._is_thumb(y) else None
        if index >= self.row_count:
            empty = self.empty_rows(room) if not self.row_count else []
            parts = empty[index] if index < len(empty) else []
            return self._strip([(" ", ""), *cut_parts(parts, room)], width, end=thumb)
        parts = self._visible_parts(index, room)
        if not self.is_under_cursor(index):
            return self._strip([(" ", ""), *parts], width, end=thumb)
        return self._strip([(CURSOR_GLYPH, "lines--marker"), *parts], width, end=thumb, under_cursor=True)

    def _visible_parts(self, index: int, room: int) -> list[Part]:
        parts = self.row_parts(index, room)
        if self._marked is not None:
            searched = self.SEARCHED_STYLES
            text = "".join(text if searched is None or style in searched else "\n" * len(text) for text, style in parts)
            parts = mark_spans(parts, self._marked.spans(text), "lines--match")
        if self.SCROLLS_SIDEWAYS and self._skipped:
            parts = skip_cells(parts, self._skipped)
        return cut_parts(parts, room)

    def _strip(
        self,
        parts: Sequence[Part],
        width: int,
        *,
        pad: str = "",
        end: Part | None = None,
        under_cursor: bool = False,
    ) -> Strip:
        """Join parts into as few segments as there are colours, and fill the width."""
        used = sum(cells(text) for text, _ in parts)
        filling = " " * (width - used - (1 if end else 0))
        pieces = [*parts, (filling, pad), *([end] if end else [])]
        return join_strip([(text, self.style_of(name, under_cursor=under_cursor)) for text, name in pieces], width)

    def _is_thumb(self, y: int) -> bool:
        count, height = self.row_count, self.page_height
        if count <= height:
            return False
        size = max(1, round(height * height / count))
        start = round(self._top * (height - size) / (count - height))
        return start <= y < start + size
