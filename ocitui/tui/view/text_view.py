"""The text of a file of any size: numbered lines, colours, wrapping, search."""

from collections.abc import Sequence
from functools import partial
from typing import ClassVar

from textual.binding import BindingType

from ocitui.cells import cells
from ocitui.display import format_size
from ocitui.image.encoding import TextEncoding
from ocitui.tui.content.highlight import LIMIT, highlight
from ocitui.tui.content.layout import columns_before, line_parts, wrap, wrapped_height
from ocitui.tui.content.lexing import Spans
from ocitui.tui.content.line_rows import LineRows
from ocitui.tui.content.pages import Pages
from ocitui.tui.content.text_window import DRAWN, Direction, TextWindow
from ocitui.tui.rows.keys import Key
from ocitui.tui.rows.row import Part, cut_parts, mark_spans, skip_cells
from ocitui.tui.terminal.threads import deferred
from ocitui.tui.view.text_rows import TextRows

KEPT_LINES = 1000
"""Lines whose parts are kept as they were drawn …"""
KEPT_CHARACTERS = 1 << 25
"""… and the characters of them."""
MEASURED = 1 << 22
"""Bytes of lines that are measured at once when they are wrapped; of more, only those around the cursor are kept."""


class TextView(TextRows):
    """Lines of a text with their numbers and, where the language is known, its colours."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "code--text",
        "code--comment",
        "code--keyword",
        "code--string",
        "code--number",
        "code--name",
        "code--heading",
        "code--deleted",
        "code--inserted",
    }
    DEFAULT_CSS = """
    TextView {
        & > .code--comment { color: $foreground 58%; }
        & > .code--keyword { color: $text-primary; }
        & > .code--string { color: $text-success; }
        & > .code--number { color: $text-warning; }
        & > .code--name { color: $foreground; text-style: bold; }
        & > .code--heading { color: $text-primary; text-style: bold; }
        & > .code--deleted { color: $text-error; }
        & > .code--inserted { color: $text-success; }
        &:ansi {
            & > .code--comment { color: ansi_default; text-style: dim; }
            & > .code--keyword { color: $primary; }
            & > .code--string { color: $success; }
            & > .code--number { color: $warning; }
            & > .code--name { color: ansi_default; text-style: bold; }
            & > .code--heading { color: $primary; text-style: bold; }
            & > .code--deleted { color: $error; }
            & > .code--inserted { color: $success; }
        }
    }
    """
    BINDING_GROUP_TITLE = "Text"
    BINDINGS: ClassVar[list[BindingType]] = [Key("w", "wrap", "Wrap long lines", hint="wrap", worth=70)]

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._colours: list[Spans] = []
        self._parts: dict[tuple[int, int], list[Part]] = {}
        self._pieces: tuple[tuple[int, ...], list[list[Part]]] = ((), [])
        self._kept = 0
        self._digits = 3
        self._is_empty = False
        self.language = ""
        """The language of the text, where it is one that has colours."""

    def show_text(self, pages: Pages, encoding: TextEncoding, name: str = "") -> None:
        """Show a file from its first line.

        Args:
            pages: the file.
            encoding: how it stands for text.
            name: its name, by which its language is told; none for no colours.
        """
        self._colours, self.language = [], ""
        self._parts.clear()
        self._pieces = ((), [])
        self._digits = 3
        self._is_empty = not pages.size
        self.open_pages(pages, encoding)
        if name and pages.size <= LIMIT:
            self.run_worker(deferred(partial(self._highlight, name, pages, encoding)), group="colours", exclusive=True)

    async def _highlight(self, name: str, pages: Pages, encoding: TextEncoding) -> None:
        data = await self._in_thread(lambda: pages.read(encoding.mark, pages.size))
        if data:
            self.language, self._colours = await highlight(name, encoding.decode(data))
            self._parts.clear()
            self._pieces = ((), [])
            self._repaint()
            self._post_highlighted()

    # Drawing.

    def empty_parts(self, width: int) -> Sequence[Part]:
        """The reason why there are no lines: the file is empty, cannot be read, or is being read."""
        if self.problem:
            return [(f"✗ {self.problem}", "lines--bad")]
        return [("empty file" if self._is_empty else "reading…", "lines--muted")]

    def row_parts(self, index: int, width: int) -> Sequence[Part]:
        """The number of a line and its text, or one row of a wrapped line."""
        window = self._window
        assert window is not None
        line, within = self._rows.line_at(index)
        number, is_exact = window.number(line, self._index)
        margin = self._margin
        gutter = f"{'' if is_exact else '~'}{number}" if within == 0 else ""
        parts = self._line_parts(line)
        if self._rows.is_wrapped:
            pieces = self._wrapped(line, parts)
            parts = pieces[within] if within < len(pieces) else []
        return [(f"{gutter:>{margin - 2}}  ", "lines--muted"), *parts]

    def _wrapped(self, line: int, parts: list[Part]) -> list[list[Part]]:
        """The rows of a line; those of the line before are kept, for it may have thousands."""
        assert self._window is not None
        key = (self._window.region.start(line), self._room, len(parts), sum(len(text) for text, _ in parts))
        if self._pieces[0] != key:
            self._pieces = key, wrap(parts, self._room)
        return self._pieces[1]

    @property
    def _margin(self) -> int:
        """Columns of the line numbers and the gap after them; never fewer again, so that the text keeps its place."""
        window = self._window
        if window is not None and len(window.region):
            number, is_exact = window.number(len(window.region) - 1, self._index)
            self._digits = max(self._digits, len(str(self._estimate)), len(str(number)) + (not is_exact))
        return self._digits + 2

    @property
    def _room(self) -> int:
        """Columns for the text of a line."""
        return max(8, self.size.width - 2 - self._margin)

    def _line_parts(self, line: int) -> list[Part]:
        window = self._window
        assert window is not None
        key = (window.region.start(line), window.region.stop(line))
        parts = self._parts.get(key)
        if parts is not None:
            return parts
        text = window.text(line)
        if text is None:
            self._fetch(key[0], min(key[1] - key[0], DRAWN))
            return [("…", "lines--muted")]
        number = None if window.first_number is None else window.first_number + line
        colours = self._colours[number] if number is not None and number < len(self._colours) else []
        if sum(length for _, length in colours) > len(text):
            colours = []
        parts = line_parts(text, colours)
        hidden = window.hidden(line)
        if hidden:
            parts.append((f" … {format_size(hidden)} more in this line", "lines--muted"))
        self._kept += len(text)
        if len(self._parts) >= KEPT_LINES or self._kept > KEPT_CHARACTERS:
            self._parts.clear()
            self._kept = len(text)
        self._parts[key] = parts
        return parts

    def _visible_parts(self, index: int, room: int) -> list[Part]:
        """One row. The number stays while the text moves sideways."""
        number, *parts = self.row_parts(index, room)
        if self._marked is not None:
            parts = mark_spans(parts, self._marked.spans("".join(text for text, _ in parts)), "lines--match")
        return [number, *cut_parts(skip_cells(parts, self._skipped), room - cells(number[0]))]

    @property
    def copy_text(self) -> str | None:
        """The line under the cursor, exactly; of a very long one what is drawn."""
        line = self.cursor_line
        return None if self._window is None or line is None else self._window.text(line)

    # Wide lines.

    @property
    def is_wrapped(self) -> bool:
        """True if long lines take several rows."""
        return self._rows.is_wrapped

    def height_of(self, line: int) -> int:
        """Number of rows that a line takes when lines are wrapped."""
        assert self._window is not None
        text = self._window.text(line)
        if text is None:
            return 1
        if self._window.hidden(line):
            return len(wrap(self._line_parts(line), self._room))
        return wrapped_height(text, self._room)

    def _take(self, direction: Direction, data: bytes) -> None:
        digits = self._digits
        super()._take(direction, data)
        if self._rows.is_wrapped and self._margin > digits + 2:
            self._measure_again(self._rows)

    def _measure_again(self, rows: LineRows) -> None:
        """Fold the lines anew, and stay on the same one."""
        self._keep_near()
        line = self.cursor_line
        above = self._cursor - self._top
        self._rows = rows
        self._measure()
        if line is not None:
            self._cursor = self._rows.row_of(line)
            self._top = self._clamp_top(self._cursor - above)

    def _keep_near(self) -> None:
        """Forget lines that are far from the cursor, where there are very many."""
        window, line = self._window, self.cursor_line
        if window is None or line is None or window.region.end - window.region.begin <= MEASURED:
            return
        near = TextWindow(window.pages, window.encoding, window.region.start(line))
        near.first_number = None if window.first_number is None else window.first_number + line
        self._window, self._rows, self._cursor, self._top = near, LineRows(), 0, 0
        self._rows.grow(0, len(near.region))
        if near.first_number is None:
            self.run_worker(deferred(partial(self._count, near)), group="count", exclusive=True)

    def action_wrap(self) -> None:
        """Show long lines whole, over several rows, or on one row again."""
        self._skipped = 0
        self._measure_again(LineRows(None if self._rows.is_wrapped else self.height_of))
        self._top = self._top_for(self._cursor)
        self._repaint()
        self._post_highlighted()

    def on_resize(self) -> None:
        """Fold long lines over the new width."""
        if self._rows.is_wrapped:
            self._measure_again(self._rows)
        super().on_resize()
        self._repaint()

    def action_collapse(self) -> None:
        """Half a page to the left."""
        self._skipped = max(0, self._skipped - self._room // 2)
        self._repaint()

    def action_expand(self) -> None:
        """Half a page to the right, where lines in sight are wider."""
        if self._rows.is_wrapped:
            return
        seen = range(self._top, min(self._top + self.page_height, self.row_count))
        widest = max((sum(cells(text) for text, _ in self._line_parts(line)) for line in seen), default=0)
        if self._skipped + self._room < widest:
            self._skipped += self._room // 2
            self._repaint()

    def reveal(self, line: int, byte: int) -> int:
        """Bring a byte of a line in sight sideways; which of the line's rows it is on."""
        data = self._window.data(line) if self._window is not None else None
        if data is None or self._window is None:
            return 0
        column = columns_before(self._window.encoding.decode(data[:byte]), byte)
        if self._rows.is_wrapped:
            return min(column // self._room, self._rows.height_of(line) - 1)
        if not self._skipped <= column < self._skipped + self._room - 4:
            self._skipped = 0 if column < self._room - 4 else column - self._room // 2
            self._repaint()
        return 0
