"""The indexes of layers for a command: from the cache, or made now."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import cache, partial
from typing import TYPE_CHECKING

from ocitui.commands.opened.place import remark
from ocitui.commands.opened.registry import asked_to_fetch
from ocitui.commands.status_line import StatusLine
from ocitui.errors import BLOB_MISSING, BlobMissingError, EncryptedLayerError, OcituiError
from ocitui.image.image import Image, Layer, encrypted_text
from ocitui.image.layer_tables import LayerTables
from ocitui.image.words import gap_text, tables_text
from ocitui.layers.cache import LayerCache
from ocitui.layers.scan.request import LayerRequest
from ocitui.layers.scan.unchanged import find_unchanged
from ocitui.layers.toc.errors import TableError
from ocitui.spec.digest import Digest
from ocitui.transports.blobs import copy_once
from ocitui.transports.transport import Transport

if TYPE_CHECKING:
    from ocitui.commands.opened.unverified import Unverified
    from ocitui.layers.entry import Entry
    from ocitui.layers.index.index import LayerIndex
    from ocitui.layers.scan.progress import ScanProgress
    from ocitui.layers.summary import LayerSummary

_SMALL = 1 << 18
"""Bytes of a blob up to which it is indexed sooner than a process for it is started."""

_SMALL_TABLE = 1 << 19
"""The same of a table of contents, whose process would have to connect to the registry, too."""


@cache
def layer_cache() -> LayerCache:
    """The user's cache."""
    return LayerCache()


def known_index(layer: Layer) -> "LayerIndex | None":
    """Return the index of a layer that is in the user's cache: see `Layer.find_index`."""
    return layer.find_index(layer_cache())


def known_summary(layer: Layer) -> "LayerSummary | None":
    """Return the summary of a layer as `known_index` has it."""
    found = known_index(layer)
    if found is None:
        return None
    with found:
        return found.summary


def known_root(image: Image) -> "tuple[int, Entry] | None":
    """Return the root's entry, and the number of its layer; None where no layer describes it, or that is not known."""
    for layer in reversed(image.layers):
        index = known_index(layer)
        if index is None:
            return None
        with index:
            if (root := index.root).is_described:
                return layer.number, root
    return None


def open_index(
    transport: Transport, layer: Layer, reading: ExitStack | None = None, unverified: "Unverified | None" = None
) -> "LayerIndex":
    """The index of a layer; where the layer is read now, a terminal sees how far that is.

    Args:
        transport: where the blob is.
        layer: the layer.
        reading: closed after all contents were read, which are fetched no second time; None where only some are.
        unverified: takes a layer that may be listed before its digest is known; None where none may.

    Raises:
        BlobError: the blob is missing, or cannot be read.
        LayerError: it cannot be read as a layer at all.
    """
    tables = LayerTables(transport)
    _look_for_tables(tables, [tables.request(layer)])
    while True:
        request = tables.request(layer)
        try:
            with _copying([request], reading):
                found = _open(layer, request, unverified)
        except TableError as error:
            _settle(tables, layer, request, error)
        else:
            _remark_tables({layer.number: found})
            return found


def _open(layer: Layer, request: LayerRequest, unverified: "Unverified | None") -> "LayerIndex":
    with asked_to_fetch(_size_to_fetch([request])), StatusLine() as line:

        def show(position: int) -> None:
            line.show(f"layer {layer.number}", position, request.bytes_to_read or request.blob.size or 0)

        try:
            found = find_unchanged(request, layer_cache(), show)
            if found is not None:
                return found
            if unverified is not None and unverified.is_of_use([request]):
                (result,) = unverified.scan([request], layer_cache(), lambda _, progress: show(progress.blob_bytes))
                if isinstance(result, OcituiError):
                    raise result
                return result
            from ocitui.layers.scan.scan import scan_layer

            return scan_layer(request, layer_cache(), lambda progress: show(progress.blob_bytes))
        except BlobMissingError:
            raise BlobMissingError(f"{layer.title}: {layer.missing_text}") from None


def open_indexes(
    transport: Transport,
    image: Image,
    closing: ExitStack,
    *,
    must_read: bool = False,
    reads_all: bool = False,
    unverified: "Unverified | None" = None,
) -> "tuple[dict[Digest | None, LayerIndex], dict[int, tuple[str, ...]]]":
    """The indexes of an image's layers; those that are made now are made two side by side.

    Args:
        transport: where the blobs are.
        image: the image.
        closing: closes the indexes when it is closed.
        must_read: whether layers are read even where they were before, and were not written to since; then no table of
            contents is enough.
        reads_all: whether all contents are read before ``closing`` is closed; then they are fetched no second time.
        unverified: takes the layers that may be listed before their digests are known; None where none may.

    Returns:
        The index of each blob, which may be that of several layers; and by the number of each layer
        that has none, why.
    """
    found: dict[Digest | None, LayerIndex] = {}
    problems: dict[int, tuple[str, ...]] = {}
    tables = LayerTables(transport)
    of_blob: dict[Digest, list[Layer]] = {}
    for layer in image.layers:
        digest = layer.descriptor.digest
        if digest is not None:
            of_blob.setdefault(digest, []).append(layer)
        else:
            problems[layer.number] = (f"{layer.title}: its descriptor holds no digest",)
    requests: list[LayerRequest] = []
    for layers in of_blob.values():
        for layer in layers:
            try:
                requests.append(tables.request(layer))
            except EncryptedLayerError:
                problems[layer.number] = (encrypted_text(image.layers),)
                continue
            except OcituiError as error:
                problems[layer.number] = (str(error),)
                continue
            break
    requests = [request.of_layer for request in requests] if must_read else _look_for_tables(tables, requests)
    while requests:
        unusable: list[Layer] = []
        with asked_to_fetch(_size_to_fetch(requests)), _copying(requests, closing if reads_all else None):
            for request, result in _read(requests, must_read, unverified):
                layers = of_blob[request.digest]
                if isinstance(result, TableError):
                    _settle(tables, layers[0], request, result)
                    unusable.append(layers[0])
                elif isinstance(result, OcituiError):
                    for layer in layers:
                        text = layer.missing_text if isinstance(result, BlobMissingError) else result
                        problems[layer.number] = (f"{layer.title}: {text}",)
                else:
                    found[request.digest] = closing.enter_context(result)
        requests = [tables.request(layer) for layer in unusable]
    _remark_tables(
        {layer.number: found[digest] for layer in image.layers if (digest := layer.descriptor.digest) in found}
    )
    count = len(image.layers)
    if len(problems) == count > 1 and all(said[0].endswith(BLOB_MISSING) for said in problems.values()):
        problems = dict.fromkeys(problems, (gap_text(sorted(problems), count, "missing", image.layer_noun),))
    return found, problems


