"""The list of what a search found."""

from collections.abc import Collection, Sequence
from typing import ClassVar

from textual.binding import BindingType
from textual.message import Message

from ocitui.image.search.hit import Hit
from ocitui.image.search.query import Query
from ocitui.image.search.search import Found
from ocitui.tui.find.columns import FindColumns
from ocitui.tui.find.results import PAGE, FindResults, Place, Task
from ocitui.tui.rows.keys import Key, Kind
from ocitui.tui.rows.lines import Lines
from ocitui.tui.rows.row import Part


class FindRows(Lines):
    """A row for each hit. What is not known of a row in sight is asked for with `Wanted`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Key("enter", "choose", "Go to the file in its layer", hint="go there", worth=100),
        Key("up,k", "cursor_up", "Up; above the first row back to the query", kind=Kind.MOVE),
        Key("f,slash,tab,shift+tab", "query", "Back to the query", hint="query", worth=80),
    ]

    class Wanted(Message):
        """Rows are in sight of which nothing is known."""

        def __init__(self, pages: Sequence[tuple[Found, int, int]]) -> None:
            super().__init__()
            self.pages = pages
            """See `FindResults.missing`."""

    class Left(Message):
        """The user wants to go on with the query."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.results = FindResults()
        """The hits that are shown."""
        self.notice = ""
        """The notice where nothing was found."""
        self._query = Query("")
        self._layers = 1
        self._kept: Place | None = None
        self._asked: range | None = None

    def show_query(self, query: Query, layers: int) -> None:
        """Begin with the hits of another query.

        Args:
            query: what is marked.
            layers: the highest number of a layer.
        """
        self._query, self._layers = query, layers
        self.results = FindResults()
        self._asked = None
        self.refresh_rows(0)

    def add(self, founds: Sequence[Found], hits: Sequence[Hit], in_archives: Sequence[Hit] = ()) -> None:
        """Show more; the cursor stays on its hit, or on the first while nobody moved it. See `FindResults.add`."""
        place = self.results.place(self.cursor) if len(self.results) and self.cursor else None
        self.results.add(founds, hits, in_archives)
        self._asked = None
        row = self.results.row_of(place) if place is not None else 0
        self.refresh_rows(row)

    def learn(self, hits: Sequence[Hit]) -> None:
        """Show what is known of rows by now."""
        self.results.learn(hits)
        self._asked = None
        self.refresh_rows()

    def keep(self, tasks: Collection[Task]) -> None:
        """Let go of the hits of other parts of a search, and ask again what became of those that stay."""
        place = self.results.place(self.cursor) if len(self.results) and self.cursor else None
        self.results.keep(tasks)
        self._asked = None
        row = self.results.row_of(place) if place is not None else 0
        self.refresh_rows(row)

    @property
    def hit(self) -> Hit | None:
        """The hit under the cursor."""
        return self.results.hit(self.cursor) if self.cursor < len(self.results) else None

    @property
    def copy_text(self) -> str | None:
        """The path under the cursor."""
        return f"/{self.hit.path.decode('utf-8', 'surrogateescape')}" if self.hit is not None else None

    @property
    def row_count(self) -> int:
        """Number of hits."""
        return len(self.results)

    def row_parts(self, index: int, width: int) -> Sequence[Part]:
        """One hit; a row that is not known yet says which layer it is in."""
        hit = self.results.hit(index)
        if hit is None:
            self._ask(index)
            return [(f"{self.results.place(index)[0]:>2}   …", "lines--muted")]
        return self._columns(width).parts(hit, self._query)

    def header_parts(self, width: int) -> Sequence[Part] | None:
        """The names of the columns."""
        return [(self._columns(width).header(), "lines--header")]

    def empty_parts(self, width: int) -> Sequence[Part]:
        """The reason why there is nothing."""
        return [(self.notice, "lines--muted")]

    def _columns(self, width: int) -> FindColumns:
        return FindColumns.fitting(width, self._layers, bool(self._query.contents))

    def _ask(self, index: int) -> None:
        """Ask once for what is around a row."""
        if self._asked is None or index not in self._asked:
            self._asked = range(index - PAGE // 2, index + PAGE)
            self.post_message(self.Wanted(self.results.missing(self._asked)))

    def action_cursor_up(self) -> None:
        """One row up, and from the first to the query."""
        if self.cursor == 0:
            self.post_message(self.Left())
        else:
            super().action_cursor_up()

    def action_query(self) -> None:
        """Go on with the query."""
        self.post_message(self.Left())
