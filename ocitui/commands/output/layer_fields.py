"""The fields of a layer in the JSON of several commands."""

from ocitui.commands.output.json import JsonObject, text_or_null
from ocitui.image.history.words import origin_text
from ocitui.image.image import Image


def layer_fields(image: Image, number: int, path: bytes | None = None) -> JsonObject:
    """Return the number of a layer, its digests, and the instruction that made it.

    Args:
        image: the image.
        number: of the layer, counted from 1.
        path: a path that the layer has; of several instructions one that names it comes first.
    """
    layer = image.layers[number - 1]
    row = image.row_of(layer)
    return {
        "layer": number,
        "digest": text_or_null(layer.descriptor.digest),
        "diffID": text_or_null(layer.diff_id),
        "instruction": origin_text(image.history, number, path=path),
        "createdBy": row.entry.created_by if row is not None and row.entry is not None else None,
    }
