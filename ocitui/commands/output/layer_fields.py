"""The fields of an image, of its layers and of their history in the JSON of several commands."""

from itertools import chain

from ocitui.commands.opened.layer_index import known_summary
from ocitui.commands.opened.place import Place, problems_of
from ocitui.commands.output.json import SCHEMA_VERSION, JsonObject, text_or_null
from ocitui.image.history.destination import by_destination
from ocitui.image.history.instruction import read_instruction
from ocitui.image.history.origin import Origin
from ocitui.image.history.pairing import HistoryRow
from ocitui.image.history.words import origin_text
from ocitui.image.image import Image, Layer
from ocitui.layers.basis import Basis
from ocitui.spec.moment import format_moment


def image_head(place: Place, image: Image) -> JsonObject:
    """Return the fields by which a document begins that is about one image."""
    return {
        "schemaVersion": SCHEMA_VERSION,
        "place": place.transport.place,
        "reference": place.reference.text,
        "digest": text_or_null(image.node.digest),
        "tag": image.node.tag,
        "platform": text_or_null(image.platform),
    }


def layer_fields(image: Image, number: int, path: bytes | None = None) -> JsonObject:
    """Return the number of a layer, its digests, and the instruction that made it, or those that may have.

    Args:
        image: the image.
        number: of the layer, counted from 1.
        path: a path that the layer has; of several instructions one that names it comes first.
    """
    layer = image.layers[number - 1]
    row, origin = image.row_of(layer), image.history.origins[number - 1]
    positions = origin.candidates
    if path is not None:
        positions = tuple(chain.from_iterable(by_destination(image.history.history, positions, path)))
    return {
        "layer": number,
        "digest": text_or_null(layer.descriptor.digest),
        "diffID": text_or_null(layer.diff_id),
        "instruction": origin_text(image.history, number, path=path),
        "createdBy": row.entry.created_by if row is not None and row.entry is not None else None,
        "candidates": [
            {"position": position, "createdBy": image.history.history[position].created_by} for position in positions
        ],
        "reason": origin.reason.value,
    }


def layer_object(image: Image, layer: Layer) -> JsonObject:
    """A layer, with what is known of it."""
    node = image.layer_node(layer.number)
    summary = known_summary(layer)
    return {
        "number": layer.number,
        "digest": text_or_null(layer.descriptor.digest),
        "diffID": text_or_null(layer.diff_id),
        "mediaType": layer.descriptor.media_type,
        "size": layer.descriptor.size,
        "missing": node.is_missing,
        "problems": list(problems_of(node)),
        "unpackedSize": summary.unpacked_size if summary is not None else None,
        "entries": summary.entry_count if summary is not None else None,
        "files": summary.file_count if summary is not None else None,
        "restsOn": basis_object(summary.basis) if summary is not None else None,
        "origin": origin_object(image.history.origins[layer.number - 1]),
    }


def basis_object(basis: Basis) -> JsonObject:
    """Return what the index of a layer rests on: the layer itself, or a table of contents with its digest."""
    return {"source": basis.source.value, "digest": text_or_null(basis.digest)}


def origin_object(origin: Origin) -> JsonObject:
    """Return the instruction that made a layer, and how certain that is."""
    return {
        "certainty": origin.certainty.value,
        "candidates": list(origin.candidates),
        "reason": origin.reason.value,
        "base": origin.base or None,
    }


def row_object(row: HistoryRow) -> JsonObject:
    """A line of the history: an entry, the layer it made, or both."""
    entry = row.entry
    return {
        "position": row.position,
        "layer": row.layer,
        "possibleLayers": list(row.possible_layers),
        "emptyLayer": entry.empty_layer if entry is not None else None,
        "created": format_moment(entry.created) if entry is not None and entry.created else None,
        "createdBy": entry.created_by if entry is not None else None,
        "instruction": read_instruction(entry).text if entry is not None else None,
        "comment": entry.comment if entry is not None else None,
        "author": entry.author if entry is not None else None,
    }
