"""A list of values, each drawn on a row of its own."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Generic, TypeVar

from ocitui.tui.rows.keys import Key
from ocitui.tui.rows.lines import Lines
from ocitui.tui.rows.row import Part

Row = TypeVar("Row")


class RowList(Lines, Generic[Row]):
    """Shows values; what each of them looks like, and is called, is given once."""

    def __init__(
        self,
        parts: Callable[[Row, int], Sequence[Part]],
        rows: Sequence[Row] = (),
        *,
        header: Callable[[int], str] | None = None,
        key: Callable[[Row], object] = lambda row: row,
        copied: Callable[[Row], str | None] = lambda row: None,
        notice: str = "",
        enter: tuple[str, str] = ("", ""),
        id: str | None = None,
    ) -> None:
        """
        Args:
            parts: draws a value on a row of a width in columns.
            rows: the values to begin with.
            header: the names of the columns; None for no header.
            key: identifies a value among others that are shown later.
            copied: the text that is copied for a value, raw; None for nothing.
            notice: what is said where there are no values, safe to draw.
            enter: what Enter does: the word for a footer, and a line for the help; empty where it does nothing.
            id: of the widget.
        """
        super().__init__(id=id)
        self._parts_of = parts
        self._rows = rows
        self._header = header
        self._key = key
        self._copied = copied
        self._enter = enter
        self.notice = notice
        """The notice where there are no values, safe to draw."""

    def adapt_key(self, key: Key) -> Key:
        """A key as it reads at this moment."""
        if key.action == "choose" and not self.search.is_typed:
            hint, description = self._enter
            return replace(key, hint=hint, description=description)
        return super().adapt_key(key)

    @property
    def rows(self) -> Sequence[Row]:
        """The values, from the first row on."""
        return self._rows

    @property
    def row(self) -> Row | None:
        """The value under the cursor; None where there are no values."""
        return self._rows[self.cursor] if self.cursor < len(self._rows) else None

    def show_rows(self, rows: Sequence[Row], cursor: int = 0) -> None:
        """Show other values, with the cursor on one of them."""
        self._rows = rows
        self.refresh_rows(cursor)

    def keep_row(self, rows: Sequence[Row], cursor: int = 0) -> None:
        """Show other values, with the cursor on the one it is on.

        Args:
            rows: the values.
            cursor: the row for the cursor where the value under it is not among them.
        """
        here = self.row
        if here is not None:
            key = self._key(here)
            cursor = next((at for at, row in enumerate(rows) if self._key(row) == key), cursor)
        self.show_rows(rows, cursor)

    @property
    def row_count(self) -> int:
        """Number of values."""
        return len(self._rows)

    def row_parts(self, index: int, width: int) -> Sequence[Part]:
        """One value, drawn."""
        return self._parts_of(self._rows[index], width)

    def header_parts(self, width: int) -> Sequence[Part] | None:
        """The names of the columns, where there are any."""
        return None if self._header is None else [(self._header(width), "lines--header")]

    def empty_parts(self, width: int) -> Sequence[Part]:
        """The notice."""
        return [(self.notice, "lines--muted")]

    @property
    def copy_text(self) -> str | None:
        """The text that is copied for the value under the cursor."""
        row = self.row
        return None if row is None else self._copied(row)
