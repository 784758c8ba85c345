"""Rows that are given: help, a Dockerfile, an instruction."""

from collections.abc import Sequence
from typing import ClassVar

from ocitui.tui.rows.row import Part
from ocitui.tui.rows.row_list import RowList


class TextLines(RowList[Sequence[Part]]):
    """A list of rows made beforehand, each of parts that are safe to draw."""

    SCROLLS_SIDEWAYS: ClassVar[bool] = True

    def __init__(
        self, rows: Sequence[Sequence[Part]] = (), *, enter: tuple[str, str] = ("", ""), id: str | None = None
    ) -> None:
        super().__init__(lambda row, width: row, rows, copied=_text, enter=enter, id=id)


def _text(row: Sequence[Part]) -> str:
    return "".join(text for text, _ in row).strip()
