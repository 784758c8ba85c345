"""``ocitui inspect --raw`` and ``--config``: documents as they are stored, to the byte."""

from ocitui.commands.opened.choice import take_image
from ocitui.commands.opened.document import config_node, stored_node
from ocitui.commands.opened.place import Place, problems_of, report
from ocitui.commands.output.contents import write_contents
from ocitui.errors import UsageError
from ocitui.image.node import Node
from ocitui.spec.platform import Platform


def print_raw(place: Place, platform: Platform | None) -> int:
    """Write the manifest or the index that a reference names; return the exit code."""
    return _write(place, stored_node(place, platform))


def print_config(place: Place, platform: Platform | None) -> int:
    """Write the config of an image; return the exit code."""
    return _write(place, config_node(take_image(place, platform)))


def _write(place: Place, node: Node) -> int:
    problems = list(problems_of(node))
    if node.raw is None:
        raise UsageError(problems[0] if problems else f"{node.title}: is no document; `ocitui blob` prints it")
    write_contents([node.raw])
    return report([*place.workaround, *problems])
