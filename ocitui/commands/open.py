"""``ocitui IMAGE``: the screen, or its text where there is no terminal."""

import os
import sys

import click

from ocitui.commands.arguments import chosen_platform, image_argument, mouse_option, platform_option
from ocitui.commands.status_line import StatusLine
from ocitui.spec.platform import Platform
from ocitui.spec.reference import Reference
from ocitui.transports.transport import Transport


class _NamelessCommand(click.Command):
    """A command whose usage is that of its parent: ``ocitui [OPTIONS] IMAGE``."""

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the usage line."""
        formatter.write_usage(ctx.command_path.strip(), " ".join(self.collect_usage_pieces(ctx)))


@click.command(cls=_NamelessCommand)
@image_argument
@platform_option
@mouse_option
@click.pass_context
def command(context: click.Context, image: str, platform: Platform | None, no_mouse: bool) -> int:
    """Open an image on the screen; where there is no terminal, print it as text."""
    from ocitui.transports.opening import open_reference

    platform = chosen_platform(context, platform)
    with StatusLine() as line:
        transport, reference = open_reference(image, line.say_place)
    if has_screen(reference):
        return open_screen(transport, reference, platform, mouse=not (no_mouse or is_mouse_off(context)))
    from ocitui.commands.inspect import print_text
    from ocitui.commands.place import Place

    return print_text(Place.of(transport, reference, platform), platform)


def open_screen(transport: Transport, reference: Reference, platform: Platform | None, mouse: bool) -> int:
    """Open a place on the screen; return the exit code once it is closed."""
    from ocitui.tui.app import run_app

    return run_app(transport, reference, platform, mouse)


def has_screen(reference: Reference | None = None) -> bool:
    """Whether there is a terminal that can draw: not a pipe, not ``TERM=dumb``.

    Where the image came through standard input, the keyboard is taken from the terminal.
    """
    if not sys.stdout.isatty():
        return False
    term = os.environ.get("TERM", "")
    if term in {"", "dumb"} and not (os.name == "nt" and not term):
        return False
    if reference is not None and reference.is_standard_input:
        from ocitui.transports.standard_input import take_terminal

        return take_terminal()
    return sys.stdin is not None and sys.stdin.isatty()


def is_mouse_off(context: click.Context) -> bool:
    """Whether ``--no-mouse`` stands before the command or the image."""
    return bool(context.parent is not None and context.parent.params.get("no_mouse"))
