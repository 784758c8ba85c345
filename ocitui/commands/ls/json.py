"""``ocitui ls --json``."""

import os
from collections.abc import Iterable, Sequence

from ocitui.commands.opened.files import OpenFiles
from ocitui.commands.opened.layer import OpenLayer
from ocitui.commands.output.entries import Listed, entry_object
from ocitui.commands.output.files_head import files_head
from ocitui.commands.output.json import JsonObject, path_fields, write_array, write_closed, write_opened
from ocitui.image.verify.layer_check import layer_notes
from ocitui.layers.pathnames import components


def write_json_list(opened: OpenFiles, path: str | None, entries: Iterable[Listed], problems: Sequence[str]) -> None:
    """Write one JSON object, each entry as soon as it is known.

    ::

        {"schemaVersion": 1, "place", "image": digest, "path": as asked for, or null where there are several,
         "entries": [as `ocitui.commands.output.entries.entry_object` says, …], "problems": []}

    Of one layer there is "layer": {"number", "digest", "diffID", "restsOn"} in place of "image", and at the end
    "notes": []. "unverified": [numbers of layers whose digests were not known yet; the command ends with 2 where one
    turns out to be another]. Of an image there is "restsOn": [of each layer, or null where it cannot be read], each as
    ``ocitui inspect --json`` has it.
    """
    tail: JsonObject = {"problems": problems}
    if isinstance(opened, OpenLayer):
        tail["notes"] = layer_notes(opened.layer, opened.index.summary)
    head = {**files_head(opened), "unverified": list(opened.unverified)}
    asked = {"path": None} if path is None else path_fields("path", b"/".join(components(os.fsencode(path))[0]))
    write_opened({**head, **asked}, "entries")
    write_array(map(entry_object, entries))
    write_closed(tail)
