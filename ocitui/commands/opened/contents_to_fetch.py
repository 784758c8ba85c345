"""The layers of a registry whose contents a command reads to the end: said before the first byte of them is fetched."""

from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING

from ocitui.commands.opened.files import OpenFiles
from ocitui.commands.opened.layer import OpenLayer
from ocitui.commands.opened.registry import expect_to_fetch, would_be_much
from ocitui.errors import OcituiError
from ocitui.image.extract.items import items_below
from ocitui.image.image import Layer
from ocitui.layers.entry import EntryKind
from ocitui.transports.blobs import size_to_fetch
from ocitui.transports.transport import Transport

if TYPE_CHECKING:
    from ocitui.commands.opened.image import OpenImage
    from ocitui.image.search.query import Query


def expect_all_files(opened: OpenFiles) -> None:
    """Ask before all files of a filesystem are read, where that fetches much.

    Raises:
        UsageError: they may not be fetched, or there is nobody to ask.
    """
    transport = opened.place.transport
    layers = (opened.layer,) if isinstance(opened, OpenLayer) else opened.image.layers
    if not would_be_much(_size(transport, layers)):
        return
    items = items_below(opened.files, opened.files.root, b"")
    numbers = {item.layer for item in items if item.entry.kind is EntryKind.FILE and item.entry.size}
    expect_to_fetch(_size(transport, (layer for layer in layers if layer.number in numbers)))


def reads_all_contents(query: "Query") -> bool:
    """True if a query looks into all files of the layers that it allows: otherwise nobody knows how much that is."""
    return bool(query.contents) and not (query.paths or query.conditions or query.statuses)


def expect_search(opened: "OpenImage", query: "Query") -> None:
    """Ask before the contents of all files of layers are searched, where that fetches much.

    Args:
        opened: whose layers are searched.
        query: of which `reads_all_contents` is true.

    Raises:
        UsageError: they may not be fetched, or there is nobody to ask.
    """
    searched = []
    for layer in opened.image.layers:
        index = opened.stack.index_of(layer.number)
        if query.allows_layer(layer.number) and index is not None and index.summary.file_count:
            searched.append(layer)
    expect_to_fetch(_size(opened.place.transport, searched))


def _size(transport: Transport, layers: Iterable[Layer]) -> int:
    """Bytes that are fetched for the blobs of layers."""
    size = 0
    for layer in layers:
        with suppress(OcituiError):  # whoever reads it says so
            size += size_to_fetch(layer.locate(transport))
    return size
