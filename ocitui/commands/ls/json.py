"""``ocitui ls --json``."""

from collections.abc import Iterable, Sequence

from ocitui.commands.opened.files import OpenFiles
from ocitui.commands.opened.layer import OpenLayer
from ocitui.commands.output.entries import Listed, write_json_entries
from ocitui.commands.output.json import SCHEMA_VERSION, JsonObject, text_fields, text_or_null
from ocitui.image.verify.layer_check import layer_notes


def write_json_list(opened: OpenFiles, path: bytes, entries: Iterable[Listed], problems: Sequence[str]) -> None:
    """Write one JSON object, each entry on a line of its own as soon as it is known.

    ::

        {"schemaVersion": 1, "place", "image": digest, "path": as asked for,
         "entries": [as `ocitui.commands.output.entries.entry_object` says, …], "problems": []}

    Of one layer there is "layer": {"number", "digest", "diffID"} in place of "image", and at the end "notes": [].
    """
    what: JsonObject
    tail: JsonObject = {"problems": problems}
    if isinstance(opened, OpenLayer):
        layer = opened.layer
        digest, diff_id = text_or_null(layer.descriptor.digest), text_or_null(layer.diff_id)
        what = {"layer": {"number": layer.number, "digest": digest, "diffID": diff_id}}
        tail["notes"] = layer_notes(layer, opened.index.summary)
    else:
        what = {"image": text_or_null(opened.image.node.digest)}
    head = {"schemaVersion": SCHEMA_VERSION, "place": opened.place.transport.place, **what}
    write_json_entries({**head, **text_fields("path", path)}, entries, tail)
