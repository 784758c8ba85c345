"""Entries of a layer, or of several layers, as rows of columns."""

from collections.abc import Sequence
from typing import ClassVar

from ocitui.tui.files.columns import NAME_STYLES, Columns
from ocitui.tui.files.rows import EntryRows, EntrySource, Order, Place, Row
from ocitui.tui.rows.lines import Lines
from ocitui.tui.rows.row import Part


class EntryView(Lines):
    """Entries as rows: mark, mode, owner, time, size, name. `EntryTree` opens, sorts and searches them."""

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
            & > .entry--folder { color: ansi_blue; }
            & > .entry--below { color: ansi_blue; }
            & > .entry--link { color: ansi_cyan; }
            & > .entry--gone { color: ansi_red; }
            & > .entry--added { color: ansi_green; }
            & > .entry--modified { color: ansi_yellow; }
            & > .entry--deleted { color: ansi_red; }
        }
    }
    """

    def __init__(
        self, *, name: str | None = None, id: str | None = None, classes: str | None = None, disabled: bool = False
    ) -> None:
        super().__init__(name=name, id=id, classes=classes, disabled=disabled)
        self._rows: EntryRows | None = None
        self._order: Order = "name"
        self._reverse = False
        self._is_exact = False
        self._shows_layers = False
        self._shows_changes = False
        self._columns = Columns.fitting(80)

    # What is shown.

    def show_source(self, source: EntrySource | None, *, layers: bool = False, changes: bool = False) -> None:
        """Show the entries of another source, from its first.

        Args:
            source: where they come from; None for nothing.
            layers: whether rows say which layer they come from.
            changes: whether rows say what became of them.
        """
        self.search.end()
        self._shows_layers = layers
        self._shows_changes = changes
        self._rows = None if source is None else EntryRows(source, *self._sorting)
        self._cursor = self._top = 0
        self._arrange()
        self._repaint()
        self.post_message(self.Highlighted(self, 0))

    @property
    def _sorting(self) -> tuple[Order, bool]:
        """What folders are sorted by, and whether downwards; layers wait until they are shown again."""
        return (self._order, self._reverse) if self._order != "layer" or self._shows_layers else ("name", False)

    @property
    def source(self) -> EntrySource | None:
        """Where the entries come from."""
        return None if self._rows is None else self._rows.source

    @property
    def row_count(self) -> int:
        """How many rows are shown."""
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
            width, exact=self._is_exact, layers=self._shows_layers, changes=self._shows_changes
        )

    @property
    def is_exact(self) -> bool:
        """Whether sizes are shown to the last byte, and times as dates."""
        return self._is_exact

    @is_exact.setter
    def is_exact(self, is_exact: bool) -> None:
        if is_exact != self._is_exact:
            self._is_exact = is_exact
            self._arrange()
            self._repaint()
