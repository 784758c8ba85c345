"""Indexes of layers with tables of contents, made of the table or of the layer."""

from collections.abc import Callable
from dataclasses import replace
from operator import attrgetter
from pathlib import Path
from typing import Any

from ocitui.layers.index.index import LayerIndex
from ocitui.layers.scan.build import build_index
from ocitui.layers.scan.request import LayerRequest
from ocitui.layers.toc.find import find_table
from ocitui.transports.blob import BlobLocation
from tests.layers.toc.tables import Layer

_fields = attrgetter("kind", "mode", "uid", "gid", "size", "mtime_ns", "link")


def request_for(folder: Path, layer: Layer) -> LayerRequest:
    """What is asked for of a layer in a file."""
    path = folder / "blob"
    path.write_bytes(layer.blob)
    return LayerRequest(BlobLocation(path), layer.digest, len(layer.blob), table=find_table(layer.descriptor))


def by_table(folder: Path, layer: Layer) -> LayerIndex:
    """The index that its table makes."""
    request = request_for(folder, layer)
    assert request.table is not None
    build_index(request, folder / "table.sqlite")
    return LayerIndex(folder / "table.sqlite")


def by_scan(folder: Path, layer: Layer) -> LayerIndex:
    """The index of the layer itself."""
    build_index(replace(request_for(folder, layer), table=None), folder / "scan.sqlite")
    return LayerIndex(folder / "scan.sqlite")


def rows(index: LayerIndex, without: Callable[[bytes], bool] = lambda path: False) -> list[tuple[Any, ...]]:
    """What is in an index, in the order of the tar, but for where it is."""
    return [
        (index.path_of(entry), *_fields(entry), entry.device, entry.xattrs)
        for entry in index.table.as_in_tar()
        if not without(index.path_of(entry))
    ]
