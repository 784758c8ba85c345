"""A dialog with a line to type on, and below it what that may mean."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from ocitui.tui.page.page import Page
from ocitui.tui.page.prompt import Prompt
from ocitui.tui.rows.keys import Key
from ocitui.tui.rows.keys_bar import KeysBar
from ocitui.tui.rows.lines import Lines


class PromptPage(Page, ModalScreen[None]):
    """The keys go on into the line while the cursor moves in the list.

    A subclass makes both, and gives `choose`.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Key("up", "up", "Up", id="prompt-up"),
        Key("pageup", "page_up", "Page up"),
        Key("escape", "dismiss", "Back", id="cancel", hint="back", worth=10, stays=True),
    ]
    DEFAULT_CSS = """
    PromptPage {
        align: center top;
        background: $background 60%;
        & > Vertical {
            width: 90%;
            max-width: 120;
            height: 70%;
            margin-top: 2;
            background: $background;
            border: round $primary;
        }
        &.-small > Vertical { width: 100%; height: 100%; margin-top: 0; border: none; }
        &:ansi { background: ansi_default; }
    }
    """

    prompt: Prompt
    """The line; the subclass makes it."""
    lines: Lines
    """The list of the things that may be meant; the subclass makes it."""

    def compose(self) -> ComposeResult:
        """Lay out the prompt, the list of what may be meant, and the keys."""
        yield Vertical(self.prompt, self.lines, KeysBar())

    def on_mount(self) -> None:
        """Begin to type."""
        self.set_class(self.app.size.width < 100 or self.app.size.height < 30, "-small")
        self.prompt.focus()

    @property
    def main_list(self) -> Lines:
        """The list of what is offered."""
        return self.lines

    def choose(self) -> None:
        """Take what is under the cursor; what is offered belongs to what is typed."""
        raise NotImplementedError

    @on(Prompt.Down)
    def _down(self, event: Prompt.Down) -> None:
        if event.key == "pagedown":
            self.lines.action_page_down()
        elif event.key == "shift+tab":
            self.lines.action_cursor_up()
        else:
            self.lines.action_cursor_down()

    def action_up(self) -> None:
        """One row up, while the keys go on into the line."""
        self.lines.action_cursor_up()

    def action_page_up(self) -> None:
        """A page up."""
        self.lines.action_page_up()

    @on(Prompt.Accepted)
    def _accepted(self) -> None:
        self.choose()

    @on(Lines.Chosen)
    def _chosen(self) -> None:
        self.choose()
