"""What the save dialog writes: a file, a folder of a layer, or of the merged tree."""

from collections.abc import Callable, Iterator
from pathlib import Path

from ocitui.image.contents import ImageContents
from ocitui.image.extract.extraction import Extraction
from ocitui.image.extract.items import ExtractionItem, items_of_layer, items_of_tree
from ocitui.image.extract.report import ExtractionOptions, ExtractionReport
from ocitui.image.merged.tree import MergedRow, MergedTree
from ocitui.layers.entry import Entry
from ocitui.layers.index.index import LayerIndex
from ocitui.tui.save.screen import OnProgress, Save

_Items = Callable[[bytes], Iterator[ExtractionItem]]
"""The items to write, by the name to give the first in the chosen folder."""


def save_file(contents: ImageContents, layer: int, entry: Entry) -> Save:
    """Writes one file of a layer."""
    return _saver(contents, lambda name: iter([ExtractionItem(name, layer, entry)]))


def save_of_layer(contents: ImageContents, index: LayerIndex, layer: int, entry: Entry) -> Save:
    """Writes an entry of a layer and all that is below it there."""
    return _saver(contents, lambda name: items_of_layer(index, layer, entry, name))


def save_of_tree(contents: ImageContents, tree: MergedTree, row: MergedRow | None) -> Save:
    """Writes a row of a merged tree and all that is below it; None for the whole tree."""
    return _saver(contents, lambda name: items_of_tree(tree, row, name))


def _saver(contents: ImageContents, items: _Items) -> Save:
    def save(
        folder: Path,
        name: bytes,
        options: ExtractionOptions,
        on_progress: OnProgress,
        is_cancelled: Callable[[], bool],
    ) -> ExtractionReport:
        extraction = Extraction(folder, contents.reader, options, on_progress=on_progress, is_cancelled=is_cancelled)
        return extraction.run(items(name))

    return save
