"""Pane 2: what is chosen as people read it, or its exact JSON."""

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Container

from ocitui.image.documents.summary import Section
from ocitui.tui.rows.lines import Lines
from ocitui.tui.rows.summary_lines import SummaryLines
from ocitui.tui.view.json_view import JsonView


class ConfigPane(Container):
    """Two views of one document, of which one is shown."""

    DEFAULT_CSS = """
    ConfigPane > JsonView { display: none; }
    ConfigPane.-json > JsonView { display: block; }
    ConfigPane.-json > SummaryLines { display: none; }
    """

    def compose(self) -> ComposeResult:
        """Both views."""
        yield SummaryLines(id="summary")
        yield JsonView(id="json")

    @property
    def is_json(self) -> bool:
        """True if the JSON is shown."""
        return self.has_class("-json")

    @property
    def view(self) -> Lines:
        """The view that is shown."""
        return self.query_one(JsonView) if self.is_json else self.query_one(SummaryLines)

    def show_sections(self, sections: Sequence[Section]) -> None:
        """Show other facts."""
        self.query_one(SummaryLines).show_sections(sections)

    def show_json(self, raw: bytes, what: str) -> None:
        """Show another document."""
        self.query_one(JsonView).show_document(raw)

    def toggle(self) -> None:
        """Change between the two views, and keep the focus here where it was here."""
        had_focus = self.view.has_focus
        self.toggle_class("-json")
        if had_focus:
            self.view.focus()
