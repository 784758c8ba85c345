"""The output of ``ocitui inspect --json --files``: all of ``--json``, and every file.

To the object of ``--json`` come::

    "layerFiles": [{"layer": number, "digest", "entries": [ENTRY, …] or null where it cannot be read}, …],
    "files": [ENTRY with "layer", …]  the final filesystem

ENTRY is as ``ocitui ls --json`` has it. Files are written as they are read.
"""

import sys
from collections.abc import Iterator

from ocitui.commands.inspect.json import chosen_objects, place_object
from ocitui.commands.opened.image import OpenImage
from ocitui.commands.opened.place import report
from ocitui.commands.output.entries import Listed, entry_object, list_below
from ocitui.commands.output.json import text_or_null, write_array, write_opened
from ocitui.image.filesystem.layer import LayerFilesystem


def print_with_files(opened: OpenImage) -> int:
    """Read every layer and write everything; return the exit code."""
    problems = list(dict.fromkeys([*opened.place.problems(), *opened.all_problems()]))
    head = {**place_object(opened.place), "problems": problems, **chosen_objects(opened.image, opened.place.transport)}
    write_opened(head, "layerFiles")
    if opened.image.layers:
        for layer in opened.image.layers:
            sys.stdout.write("[\n    " if layer.number == 1 else ",\n    ")
            write_opened({"layer": layer.number, "digest": text_or_null(layer.descriptor.digest)}, "entries", 2)
            entries = _entries(opened, layer.number)
            if entries is None:
                sys.stdout.write("null")
            else:
                write_array(map(entry_object, entries), 3)
            sys.stdout.write("\n    }")
        sys.stdout.write("\n  ]")
    else:
        sys.stdout.write("[]")
    sys.stdout.write(',\n  "files": ')
    files = opened.files
    write_array(map(entry_object, list_below(files, files.root, True, with_layers=True, with_totals=True)))
    sys.stdout.write("\n}\n")
    return report(problems)


def _entries(opened: OpenImage, number: int) -> Iterator[Listed] | None:
    """Everything in a layer; None where it cannot be read."""
    index = opened.stack.index_of(number)
    if index is None:
        return None
    files = LayerFilesystem(index, number)
    return list_below(files, files.root, True)
