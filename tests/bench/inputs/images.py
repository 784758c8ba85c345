"""The layers of a layout to measure on, and their indexes."""

from pathlib import Path

from ocitui.image.documents.tree import build_tree
from ocitui.image.selection import select_image
from ocitui.layers.cache import LayerCache
from ocitui.layers.entry import EntryKind
from ocitui.layers.index.index import LayerIndex
from ocitui.layers.scan.request import LayerRequest
from ocitui.layers.scan.several import scan_layers
from ocitui.transports.opening import open_reference
from tests.bench.measure import MeasureError


def requests_of(layout: str | Path) -> list[LayerRequest]:
    """How to index each layer of the only image in a layout."""
    transport, _ = open_reference(str(layout))
    return [layer.request(transport) for layer in select_image(build_tree(transport), None).layers]


def indexes_of(layout: str | Path, cache: Path) -> list[LayerIndex]:
    """The index of each layer; those that are not in the cache are made."""
    indexes = []
    for result in scan_layers(requests_of(layout), LayerCache(cache)):
        if not isinstance(result, LayerIndex):
            raise MeasureError(f"a layer cannot be indexed: {result}")
        indexes.append(result)
    return indexes


def make_indexes(layout: str | Path, cache: Path) -> None:
    """Put the index of each layer into a cache."""
    for index in indexes_of(layout, cache):
        index.close()


def files_of(layout: str | Path, cache: Path, count: int, least: int, most: int) -> list[str]:
    """The paths of some files of these sizes in bytes, from all over the last layer."""
    *others, last = indexes_of(layout, cache)
    with last:
        for other in others:
            other.close()
        found = [path for path, entry in last.walk() if entry.kind is EntryKind.FILE and least <= entry.size <= most]
    return [path.decode() for path in found[:: max(1, len(found) // count)][:count]]


def a_file_of(layout: str | Path, cache: Path) -> str:
    """The path of some file, in the middle of the last layer."""
    *others, last = indexes_of(layout, cache)
    with last:
        for other in others:
            other.close()
        files = [path for path, entry in last.walk() if entry.directory is None]
    return files[len(files) // 2].decode()
