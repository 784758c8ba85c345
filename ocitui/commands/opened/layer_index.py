"""The index of a layer for a command: from the cache, or made now."""

from functools import cache
from typing import TYPE_CHECKING

from ocitui.commands.output.status_line import StatusLine
from ocitui.image.image import Layer
from ocitui.layers.cache import LayerCache
from ocitui.layers.index.index import LayerIndex
from ocitui.layers.summary import LayerSummary
from ocitui.transports.transport import Transport

if TYPE_CHECKING:  # what scans a layer is loaded where one is scanned
    from ocitui.layers.scan.build import ScanProgress


@cache
def layer_cache() -> LayerCache:
    """The user's cache."""
    return LayerCache()


def known_index(layer: Layer) -> LayerIndex | None:
    """The index of a layer that was read before; None where it is not in the cache."""
    return layer.find_index(layer_cache())


def known_summary(layer: Layer) -> LayerSummary | None:
    """What is known of a layer whose index is in the cache; None where it is not. Nothing is read of its blob."""
    found = known_index(layer)
    if found is None:
        return None
    with found:
        return found.summary


def open_index(transport: Transport, layer: Layer) -> LayerIndex:
    """The index of a layer; where it is made now, a terminal sees how far it is.

    Raises:
        BlobError: the blob is not here, or cannot be read.
        LayerError: it cannot be read as a layer at all.
    """
    found = known_index(layer)
    if found is not None:
        return found
    blob = layer.locate(transport)
    digest = layer.descriptor.digest
    assert digest is not None  # else it could not be located
    from ocitui.layers.scan.scan import LayerRequest, index_layer

    request = LayerRequest(blob, digest, layer.descriptor.size, layer.diff_id)
    with StatusLine() as line:

        def say(progress: "ScanProgress") -> None:
            line.say(f"layer {layer.number}", progress.blob_bytes, progress.blob_size)

        return index_layer(request, layer_cache(), say)
