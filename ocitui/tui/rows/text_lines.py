"""Rows that are given: help, a Dockerfile, an instruction."""

from collections.abc import Sequence
from typing import ClassVar

from ocitui.tui.rows.lines import Lines
from ocitui.tui.rows.row import Part


class TextLines(Lines):
    """A list of rows made beforehand, each of parts that are safe to draw."""

    SCROLLS_SIDEWAYS: ClassVar[bool] = True

    def __init__(self, rows: Sequence[Sequence[Part]] = (), *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._rows = rows

    def show_rows(self, rows: Sequence[Sequence[Part]], cursor: int = 0) -> None:
        """Show other rows, with the cursor on one of them."""
        self._rows = rows
        self.repaint_all()
        self.refresh_rows(cursor)

    @property
    def row_count(self) -> int:
        """How many rows were given."""
        return len(self._rows)

    def row_parts(self, index: int, width: int) -> Sequence[Part]:
        """A row as it was given."""
        return self._rows[index]

    @property
    def copy_text(self) -> str | None:
        """The row under the cursor."""
        return self.row_text(self.cursor).strip() if self._rows else None
