"""``ocitui serve``: the same screen in a browser, for whoever has the address."""

import ipaddress
from typing import Any

import click

from ocitui.commands.arguments import (
    chosen_platform,
    image_argument,
    is_mouse_off,
    mouse_option,
    platform_option,
    registry_options_without_secrets,
)
from ocitui.display import printable
from ocitui.errors import UsageError
from ocitui.import_path import isolated_python
from ocitui.spec.platform import Platform

_START = "from ocitui.__main__ import main; sys.exit(main())"


@click.command()
@image_argument
@click.option("--port", type=click.IntRange(0, 65535), default=8000, help="The port (default: 8000; 0: any free one).")
@click.option(
    "--host",
    default="127.0.0.1",
    metavar="ADDRESS",
    help="Listen there (default: 127.0.0.1, which only this machine reaches).",
)
@platform_option
@mouse_option
@registry_options_without_secrets
@click.pass_context
def command(context: click.Context, image: str, port: int, host: str, platform: Platform | None, no_mouse: bool) -> int:
    """Show an image in a browser: the same screen, served on this machine until Ctrl+C.

    The address has a token in it: whoever has the address can look at the image, and save its
    files on this machine, as you can. It is plain HTTP. From elsewhere, go through
    `ssh -L 8000:localhost:8000 SERVER`. It needs `pip install 'ocitui[serve]'`.
    """
    from ocitui.commands.opened.place import Place
    from ocitui.commands.opened.registry import OPTIONS

    try:
        from ocitui.tui.browser.server import ScreenServer, listen
    except ImportError as error:
        raise UsageError("serve: needs textual-serve: pip install 'ocitui[serve]'") from error
    platform = chosen_platform(context, platform)
    reference = Place.open(image, platform).reference  # what is wrong with it is said before a browser is opened
    if reference.is_standard_input:
        raise UsageError("serve: an image from standard input cannot be opened by a browser; save it to a file")
    arguments = _options(platform, no_mouse or is_mouse_off(context), context.meta.get(OPTIONS, {}))
    with listen(host, port) as listening:
        name, number = listening.getsockname()[:2]
        where = f"[{name}]" if ":" in name else name

        def tell(path: str) -> None:
            click.echo(f"http://{where}:{number}{path}")
            click.echo(f"ocitui: serving {printable(image)}; press Ctrl+C to stop", err=True)
            if not ipaddress.ip_address(name.partition("%")[0]).is_loopback:
                click.echo("ocitui: other machines can reach it, and nothing is encrypted", err=True)

        place = f"./{image}" if image.startswith("-") or _is_command(context, image) else image
        ScreenServer(isolated_python(_START, place, *arguments), printable(image), tell).run(listening)
    return 0


def _is_command(context: click.Context, word: str) -> bool:
    parent = context.parent
    return (
        parent is not None and isinstance(parent.command, click.Group) and word in parent.command.list_commands(parent)
    )


def _options(platform: Platform | None, has_no_mouse: bool, registry: dict[str, Any]) -> list[str]:
    """The options of a screen that is opened as this command was told."""
    options = [f"--platform={platform}"] if platform is not None else []
    if has_no_mouse:
        options.append("--no-mouse")
    for name, value in registry.items():
        option = f"--{name.replace('_', '-')}"
        if option == "--tls-verify":
            options.append(f"{option}={str(value).lower()}")
        elif isinstance(value, bool):
            options.append(option)
        elif isinstance(value, str):
            options.append(f"{option}={value}")
    return options
