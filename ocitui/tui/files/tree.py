"""The tree of a layer's entries, or of several layers': a million rows, of which the visible ones exist."""

import asyncio
import time
from array import array
from collections.abc import Sequence
from functools import partial
from itertools import islice
from typing import ClassVar, NamedTuple

from textual.binding import BindingType
from textual.message import Message

from ocitui.cells import cells
from ocitui.layers.entry import EntryKind
from ocitui.tui.files.archives import is_closed_archive
from ocitui.tui.files.rows import EntryRows, Folder, Place
from ocitui.tui.files.source import ORDERS, EntrySource
from ocitui.tui.files.view import EntryView
from ocitui.tui.rows.keys import Key
from ocitui.tui.terminal.threads import deferred

LARGE = 20_000
"""Entries from which on a source is asked beside the screen's thread."""
SWAPPED = 200
"""Open folders that stay open when the source changes."""
LONGEST_REST = 1.0
"""Seconds at most between two looks at a source that grows."""
REST = 4
"""A source that grows is asked again after this many times the time it took to ask."""


def layer_arrow(number: int) -> tuple[str, str]:
    """Return a sign in the column of layers, from layer 2 on, and its meaning."""
    below = number - 1
    return f"{number} ← {below}", f"layer {number} changed or deleted what layer {below} had"


class Spot(NamedTuple):
    """The folders that are open in a tree and the place of the cursor in it, by paths."""

    opened: tuple[bytes, ...]
    """The folders that are open, `SWAPPED` of them at most."""
    cursor: bytes | None
    """The path under the cursor, once somebody has moved it."""
    top: bytes | None
    """The first path in sight, where the wheel has left the cursor out of sight."""


