"""``ocitui history``: which instruction made which layer.

With ``--json``::

    {"schemaVersion": 1, "place": "./local_nginx", "reference": "./local_nginx:latest",
     "digest": of the manifest, "tag", "platform": "linux/amd64" or null,
     "layers": [LAYER, …], "history": [ROW, …], "historyProblems": [], "bases": [BASE, …]}

LAYER, ROW and BASE are as ``ocitui inspect --json`` has them.
"""

from collections.abc import Sequence

import click

from ocitui.commands.arguments import (
    chosen_platform,
    color_option,
    image_argument,
    json_option,
    platform_option,
    registry_options,
)
from ocitui.commands.opened.bases import bases_of
from ocitui.commands.opened.choice import take_image
from ocitui.commands.opened.document import config_node
from ocitui.commands.opened.place import Place, remark
from ocitui.commands.output import terminal
from ocitui.commands.output.bases import base_object, base_sections
from ocitui.commands.output.facts import section_lines
from ocitui.commands.output.history_table import history_table
from ocitui.commands.output.json import write_json
from ocitui.commands.output.layer_fields import image_head, layer_object, row_object
from ocitui.commands.output.styled import Style, styled
from ocitui.display import printable
from ocitui.image.image import Image
from ocitui.image.known_bases import KnownBase
from ocitui.spec.platform import Platform


@click.command()
@image_argument
@platform_option
@color_option
@json_option
@registry_options
@click.pass_context
def command(context: click.Context, image: str, platform: Platform | None, as_json: bool) -> int:
    """Print the history of an image, each instruction with the layer that it made.

    A layer that one of several instructions made, as buildah builds it, says `one of: …`.
    Below it stands what the image is built on, where it is known which layers that is:
    by an image that was opened before, or is in the same place. No layer is read. The image
    is that for --platform, else for this machine, else the first.

    Exits with 2 where the manifest or the config is damaged or missing, after printing what
    there is. Layers may be missing or of a wrong size: that is said, and ends with 0.
    """
    platform = chosen_platform(context, platform)
    place = Place.open(image, platform)
    chosen = take_image(place, platform)
    bases = bases_of(place, chosen)
    if as_json:
        write_json(_history_object(place, chosen, bases))
    else:
        width = terminal.terminal_width()
        for problem in chosen.history.problems:
            for line in terminal.wrap(styled("! ", Style.ERROR), printable(problem), width):
                terminal.write_line(line)
        for line in history_table(chosen, width):
            terminal.write_line(line)
        for section in base_sections([base for base in bases if base.layers]):
            for line in section_lines(section, width):
                terminal.write_line(line)
    if not chosen.history.rows and chosen.config is not None and not chosen.manifest.no_list:
        remark(f"{chosen.node.title}: it has no layers and no history")
    layers = (chosen.layer_node(layer.number) for layer in chosen.layers)
    return place.report_documents((chosen.node, config_node(chosen), *layers), place.workaround)


def _history_object(place: Place, image: Image, bases: Sequence[KnownBase]) -> dict[str, object]:
    return {
        **image_head(place, image),
        "layers": [layer_object(image, layer) for layer in image.layers],
        "history": [row_object(row) for row in image.history.rows],
        "historyProblems": list(image.history.problems),
        "bases": [base_object(base) for base in bases],
    }
