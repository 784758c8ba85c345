"""What is to be written to disk, from one layer or from the merged tree."""

from collections.abc import Iterator
from dataclasses import dataclass

from ocitui.image.merged.tree import ROOT_FOLDER, MergedRow, MergedTree
from ocitui.layers.entry import Entry, EntryKind
from ocitui.layers.index.index import LayerIndex


@dataclass(frozen=True, slots=True)
class ExtractionItem:
    """One path to write."""

    path: bytes
    """Where, relative to the chosen folder."""
    layer: int
    entry: Entry
    """What is there. For a hard link what it names, unless that is not to be had."""


def items_of_layer(index: LayerIndex, layer: int, entry: Entry, name: bytes) -> Iterator[ExtractionItem]:
    """An entry of a layer and all that is below it, folders before what is in them.

    Args:
        index: the layer's index.
        layer: its number.
        entry: where to begin; may be the root.
        name: what to call it in the chosen folder; empty for the folder itself.
    """
    if name:
        yield ExtractionItem(name, layer, _resolved(index, entry))
    if entry.directory is not None:
        for path, below in index.walk(entry.directory):
            yield ExtractionItem(_join(name, path), layer, _resolved(index, below))


def items_of_tree(tree: MergedTree, row: MergedRow | None, name: bytes) -> Iterator[ExtractionItem]:
    """A row of a merged tree and all that is below it, folders before what is in them.

    Args:
        tree: the tree.
        row: where to begin; None for the root.
        name: what to call it in the chosen folder; empty for the folder itself.
    """
    number = ROOT_FOLDER if row is None else row.directory
    if row is not None and name:
        yield _item(tree, row, name)
    skipped = len(row.path) + 1 if row is not None and row.path else 0
    if number is not None:
        for below in tree.walk(number):
            yield _item(tree, below, _join(name, below.path[skipped:]))


def _item(tree: MergedTree, row: MergedRow, path: bytes) -> ExtractionItem:
    found = (row.layer, row.entry)
    if row.entry.kind is EntryKind.HARDLINK and row.directory is None:
        found = tree.link_target(*found) or found
    return ExtractionItem(path, *found)


def _resolved(index: LayerIndex, entry: Entry) -> Entry:
    return (index.hard_link_target(entry) if entry.kind is EntryKind.HARDLINK else None) or entry


def _join(folder: bytes, path: bytes) -> bytes:
    return folder + b"/" + path if folder and path else folder or path
