"""Entries that are searched: the way to a match opens, and closes again when it is not wanted."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from ocitui.errors import LayerError
from ocitui.tui.files.rows import EntryRows, EntrySource, Folder
from ocitui.tui.files.search import EntrySearch, Step
from ocitui.tui.files.view import EntryView
from ocitui.tui.rows.row import Part
from ocitui.tui.rows.search_bar import Query

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Found:
    """What was searched, and in which state of which tree."""

    rows: EntryRows
    generation: int
    query: Query
    search: EntrySearch


class EntryFinder(EntryView):
    """Entries that are searched by name, in folders that are open or not."""

    def __init__(
        self, *, name: str | None = None, id: str | None = None, classes: str | None = None, disabled: bool = False
    ) -> None:
        super().__init__(name=name, id=id, classes=classes, disabled=disabled)
        self._found: _Found | None = None
        self._opened_to_look: list[Folder] = []

    def show_source(self, source: EntrySource | None, *, layers: bool = False, changes: bool = False) -> None:
        """Show the entries of another source, from its first; what was found in the one before is forgotten."""
        self._found = None
        self._opened_to_look = []
        super().show_source(source, layers=layers, changes=changes)

    def place_of(self, index: int) -> object:
        """The entry on a row: the folder it is in, which entry of it, and its id."""
        if self._rows is None or not self.row_count:
            return None
        folder, nth = self._rows.place(index)
        return folder, nth, folder.ids[nth]

    def index_of(self, place: object) -> int:
        """The row of an entry, or of the closed folder that it is in."""
        match place:
            case (Folder() as folder, int(nth), int(number)) if self._rows is not None:
                return self._rows.index_again(folder, nth, number)
        return 0

    async def find_around(
        self, query: Query, origin: int, *, backwards: bool, inclusive: bool
    ) -> tuple[int | None, bool]:
        """The next name that matches, in folders that are open or not; the way to it opens."""
        place = self.place_of(origin)
        search = await self._search(query)
        rows = self._rows
        if search is None or rows is None or not self.row_count:
            return None, False
        way = search.steps_to(rows.place(self.index_of(place)))
        found: list[Step] | None = way
        wrapped = False
        if not (inclusive and search.matches(way[-1])):
            look = search.before if backwards else search.after
            found = look(way)
            if found is None:
                wrapped, found = True, look([])
        return (None, False) if found is None else (self._open_way(rows, found), wrapped)

    async def _search(self, query: Query) -> EntrySearch | None:
        rows, known = self._rows, self._found
        if rows is None:
            return None
        if known is not None and known.rows is rows and known.query == query and known.generation == rows.generation:
            return known.search
        found = await self.ask(rows, lambda: rows.source.find(query.text, query.is_exact))
        if found is None or rows is not self._rows:
            return None
        self._found = _Found(rows, rows.generation, query, EntrySearch(rows, found))
        return self._found.search

    async def ask(self, rows: EntryRows, question: Callable[[], T]) -> T | None:
        """Ask the source of rows beside the screen's thread.

        The index of a layer that is being read is closed when the finished one takes its
        place; the question is then asked of that one.

        Returns:
            The answer, or None when the rows are not shown any more.

        Raises:
            LayerError: the source cannot be read.
        """
        while rows is self._rows:
            source = rows.source
            try:
                return await asyncio.to_thread(question)
            except LayerError:
                if rows is self._rows and rows.source is source:
                    raise
        return None

    def _open_way(self, rows: EntryRows, way: Sequence[Step]) -> int:
        """Open the folders on the way to an entry, close those that an earlier key had opened, and give its row."""
        self._close_looked_at(rows, {directory for directory, _ in way})
        folder = rows.root
        for _, nth in way[:-1]:
            sub = folder.sub(nth)
            if sub is None:
                sub = rows.open((folder, nth))
                if sub is None:
                    break
                self._opened_to_look.append(sub)
            folder = sub
        index = rows.index((folder, way[-1][1]))
        self.refresh_rows(index)
        return index

    def show_search(self, bar: Sequence[Part], marked: Query | None) -> None:
        """Close what a search had opened when it is given up; keep it open when it is accepted."""
        if not self.search.is_typed:
            if marked is None and self._rows is not None and self._opened_to_look:
                kept = self.place_of(self.cursor)
                self._close_looked_at(self._rows, set())
                self.refresh_rows(self.index_of(kept))
            self._opened_to_look = []
        super().show_search(bar, marked)

    def _close_looked_at(self, rows: EntryRows, kept: set[int]) -> None:
        for folder in self._opened_to_look:
            if folder.directory not in kept and rows.is_open(folder):
                rows.close(folder)
        self._opened_to_look = [folder for folder in self._opened_to_look if rows.is_open(folder)]
