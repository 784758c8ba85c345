"""``ocitui help``: the help of ocitui, or of one of its commands."""

import click

from ocitui.display import quote
from ocitui.errors import UsageError


@click.command()
@click.argument("name", metavar="[COMMAND]", required=False)
@click.pass_context
def command(context: click.Context, name: str | None) -> int:
    """Show the help of ocitui, or of one of its commands."""
    root = context.find_root()
    if name is None:
        click.echo(root.get_help())
        return 0
    assert isinstance(root.command, click.Group)
    found, wanted, _ = root.command.resolve_command(root, [name])
    if not found or wanted is None:
        raise UsageError(f"no command {quote(name)}; `ocitui help` lists them all")
    with click.Context(wanted, info_name=found, parent=root) as inner:
        click.echo(wanted.get_help(inner))
    return 0
