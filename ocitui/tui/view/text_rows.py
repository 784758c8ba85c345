"""The rows of a text of any size: which lines are known, reading on, going far, searching."""

import asyncio
import threading
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from ocitui.errors import CancelledError, OcituiError
from ocitui.image.encoding import UTF8, TextEncoding
from ocitui.tui.content.line_index import LineIndex
from ocitui.tui.content.line_rows import LineRows
from ocitui.tui.content.pages import PAGE, Pages
from ocitui.tui.content.text_search import find_line
from ocitui.tui.content.text_window import Direction, TextWindow
from ocitui.tui.rows.keys import CANCEL, key_text
from ocitui.tui.rows.lines import Lines
from ocitui.tui.rows.search_bar import Query
from ocitui.tui.terminal.threads import deferred

SMALL = 1 << 20
"""Bytes of a file whose lines are all looked for at once."""
STRETCH = 1 << 24
"""Bytes that are read on without a key pressed, where one line is longer than that."""
COUNTED = 1 << 20
"""Bytes that are counted through at once for the numbers of far lines."""

_T = TypeVar("_T")


class TextRows(Lines):
    """Lines of a text. Only those around what is in sight are known; far ones are found when they are gone to."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._window: TextWindow | None = None
        self._index = LineIndex(UTF8)
        self._rows = LineRows()
        self._estimate = 0  # lines of the whole file, by its first page
        self._is_tending = False
        self._reading_on: TextWindow | None = None
        self._jump: threading.Event | None = None  # stops the jump that is going on
        self.problem = ""
        """The reason why no more of the file can be read."""
        self.activity = ""
        """The activity in progress: ``reading…``, ``counting lines 34 %``."""

    def height_of(self, line: int) -> int:
        """Number of rows that a line takes when lines are wrapped."""
        return 1

    def open_pages(self, pages: Pages, encoding: TextEncoding) -> None:
        """Show a file from its first line."""
        self.search.end()
        self.stop_jump()
        self.workers.cancel_node(self)
        self._index = LineIndex(encoding)
        self._reading_on = None
        self.problem = self.activity = ""
        start = pages.peek(0, PAGE) or b""
        self._estimate = encoding.count_lines(start) * pages.size // max(1, len(start)) + 1
        self._show(TextWindow(pages, encoding, encoding.mark), encoding.mark)

    def _show(self, window: TextWindow, offset: int) -> None:
        """Show other lines, with the cursor on the one that begins at an offset, or the last."""
        self._window = window
        self._skipped = 0
        self._measure()
        line = window.region.line_at(offset)
        self._cursor = self._rows.row_of(max(0, len(window.region) - 1) if line is None else line)
        self._top = self._clamp_top(self._cursor - self.page_height // 2)
        self._repaint()
        self._post_highlighted()
        if window.first_number is None:
            self.run_worker(deferred(partial(self._count, window)), group="count", exclusive=True)

    def _measure(self) -> None:
        """Count anew which rows the known lines take."""
        self._rows = LineRows(self.height_of if self._rows.is_wrapped else None)
        if self._window is not None:
            self._rows.grow(0, len(self._window.region))

    def _post_highlighted(self) -> None:
        self.post_message(self.Highlighted(self, self.cursor))

    # Where things are.

    @property
    def row_count(self) -> int:
        """Number of rows that are known."""
        return len(self._rows)

    @property
    def cursor_line(self) -> int | None:
        """The line under the cursor, as the window counts; None where there is none."""
        return self._rows.line_at(self.cursor)[0] if self.row_count else None

    @property
    def cursor_offset(self) -> int:
        """The offset of the line under the cursor, in bytes."""
        line = self.cursor_line
        return 0 if self._window is None or line is None else self._window.region.start(line)

    @property
    def position(self) -> str:
        """The place of the cursor, in words: ``line 12 of 340``."""
        window, line = self._window, self.cursor_line
        if window is None or line is None:
            return ""
        number, is_exact = window.number(line, self._index)
        count = window.line_count
        return f"line {'' if is_exact else '~'}{number:,}{'' if count is None else f' of {count:,}'}"

    def place_of(self, index: int) -> object:
        """The offset of the line on a row, in bytes."""
        if self._window is None or not self.row_count:
            return 0
        return self._window.region.start(self._rows.line_at(index)[0])

    def index_of(self, place: object) -> int:
        """The row of the line that begins at an offset; other lines are shown where it is not among these."""
        window, offset = self._window, place if isinstance(place, int) else 0
        if window is None:
            return 0
        line = window.region.line_at(offset)
        if line is None:
            self._show(TextWindow(window.pages, window.encoding, offset), offset)
            return self.cursor
        return self._rows.row_of(line)

    # Reading on.

    def _repaint(self, *rows: int) -> None:
        self._tend()
        super()._repaint(*rows)

    def _wanted(self) -> Direction | None:
        """Return the direction in which more lines should be known: a few pages around what is in sight."""
        window = self._window
        if window is None or self.problem or not self.is_attached:
            return None
        region, ahead = window.region, 3 * self.page_height
        is_near_end = self._top + self.page_height + ahead > self.row_count or window.pages.size <= SMALL
        if is_near_end and not region.is_whole_below:
            return "down"
        return "up" if self._top < ahead and not region.is_whole_above else None

    def _tend(self) -> None:
        """See that there are lines around what is in sight: at once from memory, else when they were read."""
        if self._is_tending:
            return
        self._is_tending = True
        try:
            while (direction := self._wanted()) is not None and self._window is not None:
                data = self._window.pages.peek(*self._window.next_part(direction))
                if data is not None:
                    self._take(direction, data)
                    continue
                if self._reading_on is not self._window:
                    self._reading_on = self._window
                    self.run_worker(deferred(partial(self._read_on, self._window)), group="read", exclusive=True)
                break
        finally:
            self._is_tending = False

    def _take(self, direction: Direction, data: bytes) -> None:
        assert self._window is not None
        added = self._rows.grow(*self._window.take(direction, data))
        self._cursor += added
        self._top += added

    async def _read_on(self, window: TextWindow) -> None:
        left = STRETCH
        while window is self._window and left > 0 and (direction := self._wanted()) is not None:
            offset, size = window.next_part(direction)
            data = await self._in_thread(lambda offset=offset, size=size: window.pages.read(offset, size))  # type: ignore[misc]
            if data is None or window is not self._window:
                break
            if (offset, size) == window.next_part(direction):
                self._take(direction, data)
            left -= size
        if self._reading_on is window:
            self._reading_on = None
        if window is self._window:
            self._is_tending = True  # what is still wanted waits for the next key
            self._repaint()
            self._is_tending = False
            self._post_highlighted()

    def _fetch(self, offset: int, size: int) -> None:
        """Read again what was in memory once."""
        window = self._window
        if window is not None and not self.problem:
            self.run_worker(
                deferred(partial(self._read_again, window, offset, size)), group=f"fetch {offset}", exclusive=True
            )

    async def _read_again(self, window: TextWindow, offset: int, size: int) -> None:
        await self._in_thread(lambda: window.pages.read(offset, size))
        self._repaint()

    async def _in_thread(self, work: Callable[[], _T]) -> _T | None:
        """Do what blocks; None where it failed, and then the problem is told."""
        try:
            return await asyncio.to_thread(work)
        except CancelledError:
            return None
        except OcituiError as error:
            self.problem = str(error)
            self._post_highlighted()
            return None

    # Going far.

    @property
    def is_going(self) -> bool:
        """True if the view is on its way to another place."""
        return self._jump is not None

    def stop_jump(self) -> None:
        """Stay where the view is."""
        if self._jump is not None:
            self._jump.set()
            self._jump = None
            self.workers.cancel_group(self, "jump")
            self.activity = ""
            self._post_highlighted()

    def go_to(self, offset: int) -> None:
        """To the line in which a byte is; for the size of the file, to its last line."""
        window = self._window
        if window is None:
            return
        line = window.region.line_at(offset)
        if line is not None or (offset >= window.pages.size and window.region.is_whole_below):
            self.move_cursor(self.row_count - 1 if line is None else self._rows.row_of(line))
            return
        self.stop_jump()
        self._jump = threading.Event()
        self.activity = f"reading… {key_text(CANCEL, self.app)} stays here"
        self._post_highlighted()
        self.run_worker(deferred(partial(self._go, window, offset, self._jump)), group="jump", exclusive=True)

    async def _go(self, window: TextWindow, offset: int, stopped: threading.Event) -> None:
        page = self.page_height
        found = await self._in_thread(
            lambda: TextWindow.around(window.pages, window.encoding, offset, page, stopped.is_set)
        )
        if self._jump is not stopped:
            return
        self._jump = None
        self.activity = ""
        if found is not None:
            self._show(found, offset)
        self._post_highlighted()

    def on_unmount(self) -> None:
        """Nobody waits for a far place any more."""
        if self._jump is not None:
            self._jump.set()

    def action_first(self) -> None:
        """To the first row."""
        self.stop_jump()
        window = self._window
        if window is not None and not window.region.is_whole_above:
            self._show(TextWindow(window.pages, window.encoding, 0), 0)
        self.move_cursor(0)

    def action_last(self) -> None:
        """To the last row, without reading what is before it."""
        if self._window is not None:
            self.go_to(self._window.pages.size)

    def _is_thumb(self, y: int) -> bool:
        window = self._window
        if window is None or (window.region.is_whole_above and window.region.is_whole_below) or not self.row_count:
            return super()._is_thumb(y)
        line, _ = self._rows.line_at(min(self._top, self.row_count - 1))
        return y == window.region.start(line) * self.page_height // window.pages.size

    def _drag_to(self, y: int) -> None:
        window = self._window
        if window is None or (window.region.is_whole_above and window.region.is_whole_below):
            super()._drag_to(y)
        else:
            self.go_to(max(0, min(y, self.page_height - 1)) * window.pages.size // self.page_height)

    # The numbers of far lines.

    async def _count(self, window: TextWindow) -> None:
        """Count the lines before these, from where counting had got to."""
        pages, index = window.pages, self._index
        while window is self._window and window.first_number is None:
            target = window.region.start(0) if len(window.region) else window.region.end
            if index.fed < target:
                size = min(COUNTED, target - index.fed)
                if not self.is_going:
                    self.activity = f"counting lines {index.fed * 100 // target} %"
                    self._post_highlighted()
                if await self._in_thread(lambda size=size: index.read_on(pages.stream, size)) is None:  # type: ignore[misc]
                    return
                continue
            number = await self._in_thread(lambda target=target: index.number_at(target, pages.read))  # type: ignore[misc]
            if number is None:
                return
            window.learn_number(target, number)
        if window is self._window:
            if not self.is_going:
                self.activity = ""
            self._repaint()
            self._post_highlighted()

    # Searching.

    async def count_matches(self, query: Query, index: int) -> tuple[int, int] | None:
        """None: a file may be of any size, and is read no further than to the match."""
        return None

    async def find_around(
        self, query: Query, origin: int, *, backwards: bool, inclusive: bool
    ) -> tuple[int | None, bool]:
        """The next line that matches, in a pass over the file that a further key ends."""
        window = self._window
        if window is None or not self.row_count:
            return None, False
        number = self._rows.line_at(origin)[0]
        line = window.region.start(number), window.region.stop(number)
        page, stopped = self.page_height, threading.Event()
        try:
            found = await self._in_thread(
                lambda: find_line(
                    window,
                    query.text,
                    line,
                    backwards=backwards,
                    inclusive=inclusive,
                    page=page,
                    is_cancelled=stopped.is_set,
                )
            )
        finally:
            stopped.set()
        if found is None or window is not self._window:
            return None, False
        if found.window is not window:
            self._show(found.window, found.start)
        at = found.window.region.line_at(found.start)
        assert at is not None
        return self._rows.row_of(at) + self.reveal(at, found.hit - found.start), found.is_wrapped

    def reveal(self, line: int, byte: int) -> int:
        """Bring a byte of a line in sight sideways; which of the line's rows it is on."""
        return 0
