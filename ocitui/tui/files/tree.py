"""The tree of a layer's entries, or of several layers': a million rows, of which the visible ones exist."""

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import ClassVar

from textual.binding import BindingType
from textual.message import Message

from ocitui.layers.entry import EntryKind
from ocitui.tui.files.archives import is_closed_archive
from ocitui.tui.files.folder import Folder, Place
from ocitui.tui.files.rows import EntryRows
from ocitui.tui.files.sorted_view import LARGE, SortedView
from ocitui.tui.files.source import EntrySource
from ocitui.tui.files.spot import Spot
from ocitui.tui.rows.keys import Key
from ocitui.tui.terminal.threads import deferred


def layer_arrow(number: int) -> tuple[str, str]:
    """Return a sign in the column of layers, from layer 2 on, and its meaning."""
    below = number - 1
    return f"{number} ← {below}", f"layer {number} changed or deleted what layer {below} had"


class EntryTree(SortedView):
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
        self.spot_to_take: Spot | None = None
        """The spot that is taken when the next source is swapped in, instead of the one that is left."""

    def show_source(self, source: EntrySource | None, *, layers: bool = False, changes: bool = False) -> None:
        """Show the entries of another source, from its first; nothing asked of the one before matters any more."""
        self.workers.cancel_group(self, "open")
        super().show_source(source, layers=layers, changes=changes)

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
        place = None if rows is None else rows.open_way(directories, entry)
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
        spot = spot or Spot((), None, None)
        with self.search.kept():
            self.show_source(source, layers=layers, changes=changes)
            if self._rows is None:
                return
            spot.open_in(self._rows)
            self.refresh_rows()
            if spot.cursor is not None:
                self.reveal_path(spot.cursor)
            place = None if spot.top is None else self._rows.open_way_to(spot.top)
            if place is not None:
                self.scroll_rows(self._rows.index(place) - self.top)

    @property
    def spot(self) -> Spot | None:
        """The folders that are open and the place of the cursor; None where nothing is shown."""
        if self._rows is None:
            return None
        return Spot.of(self._rows, self.path if self._was_moved else None, self._scrolled_to)
