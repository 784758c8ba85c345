"""``ocitui digest``: the digest of an image's manifest, for scripts."""

import click

from ocitui.commands.arguments import chosen_platform, image_argument, platform_option, registry_options
from ocitui.commands.opened.document import config_node, named_node, stored_node
from ocitui.commands.opened.place import Place, problems_of, report
from ocitui.commands.output import terminal
from ocitui.errors import UsageError
from ocitui.image.selection import select_image
from ocitui.spec.platform import Platform


@click.command()
@image_argument
@click.option("--config", is_flag=True, help="The digest of the config instead: the ID of the image.")
@platform_option
@registry_options
@click.pass_context
def command(context: click.Context, image: str, config: bool, platform: Platform | None) -> int:
    """Print the digest of what IMAGE names, on one line.

    That is an index where it has several platforms; with --platform it is the manifest of
    the image for it. A place with several images needs a tag, or `@DIGEST`: none is chosen.

    Exits with 2 where the document is missing or damaged, after printing its digest.
    """
    platform = chosen_platform(context, platform)
    place = Place.open(image, platform)
    named = named_node if config else stored_node
    node = named(place, platform)
    if config:
        node = config_node(select_image(node, platform))
    if node.digest is None:
        raise UsageError(next(problems_of(node), f"{node.title}: its descriptor holds no digest"))
    terminal.write_line(str(node.digest))
    return report([*place.workaround, *problems_of(node)])
