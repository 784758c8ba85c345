"""The beginning of JSON about files; apart, since what tells of documents alone loads nothing that opens layers."""

from ocitui.commands.opened.files import OpenFiles
from ocitui.commands.opened.layer import OpenLayer
from ocitui.commands.output.json import SCHEMA_VERSION, JsonObject, text_or_null
from ocitui.commands.output.layer_fields import basis_object


def files_head(opened: OpenFiles) -> JsonObject:
    """Return the fields by which a document begins that is about files of an image, or of one of its layers."""
    what: JsonObject
    if isinstance(opened, OpenLayer):
        layer = opened.layer
        digest, diff_id = text_or_null(layer.descriptor.digest), text_or_null(layer.diff_id)
        basis = basis_object(opened.index.summary.basis)
        what = {"layer": {"number": layer.number, "digest": digest, "diffID": diff_id, "restsOn": basis}}
    else:
        bases = [layer and basis_object(layer.index.summary.basis) for layer in opened.stack.layers]
        what = {"image": text_or_null(opened.image.node.digest), "restsOn": bases}
    return {"schemaVersion": SCHEMA_VERSION, "place": opened.place.transport.place, **what}
