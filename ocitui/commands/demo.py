"""``ocitui demo``: a generated sample image."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from ocitui.commands.arguments import chosen_platform, color_option, is_mouse_off, mouse_option, platform_option
from ocitui.display import printable
from ocitui.errors import UsageError
from ocitui.spec.platform import Platform
from ocitui.spec.reference import Reference


@click.command()
@click.option("--text", is_flag=True, help="Print it as text, also on a terminal.")
@click.option(
    "--keep",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write it there, into a new or empty folder, and leave it.",
)
@color_option
@platform_option
@mouse_option
@click.pass_context
def command(context: click.Context, text: bool, keep: Path | None, platform: Platform | None, no_mouse: bool) -> int:
    """Look at a generated sample image, in a folder that is removed at the end unless --keep is given.

    It has several layers, empty history entries, deleted files, links, a second
    platform, attestations and a signature. Without a terminal it is printed as text.
    """
    from ocitui.commands.inspect.command import print_text
    from ocitui.commands.open import has_screen, open_screen
    from ocitui.commands.opened.place import Place
    from ocitui.demo import build_demo
    from ocitui.transports.layout import Layout

    platform = chosen_platform(context, platform)
    with _folder(keep) as layout:
        name = os.fspath(keep) if keep is not None else "demo"
        build_demo(layout)
        transport, reference = Layout.open(layout, name), Reference(name, "", name)
        if has_screen() and not text:
            mouse = not (no_mouse or is_mouse_off(context))
            return open_screen(transport, reference, platform, mouse, is_lasting=keep is not None)
        return print_text(Place.of(transport, reference, platform), platform)


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    """The folder to write to: the one that is kept, else one that is removed at the end.

    Raises:
        UsageError: the one to keep has files in it already.
    """
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="ocitui-demo-", ignore_cleanup_errors=True) as folder:
            yield Path(folder) / "demo"
        return
    if keep.exists() and any(keep.iterdir()):
        raise UsageError(f"demo: {printable(os.fspath(keep))}: is not empty; --keep writes into a new or empty folder")
    yield keep
