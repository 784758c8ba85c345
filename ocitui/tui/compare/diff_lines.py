"""Rows of a comparison, with keys from one change to the next."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import ClassVar

from textual.binding import BindingType

from ocitui.tui.rows.keys import Key
from ocitui.tui.rows.text_lines import TextLines


class DiffLines(TextLines):
    """Rows that were made beforehand, some of which begin a change."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Key("n", "search_next", "Next change, or match of a search", hint="next change", worth=90),
        Key("N", "search_previous", "Previous change, or match of a search", hint="next change", worth=90),
    ]

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.changes: Sequence[int] = ()
        """The rows on which changes begin, in order."""

    def action_search_next(self) -> None:
        """To the next match; without a search, to the next change."""
        if self.search.query is not None:
            super().action_search_next()
            return
        at = bisect_right(self.changes, self.cursor)
        if at < len(self.changes):
            self.move_cursor(self.changes[at])

    def action_search_previous(self) -> None:
        """To the match before; without a search, to the change before."""
        if self.search.query is not None:
            super().action_search_previous()
            return
        at = bisect_left(self.changes, self.cursor) - 1
        if at >= 0:
            self.move_cursor(self.changes[at])
