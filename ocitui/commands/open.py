"""``ocitui`` and ``ocitui IMAGE``: the screens, or the image as text where there is no terminal."""

import math
import os
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

import click

from ocitui.commands.arguments import (
    chosen_platform,
    color_option,
    image_argument,
    is_mouse_off,
    mouse_option,
    platform_option,
    registry_options,
)
from ocitui.commands.status_line import StatusLine
from ocitui.errors import OcituiError
from ocitui.spec.platform import Platform
from ocitui.spec.reference import Reference
from ocitui.transports.transport import Transport

if TYPE_CHECKING:
    from ocitui.tui.settings import Settings


class _NamelessCommand(click.Command):
    """A command whose usage is that of its parent: ``ocitui [OPTIONS] IMAGE``."""

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the usage line."""
        formatter.write_usage(ctx.command_path.strip(), " ".join(self.collect_usage_pieces(ctx)))


@click.command(cls=_NamelessCommand)
@image_argument
@color_option
@platform_option
@mouse_option
@registry_options
@click.pass_context
def command(context: click.Context, image: str, platform: Platform | None, no_mouse: bool) -> int:
    """Open an image on the screen; where there is no terminal, print it as text."""
    from ocitui.commands.opened.registry import open_place

    platform = chosen_platform(context, platform)
    with StatusLine() as line:
        transport, reference = open_place(image, line)
    if has_screen(reference):
        return open_screen(transport, reference, platform, mouse=not (no_mouse or is_mouse_off(context)))
    from ocitui.commands.inspect.command import print_text
    from ocitui.commands.opened.place import Place

    return print_text(Place.of(transport, reference, platform), platform)


def open_screen(
    transport: Transport, reference: Reference, platform: Platform | None, mouse: bool, *, is_lasting: bool = True
) -> int:
    """Open a place on the screen, then what is chosen after it; return the exit code once the user has left.

    Args:
        transport: the place.
        reference: what was typed.
        platform: the platform to start on.
        mouse: whether the program gets the mouse.
        is_lasting: whether the place is worth remembering.
    """
    return _Screens(platform, mouse).open(transport, reference, is_lasting)


def start_screen(platform: Platform | None, mouse: bool) -> int:
    """Let choose an image and open it, until the user leaves; return the exit code."""
    return _Screens(platform, mouse).start()


class _Screens:
    """The start screen and images, one after the other."""

    def __init__(self, platform: Platform | None, mouse: bool) -> None:
        self._platform = platform
        self._mouse = mouse
        from ocitui.commands.opened.registry import fetches_all

        self._settings = _settings()
        if fetches_all():
            self._settings = replace(self._settings, fetch_without_asking=math.inf)
        self._theme = ""
        self._previous: tuple[Transport, Reference] | None = None  # the image that was open last

    def open(self, transport: Transport, reference: Reference, is_lasting: bool) -> int:
        """Show an image, and after it what the user chooses."""
        code = self._look_inside(transport, reference, is_lasting)
        return self.start() if code is None else code

    def start(self) -> int:
        """Show the start screen, and what the user chooses there."""
        notice = ""
        code: int | None = None
        while code is None:
            code, chosen = self._choose(notice)
            notice = ""
            if chosen is None:
                break
            try:
                code = self._look_inside(*chosen, is_lasting=chosen is not self._previous)
            except OcituiError as error:  # it is there, but not the tag or the platform that was asked for
                notice = str(error)
        return code or 0

    def _look_inside(self, transport: Transport, reference: Reference, is_lasting: bool = True) -> int | None:
        """Show one image. Returns the exit code, or None where the user wants another image."""
        from ocitui.tui.app import OcituiApp, run_app

        app = OcituiApp(
            transport, reference, self._platform, remembers=is_lasting, opens_files=True, settings=self._settings
        )
        self._previous = transport, reference
        if is_lasting:
            from ocitui.transports.recent import remember

            with suppress(OSError):  # of the current folder: it may be gone
                remember(reference.text, Path.cwd())
        app.theme = self._theme or app.theme
        code = run_app(app, self._mouse)
        self._theme = app.theme
        return code

    def _choose(self, notice: str) -> tuple[int | None, tuple[Transport, Reference] | None]:
        """Show the start screen. Returns an exit code where it failed, and what was chosen, opened."""
        from ocitui.commands.opened.sources import sources
        from ocitui.tui.start_app import StartApp

        is_over = Event()
        app = StartApp(
            sources(is_over.is_set),
            _current_folder(),
            notice,
            has_previous=self._previous is not None,
            settings=self._settings,
        )
        app.theme = self._theme or app.theme
        chosen = app.show(self._mouse)
        is_over.set()
        self._theme = app.theme
        return app.return_code or None, self._previous if app.went_back else chosen


def _settings() -> "Settings":
    """The user's settings of the screen, or `UsageError`."""
    from ocitui.config_folder import settings_path
    from ocitui.tui.settings import DEFAULTS

    path = settings_path()
    if not os.path.lexists(path):
        return DEFAULTS
    from ocitui.tui.settings_file import read_settings

    return read_settings(path)


def _current_folder() -> str:
    """The current folder as people write it."""
    try:
        folder = os.getcwd()
    except OSError:
        return ""
    home = os.path.expanduser("~").rstrip(os.sep)
    return f"~{folder[len(home) :]}" if home and (folder + os.sep).startswith(home + os.sep) else folder


def has_screen(reference: Reference | None = None) -> bool:
    """True if there is a terminal that can draw: not a pipe, not ``TERM=dumb``.

    Where the image came through standard input, the keyboard is taken from the terminal. A browser draws too: of
    textual-serve, which says by this variable that it is at the other end of the pipe.
    """
    if os.environ.get("TEXTUAL_DRIVER") == "textual.drivers.web_driver:WebDriver":
        return True
    if not sys.stdout.isatty():
        return False
    term = os.environ.get("TERM", "")
    if term in {"", "dumb"} and not (os.name == "nt" and not term):
        return False
    if reference is not None and reference.is_standard_input:
        from ocitui.transports.standard_input import take_terminal

        return take_terminal()
    return sys.stdin is not None and sys.stdin.isatty()
