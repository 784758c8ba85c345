"""The search of one pane: what is typed, what was found, and the line that says so."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from ocitui.tui.rows.search_bar import Query, SearchBar
from ocitui.tui.terminal.work import deferred

if TYPE_CHECKING:
    from ocitui.tui.rows.lines import Lines

NOT_FOUND = "not found"
SLOW = 0.25
"""Seconds after which a search says that it is still at it."""


class LineSearch:
    """Incremental search: each key looks on from where the search began.

    Looking is asked of the pane (`Lines.find_around`) and runs in a worker of the event
    loop, one at a time; a newer search ends the one before.
    """

    def __init__(self, lines: "Lines") -> None:
        self._lines = lines
        self._typed: SearchBar | None = None
        self._query: Query | None = None
        self._notice = ""
        self._anchor: object = 0
        self._is_kept = False
        self._sought: tuple[Query, bool, bool] | None = None  # what was looked for last, and how
        self._is_looking = False

    @property
    def is_typed(self) -> bool:
        """Whether keys go to the line of the search."""
        return self._typed is not None

    @property
    def is_shown(self) -> bool:
        """Whether there is anything of a search on the screen."""
        return self._typed is not None or self._query is not None or bool(self._notice)

    @property
    def query(self) -> Query | None:
        """What is looked for."""
        return self._query if self._typed is None else Query(self._typed.text)

    @property
    def notice(self) -> str:
        """How the search went: ``not found``, ``wrapped``, ``searching…``, or nothing."""
        return self._notice

    def open(self) -> None:
        """Begin to type."""
        self._typed = SearchBar()
        self._anchor = self._lines.place_of(self._lines.cursor)
        self._say("")

    def end(self) -> None:
        """Forget what was searched, and its marks."""
        if self._is_kept:
            return
        self._stop()
        self._typed = self._query = None
        self._say("")

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
        """There are more rows: look again for what was not found in those before."""
        if self._notice == NOT_FOUND:
            self._look_again()

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
        if self._notice and self._typed is None:
            self._say("")

    def redraw(self) -> None:
        """Draw the line of the search as it is now."""
        query, bar = self.query, []
        if self._typed is not None:
            bar = self._typed.parts(self._lines.size.width, self._notice)
        elif self._notice and query is not None:
            bar = SearchBar(query.text).parts(self._lines.size.width, self._notice)[::2]
        self._lines.show_search(bar, query if query is not None and query.text else None)

    def _say(self, notice: str) -> None:
        self._notice = notice
        self.redraw()

    def _edited(self) -> None:
        self._say("")
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
        self._lines.run_worker(
            deferred(partial(self._look, query, origin, backwards, inclusive)), group="search", exclusive=True
        )

    def _stop(self) -> None:
        self._is_looking = False
        self._lines.workers.cancel_group(self._lines, "search")

    async def _look(self, query: Query, origin: object, backwards: bool, inclusive: bool) -> None:
        lines = self._lines
        slow = lines.set_timer(SLOW, lambda: self._say("searching…"))
        try:
            found, wrapped = await lines.find_around(
                query, lines.index_of(origin), backwards=backwards, inclusive=inclusive
            )
        finally:
            slow.stop()
        self._is_looking = False
        if found is None:
            lines.move_cursor(lines.index_of(origin))
            self._say(NOT_FOUND)
        else:
            lines.move_cursor(found)
            self._say("wrapped" if wrapped else "")
