"""The output of ``ocitui inspect --json --files``: all of ``--json``, and every file.

To the object of ``--json`` come::

    "layerFiles": [{"layer": number, "digest", "entries": [ENTRY, …] or null where it cannot be read}, …],
    "files": [ENTRY with "layer", …]  the final filesystem

ENTRY is as ``ocitui ls --json`` has it. Files are written as they are read, one a line.
"""

import sys
from collections.abc import Iterator

from ocitui.commands.inspect.json import image_object, place_object
from ocitui.commands.opened.image import OpenImage
from ocitui.commands.opened.place import report
from ocitui.commands.output.entries import Listed, list_below, write_json_array
from ocitui.commands.output.json import dump, text_or_null
from ocitui.image.filesystem.layer import LayerFilesystem


def print_with_files(opened: OpenImage) -> int:
    """Read every layer and write everything; return the exit code."""
    problems = list(dict.fromkeys([*opened.place.problems(), *opened.all_problems()]))
    head = {**place_object(opened.place), "problems": problems, "image": image_object(opened.image)}
    sys.stdout.write(dump(head)[:-1] + ', "layerFiles": [')
    for layer in opened.image.layers:
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
    files = opened.files
    write_json_array(list_below(files, files.root, True, with_layers=True, with_totals=True))
    sys.stdout.write("}\n")
    return report(problems)


def _entries(opened: OpenImage, number: int) -> Iterator[Listed] | None:
    """Everything in a layer; None where it cannot be read."""
    index = opened.stack.index_of(number)
    if index is None:
        return None
    files = LayerFilesystem(index, number)
    return list_below(files, files.root, True)
