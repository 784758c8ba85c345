"""A frame around what a pane shows, with its number and its title."""

from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content
from textual.widget import Widget


class Pane(Container):
    """One of the four panes: a border where there is room for one, and a title in it."""

    DEFAULT_CSS = """
    Pane {
        border: round $foreground 22%;
        border-title-color: $foreground 70%;
        border-subtitle-color: $foreground 60%;
        background: $background;
        &:focus-within {
            border: round $primary 80%;
            border-title-color: $text-primary;
            border-title-style: bold;
        }
        &:ansi { border: round ansi_bright_black; border-title-color: ansi_default; background: ansi_default; }
        &:ansi:focus-within { border: round ansi_cyan; border-title-style: bold; }
    }
    """

    def __init__(self, number: int | None, title: str, *contents: Widget, id: str) -> None:
        super().__init__(id=id)
        self.number = number
        """The key that brings the focus here; None where no key does."""
        self.title = title
        self._contents = contents
        self.describe("")

    def compose(self) -> ComposeResult:
        """What the frame is around."""
        yield from self._contents

    def describe(self, text: str, right: str = "") -> None:
        """Say in the frame what is shown; both texts are safe to draw."""
        number = f"{self.number} " if self.number is not None else ""
        self.border_title = Content(f"{number}{self.title}{f' · {text}' if text else ''}")
        self.border_subtitle = Content(right)

    @property
    def content(self) -> Widget:
        """The widget that takes the focus here."""
        return next(child for child in self._contents if child.display)
