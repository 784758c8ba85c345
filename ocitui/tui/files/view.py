"""Entries of a layer, or of several layers, as rows of columns, searched by name."""

import asyncio
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import ClassVar, TypeVar

from ocitui.errors import LayerError
from ocitui.tui.files.columns import CHOOSABLE, NAME_STYLES, Columns
from ocitui.tui.files.folder import Folder, Place
from ocitui.tui.files.rows import EntryRows
from ocitui.tui.files.search import EntrySearch, Step
from ocitui.tui.files.source import EntrySource, Order, Row
from ocitui.tui.rows.lines import COUNTED, SLICE, Lines
from ocitui.tui.rows.row import Part
from ocitui.tui.rows.search_bar import Query

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Found:
    """The searched text, and the state of the tree that was searched."""

    rows: EntryRows
    generation: int
    query: Query
    search: EntrySearch


class EntryView(Lines):
    """Entries as rows: mark, mode, owner, time, size, name. `SortedView` sorts them, `EntryTree` opens folders."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "entry--name",
        "entry--folder",
        "entry--below",
        "entry--link",
        "entry--gone",
        "entry--added",
        "entry--modified",
        "entry--deleted",
    }
    SEARCHED_STYLES = NAME_STYLES
    DEFAULT_CSS = """
    EntryView {
        & > .entry--name { color: $foreground; }
        & > .entry--folder { color: $text-primary; }
        & > .entry--below { color: $text-primary; }
        & > .entry--link { color: $text-secondary; }
        & > .entry--gone { color: $text-error; }
        & > .entry--added { color: $text-success; }
        & > .entry--modified { color: $text-warning; }
        & > .entry--deleted { color: $text-error; }
        &:ansi {
            & > .entry--name { color: ansi_default; }
            & > .entry--folder { color: $primary; }
            & > .entry--below { color: $primary; }
            & > .entry--link { color: $secondary; }
            & > .entry--gone { color: $error; }
            & > .entry--added { color: $success; }
            & > .entry--modified { color: $warning; }
            & > .entry--deleted { color: $error; }
        }
    }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._rows: EntryRows | None = None
        self._order: Order = "name"
        self._reverse = False
        self._is_exact = False
        self._shows_layers = False
        self._shows_changes = False
        self._wanted: Collection[str] = CHOOSABLE
        self._columns = Columns.fitting(80)
        self._found: _Found | None = None
        self._opened_to_look: list[Folder] = []

    # What is shown.

    def prefer(self, order: Order, reverse: bool, columns: Collection[str]) -> None:
        """Begin with an order, and with these columns, before anything is shown."""
        self._order, self._reverse, self._wanted = order, reverse, columns

    def show_source(self, source: EntrySource | None, *, layers: bool = False, changes: bool = False) -> None:
        """Show the entries of another source, from its first.

        Args:
            source: where they come from; None for nothing.
            layers: whether rows say which layer they come from.
            changes: whether rows say what became of them.
        """
        self.search.end()
        self._found = None
        self._opened_to_look = []
        self._shows_layers = layers
        self._shows_changes = changes
        self._rows = None if source is None else EntryRows(source, *self._sorting)
        self._cursor = self._top = 0
        self._arrange()
        self._repaint()
        self.post_message(self.Highlighted(self, 0))

    @property
    def _sorting(self) -> tuple[Order, bool]:
        """The order of folders, and whether they are sorted downwards; layers wait until they are shown again."""
        return (self._order, self._reverse) if self._order != "layer" or self._shows_layers else ("name", False)

    @property
    def source(self) -> EntrySource | None:
        """The source of the entries."""
        return None if self._rows is None else self._rows.source

    @property
    def row_count(self) -> int:
        """Number of rows."""
        return 0 if self._rows is None else len(self._rows)

    @property
    def row(self) -> Row | None:
        """The entry under the cursor."""
        return self._rows.row(self.cursor) if self._rows is not None and self.row_count else None

    @property
    def ids_in_sight(self) -> list[int]:
        """The ids of the entries that are in sight."""
        if self._rows is None:
            return []
        rows = self._rows
        seen = range(self.top, min(self.top + self.page_height, len(rows)))
        return [folder.ids[nth] for folder, nth in map(rows.place, seen)]

    @property
    def path(self) -> bytes | None:
        """The path of the entry under the cursor, from the root."""
        place = self._place
        return None if place is None or self._rows is None else self._rows.path(place)

    @property
    def path_in_layers(self) -> bytes | None:
        """The same; of what is in an archive, the path of that."""
        place = self._place
        return None if place is None or self._rows is None else self._rows.path(self._rows.outermost(place))

    @property
    def copy_text(self) -> str | None:
        """The path of the entry under the cursor."""
        path = self.path
        return None if path is None else path.decode("utf-8", "surrogateescape")

    @property
    def _place(self) -> Place | None:
        return self._rows.place(self.cursor) if self._rows is not None and self.row_count else None

    def header_parts(self, width: int) -> Sequence[Part] | None:
        """The names of the columns."""
        if self._rows is None:
            return None
        if width != self._columns.width:
            self._arrange(width)
        return self._columns.header(*self._sorting, self._is_exact)

    def row_parts(self, index: int, width: int) -> Sequence[Part]:
        """One entry."""
        if self._rows is None:
            return []
        if width != self._columns.width:
            self._arrange(width)
        folder, nth = self._rows.place(index)
        return self._columns.parts(
            self._rows.row(index), folder.depth, folder.sub(nth) is not None, exact=self._is_exact
        )

    def _arrange(self, width: int | None = None) -> None:
        width = max(0, self.size.width - 2) if width is None else width
        self._columns = Columns.fitting(
            width,
            exact=self._is_exact,
            layers=self._shows_layers,
            changes=self._shows_changes,
            wanted=self._wanted,
        )

    @property
    def is_exact(self) -> bool:
        """True if sizes are shown to the last byte, and times as dates."""
        return self._is_exact

    @is_exact.setter
    def is_exact(self, is_exact: bool) -> None:
        if is_exact != self._is_exact:
            self._is_exact = is_exact
            self._arrange()
            self._repaint()

    # Searching: the way to a match opens, and closes again when it is not wanted.

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

    async def count_matches(self, query: Query, index: int) -> tuple[int, int] | None:
        """The number of a match, in folders that are open or not, and that of all; None where there are too many."""
        search, rows = await self._search(query), self._rows
        if search is None or rows is None:
            return None
        target = search.steps_to(rows.place(index))
        nth = total = 0
        until = time.monotonic() + SLICE
        way = search.after([])
        while way is not None:
            total += 1
            if way == target:
                nth = total
            if total > COUNTED:
                return None
            if time.monotonic() > until:
                await asyncio.sleep(0)
                if rows is not self._rows:
                    return None
                until = time.monotonic() + SLICE
            way = search.after(way)
        return (nth, total) if nth else None

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
