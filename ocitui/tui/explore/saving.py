"""The things that the save dialog writes: a file, or a folder of any filesystem."""

from collections.abc import Callable, Iterator
from pathlib import Path

from ocitui.image.contents import ImageContents
from ocitui.image.extract.extraction import Extraction
from ocitui.image.extract.items import ExtractionItem, items_below
from ocitui.image.extract.report import ExtractionOptions, ExtractionReport
from ocitui.image.filesystem.filesystem import FileEntry, Filesystem
from ocitui.layers.entry import Entry
from ocitui.tui.save.screen import OnProgress, Save

_Items = Callable[[bytes], Iterator[ExtractionItem]]
"""The items to write, by the name to give the first in the chosen folder."""


def save_file(contents: ImageContents, layer: int, entry: Entry) -> Save:
    """Writes one file of a layer."""
    return _saver(contents, lambda name: iter([ExtractionItem(name, layer, entry)]))


def save_below(contents: ImageContents, files: Filesystem, found: FileEntry) -> Save:
    """Writes an entry of a filesystem and all that is below it there."""
    return _saver(contents, lambda name: items_below(files, found, name))


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
