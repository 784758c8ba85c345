"""The search of one pane: what is typed, what was found, and the line that says so."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, Protocol

from textual.geometry import Size
from textual.timer import Timer
from textual.worker import Worker

from ocitui.tui.rows.row import Part
from ocitui.tui.rows.search_bar import Query, SearchBar
from ocitui.tui.terminal.threads import deferred

NOT_FOUND = "not found"
SLOW = 0.25
"""Seconds after which a search says that it is still at it."""


class Searchable(Protocol):
    """A pane whose rows can be searched: what `LineSearch` needs of `ocitui.tui.rows.lines.Lines`."""

    @property
    def row_count(self) -> int:
        """Number of rows."""
        ...

    @property
    def cursor(self) -> int:
        """The row under the cursor."""
        ...

    @property
    def size(self) -> Size:
        """Columns and lines of the pane."""
        ...

    def place_of(self, index: int) -> object:
        """The identity of a row, whatever row it is on later."""
        ...

    def index_of(self, place: object) -> int:
        """The row of a place now."""
        ...

    def move_cursor(self, index: int) -> None:
        """Put the cursor on a row."""
        ...

    async def find_around(
        self, query: Query, origin: int, *, backwards: bool, inclusive: bool
    ) -> tuple[int | None, bool]:
        """The next row that matches, and whether it was found past the end."""
        ...

    async def count_matches(self, query: Query, index: int) -> tuple[int, int] | None:
        """The number of the match on a row, from 1, and that of all; None where counting takes too long."""
        ...

    def show_search(self, bar: Sequence[Part], marked: Query | None) -> None:
        """Draw the line of the search, and mark what matches."""
        ...

    def run_worker(self, work: Any, *, group: str, exclusive: bool) -> Worker[Any]:
        """Begin work in the event loop; it ends the work of the same group before it."""
        ...

    def set_timer(self, delay: float, callback: Callable[[], object]) -> Timer:
        """Call something after a number of seconds."""
        ...


class LineSearch:
    """Incremental search: each key looks on from where the search began.

    Looking is asked of the pane (`Searchable.find_around`) and runs in a worker of the event
    loop, one at a time; a newer search ends the one before.
    """

    def __init__(self, lines: Searchable) -> None:
        self._lines = lines
        self._typed: SearchBar | None = None
        self._query: Query | None = None
        self._notice = ""
        self._count = ""
        self._anchor: object = 0
        self._is_kept = False
        self._sought: tuple[Query, bool, bool] | None = None  # what was looked for last, and how
        self._is_looking = False
        self._worker: Worker[Any] | None = None

    @property
    def is_typed(self) -> bool:
        """True if keys go to the line of the search."""
        return self._typed is not None

    @property
    def is_shown(self) -> bool:
        """True if anything of a search is on the screen."""
        return self._typed is not None or self._query is not None or bool(self._said)

    @property
    def query(self) -> Query | None:
        """The text that is looked for."""
        return self._query if self._typed is None else Query(self._typed.text)

    @property
    def notice(self) -> str:
        """The outcome of the search: ``not found``, ``wrapped``, ``searching…``, or nothing."""
        return self._notice

    @property
    def count(self) -> str:
        """The number of the match under the cursor, and of all: ``3/17``; empty where that is not known."""
        return self._count

    @property
    def _said(self) -> str:
        return "  ".join(filter(None, (self._count, self._notice)))

    def open(self) -> None:
        """Begin to type."""
        self._typed = SearchBar()
        self._anchor = self._lines.place_of(self._lines.cursor)
        self._show_notice("")

    def end(self) -> None:
        """Forget what was searched, and its marks."""
        if self._is_kept:
            return
        self._stop()
        self._typed = self._query = None
        self._show_notice("")

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Keep the search while the rows are replaced by others that show the same; then look on among those."""
        self._is_kept = True
        try:
            yield
        finally:
            self._is_kept = False
        self._anchor = self._lines.place_of(self._lines.cursor)
        if self._is_looking:
            self._look_again()
        else:
            self.look_in_more()

    def look_in_more(self) -> None:
        """There are more rows: look again for what was not found in those before, and count again what was."""
        query = self.query
        if self._notice == NOT_FOUND:
            self._look_again()
        elif self._count and query is not None:
            count = deferred(partial(self._count_matches, query))
            self._worker = self._lines.run_worker(count, group="search", exclusive=True)

    def _look_again(self) -> None:
        if self._sought is not None:
            query, backwards, inclusive = self._sought
            here = self._lines.place_of(self._lines.cursor)
            self._look_for(query, here, backwards=backwards, inclusive=inclusive)

    def go_on(self, *, backwards: bool) -> None:
        """To the next match, or the one before."""
        query, lines = self.query, self._lines
        if query is not None and query.text and lines.row_count:
            self._look_for(query, lines.place_of(lines.cursor), backwards=backwards, inclusive=False)

    def press(self, key: str, character: str | None) -> bool:
        """Take a key if a search is being typed."""
        if self._typed is None:
            return False
        match self._typed.press(key, character):
            case "edited":
                self._edited()
            case "accepted":
                self._accepted()
            case "cancelled":
                self.end()
                self._lines.move_cursor(self._lines.index_of(self._anchor))
        return True

    def paste(self, text: str) -> bool:
        """Take pasted text if a search is being typed."""
        if self._typed is None:
            return False
        self._typed.insert(text)
        self._edited()
        return True

    def forget_notice(self) -> None:
        """The cursor moved on, and what was said about the last search is no longer news."""
        if self._said and self._typed is None:
            self._show_notice("")

    def redraw(self) -> None:
        """Draw the line of the search as it is now."""
        query, bar = self.query, []
        if self._typed is not None:
            bar = self._typed.parts(self._lines.size.width, self._said)
        elif self._said and query is not None:
            bar = SearchBar(query.text).parts(self._lines.size.width, self._said)[::2]
        self._lines.show_search(bar, query if query is not None and query.text else None)

    def _show_notice(self, notice: str) -> None:
        self._notice, self._count = notice, ""
        self.redraw()

    def _edited(self) -> None:
        self._show_notice("")
        query = self.query
        if query is not None and query.text:
            self._look_for(query, self._anchor, backwards=False, inclusive=True)
        else:
            self._stop()
            self._lines.move_cursor(self._lines.index_of(self._anchor))

    def _accepted(self) -> None:
        typed, self._typed = self._typed, None
        if typed is not None and typed.text:
            self._query = Query(typed.text)
            self.redraw()
        else:  # "/" and Enter repeat the last search
            self.redraw()
            self.go_on(backwards=False)

    def _look_for(self, query: Query, origin: object, *, backwards: bool, inclusive: bool) -> None:
        self._sought = (query, backwards, inclusive)
        self._is_looking = True
        self._worker = self._lines.run_worker(
            deferred(partial(self._look, query, origin, backwards, inclusive)), group="search", exclusive=True
        )

    def _stop(self) -> None:
        self._is_looking = False
        if self._worker is not None:
            self._worker.cancel()
            self._worker = None

    async def _look(self, query: Query, origin: object, backwards: bool, inclusive: bool) -> None:
        lines = self._lines
        slow = lines.set_timer(SLOW, lambda: self._show_notice("searching…"))
        try:
            found, wrapped = await lines.find_around(
                query, lines.index_of(origin), backwards=backwards, inclusive=inclusive
            )
        finally:
            slow.stop()
        self._is_looking = False
        if found is None:
            lines.move_cursor(lines.index_of(origin))
            self._show_notice(NOT_FOUND)
        else:
            lines.move_cursor(found)
            self._show_notice("wrapped" if wrapped else "")
            await self._count_matches(query)

    async def _count_matches(self, query: Query) -> None:
        counted = await self._lines.count_matches(query, self._lines.cursor)
        if counted is not None:
            self._count = "{:,}/{:,}".format(*counted)
            self.redraw()
