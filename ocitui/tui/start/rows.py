"""The list of the start screen: images under the headings of where they come from."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import ClassVar

from textual.binding import BindingType
from textual.events import Key as KeyPressed
from textual.message import Message

from ocitui.cells import cells, cut, cut_start, fit
from ocitui.display import format_age, format_size, printable
from ocitui.transports.nearby import Nearby, Source
from ocitui.tui.rows.keys import CHOOSE, Key, keys_now
from ocitui.tui.rows.lines import Lines
from ocitui.tui.rows.row import Part
from ocitui.tui.rows.search_bar import Query

_KIND, _SIZE, _AGE = 18, 10, 8
"""Columns of what is said of an image."""
_NARROWEST_NAME, _STEP, _WIDEST_NAME = 36, 12, 60
"""Columns of the names; they grow in steps, so that what comes later seldom moves what is there."""


@dataclass(slots=True)
class Section:
    """A heading, and the images below it as far as they are known."""

    source: Source
    images: list[Nearby] = field(default_factory=list)
    is_looking: bool = True
    problem: str = ""
    """The reason why there are none, or no more."""
    coming: list[Nearby] | None = None
    """The images that a rescan has found so far: until it has ended, those of the one before are shown."""

    def add(self, images: Iterable[Nearby]) -> None:
        """More images came."""
        (self.images if self.coming is None else self.coming).extend(images)

    def look_again(self) -> None:
        """Begin anew."""
        self.is_looking, self.problem, self.coming = True, "", []

    def end(self, problem: str) -> None:
        """All came that comes."""
        if self.coming is not None:
            self.images, self.coming = self.coming, None
        self.is_looking, self.problem = False, problem


@dataclass(frozen=True, slots=True)
class Way:
    """A command that would get an image."""

    command: str
    what: str


_Row = Section | Nearby | Way | str | None
"""A heading, an image, a command, a text, or an empty line."""

WAYS = (
    Way("skopeo copy docker://nginx oci:nginx", "from a registry into a layout here"),
    Way("docker save nginx | ocitui -", "an image of Docker's, through a pipe"),
    Way("ocitui demo", "a generated sample image"),
)


def way_parts(way: Way) -> list[Part]:
    """A command that would get an image, and what it does."""
    return [(f" {way.command:<37} ", ""), (way.what, "lines--muted")]


class StartRows(Lines):
    """Sections of images; the cursor stands on what can be opened, and on no heading."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Key("enter", "choose", "Open the image", hint="open", worth=100),
    ]
    SEARCHED_STYLES: ClassVar[frozenset[str]] = frozenset({""})

    class PathTyped(Message):
        """A path from the root was typed: its first slash has begun a search, which nothing in the list matches."""

        def __init__(self, path: str) -> None:
            super().__init__()
            self.path = path

    def __init__(self, sections: Sequence[Section], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._sections = sections
        self._rows: list[_Row] = []
        self._widest = _NARROWEST_NAME
        self.was_moved = False
        """True if the user has moved the cursor, or chosen something."""
        self._show()

    def sections_changed(self) -> None:
        """Show what is in the sections now. The cursor keeps its image; until it is moved, it keeps to the first."""
        before = self._place
        self._show()
        self.repaint_all()
        self.refresh_rows(self._row_of(before) if self.was_moved else self._first)
        self.search.look_in_more()

    @property
    def image(self) -> Nearby | None:
        """The image under the cursor."""
        row = self._row
        return row if isinstance(row, Nearby) else None

    @property
    def copy_text(self) -> str | None:
        """The reference under the cursor."""
        return self.image.reference if self.image is not None else None

    def adapt_key(self, key: Key) -> Key:
        """A key as it reads at this moment."""
        if key.action == "choose" and self._typed_path:
            return key.hinted("open the path")
        if key.action == "choose" and self.image is None and not self.search.is_typed:
            return key.hinted("")
        return super().adapt_key(key)

    def on_key(self, event: KeyPressed) -> None:
        """Open a path that was typed instead of a search."""
        path = self._typed_path if event.key in keys_now(CHOOSE, self.app) else ""
        if path:
            self.search.end()
            self.post_message(self.PathTyped(path))
            event.stop()
            event.prevent_default()

    def show_search(self, bar: Sequence[Part], marked: Query | None) -> None:
        """Draw the line of the search, and say what Enter does by now."""
        super().show_search(bar, marked)
        self.refresh_bindings()

    @property
    def _typed_path(self) -> str:
        """The text typed after a slash, as a path, where it is one and no search of the list; else empty."""
        query = self.search.query if self.search.is_typed else None
        if query is None or not query.text or any(query.matches(self.row_text(n)) for n in range(self.row_count)):
            return ""
        path = f"/{query.text}"
        return path if "/" in query.text or os.path.lexists(path) else ""

    # What is drawn.

    @property
    def row_count(self) -> int:
        """Number of rows, headings among them."""
        return len(self._rows)

    def row_parts(self, index: int, width: int) -> Sequence[Part]:
        """A heading with its remark, or an image in columns."""
        match self._rows[index]:
            case Section() as section:
                return self._heading(section, width)
            case Nearby() as image:
                return self._columns(image, width)
            case Way() as way:
                return [(" ", ""), *way_parts(way)]
            case str() as text:
                return [(text, "lines--accent")]
        return []

    def row_text(self, index: int) -> str:
        """The name of an image: headings are not searched."""
        row = self._rows[index]
        return printable(row.name) if isinstance(row, Nearby) else ""

    def _heading(self, section: Section, width: int) -> list[Part]:
        title = f" {printable(section.source.title)}"
        parts: list[Part] = [(title, "lines--accent")]
        if section.problem:
            parts.append((f"  {printable(section.problem)}", "lines--warn"))
        elif section.is_looking:
            parts.append(("  looking…", "lines--muted"))
        elif not section.images:
            parts.append((f"  {section.source.nothing}", "lines--muted"))
        else:
            gap = self._name_width(width) + _KIND + _SIZE + 7 - cells(title)
            if gap > 0 and width >= 60:
                parts.append((" " * gap + section.source.when, "lines--header"))
        return parts

    def _columns(self, image: Nearby, width: int) -> list[Part]:
        room = self._name_width(width)
        name = "  " + fit(cut_start(printable(image.name), room), room)
        facts = f"  {fit(printable(image.kind), _KIND)}" if width >= 60 else ""
        facts += f" {format_size(image.size):>{_SIZE}}"
        facts += f"  {cut(format_age(image.moment), _AGE):<{_AGE}}" if width >= 40 else ""
        return [(name, ""), (facts, "lines--muted")]

    def _name_width(self, width: int) -> int:
        facts = _SIZE + 1 + (_AGE + 2 if width >= 40 else 0) + (_KIND + 2 if width >= 60 else 0)
        return max(4, min(width - 2 - facts, self._widest))

    # Where the cursor may stand.

    @property
    def _row(self) -> _Row:
        return self._rows[self.cursor] if self.cursor < len(self._rows) else None

    @property
    def _place(self) -> object:
        """The thing under the cursor, and its heading."""
        row = self._row
        return (self._title_over(self.cursor), row.reference) if isinstance(row, Nearby) else row

    def _title_over(self, index: int) -> str:
        above = (row for row in reversed(self._rows[:index]) if isinstance(row, Section))
        return next((row.source.title for row in above), "")

    def _row_of(self, place: object) -> int:
        """The row on which something is now; if it is gone, the row where it was or the nearest."""
        title = ""
        for index, row in enumerate(self._rows):
            if isinstance(row, Section):
                title = row.source.title
            elif row == place or (isinstance(row, Nearby) and (title, row.reference) == place):
                return index
        return self._nearest(min(self.cursor, len(self._rows) - 1), downwards=True)

    @property
    def _first(self) -> int:
        return self._nearest(0, downwards=True)

    def _can_choose(self, index: int) -> bool:
        return 0 <= index < len(self._rows) and isinstance(self._rows[index], Nearby)

    def _nearest(self, index: int, *, downwards: bool) -> int:
        """The row to choose at or beyond an index; where there is none beyond, the one before it."""
        below, above = range(index, len(self._rows)), range(index, -1, -1)
        rows = chain(below, above) if downwards else chain(above, below)
        return next(filter(self._can_choose, rows), 0)

    def is_under_cursor(self, index: int) -> bool:
        """Headings have no cursor, even where there is nothing else."""
        return index == self.cursor and self._can_choose(index)

    def move_cursor(self, index: int) -> None:
        """Put the cursor on a row, or on the next one that can be chosen."""
        self.was_moved = True
        index = max(0, min(index, self.row_count - 1))
        super().move_cursor(self._nearest(index, downwards=index >= self.cursor))

    def row_at(self, y: int) -> int | None:
        """The image that is drawn on this line; a heading is nothing to click on."""
        index = super().row_at(y)
        return index if index is not None and self._can_choose(index) else None

    def action_choose(self) -> None:
        """Open what is under the cursor."""
        if self._can_choose(self.cursor):
            self.was_moved = True
            super().action_choose()

    def _show(self) -> None:
        """Lay the sections out in rows."""
        self._rows = []
        for section in self._sections:
            if self._rows and (section.images or isinstance(self._rows[-1], Nearby)):
                self._rows.append(None)
            self._rows += [section, *section.images]
        longest = max(
            (cells(printable(image.name)) for section in self._sections for image in section.images), default=0
        )
        while self._widest < min(longest, _WIDEST_NAME):
            self._widest += _STEP
        if not any(section.images or section.is_looking for section in self._sections):
            self._rows += [None, " To get an image", *WAYS]
