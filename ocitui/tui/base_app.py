"""The base of every app of the program: its colours, keys one at a time, and the keys that hold everywhere."""

import os
import signal
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from typing import ClassVar, TypeVar

from textual import events
from textual.app import App
from textual.binding import BindingType
from textual.dom import DOMNode
from textual.driver import Driver
from textual.filter import Monochrome, NoColor

from ocitui.tui.rows.keys import Key, Kind
from ocitui.tui.settings import DEFAULTS, Settings
from ocitui.tui.terminal.clipboard import paste_safe
from ocitui.tui.terminal.contrast import Contrast
from ocitui.tui.terminal.spelling import spelling
from ocitui.tui.terminal.themes import CYCLE, OFFERED, OWN, first_theme, remember_theme
from ocitui.tui.terminal.threads import share_memory_among_threads, use_forgetful_threads
from ocitui.tui.terminal.typeahead import Settled, Typeahead

Result = TypeVar("Result")

_CAUGHT = [getattr(signal, name) for name in ("SIGHUP", "SIGTERM") if hasattr(signal, name)]


class BaseApp(App[Result]):
    """An app that can be told by nothing but its screens from another one of the program."""

    TITLE = "ocitui"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Key("question_mark", "help", "Help: all keys", hint="help", worth=5, kind=Kind.PROGRAM, stays=True),
        Key("colon,ctrl+p", "commands", "All commands, by name", hint="commands", worth=20, kind=Kind.PROGRAM),
        Key(
            "t",
            "next_theme",
            "Next theme: dark, light, the terminal's colours",
            hint="theme",
            worth=15,
            kind=Kind.PROGRAM,
        ),
        Key("T", "choose_theme", "Choose among all themes", kind=Kind.PROGRAM),
        Key("ctrl+z", "suspend_process", "Suspend (fg resumes)", id="suspend", kind=Kind.PROGRAM),
        Key("q", "quit", "Quit", hint="quit", worth=6, kind=Kind.PROGRAM, stays=True),
        Key("ctrl+c", "interrupt", "Quit at once", kind=Kind.PROGRAM),
    ]

    def __init__(self, settings: Settings = DEFAULTS) -> None:
        """
        Args:
            settings: what the user has set; the keys are checked.
        """
        os.environ.pop("UNICODE_VERSION", None)  # Textual would count columns by another table than ocitui.cells
        super().__init__()
        self.ended_by: int | None = None
        """The signal that ended it."""
        self.typeahead = Typeahead(self, super().on_event)
        """The keys that are still to be looked at."""
        self.animation_level = "none"
        for theme in OWN:
            self.register_theme(theme)
        self.theme = first_theme(settings.theme)
        self.keymap: Mapping[str, Sequence[str]] = settings.keys
        """The keys of the names that have others than those stated, as Textual spells them."""
        self.set_keymap({name: ",".join(keys) for name, keys in self.keymap.items()})
        if self.no_color:  # Textual's own filter makes black of the terminal's colours: black on black
            self._filters = [NoColor() if isinstance(each, Monochrome) else each for each in self._filters]
        self._filters.append(Contrast())
        if (needed := spelling()) is not None:
            self._filters.append(needed)

    def on_load(self) -> None:
        """Have work done in threads that forget it, and that share what they free."""
        share_memory_among_threads()
        use_forgetful_threads()

    async def on_event(self, event: events.Event) -> None:
        """Take events as Textual does, but keys one at a time, and none once it ends: widgets are gone then."""
        if isinstance(event, events.Key) and self._exit:
            return
        if isinstance(event, events.Key | events.Paste) and not event.is_forwarded:
            await self.typeahead.take(event)
        else:
            await super().on_event(event)

    async def on_settled(self, message: Settled) -> None:
        """A key has done all it does."""
        await self.typeahead.settled(message)

    def copy_to_clipboard(self, text: str) -> None:
        """Copy a text, also where Textual does it: of what was selected with the mouse, or in a line of input."""
        super().copy_to_clipboard(paste_safe(text))

    JOBS: ClassVar[Sequence[tuple[str, type[DOMNode]]]] = ()
    """Headings of the help, and the screens whose jobs stand under them wherever one is."""

    def action_help(self) -> None:
        """Show every key: those of what is in front first."""
        from ocitui.tui.page.help import HelpScreen, sections_for

        self.push_screen(HelpScreen(sections_for(self.screen, self.JOBS)))

    def action_next_theme(self) -> None:
        """Go on to the next colours."""
        position = CYCLE.index(self.theme) if self.theme in CYCLE else -1
        self._take_theme(CYCLE[(position + 1) % len(CYCLE)])

    def action_commands(self) -> None:
        """Let choose among all that can be done here."""
        from ocitui.tui.page.palette import Palette, commands_of

        self.push_screen(Palette(commands_of(self.screen), "command:", "type part of a command"))

    def action_choose_theme(self) -> None:
        """Let choose among all themes."""
        from ocitui.tui.page.palette import Command, Palette

        commands = [Command(name, partial(self._take_theme, name)) for name in OFFERED]
        self.push_screen(Palette(commands, "theme:", "type part of its name"))

    def _take_theme(self, name: str) -> None:
        self.theme = name
        remember_theme(name)

    async def action_quit(self) -> None:
        """End the program; the screen ends what it has under way."""
        self._end(0)

    def action_interrupt(self) -> None:
        """End the program as Ctrl+C ends a command."""
        self.end_by(signal.SIGINT)

    def action_suspend_process(self) -> None:
        """Give the terminal back to the shell for a while."""
        stop = getattr(self._driver, "stop", None)
        if stop is not None:
            stop()

    def end_by(self, number: int) -> None:
        """End as a signal asks for; the screen ends what it has under way."""
        self.ended_by = number
        self._end(128 + number)

    def _end(self, code: int) -> None:
        end_in_time = getattr(self._driver, "end_in_time", None)
        if end_in_time is not None:
            end_in_time(code)
        self.exit(return_code=code)

    def get_driver_class(self) -> type[Driver]:
        """The driver for the terminals of this system, or for a browser."""
        found = super().get_driver_class()
        if found.__name__ == "WebDriver":
            from ocitui.tui.browser.driver import BrowserDriver

            return BrowserDriver
        if sys.platform == "win32" or found.__name__ != "LinuxDriver":
            return found
        from ocitui.tui.terminal.driver import TerminalDriver

        return TerminalDriver

    def show(self, mouse: bool) -> Result | None:
        """Run it until the user leaves.

        Args:
            mouse: whether it gets the mouse.

        Raises:
            KeyboardInterrupt: it was ended by Ctrl+C.
            SystemExit: another signal ended it.
            Exception: what it failed with.
        """
        handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, *_CAUGHT)}
        if handlers[signal.SIGINT] is not signal.SIG_IGN:  # asyncio takes over no other handler than this
            signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            result = self.run(mouse=mouse)
        finally:
            for number, handler in handlers.items():  # the loop has put the system's in their place
                signal.signal(number, handler)
        if self._exception is not None:
            raise self._exception
        if self.ended_by == signal.SIGINT:
            raise KeyboardInterrupt
        if self.ended_by is not None:
            sys.exit(128 + self.ended_by)
        return result

    def _handle_exception(self, error: Exception) -> None:
        """Note an error that nobody expected; a screen that is opened while a signal ends the app is none."""
        if self.ended_by is None or os.environ.get("OCITUI_DEBUG"):
            super()._handle_exception(error)
        else:
            self._close_messages_no_wait()

    def _fatal_error(self) -> None:
        """End after an error that nobody expected; `show` raises it once more, to be said in one line."""
        if os.environ.get("OCITUI_DEBUG"):
            super()._fatal_error()
        else:
            self._close_messages_no_wait()
