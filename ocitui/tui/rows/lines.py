"""The base of every pane that is a list of rows: moving, choosing and searching in it."""

import asyncio
import time
from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.message import Message

from ocitui.cells import cells
from ocitui.tui.rows.keys import CHOOSE, END_SEARCH, Key, Kind, keys_now
from ocitui.tui.rows.line_search import LineSearch
from ocitui.tui.rows.row import Part
from ocitui.tui.rows.rows_view import RowsView
from ocitui.tui.rows.search_bar import Query

SIDEWAYS_COLUMNS = 8
WHEEL_ROWS = 3
SLICE = 0.008
"""Seconds of searching before the screen gets a turn."""
COUNTED = 100_000
"""Rows, or matches, up to which matches are counted."""


class RowMessage(Message):
    """Something happened to a row."""

    def __init__(self, lines: "Lines", index: int) -> None:
        super().__init__()
        self.lines = lines
        """The pane."""
        self.index = index
        """The row."""

    @property
    def control(self) -> "Lines":
        """The pane, for selectors."""
        return self.lines


class Lines(RowsView, can_focus=True):
    """A cursor over virtual rows, with keys, mouse and search.

    A subclass gives `row_count` and `row_parts`, and may give `header_parts`, `empty_parts`,
    `row_text`, `find`, `copy_text`, and what left and right do (`action_collapse`,
    `action_expand`). When its rows change it calls `refresh_rows` with the row where the
    thing under the cursor is now.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        CHOOSE,
        Key("up,k", "cursor_up", "Up", kind=Kind.MOVE),
        Key("down,j", "cursor_down", "Down", kind=Kind.MOVE),
        Key("left,h", "collapse", "Left, or fold", kind=Kind.MOVE),
        Key("right,l", "expand", "Right, or unfold", kind=Kind.MOVE),
        Key("g,home", "first", "First row", kind=Kind.MOVE),
        Key("G,end", "last", "Last row", kind=Kind.MOVE),
        Key("pageup", "page_up", "Page up", kind=Kind.MOVE),
        Key("pagedown", "page_down", "Page down", kind=Kind.MOVE),
        Key("slash", "search", "Search in this list (smart case)", hint="search", worth=66, kind=Kind.LIST),
        Key("n", "search_next", "Next match", hint="next", worth=65, kind=Kind.LIST),
        Key("N", "search_previous", "Previous match", hint="next", worth=65, kind=Kind.LIST),
        END_SEARCH,
    ]

    class Highlighted(RowMessage):
        """The cursor is on another row, or on another thing."""

        def can_replace(self, message: Message) -> bool:
            """A later move makes an earlier one that nobody saw yet needless."""
            return isinstance(message, Lines.Highlighted) and message.lines is self.lines

    class Chosen(RowMessage):
        """Enter, or a double click, on a row."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.search = LineSearch(self)
        self._search_state = (False, False)  # whether it is typed, and whether there is one
        self._drags_thumb = False
        self._was_sized = False
        self._is_fresh = False  # the focus came just now, perhaps by a click

    # What a subclass may tell.

    def adapt_key(self, key: Key) -> Key:
        """A key as it reads at this moment."""
        if self.search.is_typed:
            return key.hinted({"choose": "accept", "end_search": "cancel"}.get(key.action, ""))
        if key.action in ("search_next", "search_previous") and self.search.query is None:
            return key.hinted("")
        return key

    @property
    def copy_text(self) -> str | None:
        """The exact text that is copied for the row under the cursor; None for nothing."""
        return None

    def row_text(self, index: int) -> str:
        """The text of a row that is searched; a subclass with cheaper text than what it draws gives that."""
        return "".join(text for text, _ in self.row_parts(index, 10_000))

    async def find(self, query: Query, rows: range) -> int | None:
        """The first of these rows that matches, in this order. Gives the screen a turn every few milliseconds."""
        deadline = time.perf_counter() + SLICE
        for index in rows:
            if index < self.row_count and query.matches(self.row_text(index)):
                return index
            if time.perf_counter() > deadline:
                await asyncio.sleep(0)
                deadline = time.perf_counter() + SLICE
        return None

    async def find_around(
        self, query: Query, origin: int, *, backwards: bool, inclusive: bool
    ) -> tuple[int | None, bool]:
        """The next row that matches, past the end and back to where the search began.

        Args:
            query: what is looked for.
            origin: the row where the search begins.
            backwards: whether to look upwards.
            inclusive: whether that row itself is looked at first.

        Returns:
            The row, or None, and whether the search went past the end.
        """
        count = self.row_count
        if backwards:
            first = origin if inclusive else origin - 1
            ahead, rest = range(first, -1, -1), range(count - 1, first, -1)
        else:
            first = origin if inclusive else origin + 1
            ahead, rest = range(first, count), range(min(first, count))
        found = await self.find(query, ahead)
        if found is not None:
            return found, False
        return await self.find(query, rest), True

    async def count_matches(self, query: Query, index: int) -> tuple[int, int] | None:
        """The number of the match on a row, from 1, and that of all; None where there are too many rows to count in.

        Args:
            query: what is looked for.
            index: a row that matches.
        """
        count = self.row_count
        if count > COUNTED:
            return None
        nth = total = 0
        until = time.monotonic() + SLICE
        for row in range(count):
            if query.matches(self.row_text(row)):
                total, nth = total + 1, nth + (row <= index)
            if time.monotonic() > until:
                await asyncio.sleep(0)
                if self.row_count != count:
                    return None
                until = time.monotonic() + SLICE
        return nth, total

    def place_of(self, index: int) -> object:
        """The identity of a row, whatever row it is on later; where rows never move, its number."""
        return index

    def index_of(self, place: object) -> int:
        """The row on which a place of `place_of` is now."""
        return place if isinstance(place, int) else 0

    # Moving.

    def move_cursor(self, index: int) -> None:
        """Put the cursor on a row and bring it in sight."""
        index = max(0, min(index, self.row_count - 1))
        before, self._cursor = self._cursor, index
        self.search.forget_notice()
        top = self._top_for(index)
        if top != self._top:
            self._top = top
            self._repaint()
        else:
            self._repaint(before, index)
        if index != before:
            self.post_message(self.Highlighted(self, index))

    def refresh_rows(self, cursor: int | None = None) -> None:
        """Show rows that changed.

        Args:
            cursor: the row where the thing under the cursor is now. It stays on its line of
                the screen where it can.
        """
        line = self._cursor - self._top
        in_sight = 0 <= line < self.page_height
        before = self._cursor
        self._cursor = max(0, min(before if cursor is None else cursor, self.row_count - 1))
        if in_sight:
            self._top = self._clamp_top(self._cursor - line)
            self._top = self._top_for(self._cursor)
        else:
            self._top = self._clamp_top(self._top)
        self._repaint()
        if self._cursor != before:
            self.post_message(self.Highlighted(self, self._cursor))

    def action_cursor_up(self) -> None:
        """One row up."""
        self.move_cursor(self._cursor - 1)

    def action_cursor_down(self) -> None:
        """One row down."""
        self.move_cursor(self._cursor + 1)

    def action_first(self) -> None:
        """To the first row."""
        self.move_cursor(0)

    def action_last(self) -> None:
        """To the last row."""
        self.move_cursor(self.row_count - 1)

    def action_page_up(self) -> None:
        """A page up; the cursor keeps its line on the screen."""
        self._page(-max(1, self.page_height - 1))

    def action_page_down(self) -> None:
        """A page down; the cursor keeps its line on the screen."""
        self._page(max(1, self.page_height - 1))

    def _page(self, rows: int) -> None:
        if 0 <= self._cursor - self._top < self.page_height:
            self._top = self._clamp_top(self._top + rows)
        self.move_cursor(self._cursor + rows)
        self._repaint()

    def action_collapse(self) -> None:
        """To the left, where rows are wider than the pane; a tree folds."""
        if self.SCROLLS_SIDEWAYS:
            self._skipped = max(0, self._skipped - SIDEWAYS_COLUMNS)
            self._repaint()

    def action_expand(self) -> None:
        """To the right, where rows are wider than the pane; a tree unfolds."""
        if self.SCROLLS_SIDEWAYS:
            seen = range(self._top, min(self._top + self.page_height, self.row_count))
            widest = max((cells(self.row_text(index)) for index in seen), default=0)
            self._skipped = max(0, min(self._skipped + SIDEWAYS_COLUMNS, widest - self.size.width + 4))
            self._repaint()

    def action_choose(self) -> None:
        """Open what is under the cursor; while a search is typed, accept it."""
        if self.search.is_typed:
            self.search.press("enter", None)
        elif self.row_count:
            self.post_message(self.Chosen(self, self._cursor))

    def click_header(self, x: int) -> None:
        """Take a click on the header, so many columns from where rows begin; where columns sort, they do."""

    # Searching.

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave Escape to others while nothing is searched."""
        if action == "end_search":
            return self.search.is_shown
        return super().check_action(action, parameters)

    def action_search(self) -> None:
        """Open the line on which a search is typed."""
        self.search.open()

    def action_search_next(self) -> None:
        """To the next match."""
        self.search.go_on(backwards=False)

    def action_search_previous(self) -> None:
        """To the match before."""
        self.search.go_on(backwards=True)

    def action_end_search(self) -> None:
        """Forget the search and its marks; while it is typed, go back to where it began."""
        if not self.search.press("escape", None):
            self.search.end()

    def show_search(self, bar: Sequence[Part], marked: Query | None) -> None:
        """Draw the line of the search over the last row (or none), and mark what matches."""
        had_bar = bool(self._bar)
        self._bar, self._marked = list(bar), marked
        if bool(self._bar) != had_bar:
            self._top = self._top_for(self._cursor) if self._bar else self._clamp_top(self._top)
        state = (self.search.is_typed, self.search.query is not None)
        if state != self._search_state:
            self._search_state = state
            self.refresh_bindings()
        self._repaint()

    # Events.

    def on_key(self, event: events.Key) -> None:
        """Give every key to the search while it is typed."""
        self._is_fresh = False
        key = event.key
        if self.search.is_typed:
            key = "enter" if key in keys_now(CHOOSE, self.app) else key
            key = "escape" if key in keys_now(END_SEARCH, self.app) else key
        if self.search.press(key, event.character):
            event.stop()
            event.prevent_default()

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Tell the footer that keys are text while a search is typed."""
        return self.search.is_typed and character is not None and character.isprintable()

    def on_paste(self, event: events.Paste) -> None:
        """Take pasted text into the search."""
        if self.search.paste(event.text):
            event.stop()

    def on_resize(self) -> None:
        """Keep the place when the size changes; at first, begin at the top where that has the cursor in sight."""
        self._painted.clear()
        if self.size and not self._was_sized:
            self._was_sized, self._top = True, 0
        self._top = self._top_for(self._cursor)
        self.search.redraw()

    # The mouse. The wheel moves the view and leaves the cursor, for other panes follow the cursor.

    def scroll_rows(self, rows: int) -> None:
        """Move the view, and leave the cursor where it is; the next key brings it back in sight."""
        self._top = self._clamp_top(self._top + rows)
        self._repaint()

    def on_focus(self) -> None:
        """A click that brings the focus here does not open anything yet."""
        self._is_fresh = True

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Three rows down, and the cursor stays."""
        event.stop()
        self.scroll_rows(WHEEL_ROWS)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Three rows up, and the cursor stays."""
        event.stop()
        self.scroll_rows(-WHEEL_ROWS)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Take hold of the scroll thumb."""
        offset = event.get_content_offset(self)
        if offset is not None and offset.x == self.size.width - 1 and self.row_count > self.page_height:
            self._drags_thumb = True
            self.capture_mouse()
            self._drag_to(offset.y)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Scroll while the thumb is held."""
        if self._drags_thumb:
            self._drag_to(event.get_content_offset_capture(self).y)

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """Let the thumb go."""
        if self._drags_thumb:
            self.release_mouse()

    def _drag_to(self, y: int) -> None:
        height = self.page_height
        top = round((y - self._header_height) * (self.row_count - height) / max(1, height - 1))
        self.scroll_rows(top - self._top)

    def on_click(self, event: events.Click) -> None:
        """Move the cursor; on the row under the cursor, open it."""
        event.stop()
        focused_now, self._is_fresh = self._is_fresh, False
        if self._drags_thumb:
            self._drags_thumb = False
            return
        offset = event.get_content_offset(self)
        if offset is not None and offset.y < self._header_height:
            self.click_header(offset.x - 1)
            return
        index = None if offset is None else self.row_at(offset.y)
        if index is None:
            return
        if index == self._cursor and not focused_now:
            self.action_choose()
        else:
            self.move_cursor(index)
