"""The rows of a list of sizes."""

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import BindingType
from textual.message import Message

from ocitui.tui.rows.keys import Key
from ocitui.tui.rows.row import Part
from ocitui.tui.rows.row_list import RowList
from ocitui.tui.sizes.rows import SizeList


class SizeLines(RowList[int]):
    """Shows one list at a time, and says where left and right would lead."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Key("right,l", "expand", "Into the folder"),
        Key("left,h,backspace", "collapse", "To the folder above", id="folder-above", hint="up", worth=95),
    ]

    class Turned(Message):
        """The way leads into the folder under the cursor, or out of the one that is shown."""

        def __init__(self, is_in: bool) -> None:
            super().__init__()
            self.is_in = is_in

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(
            self._row,
            header=self._names,
            notice="adding up…",
            enter=("open", "Into the folder, or go to the file"),
            id=id,
        )
        self._list: SizeList | None = None

    @property
    def shown(self) -> SizeList | None:
        """The list."""
        return self._list

    def show_list(self, shown: SizeList | None, cursor: int = 0, notice: str = "") -> None:
        """Show another list.

        Args:
            shown: it; None where there is nothing to show.
            cursor: the row under the cursor.
            notice: what is said where there are no rows, safe to draw.
        """
        self._list, self.notice = shown, notice
        self.show_rows(range(shown.count if shown is not None else 0), cursor)

    @property
    def place(self) -> bytes | None:
        """The identity of the row under the cursor."""
        return self._list.place(self.cursor) if self._list is not None and self._list.count else None

    @property
    def copy_text(self) -> str | None:
        """The path under the cursor, or the package."""
        return self._list.copy_text(self.cursor) if self._list is not None and self._list.count else None

    def _row(self, index: int, width: int) -> Sequence[Part]:
        return self._list.parts(index, width) if self._list is not None else ()

    def _names(self, width: int) -> str:
        return self._list.header(width) if self._list is not None else ""

    def action_expand(self) -> None:
        """Into the folder under the cursor."""
        self.post_message(self.Turned(True))

    def action_collapse(self) -> None:
        """To the folder above."""
        self.post_message(self.Turned(False))
