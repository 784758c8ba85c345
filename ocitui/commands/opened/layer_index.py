"""The indexes of layers for a command: from the cache, or made now."""

from collections.abc import Iterator
from contextlib import ExitStack
from functools import cache
from typing import TYPE_CHECKING

from ocitui.commands.status_line import StatusLine
from ocitui.errors import OcituiError
from ocitui.image.image import Image, Layer
from ocitui.layers.cache import LayerCache
from ocitui.layers.index.index import LayerIndex
from ocitui.layers.scan.request import LayerRequest
from ocitui.layers.summary import LayerSummary
from ocitui.spec.digest import Digest
from ocitui.transports.transport import Transport

if TYPE_CHECKING:  # what scans a layer is loaded where one is scanned
    from ocitui.layers.scan.progress import ScanProgress

_SMALL = 1 << 18
"""Bytes of a blob up to which it is indexed sooner than a process for it is started."""


@cache
def layer_cache() -> LayerCache:
    """The user's cache."""
    return LayerCache()


def known_index(layer: Layer) -> LayerIndex | None:
    """The index of a layer that was read before; None where it is not in the cache."""
    return layer.find_index(layer_cache())


def known_summary(layer: Layer) -> LayerSummary | None:
    """Return the summary of a layer whose index is in the cache; None where it is not. Nothing is read of its blob."""
    found = known_index(layer)
    if found is None:
        return None
    with found:
        return found.summary


def open_index(transport: Transport, layer: Layer) -> LayerIndex:
    """The index of a layer; where it is made now, a terminal sees how far it is.

    Raises:
        BlobError: the blob is missing, or cannot be read.
        LayerError: it cannot be read as a layer at all.
    """
    found = known_index(layer)
    if found is not None:
        return found
    request = layer.request(transport)
    from ocitui.layers.scan.scan import index_layer

    with StatusLine() as line:

        def show(progress: "ScanProgress") -> None:
            line.show(f"layer {layer.number}", progress.blob_bytes, progress.blob_size)

        return index_layer(request, layer_cache(), show)


def open_indexes(
    transport: Transport, image: Image, closing: ExitStack
) -> tuple[dict[Digest | None, LayerIndex], dict[int, tuple[str, ...]]]:
    """The indexes of an image's layers; those that are made now are made two side by side.

    Args:
        transport: where the blobs are.
        image: the image.
        closing: closes the indexes when it is closed.

    Returns:
        The index of each blob, which may be that of several layers; and by the number of each layer
        that has none, why.
    """
    found: dict[Digest | None, LayerIndex] = {}
    problems: dict[int, tuple[str, ...]] = {}
    cold: dict[Digest, list[Layer]] = {}
    for layer in image.layers:
        digest = layer.descriptor.digest
        if digest in found:
            continue
        index = known_index(layer)
        if index is not None:
            found[digest] = closing.enter_context(index)
        elif digest is not None:
            cold.setdefault(digest, []).append(layer)
        else:
            problems[layer.number] = (f"{layer.title}: its descriptor holds no digest",)
    requests: list[LayerRequest] = []
    for layers in cold.values():
        for layer in layers:
            try:
                requests.append(layer.request(transport))
            except OcituiError as error:
                problems[layer.number] = (str(error),)
                continue
            break
    for request, result in _read(requests):
        if isinstance(result, LayerIndex):
            found[request.digest] = closing.enter_context(result)
        else:
            for layer in cold[request.digest]:
                problems[layer.number] = (f"{layer.title}: {result}",)
    return found, problems


def _read(requests: list[LayerRequest]) -> "Iterator[tuple[LayerRequest, LayerIndex | OcituiError]]":
    """Index layers: small ones here and now, the others in processes of their own."""
    if not requests:
        return
    from ocitui.layers.scan.scan import index_layer, index_layers

    with _Progress(sum(request.size or 0 for request in requests)) as progress:
        large = [request for request in requests if request.size is None or request.size > _SMALL]
        for request in requests:
            if request not in large:
                try:
                    yield request, index_layer(request, layer_cache())
                except OcituiError as error:
                    yield request, error
        yield from zip(large, index_layers(large, layer_cache(), on_progress=progress.show), strict=True)


class _Progress:
    """The progress of reading several layers."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._read: dict[Digest, int] = {}
        self._line = StatusLine()

    def show(self, request: LayerRequest, progress: "ScanProgress") -> None:
        """A layer went on; called from several threads."""
        self._read[request.digest] = progress.blob_bytes
        self._line.show("layers", sum(list(self._read.values())), self._size)

    def __enter__(self) -> "_Progress":
        self._line.__enter__()
        return self

    def __exit__(self, *exception: object) -> None:
        self._line.__exit__(*exception)
