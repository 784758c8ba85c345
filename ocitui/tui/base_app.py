"""What every app of the program has: its colours, keys one at a time, and the keys that hold everywhere."""

from collections.abc import Iterable
from typing import ClassVar, TypeVar

from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.events import Event, Key, Paste
from textual.filter import Monochrome, NoColor
from textual.screen import Screen

from ocitui.tui.clipboard import paste_safe
from ocitui.tui.spelling import spelling
from ocitui.tui.themes import CYCLE, DARK, LIGHT, first_theme
from ocitui.tui.typeahead import Settled, Typeahead

Result = TypeVar("Result")


class BaseApp(App[Result]):
    """An app that can be told by nothing but its screens from another one of the program."""

    TITLE = "ocitui"
    ENABLE_COMMAND_PALETTE = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark", "help", "All keys"),
        Binding("q", "quit", "Quit"),
        Binding("t", "next_theme", "Colours: dark, light, the terminal's own"),
        Binding("colon,ctrl+p", "command_palette", "Command palette", key_display=":  ctrl+p", priority=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.typeahead = Typeahead(self, super().on_event)
        """The keys that are still to be looked at."""
        self.animation_level = "none"
        for theme in (DARK, LIGHT):
            self.register_theme(theme)
        self.theme = first_theme()
        if self.no_color:  # Textual's own filter makes black of the terminal's colours: black on black
            self._filters = [NoColor() if isinstance(each, Monochrome) else each for each in self._filters]
        if (needed := spelling()) is not None:
            self._filters.append(needed)

    async def on_event(self, event: Event) -> None:
        """Take events as Textual does, but keys one at a time."""
        if isinstance(event, Key | Paste) and not event.is_forwarded:
            await self.typeahead.take(event)
        else:
            await super().on_event(event)

    async def on_settled(self, message: Settled) -> None:
        """A key has done all it does."""
        await self.typeahead.settled(message)

    def copy_to_clipboard(self, text: str) -> None:
        """Copy a text, also where Textual does it: of what was selected with the mouse, or in a line of input."""
        super().copy_to_clipboard(paste_safe(text))

    def action_help(self) -> None:
        """Show every key."""
        raise NotImplementedError

    def action_next_theme(self) -> None:
        """Go on to the next colours."""
        position = CYCLE.index(self.theme) if self.theme in CYCLE else -1
        self.theme = CYCLE[(position + 1) % len(CYCLE)]

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """What the command palette offers."""
        yield from super().get_system_commands(screen)
        yield SystemCommand("Keys", "Show every key", self.action_help)

    async def action_quit(self) -> None:
        """End the program; the screen ends what it has under way."""
        self.exit(return_code=0)
