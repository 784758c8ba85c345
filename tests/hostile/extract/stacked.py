"""Layers over each other, and all ways in which they are extracted."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ocitui.demo.tar import Entry
from ocitui.image.diff.side import Side
from ocitui.image.extract.extraction import Extraction
from ocitui.image.extract.items import ExtractionItem, items_below
from ocitui.image.extract.report import ExtractionOptions, ExtractionReport
from ocitui.image.filesystem.filesystem import Filesystem
from ocitui.image.filesystem.layer import LayerFilesystem
from ocitui.image.filesystem.merged import MergedFilesystem
from ocitui.image.merged.stack import LayerStack
from ocitui.image.merged.tree import MergedTree
from ocitui.layers.reader import LayerReader
from ocitui.transports.blob import BlobLocation
from tests.image.stacks import TarReader, close, stack_of

ALL = ExtractionOptions(overwrite=True, owners=True, devices=True, xattrs=True)


class Image:
    """Layers, and how they are extracted: as the commands and the screen do it."""

    def __init__(self, folder: Path, layers: Sequence[Sequence[Entry]]) -> None:
        self.stack: LayerStack = stack_of(folder, *layers)
        self._contents = TarReader(folder)
        self._readers = {
            layer.number: LayerReader(BlobLocation(folder / f"{layer.number}.tar"), layer.index)
            for layer in self.stack.layers
            if layer is not None
        }

    def extract(self, items: Iterator[ExtractionItem], target: Path, options: ExtractionOptions) -> ExtractionReport:
        return Extraction(target, self._readers.__getitem__, options).run(items)

    def whole(self) -> Iterator[ExtractionItem]:
        """The final filesystem."""
        files = next(self._filesystems())
        return items_below(files, files.root, b"")

    def wholes(self) -> Iterator[Iterator[ExtractionItem]]:
        """The final filesystem, and each layer."""
        for files in self._filesystems():
            yield items_below(files, files.root, b"")

    def ways(self) -> Iterator[Iterator[ExtractionItem]]:
        """Those, and each path of them under its last name."""
        yield from self.wholes()
        for files in self._filesystems():
            for found in list(files.walk(files.root)):
                yield items_below(files, found, found.path.rpartition(b"/")[2])

    def _filesystems(self) -> Iterator[Filesystem]:
        yield MergedFilesystem(MergedTree(self.stack))
        for layer in self.stack.layers:
            assert layer is not None
            yield LayerFilesystem(layer.index, layer.number)

    def side(self, top: int) -> Side:
        """The layers up to one, to be compared."""
        return Side(self.stack, top, [None] * len(self.stack), self._contents)

    def close(self) -> None:
        for reader in self._readers.values():
            reader.close()
        close(self.stack)


@contextmanager
def opened(folder: Path, layers: Sequence[Sequence[Entry]]) -> Iterator[Image]:
    folder.mkdir(exist_ok=True)
    image = Image(folder, layers)
    try:
        yield image
    finally:
        image.close()
