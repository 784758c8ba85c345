"""``ocitui tags``: the names of the images in a place.

With ``--json``::

    {"schemaVersion": 1, "place": "./local_nginx",
     "tags": [{"name": "latest", "digest", "mediaType", "size": bytes of the manifest or index}, …]}
"""

import click

from ocitui.commands.arguments import ImageType, json_option
from ocitui.commands.opened.place import report
from ocitui.commands.output import terminal
from ocitui.commands.output.json import SCHEMA_VERSION, JsonObject, text_or_null, write_json
from ocitui.commands.status_line import StatusLine
from ocitui.display import printable, quote
from ocitui.errors import UsageError
from ocitui.spec.descriptor import Descriptor
from ocitui.spec.index import Index
from ocitui.transports.opening import open_reference


@click.command()
@click.argument("place", type=ImageType())
@json_option
def command(place: str, as_json: bool) -> int:
    """Print the names of the images in a layout, an archive or a storage, one a line.

    Each is what follows the colon after PLACE in the name of an image. Images without a
    name are not listed; `ocitui inspect PLACE` has all.
    """
    with StatusLine() as line:
        transport, reference = open_reference(place, line.show_place)
    if reference.tag or reference.digest is not None or reference.number is not None:
        raise UsageError(f"tags: {quote(place, 200)}: names an image; expected a place, without a tag")
    top = transport.read_top()
    entries: dict[str, Descriptor] = {}
    for entry in Index.parse(top.index, transport.top_name).manifests:
        if entry.name:
            entries.setdefault(entry.name, entry)
    if as_json:
        tags = [_tag_object(entry) for entry in entries.values()]
        write_json({"schemaVersion": SCHEMA_VERSION, "place": transport.place, "tags": tags})
    else:
        for name in entries:
            terminal.write_line(printable(name))
    return report([*transport.problems, *top.workaround])


def _tag_object(entry: Descriptor) -> JsonObject:
    return {
        "name": entry.name,
        "digest": text_or_null(entry.digest),
        "mediaType": entry.media_type or None,
        "size": entry.size,
    }
