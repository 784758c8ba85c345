"""The bytes of a file of any size: offset, hexadecimal, and the text beside it."""

import asyncio
import threading
from collections.abc import Sequence
from functools import partial
from typing import ClassVar

from ocitui.errors import CancelledError, OcituiError
from ocitui.image.search.needle import Needle
from ocitui.tui.content.byte_search import find_backward, find_forward
from ocitui.tui.content.hex_rows import HexLayout, hex_text
from ocitui.tui.content.pages import PAGE, Pages
from ocitui.tui.rows.lines import Lines
from ocitui.tui.rows.row import Part, cut_parts, mark_spans
from ocitui.tui.rows.search_bar import Query
from ocitui.tui.terminal.threads import deferred


class HexView(Lines):
    """Sixteen bytes a row, eight where the screen is narrow. A search is for text, or for bytes: ``7f 45 4c 46``."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"hex--offset", "hex--bytes", "hex--text"}
    DEFAULT_CSS = """
    HexView {
        & > .hex--offset { color: $foreground 58%; }
        & > .hex--bytes { color: $foreground; }
        & > .hex--text { color: $text-primary; }
        &:ansi {
            & > .hex--offset { color: ansi_default; text-style: dim; }
            & > .hex--bytes { color: ansi_default; }
            & > .hex--text { color: $secondary; }
        }
    }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._pages: Pages | None = None
        self._layout_of = HexLayout(0, 80)
        self._wanted: set[int] = set()
        self._sought: tuple[str, Needle] | None = None
        self.problem = ""
        """The reason why the bytes cannot be read."""
        self.activity = ""
        """The activity in progress."""

    def show_bytes(self, pages: Pages) -> None:
        """Show a file from its first byte."""
        self.search.end()
        self.workers.cancel_node(self)
        self._pages = pages
        self._wanted.clear()
        self.problem = self.activity = ""
        self._layout_of = HexLayout(pages.size, self.size.width - 2)
        self._cursor = self._top = 0
        self._repaint()
        self.post_message(self.Highlighted(self, 0))

    def go_to(self, offset: int) -> None:
        """To the row of a byte."""
        self.move_cursor(offset // self._layout_of.width)

    # Where things are.

    @property
    def row_count(self) -> int:
        """Number of rows that the file takes."""
        return self._layout_of.row_count

    @property
    def cursor_offset(self) -> int:
        """The offset of the row under the cursor, in bytes."""
        return self.cursor * self._layout_of.width

    @property
    def position(self) -> str:
        """The place of the cursor, in words: ``byte 0x1f0 (496) of 5,120``."""
        return f"byte {self.cursor_offset:#x} ({self.cursor_offset:,}) of {self._layout_of.size:,}"

    @property
    def copy_text(self) -> str | None:
        """The bytes of the row under the cursor, in hexadecimal."""
        data = self._row(self.cursor)
        return data.hex(" ") if data else None

    def place_of(self, index: int) -> object:
        """The offset of a row, in bytes."""
        return index * self._layout_of.width

    def index_of(self, place: object) -> int:
        """The row of a byte."""
        return place // self._layout_of.width if isinstance(place, int) else 0

    def on_resize(self) -> None:
        """Take as many bytes a row as there is room for, and stay at the same one."""
        offset = self.cursor_offset
        layout = HexLayout(self._layout_of.size, self.size.width - 2)
        if layout.width != self._layout_of.width:
            self._layout_of = layout
            self.refresh_rows(offset // layout.width)
        super().on_resize()
        self._repaint()

    # Drawing.

    def _row(self, index: int) -> bytes | None:
        width = self._layout_of.width
        return None if self._pages is None else self._pages.peek(index * width, width)

    def empty_parts(self, width: int) -> Sequence[Part]:
        """That there are no bytes."""
        return [("empty file" if self._pages is not None else "reading…", "lines--muted")]

    def row_parts(self, index: int, width: int) -> Sequence[Part]:
        """Offset, bytes and text of one row; dots until they were read."""
        layout = self._layout_of
        offset = (f"{layout.offset(index)}  ", "hex--offset")
        data = self._row(index)
        if data is None:
            self._want(index * layout.width)
            return [offset, (f"✗ {self.problem}", "lines--bad") if self.problem else ("…", "lines--muted")]
        return [offset, (layout.bytes_text(data), "hex--bytes"), (hex_text(data), "hex--text")]

    def _visible_parts(self, index: int, room: int) -> list[Part]:
        parts = list(self.row_parts(index, room))
        if self._marked is not None and len(parts) == 3:
            parts = mark_spans(parts, self._spans(index, len(parts[0][0])), "lines--match")
        return cut_parts(parts, room)

    def _spans(self, index: int, margin: int) -> list[tuple[int, int]]:
        """Return the parts of a row that belong to a match, which may begin on a row before or go on to the next."""
        if self._pages is None or self._marked is None:
            return []
        layout = self._layout_of
        needle = self._needle(self._marked.text)
        origin = index * layout.width
        begin = max(0, origin - needle.length + 1)
        data = self._pages.peek(begin, origin + layout.width + needle.length - 1 - begin)
        found = [(begin + first - origin, begin + last - origin) for first, last in needle.spans(data or b"", begin)]
        inside = [(max(0, first), min(layout.width, last)) for first, last in found]
        return layout.spans([(first, last) for first, last in inside if first < last], margin)

    def _needle(self, text: str) -> Needle:
        if self._sought is None or self._sought[0] != text:
            self._sought = text, Needle(text, hex_too=True)
        return self._sought[1]

    # Reading.

    def _want(self, offset: int) -> None:
        """Have the page with a byte read."""
        page = offset // PAGE
        if not self.problem and page not in self._wanted and self._pages is not None:
            self._wanted.add(page)
            self.run_worker(deferred(partial(self._read, self._pages, page)), group=f"page {page}")

    async def _read(self, pages: Pages, page: int) -> None:
        try:
            await asyncio.to_thread(pages.read, page * PAGE, PAGE)
        except OcituiError as error:
            self.problem = str(error)
        self._wanted.discard(page)
        if pages is self._pages:
            self._repaint()
            self.post_message(self.Highlighted(self, self.cursor))

    # Searching.

    async def count_matches(self, query: Query, index: int) -> tuple[int, int] | None:
        """None: a file may be of any size, and is read no further than to the match."""
        return None

    async def find_around(
        self, query: Query, origin: int, *, backwards: bool, inclusive: bool
    ) -> tuple[int | None, bool]:
        """The next row on which a match begins, in a pass over the file that a further key ends."""
        pages, width = self._pages, self._layout_of.width
        if pages is None:
            return None, False
        needle, stopped = self._needle(query.text), threading.Event()
        here = min((origin + (backwards == inclusive)) * width, pages.size)
        parts = ((0, here), (here, pages.size)) if backwards else ((here, pages.size), (0, here))
        find = find_backward if backwards else find_forward

        def look() -> tuple[int, bool] | None:
            for wrapped, (begin, end) in enumerate(parts):
                found = find(needle, pages.read_through, begin, end, stopped.is_set)
                if found is not None:
                    pages.read(found[0], width)
                    return found[0], bool(wrapped)
            return None

        try:
            result = await asyncio.to_thread(look)
        except CancelledError:
            result = None
        except OcituiError as error:
            self.problem, result = str(error), None
        finally:
            stopped.set()
        return (None, False) if result is None else (result[0] // width, result[1])