def _look_for_tables(tables: LayerTables, requests: Sequence[LayerRequest]) -> list[LayerRequest]:
    """Requests for layers, those that are not known with the tables that their ends tell of."""
    return [
        tables.look(request) if tables.is_worth_a_look(request) and not _is_known(request) else request
        for request in requests
    ]


def _settle(tables: LayerTables, layer: Layer, request: LayerRequest, error: TableError) -> None:
    """Find out what is read instead of a table, and say it where that is all of the layer."""
    why = tables.settle(request, error)
    if why:
        remark(f"{layer.title}: {why}; the layer itself is read")


def _remark_tables(indexes: "Mapping[int, LayerIndex]") -> None:
    """Say once, on standard error, which layers are listed from what somebody says of them."""
    said = tables_text({number: index.summary.basis for number, index in indexes.items()})
    if said:
        remark(f"{said}; ocitui verify reads {'it' if len(indexes) == 1 else 'them'} whole")


def _size_to_fetch(requests: list[LayerRequest]) -> int:
    """Bytes of those layers of a registry whose indexes are not kept."""
    remote = [request for request in requests if request.blob.is_remote]
    return sum(request.bytes_to_read or 0 for request in remote if not _is_known(request))


def _copying(requests: list[LayerRequest], reading: ExitStack | None) -> ExitStack:
    """Keep the blobs that are scanned meanwhile for whoever reads their contents; see `copy_once`."""
    if reading is None:
        return ExitStack()
    scanned = [request.blob for request in requests if request.table is None and not _is_known(request)]
    return copy_once(scanned, reading)


def _is_known(request: LayerRequest) -> bool:
    return any(layer_cache().has_index(request.digest, variant) for variant in request.variants)


def _read(
    requests: list[LayerRequest], must_read: bool, unverified: "Unverified | None"
) -> "Iterator[tuple[LayerRequest, LayerIndex | OcituiError]]":
    """Find or make the indexes of layers: small ones here and now, the others in processes of their own.

    A table of contents is read while a process would start: with several, this process takes its share.
    """
    large: list[LayerRequest] = []
    tables: list[LayerRequest] = []
    with _Progress(sum(request.bytes_to_read or 0 for request in requests)) as progress:
        for request in requests:
            try:
                found = find_unchanged(request, layer_cache(), partial(progress.show, request), must_read=must_read)
                if found is not None:
                    yield request, found
                elif not _is_small(request):
                    (large if request.table is None else tables).append(request)
                else:
                    from ocitui.layers.scan.scan import scan_layer

                    yield request, scan_layer(request, layer_cache(), partial(progress.report, request))
            except OcituiError as error:
                yield request, error
        if tables:
            from ocitui.layers.scan.several import scan_layers

            results = scan_layers(tables, layer_cache(), workers=1, takes_part=True, on_progress=progress.report)
            yield from zip(tables, results, strict=True)
        if large and unverified is not None and unverified.is_of_use(large):
            yield from zip(large, unverified.scan(large, layer_cache(), progress.report), strict=True)
        elif large:
            from ocitui.layers.scan.several import scan_layers

            results = scan_layers(large, layer_cache(), on_progress=progress.report)
            yield from zip(large, results, strict=True)


def _is_small(request: LayerRequest) -> bool:
    size, limit = request.bytes_to_read, _SMALL if request.table is None else _SMALL_TABLE
    return size is not None and size <= limit


class _Progress:
    """The progress of reading several layers."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._read: dict[Digest, int] = {}
        self._line = StatusLine()

    def show(self, request: LayerRequest, position: int) -> None:
        """A layer was read up to a position; called from several threads."""
        self._read[request.digest] = position
        self._line.show("layers", sum(list(self._read.values())), self._size)

    def report(self, request: LayerRequest, done: "ScanProgress") -> None:
        """The same, as a scan says it."""
        self.show(request, done.blob_bytes)

    def __enter__(self) -> "_Progress":
        self._line.__enter__()
        return self

    def __exit__(self, *exception: object) -> None:
        self._line.__exit__(*exception)
