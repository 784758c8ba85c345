"""The words of a file about itself, in the viewer."""

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import BindingType

from ocitui.image.documents.summary import Fact, Section
from ocitui.tui.rows.keys import Key
from ocitui.tui.rows.row import Part
from ocitui.tui.rows.summary_lines import SummaryLines


class FactsView(SummaryLines):
    """Labelled facts, once they are read."""

    BINDING_GROUP_TITLE = "Facts"
    BINDINGS: ClassVar[list[BindingType]] = [
        Key("enter", "fold", "Unfold or fold a long value", id="choose", hint="unfold", worth=62),
    ]

    def show_found(self, sections: Sequence[Section], problem: str = "") -> None:
        """Show what was found; or why nothing could be read."""
        facts = (Section("", (Fact("problem", problem, is_problem=True),)),) if problem else ()
        self.show_sections([*facts, *sections])

    def action_fold(self) -> None:
        """Unfold or fold the value under the cursor."""
        self.toggle()

    def empty_parts(self, width: int) -> Sequence[Part]:
        """Nothing is read yet."""
        return [("reading…", "lines--muted")]
