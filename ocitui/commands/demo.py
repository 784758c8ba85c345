"""``ocitui demo``: a generated sample image."""

import tempfile
from pathlib import Path

import click

from ocitui.commands.arguments import chosen_platform, mouse_option, platform_option
from ocitui.spec.platform import Platform
from ocitui.spec.reference import Reference


@click.command()
@click.option("--text", is_flag=True, help="Print it as text, also on a terminal.")
@platform_option
@mouse_option
@click.pass_context
def command(context: click.Context, text: bool, platform: Platform | None, no_mouse: bool) -> int:
    """Look at a generated sample image, in a folder that is removed at the end.

    It has several layers, empty history entries, deleted files, links, a second
    platform, attestations and a signature. Without a terminal it is printed as text.
    """
    from ocitui.commands.inspect.command import print_text
    from ocitui.commands.open import has_screen, is_mouse_off, open_screen
    from ocitui.commands.opened.place import Place
    from ocitui.demo import build_demo
    from ocitui.transports.layout import Layout

    platform = chosen_platform(context, platform)
    with tempfile.TemporaryDirectory(prefix="ocitui-demo-", ignore_cleanup_errors=True) as folder:
        layout = Path(folder) / "demo"
        build_demo(layout)
        transport, reference = Layout.open(layout, "demo"), Reference("demo", "", "demo")
        if has_screen() and not text:
            mouse = not (no_mouse or is_mouse_off(context))
            return open_screen(transport, reference, platform, mouse, is_lasting=False)
        return print_text(Place.of(transport, reference, platform), platform)
