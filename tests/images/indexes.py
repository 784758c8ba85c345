"""The indexes of all layers of a place, made before a test begins."""

from contextlib import suppress

from ocitui.errors import BlobMissingError
from ocitui.image.documents.tree import build_tree
from ocitui.image.selection import images_below
from ocitui.layers.cache import LayerCache
from ocitui.layers.scan.scan import index_layer
from ocitui.transports.transport import Transport


def read_layers(transport: Transport, cache: LayerCache) -> None:
    """Put the index of every layer that is there into a cache."""
    for image in images_below(build_tree(transport)):
        for layer in image.layers:
            with suppress(BlobMissingError):
                index_layer(layer.request(transport), cache).close()
