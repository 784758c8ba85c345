"""``ocitui IMAGE``: the screen, or its text where there is no terminal."""

import os
import sys

import click

from ocitui.commands.arguments import chosen_platform, image_argument, mouse_option, platform_option
from ocitui.spec.platform import Platform
from ocitui.spec.reference import Reference
from ocitui.transports.transport import Transport


@click.command()
@image_argument
@platform_option
@mouse_option
@click.pass_context
def command(context: click.Context, image: str, platform: Platform | None, no_mouse: bool) -> int:
    """Open an image on the screen; where there is no terminal, print it as text."""
    from ocitui.transports.opening import open_reference

    transport, reference = open_reference(image)
    return show_place(transport, reference, chosen_platform(context, platform), mouse=not (no_mouse or _off(context)))


def show_place(transport: Transport, reference: Reference, platform: Platform | None, mouse: bool) -> int:
    """Open a place on the screen, or print it where there is none."""
    if has_screen():
        from ocitui.tui.app import run_app

        return run_app(transport, reference, platform, mouse)
    from ocitui.commands.inspect import print_text
    from ocitui.commands.place import Place

    return print_text(Place.of(transport, reference), platform)


def has_screen() -> bool:
    """Whether there is a terminal that can draw: not a pipe, not ``TERM=dumb``."""
    term = os.environ.get("TERM", "")
    return (
        sys.stdin is not None
        and sys.stdin.isatty()
        and sys.stdout.isatty()
        and (term not in {"", "dumb"} or (os.name == "nt" and not term))
    )


def _off(context: click.Context) -> bool:
    return bool(context.parent is not None and context.parent.params.get("no_mouse"))
