"""``ocitui IMAGE``: the screen, or its text where there is no terminal."""

import os
import sys

import click

from ocitui.commands.arguments import chosen_platform, image_argument, mouse_option, platform_option
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
    transport, reference = open_reference(image)
    if has_screen():
        return open_screen(transport, reference, platform, mouse=not (no_mouse or is_mouse_off(context)))
    from ocitui.commands.inspect import print_text
    from ocitui.commands.place import Place

    return print_text(Place.of(transport, reference, platform), platform)


def open_screen(transport: Transport, reference: Reference, platform: Platform | None, mouse: bool) -> int:
    """Open a place on the screen; return the exit code once it is closed."""
    from ocitui.tui.app import run_app

    return run_app(transport, reference, platform, mouse)


def has_screen() -> bool:
    """Whether there is a terminal that can draw: not a pipe, not ``TERM=dumb``."""
    if sys.stdin is None or not (sys.stdin.isatty() and sys.stdout.isatty()):
        return False
    term = os.environ.get("TERM", "")
    return term not in {"", "dumb"} or (os.name == "nt" and not term)


def is_mouse_off(context: click.Context) -> bool:
    """Whether ``--no-mouse`` stands before the command or the image."""
    return bool(context.parent is not None and context.parent.params.get("no_mouse"))
