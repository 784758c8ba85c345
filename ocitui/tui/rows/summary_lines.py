"""Labelled facts in two columns, wrapped to the width of the pane."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import BindingType

from ocitui.cells import wrap
from ocitui.display import printable
from ocitui.image.documents.summary import Fact, Section
from ocitui.tui.rows.keys import CHOOSE, Key, key_text
from ocitui.tui.rows.lines import Lines
from ocitui.tui.rows.row import Part

LABEL_WIDTH = 13
FOLD_LINES = 6
"""A value of more lines than this is folded until Enter."""
FACTS_LIMIT = 1000
"""Labels, annotations and others of one kind that are shown: all of them are in the JSON."""
DRAWN = 1 << 16
"""Characters of a value that are shown."""


@dataclass(frozen=True, slots=True)
class SummaryRow:
    """One line: of a heading, or of a fact's value."""

    parts: tuple[Part, ...]
    fact: Fact | None
    key: tuple[int, int]
    """The section, and the position of the fact in it."""


class SummaryLines(Lines):
    """A summary of a document, for people."""

    BINDING_GROUP_TITLE = "2 Config"
    BINDINGS: ClassVar[list[BindingType]] = [
        Key("enter", "choose", "Unfold a long value; follow a digest", hint="unfold, follow", worth=100),
    ]

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._sections: Sequence[Section] = ()
        self._unfolded: set[tuple[int, int]] = set()
        self._rows: list[SummaryRow] = []
        self._width = 0

    def show_sections(self, sections: Sequence[Section]) -> None:
        """Show other facts."""
        if sections == self._sections:
            return
        self._sections = sections
        self._unfolded.clear()
        self._collect()
        self.refresh_rows(0)

    def on_resize(self) -> None:
        """Wrap anew."""
        if self._width != self.size.width:
            key = self._rows[self.cursor].key if self._rows else None
            self._collect()
            self.refresh_rows(next((n for n, row in enumerate(self._rows) if row.key == key), 0))
        super().on_resize()

    @property
    def row_count(self) -> int:
        """Number of lines that the facts take."""
        return len(self._rows)

    @property
    def fact(self) -> Fact | None:
        """The fact under the cursor."""
        return self._rows[self.cursor].fact if self._rows else None

    @property
    def copy_text(self) -> str | None:
        """The whole value under the cursor."""
        return (self.fact.copy or self.fact.value) if self.fact else None

    def row_parts(self, index: int, width: int) -> Sequence[Part]:
        """A line of a fact."""
        return self._rows[index].parts

    def empty_parts(self, width: int) -> Sequence[Part]:
        """Nothing is chosen."""
        return [("nothing is chosen", "lines--muted")]

    def action_expand(self) -> None:
        """Unfold a long value."""
        self._fold(opened=True)

    def action_collapse(self) -> None:
        """Fold a long value."""
        self._fold(opened=False)

    def toggle(self) -> None:
        """Unfold or fold a long value."""
        if self._rows:
            self._fold(opened=self._rows[self.cursor].key not in self._unfolded)

    def _fold(self, *, opened: bool) -> None:
        if not self._rows:
            return
        key = self._rows[self.cursor].key
        if opened:
            self._unfolded.add(key)
        else:
            self._unfolded.discard(key)
        self._collect()
        self.refresh_rows(next((n for n, row in enumerate(self._rows) if row.key == key), 0))

    def _collect(self) -> None:
        self._width = self.size.width
        self._rows = list(self._lines()) if self._width else []

    def _lines(self) -> Iterator[SummaryRow]:
        for number, section in enumerate(self._sections):
            if number and section.title:
                yield SummaryRow(((" ", ""),), None, (number, -1))
            if section.title and (number or len(self._sections) > 1):
                yield SummaryRow(((f"{section.title}", "lines--accent"),), None, (number, -1))
            for position, fact in enumerate(section.facts):
                yield from self._fact_lines(fact, (number, position))

    def _fact_lines(self, fact: Fact, key: tuple[int, int]) -> Iterator[SummaryRow]:
        room = max(8, self._width - 2 - LABEL_WIDTH)
        style = "lines--bad" if fact.is_problem else ""
        lines = wrap(printable(fact.value[:DRAWN]), room)
        if len(fact.value) > DRAWN:
            lines.append(f"… {len(fact.value) - DRAWN:,} more characters, all of them in the JSON")
        if len(lines) > FOLD_LINES and key not in self._unfolded:
            more = f"… {len(lines) - FOLD_LINES + 1} more lines, {key_text(CHOOSE, self.app)} unfolds"
            lines = [*lines[: FOLD_LINES - 1], more]
        mark = "✗ " if fact.is_problem else ""
        for number, line in enumerate(lines):
            label = f"{mark}{fact.label}" if number == 0 else ""
            yield SummaryRow(((f"{label:<{LABEL_WIDTH}}", style or "lines--muted"), (line, style)), fact, key)
