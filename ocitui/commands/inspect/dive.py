"""The output of ``ocitui inspect --format dive``: the JSON that ``dive --json`` 0.13.1 writes of the same image.

::

    {"layer": [{"index": from 0, "id", "digestId": diff ID, "sizeBytes": of its files, "command",
                "fileList": [{"path", "typeFlag", "linkName", "size", "fileMode", "uid", "gid", "isDir"}, …]}, …],
     "image": {"sizeBytes", "inefficientBytes", "efficiencyScore",
               "fileReference": [{"count", "sizeBytes", "file"}, …]}}

The numbers are dive's, see `ocitui.image.dive.efficiency`; the files and their order too, see
`ocitui.image.dive.files`. What differs from dive's own:

- ``id`` is the first part of a layer's path in a docker archive, as dive has it; in any other
  place the name that skopeo would give it in one, ``<hex>.tar`` of its diff ID.
- ``fileReference`` has paths of the same size by name; dive leaves their order to chance.
- Letters that are not ASCII are escaped, so that nothing can act on a terminal; that is the
  same text to a reader of JSON. The file ends with a line break.
"""

import re
import sys
from collections.abc import Iterator, Sequence
from itertools import islice

from ocitui.commands.opened.image import OpenImage
from ocitui.commands.opened.place import report
from ocitui.commands.output.json import dump
from ocitui.image.dive.efficiency import Efficiency, measure_efficiency
from ocitui.image.dive.files import DiveFile, list_dive_files
from ocitui.image.image import Image
from ocitui.image.squash.layer_names import LayerNames
from ocitui.transports.docker_archive import DockerArchive
from ocitui.transports.transport import Transport

_UNDECODABLE = re.compile("[\udc80-\udcff]")
_SHELL = "/bin/sh -c "
_AT_ONCE = 2000
"""Files that are written together."""


def print_as_dive(opened: OpenImage) -> int:
    """Read every layer and write everything; return the exit code.

    Nothing is written where a layer is missing or damaged: the numbers would be wrong.
    """
    problems = list(opened.all_problems())
    if problems or any(layer is None for layer in opened.stack.layers):
        return report(problems)
    indexes = [layer.index for layer in opened.stack.layers if layer is not None]
    efficiency = measure_efficiency([LayerNames(number, index) for number, index in enumerate(indexes, 1)])
    pieces = _pieces(opened, efficiency, _ids(opened.place.transport, opened.image))
    while text := "".join(islice(pieces, _AT_ONCE)):
        sys.stdout.write(text)
    return 0


def _pieces(opened: OpenImage, efficiency: Efficiency, ids: Sequence[str]) -> Iterator[str]:
    yield '{\n  "layer": ['
    for number in range(1, len(opened.stack) + 1):
        yield ("," if number > 1 else "") + _layer_head(opened.image, number, ids[number - 1], efficiency)
        index = opened.stack.index_of(number)
        assert index is not None
        separator = "\n"
        for file in list_dive_files(index):
            yield separator + _file(file)
            separator = ",\n"
        yield "]\n    }" if separator == "\n" else "\n      ]\n    }"
    yield ("\n  ]" if len(opened.stack) else "]") + _image(efficiency)


def _layer_head(image: Image, number: int, id_: str, efficiency: Efficiency) -> str:
    command, digest = _history(image, number)
    return (
        f'\n    {{\n      "index": {number - 1},\n      "id": {_text(id_)},\n'
        f'      "digestId": {_text(digest)},\n      "sizeBytes": {efficiency.layer_sizes[number - 1]},\n'
        f'      "command": {_text(command)},\n'
        '      "fileList": ['
    )


def _ids(transport: Transport, image: Image) -> list[str]:
    """Return dive's names for the layers."""
    config = image.manifest.config.digest if image.manifest.config is not None else None
    if isinstance(transport, DockerArchive) and config is not None:
        names = transport.layer_names(config)
        if len(names) == len(image.layers):
            return [name.partition("/")[0] for name in names]
    digests = [layer.diff_id or layer.descriptor.digest for layer in image.layers]
    return [f"{digest.encoded}.tar" if digest is not None else "" for digest in digests]


def _history(image: Image, number: int) -> tuple[str, str]:
    """The command and the diff ID that dive gives a layer: those of the history entry of the same place."""
    config = image.config
    entries = [entry for entry in (config.history or () if config else ()) if not entry.empty_layer]
    if config is None or number > len(entries):
        return "(missing)", ""
    digest = config.diff_ids[number - 1] if number <= len(config.diff_ids) else None
    return entries[number - 1].created_by.removeprefix(_SHELL), str(digest or "")


def _file(file: DiveFile) -> str:
    return (
        f'        {{\n          "path": {_text(file.path)},\n          "typeFlag": {file.type_flag},\n'
        f'          "linkName": {_text(file.link)},\n          "size": {file.size},\n'
        f'          "fileMode": {file.mode},\n          "uid": {file.uid},\n          "gid": {file.gid},\n'
        f'          "isDir": {"true" if file.is_directory else "false"}\n        }}'
    )


def _image(efficiency: Efficiency) -> str:
    files = ",".join(
        f'\n      {{\n        "count": {path.count},\n        "sizeBytes": {path.size},\n'
        f'        "file": {_text(path.path)}\n      }}'
        for path in efficiency.paths
    )
    return (
        f',\n  "image": {{\n    "sizeBytes": {efficiency.size},\n    "inefficientBytes": {efficiency.wasted},\n'
        f'    "efficiencyScore": {_score(efficiency.score)},\n    "fileReference": [{files}'
        + ("\n    ]" if files else "]")
        + "\n  }\n}\n"
    )


def _score(value: float) -> str:
    """A number as Go writes it into JSON: without ``.0``, and with an exponent of as few digits as it has."""
    text = repr(value).removesuffix(".0")
    if "e" not in text and 0 < value < 1e-6:  # Go writes an exponent where Python does not yet
        return f"{value:e}"
    number, _, exponent = text.partition("e")
    if exponent and value >= 1e-6:  # and the other way round
        return f"{value:.20f}".rstrip("0")
    return f"{number}e{exponent[0]}{exponent[1:].lstrip('0')}" if exponent else text


def _text(value: bytes | str) -> str:
    """A text as Go writes it into JSON, in ASCII: bytes that are no UTF-8 are lost, and ``<>&`` are escaped."""
    if isinstance(value, bytes):
        value = value.decode("utf-8", "surrogateescape")
    text = dump(_UNDECODABLE.sub("\ufffd", value))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
