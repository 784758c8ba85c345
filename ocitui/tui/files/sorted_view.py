"""Entries as rows in an order that can be changed, of a source that may grow."""

import asyncio
import time
from array import array
from functools import partial

from ocitui.cells import cells
from ocitui.tui.files.rows import EntryRows
from ocitui.tui.files.source import ORDERS, EntrySource
from ocitui.tui.files.view import EntryView
from ocitui.tui.terminal.threads import deferred

LARGE = 20_000
"""Entries from which on a source is asked beside the screen's thread."""
LONGEST_REST = 1.0
"""Seconds at most between two looks at a source that grows."""
REST = 4
"""A source that grows is asked again after this many times the time it took to ask."""


class SortedView(EntryView):
    """Entries that are sorted again, or asked for again, with what is open and the cursor kept."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._refreshed: EntryRows | None = None
        self._is_stale = False
        self._rest_until = 0.0
        self._was_moved = False

    def show_source(self, source: EntrySource | None, *, layers: bool = False, changes: bool = False) -> None:
        """Show the entries of another source, from its first; nothing asked of the one before matters any more."""
        self.workers.cancel_group(self, "refresh")
        self._refreshed = None
        self._is_stale = self._was_moved = False
        self._rest_until = 0.0
        super().show_source(source, layers=layers, changes=changes)

    def move_cursor(self, index: int) -> None:
        """Put the cursor on a row and bring it in sight."""
        self._was_moved = True
        super().move_cursor(index)

    @property
    def _scrolled_to(self) -> int | None:
        """The first row in sight, where the wheel has left the cursor out of sight; else None."""
        is_in_sight = 0 <= self.cursor - self.top < self.page_height
        return None if is_in_sight or not self.row_count else self.top

    # Sorting.

    def action_sort(self) -> None:
        """Sort by the next thing: names upwards, sizes and times downwards."""
        orders = ORDERS if self._shows_layers else ORDERS[:-1]
        order, _ = self._sorting
        self._order = orders[(orders.index(order) + 1) % len(orders)]
        self._reverse = self._order != "name"
        self._sort_again()

    def click_header(self, x: int) -> None:
        """Sort by the column that was clicked, or the other way round where it is sorted by that."""
        for head, order in self._columns.heads(*self._sorting, self._is_exact):
            x -= cells(head)
            if x >= 0:
                continue
            if order is not None and order == self._sorting[0]:
                self.action_reverse()
            elif order is not None:
                self._order, self._reverse = order, order != "name"
                self._sort_again()
            return

    def action_reverse(self) -> None:
        """Sort the other way round."""
        self._order, reverse = self._sorting
        self._reverse = not reverse
        self._sort_again()

    def _sort_again(self) -> None:
        if self._rows is not None:
            self._rows.order, self._rows.reverse = self._sorting
            self._was_moved = True
            self._rest_until = 0.0
            self.refresh_source()

    # A source that grows.

    def refresh_source(self) -> None:
        """Show what the source holds by now. What is open stays open, and the cursor stays on its entry.

        Cheap to call often: while one refresh is under way or rests, calls become one.
        """
        self._is_stale = True
        if self._rows is not None and self._refreshed is not self._rows:
            self._refreshed = self._rows
            self.run_worker(deferred(partial(self._refresh, self._rows)), group="refresh", exclusive=True)

    async def _refresh(self, rows: EntryRows) -> None:
        try:
            while self._is_stale and rows is self._rows:
                rest = self._rest_until - time.monotonic()
                if rest > 0:
                    await asyncio.sleep(rest)
                self._is_stale = False
                began = time.monotonic()
                order = (rows.order, rows.reverse)
                if len(rows) < LARGE:
                    listings = rows.listings(rows.open_directories)
                else:
                    listings = await self.ask(rows, lambda: rows.listings(rows.open_directories)) or {}
                if rows is self._rows and order == (rows.order, rows.reverse):
                    self._take(rows, listings)
                now = time.monotonic()
                self._rest_until = now + min(LONGEST_REST, REST * (now - began))
        finally:
            if self._refreshed is rows:
                self._refreshed = None

    def _take(self, rows: EntryRows, listings: "dict[int, array[int]]") -> None:
        kept = self.place_of(self.cursor) if self.row_count and self._was_moved else None
        top = None if self._scrolled_to is None else self.place_of(self._scrolled_to)
        rows.update(listings)
        self.refresh_rows(None if kept is None else self.index_of(kept))
        if top is not None:
            self.scroll_rows(self.index_of(top) - self.top)
        self.search.look_in_more()
