"""The layers of an image over each other for a command: known ones from the cache, the others read now."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ocitui.commands.opened.layer_index import known_index, layer_cache
from ocitui.commands.output.status_line import StatusLine
from ocitui.errors import OcituiError
from ocitui.image.image import Image, Layer
from ocitui.image.merged.provenance import Answer, find_provenance
from ocitui.image.merged.stack import LayerStack
from ocitui.image.verify.layer_check import layer_problems
from ocitui.layers.index.index import LayerIndex
from ocitui.layers.pathnames import components
from ocitui.spec.digest import Digest
from ocitui.transports.transport import Transport

if TYPE_CHECKING:  # what scans a layer is loaded where one is scanned
    from ocitui.layers.scan.build import ScanProgress
    from ocitui.layers.scan.scan import LayerRequest

_SMALL = 1 << 18
"""Bytes of a blob up to which it is indexed sooner than a process for it is started."""


@dataclass(frozen=True, slots=True)
class OpenStack:
    """An image's layers, and what is wrong with them."""

    image: Image
    stack: LayerStack
    problems: dict[int, tuple[str, ...]]
    """By the number of each layer that is missing or damaged: it may have done what is not known."""

    def index_of(self, number: int) -> LayerIndex | None:
        """The index of a layer; None where it is not known."""
        layer = self.stack.layers[number - 1]
        return layer.index if layer is not None else None

    def cannot_tell(self, path: bytes) -> bool:
        """Whether a layer that is missing or damaged may have what is not found at a path."""
        name = b"/".join(components(path)[0])
        return bool(self.problems) and find_provenance(self.stack, name, self.problems).answer is Answer.UNKNOWN

    def all_problems(self, numbers: "tuple[int, ...] | None" = None) -> Iterator[str]:
        """The problems of some layers, or of all, the lowest first."""
        for number, problems in sorted(self.problems.items()):
            if numbers is None or number in numbers:
                yield from problems


@contextmanager
def open_stack(transport: Transport, image: Image) -> Iterator[OpenStack]:
    """Open the indexes of all layers; those that are made now are made two side by side.

    A layer that cannot be read is missing from the stack, and has a problem.
    """
    problems: dict[int, tuple[str, ...]] = {}
    indexes = _indexes(transport, image, problems)
    try:
        for layer in image.layers:
            index = indexes.get(layer.descriptor.digest)
            if index is not None and (found := layer_problems(layer, index.summary)):
                problems[layer.number] = found
        stack = LayerStack([indexes.get(layer.descriptor.digest) for layer in image.layers])
        yield OpenStack(image, stack, problems)
    finally:
        for index in indexes.values():
            index.close()


def _indexes(
    transport: Transport, image: Image, problems: dict[int, tuple[str, ...]]
) -> dict[Digest | None, LayerIndex]:
    """The index of each blob, which may be that of several layers."""
    found: dict[Digest | None, LayerIndex] = {}
    cold: dict[Digest, list[Layer]] = {}
    for layer in image.layers:
        digest = layer.descriptor.digest
        if digest in found:
            continue
        index = known_index(layer)
        if index is not None:
            found[digest] = index
        elif digest is not None:
            cold.setdefault(digest, []).append(layer)
        else:
            problems[layer.number] = (f"{layer.title}: its descriptor holds no digest",)
    requests: list[LayerRequest] = []
    for layers in cold.values():
        _request(transport, layers, requests, problems)
    for request, result in _read(requests):
        if isinstance(result, LayerIndex):
            found[request.digest] = result
        else:
            for layer in cold[request.digest]:
                problems[layer.number] = (f"{layer.title}: {result}",)
    return found


def _read(requests: "list[LayerRequest]") -> "Iterator[tuple[LayerRequest, LayerIndex | OcituiError]]":
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
        yield from zip(large, index_layers(large, layer_cache(), on_progress=progress.say), strict=True)


def _request(
    transport: Transport, layers: list[Layer], requests: "list[LayerRequest]", problems: dict[int, tuple[str, ...]]
) -> None:
    from ocitui.layers.scan.scan import LayerRequest

    for layer in layers:
        assert layer.descriptor.digest is not None
        try:
            blob = layer.locate(transport)
        except OcituiError as error:
            problems[layer.number] = (str(error),)
            continue
        requests.append(LayerRequest(blob, layer.descriptor.digest, layer.descriptor.size, layer.diff_id))
        return


class _Progress:
    """How much of several layers was read."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._read: dict[Digest, int] = {}
        self._line = StatusLine()

    def say(self, request: "LayerRequest", progress: "ScanProgress") -> None:
        """A layer went on; called from several threads."""
        self._read[request.digest] = progress.blob_bytes
        self._line.say("layers", sum(list(self._read.values())), self._size)

    def __enter__(self) -> "_Progress":
        self._line.__enter__()
        return self

    def __exit__(self, *exception: object) -> None:
        self._line.__exit__(*exception)
