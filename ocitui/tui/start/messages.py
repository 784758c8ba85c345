"""The lines of the start screen that say what is under the cursor, what goes on, and what went wrong."""

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Vertical

from ocitui.cells import cut, wrap
from ocitui.display import printable
from ocitui.tui.rows.bars import Bar
from ocitui.tui.rows.row import Part

_LINES = 3
_NARROWEST = 20


class Messages(Vertical):
    """One line, and more where a message takes them."""

    DEFAULT_CSS = """
    Messages {
        height: auto;
        & > .more { display: none; }
        & > .more.-shown { display: block; }
    }
    """

    def compose(self) -> ComposeResult:
        """The bars, of which only the first is always in sight."""
        yield Bar(id="status")
        for number in range(2, _LINES + 1):
            more = Bar(id=f"status-{number}")
            more.add_class("more")
            yield more

    def show(self, *lines: Sequence[Part]) -> None:
        """Show lines, of which there is room for three."""
        self.query_one("#status", Bar).show(lines[0] if lines else [])
        for number in range(2, _LINES + 1):
            bar = self.query_one(f"#status-{number}", Bar)
            bar.set_class(number <= len(lines), "-shown")
            bar.show(lines[number - 1] if number <= len(lines) else [])

    def complain(self, message: str) -> None:
        """Say what is wrong, on as many lines as it takes."""
        width = max(_NARROWEST, self.app.size.width - 2)
        lines = wrap(f"✗ {printable(message)}", width)
        shown = lines[:_LINES]
        if len(lines) > len(shown):
            shown[-1] = cut(f"{shown[-1]} {lines[len(shown)]}", width)
        self.show(*([(f" {line}", "bar--bad")] for line in shown))