class EntryTree(EntryView):
    """Files as a tree.

    Give it a source with `show_source`; tell it with `refresh_source` that the source grew.
    """

    class ArchiveRequested(Message):
        """The file under the cursor is to be opened as an archive, whatever its name."""

    BINDING_GROUP_TITLE = "4 Files"
    LEGEND: ClassVar[Sequence[tuple[str, str]]] = (
        ("+ ~ -", "added, modified, deleted; at a folder with numbers, that many below it"),
        layer_arrow(9),
        ("≤ ?", "a size that is an upper bound, or not known yet"),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Key("enter", "choose", "View the file, or open the folder or archive", hint="open", worth=100),
        Key("space", "toggle_folder", "Open or close the folder or archive", id="toggle-fold", hint="fold", worth=43),
        Key("e,asterisk", "expand_below", "Open every folder below", hint="open all", worth=42),
        Key("E", "collapse_all", "Close every folder", hint="close all", worth=41),
        Key("s", "sort", "Sort by name, size, time or layer", hint="sort", worth=48),
        Key("S", "reverse", "Reverse the order", hint="sort", worth=48),
    ]

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._refreshed: EntryRows | None = None
        self._is_stale = False
        self._rest_until = 0.0
        self._was_moved = False
        self.spot_to_take: Spot | None = None
        """The spot that is taken when the next source is swapped in, instead of the one that is left."""

    def show_source(self, source: EntrySource | None, *, layers: bool = False, changes: bool = False) -> None:
        """Show the entries of another source, from its first; nothing asked of the one before matters any more."""
        for group in ("open", "refresh"):
            self.workers.cancel_group(self, group)
        self._refreshed = None
        self._is_stale = self._was_moved = False
        self._rest_until = 0.0
        super().show_source(source, layers=layers, changes=changes)

    def move_cursor(self, index: int) -> None:
        """Put the cursor on a row and bring it in sight."""
        self._was_moved = True
        super().move_cursor(index)

    # Opening and closing.

    def action_choose(self) -> None:
        """Open or close a folder; anything else is chosen."""
        if self.row is not None and self.row.directory is not None:
            self.action_toggle_folder()
        else:
            super().action_choose()

    def action_toggle_folder(self) -> None:
        """Open or close the folder under the cursor; of a file, ask for it to be opened as an archive."""
        place, row = self._place, self.row
        if row is not None and row.directory is None and row.kind in (EntryKind.FILE, EntryKind.HARDLINK):
            self.post_message(self.ArchiveRequested())
        elif place is not None and place[0].sub(place[1]) is not None:
            self._close(place[0].sub(place[1]))
        else:
            self._open_here()

    def action_expand(self) -> None:
        """Open the folder or archive under the cursor, or go to its first entry."""
        place = self._place
        folder = None if place is None else place[0].sub(place[1])
        if self.row is not None and is_closed_archive(self.row):
            self.post_message(self.ArchiveRequested())
        elif folder is None:
            self._open_here()
        elif len(folder.ids):
            self.move_cursor(self.cursor + 1)

    def action_collapse(self) -> None:
        """Close the folder under the cursor, or go to the folder around."""
        place = self._place
        if place is None or self._rows is None:
            return
        folder = place[0].sub(place[1])
        if folder is not None:
            self._close(folder)
        elif place[0].parent is not None:
            self.move_cursor(self._rows.index((place[0].parent, place[0].nth)))

    def action_collapse_all(self) -> None:
        """Close every folder; the cursor goes to the one it was in."""
        place, rows = self._place, self._rows
        if place is None or rows is None:
            return
        while place[0].parent is not None:
            place = (place[0].parent, place[0].nth)
        for folder in list(rows.root.opened):
            rows.close(folder)
        self.refresh_rows(rows.index(place))

    def action_expand_below(self) -> None:
        """Open every folder below the one under the cursor; on a file, below the one it is in."""
        if self._place is not None:
            self._was_moved = True
            self.run_worker(deferred(self._open_below), group="open", exclusive=True)

    async def _open_below(self) -> None:
        rows, place = self._rows, self._place
        if rows is None or place is None:
            return
        number = place[0].ids[place[1]]
        target: Place | None = place
        if rows.entry(place).directory is None:
            folder = place[0]
            target = None if folder.parent is None else (folder.parent, folder.nth)
        for _ in rows.open_below(target):
            await asyncio.sleep(0)
            if rows is not self._rows:
                return
        inside = rows.root if target is None else target[0].sub(target[1])
        if target is not place and inside is not None:
            place = (inside, inside.ids.index(number))
        self.refresh_rows(rows.index(place))

    def open_archive(self, id_: int) -> None:
        """Show an entry as a folder that its source has as one by now; open it where the cursor is on it."""
        if self._rows is not None:
            self._rows.forget(id_)
            if self.row is not None and self.row.id == id_:
                self._open_here()
            self.refresh_rows()

    def _open_here(self) -> None:
        row, place, rows = self.row, self._place, self._rows
        if row is None or place is None or rows is None or row.directory is None:
            return
        self._was_moved = True
        if row.below_entries is not None and row.below_entries > LARGE:
            self.run_worker(
                deferred(partial(self._open_large, rows, place, row.directory)), group="open", exclusive=True
            )
        elif rows.open(place) is not None:
            self.refresh_rows()

    async def _open_large(self, rows: EntryRows, place: Place, directory: int) -> None:
        order = (rows.order, rows.reverse)
        listings = await self.ask(rows, lambda: rows.listings([directory]))
        if listings is None:
            return
        if rows is self._rows and order == (rows.order, rows.reverse) and place[0].directory in rows.open_directories:
            rows.open(place, listings[directory])
            self.refresh_rows()

    def _close(self, folder: Folder | None) -> None:
        if self._rows is not None and folder is not None and folder.parent is not None:
            self._rows.close(folder)
            self.refresh_rows(self._rows.index((folder.parent, folder.nth)))

    def reveal(self, directories: Sequence[int], entry: int) -> bool:
        """Open the way to an entry and put the cursor on it.

        Args:
            directories: the directories from below the root down to the one it is in.
            entry: its id.

        Returns:
            Whether it is there.
        """
        rows = self._rows
        place = None if rows is None else _open_way_to(rows, directories, entry)
        if rows is None or place is None:
            return False
        self.refresh_rows()
        self.move_cursor(rows.index(place))
        return True

    def reveal_path(self, path: bytes) -> bool:
        """Open the way to a path and put the cursor on it; whether it is there.

        Args:
            path: from the root; a slash at its beginning does not matter.
        """
        way = None if self._rows is None else self._rows.source.locate(path.strip(b"/"))
        return way is not None and self.reveal(*way)

    def reveal_in_archive(self, path: bytes) -> bool:
        """Do the same of a path in archives that were opened since the rows were shown."""
        if self._rows is not None:
            self._rows.forget_all()
        return self.reveal_path(path)

    def swap_source(self, source: EntrySource, *, layers: bool = False, changes: bool = False) -> None:
        """Show another source; what was open stays so, by its path, as does the cursor once somebody has moved it.

        What the wheel has brought in sight stays in sight.
        """
        spot, self.spot_to_take = self.spot_to_take or self.spot, None
        opened, cursor, top = spot or Spot((), None, None)
        with self.search.kept():
            self.show_source(source, layers=layers, changes=changes)
            if self._rows is None:
                return
            for path in sorted(opened, key=len):
                way = source.locate(path.strip(b"/"))
                place = None if way is None else _open_way_to(self._rows, *way)
                if place is not None:
                    self._rows.open(place)
            self.refresh_rows()
            if cursor is not None:
                self.reveal_path(cursor)
            way = None if top is None else source.locate(top.strip(b"/"))
            place = None if way is None else _open_way_to(self._rows, *way)
            if place is not None:
                self.scroll_rows(self._rows.index(place) - self.top)

    @property
    def spot(self) -> Spot | None:
        """The folders that are open and the place of the cursor; None where nothing is shown."""
        rows, scrolled_to = self._rows, self._scrolled_to
        if rows is None:
            return None
        folders = (folder for folder in rows.open_folders if folder.parent is not None)
        return Spot(
            tuple(rows.path((f.parent, f.nth)) for f in islice(folders, SWAPPED) if f.parent is not None),
            self.path if self._was_moved else None,
            None if scrolled_to is None else rows.path(rows.place(scrolled_to)),
        )

    @property
    def _scrolled_to(self) -> int | None:
        """The first row in sight, where the wheel has left the cursor out of sight; else None."""
        is_in_sight = 0 <= self.cursor - self.top < self.page_height
        return None if is_in_sight or not self.row_count else self.top

    # Sorting, and a source that grows.

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


def _open_way_to(rows: EntryRows, directories: Sequence[int], entry: int) -> Place | None:
    """Open the folders on the way to an entry; None where it is not there."""
    folder = rows.root
    for directory in directories:
        number = next((n for n, sub in rows.source.folders(folder.directory).items() if sub == directory), None)
        if number is None or number not in folder.ids:
            return None
        opened = rows.open((folder, folder.ids.index(number)))
        if opened is None:
            return None
        folder = opened
    return (folder, folder.ids.index(entry)) if entry in folder.ids else None
