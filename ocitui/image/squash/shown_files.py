"""The files of the final filesystem, all at once: which are the largest, and whose they are."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from heapq import nlargest

from ocitui.image.squash.layer_names import Key, id_of, layer_of
from ocitui.image.squash.squash import Folder
from ocitui.image.squash.stack_names import StackNames


@dataclass(frozen=True, slots=True)
class ShownFile:
    """A file with contents; one that has several names counts under one of them."""

    path: bytes
    """From the root, without a slash at its beginning."""
    size: int
    """Bytes."""
    layer: int
    """The number of the layer that ships it."""
    entry: int
    """Its `Entry.id` there; of a file that is there through a hard link only, that of the file itself."""


def shown_files(names: StackNames) -> Iterator[ShownFile]:
    """Every file with contents, in no order."""
    paths = dict(_walk(names.squash.root))
    for key, row in names.rows(paths).items():
        if row.size and row.directory is None:
            yield ShownFile(paths[key], row.size, layer_of(key), id_of(key))
    for key, (layer, link) in names.linked.items():
        size = names.gone[key].size
        if size:
            yield ShownFile(names.path_of(layer, link), size, layer_of(key), id_of(key))


def largest(files: Iterable[ShownFile], count: int) -> list[ShownFile]:
    """The largest of some files, the largest first."""
    return nlargest(count, files, key=lambda each: (each.size, each.path))


def _walk(root: Folder) -> Iterator[tuple[Key, bytes]]:
    pending = [(root, "")]
    while pending:
        here, before = pending.pop()
        for name, key in here.entries.items():
            yield key, (before + name).encode("utf-8", "surrogateescape")
        pending += [(below, f"{before}{name}/") for name, below in here.folders.items() if below.is_there]
