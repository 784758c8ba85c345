"""What ``ocitui inspect --json --files`` prints: all that ``--json`` does, and every file.

To the object of ``--json`` come::

    "layerFiles": [{"layer": number, "digest", "entries": [ENTRY, …] or null where it cannot be read}, …],
    "files": [ENTRY with "layer", …]  the final filesystem

ENTRY is as ``ocitui ls --json`` has it. Files are written as they are read, one a line.
"""

import sys
from collections.abc import Iterator

from ocitui.commands.inspect.json import image_object, place_object
from ocitui.commands.ls.merged import MergedListing
from ocitui.commands.opened.place import Place, report
from ocitui.commands.opened.stack import OpenStack, open_stack
from ocitui.commands.output.entries import Listed, list_below, write_json_array
from ocitui.commands.output.json import dump, text_or_null
from ocitui.image.image import Image
from ocitui.image.merged.tree import MergedTree


def print_with_files(place: Place, image: Image) -> int:
    """Read every layer and write everything; return the exit code."""
    with open_stack(place.transport, image) as opened:
        problems = list(dict.fromkeys([*place.problems(), *opened.all_problems()]))
        head = {**place_object(place), "problems": problems, "image": image_object(image)}
        sys.stdout.write(dump(head)[:-1] + ', "layerFiles": [')
        for layer in image.layers:
            digest = text_or_null(layer.descriptor.digest)
            before = "" if layer.number == 1 else ", "
            sys.stdout.write(before + dump({"layer": layer.number, "digest": digest})[:-1] + ', "entries": ')
            entries = _entries(opened, layer.number)
            if entries is None:
                sys.stdout.write("null")
            else:
                write_json_array(entries)
            sys.stdout.write("}")
        sys.stdout.write('], "files": ')
        write_json_array(MergedListing(MergedTree(opened.stack), None).listed(True, with_totals=True))
        sys.stdout.write("}\n")
    return report(problems)


def _entries(opened: OpenStack, number: int) -> Iterator[Listed] | None:
    """Everything in a layer; None where it cannot be read."""
    index = opened.index_of(number)
    if index is None:
        return None
    return list_below(index, Listed(b"", index.root), True)
