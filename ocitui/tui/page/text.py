"""A page of text over the panes: help, a Dockerfile, what was copied."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.screen import ModalScreen

from ocitui.tui.page.page import Page
from ocitui.tui.rows.keys import BACK, Key
from ocitui.tui.rows.keys_bar import KeysBar
from ocitui.tui.rows.pane import Pane
from ocitui.tui.rows.row import Part
from ocitui.tui.rows.text_lines import TextLines


class TextScreen(Page, ModalScreen[None]):
    """Rows of text with the same keys as every pane; Escape closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Key("y", "copy", "Copy the line", hint="copy", worth=54),
        BACK,
        Key("question_mark", "dismiss", id="help"),
    ]
    DEFAULT_CSS = """
    TextScreen {
        align: center middle;
        background: $background 60%;
        & > Pane { width: 90%; max-width: 110; height: 90%; }
        &.-small > Pane { width: 100%; height: 100%; }
        &:ansi { background: ansi_default; }
    }
    """

    class Read(Message):
        """The rows that follow were read."""

        def __init__(self, rows: Sequence[Sequence[Part]]) -> None:
            super().__init__()
            self.rows = rows

    def __init__(
        self,
        title: str,
        rows: Sequence[Sequence[Part]],
        cursor: int = 0,
        more: Callable[[], Sequence[Sequence[Part]]] | None = None,
    ) -> None:
        """
        Args:
            title: of the page.
            rows: what is shown at once.
            cursor: the row that the cursor is on.
            more: reads rows that follow these, beside the screen.
        """
        super().__init__()
        self._title = title
        self._rows = rows
        self._cursor = cursor
        self._more = more

    def compose(self) -> ComposeResult:
        """One pane with the text, and the keys."""
        self._lines = TextLines(self._rows)
        yield Pane(None, self._title, Vertical(self._lines, KeysBar()), id="text")

    def on_mount(self) -> None:
        """Go to the row asked for."""
        self.set_class(self.app.size.width < 100 or self.app.size.height < 30, "-small")
        self._lines.focus()
        self._lines.move_cursor(self._cursor)
        more = self._more
        if more is not None:
            self.run_worker(lambda: self.post_message(self.Read(more())), thread=True, exit_on_error=False)

    def on_text_screen_read(self, event: Read) -> None:
        """Show the rows that follow."""
        if event.rows:
            self._lines.show_rows([*self._rows, *event.rows], self._lines.cursor)

    @property
    def main_list(self) -> TextLines:
        """The text."""
        return self._lines

    def show_notice(self, text: str, style: str = "bar--good") -> None:
        """Show what a key has done, safe to draw, in the frame."""
        self.query_one(Pane).describe("", text)
