"""Sources for the screens that search: layers that are known at once, or when a test says so."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from ocitui.demo.tar import Entry, write_tar
from ocitui.errors import BLOB_MISSING
from ocitui.image.layer_numbers import LAYER_NOUN
from ocitui.image.search.nested import ArchiveReader
from ocitui.layers.entry import Entry as LayerEntry
from ocitui.layers.index.index import LayerIndex
from ocitui.layers.nested.archive import Archive
from ocitui.layers.nested.data import Held
from ocitui.layers.nested.entry import MemberEntry
from ocitui.layers.reader import LayerReader
from ocitui.transports.blob import BlobLocation
from tests.image.stacks import index_of


class LayersSource:
    """A `ocitui.tui.page.search_source.SearchSource` over layers made for a test."""

    def __init__(self, folder: Path, layers: Sequence[Iterable[Entry] | bytes], known: Iterable[int] = ()) -> None:
        """
        Args:
            folder: where blobs and indexes are written.
            layers: the lowest first; bytes are a tar.
            known: the numbers of those that are indexed already; all unless given.
        """
        self.blobs: list[Path] = []
        self.indexes: list[LayerIndex] = []
        for number, layer in enumerate(layers, 1):
            tar = layer if isinstance(layer, bytes) else write_tar(layer)
            self.indexes.append(index_of(tar, folder, str(number)))
            self.blobs.append(folder / f"{number}.tar")
        self.known = set(known) or set(range(1, len(self.indexes) + 1))
        self.problems: dict[int, str] = {}
        self.unopened: dict[int, str] = {}
        self.requests = 0

    @property
    def layer_count(self) -> int:
        return len(self.indexes)

    @property
    def layer_noun(self) -> str:
        """See `ocitui.image.image.Image.layer_noun`."""
        return LAYER_NOUN

    def index(self, number: int) -> LayerIndex | None:
        return self.indexes[number - 1] if number in self.known else None

    def problem(self, number: int) -> str:
        return self.problems.get(number, "")

    def is_missing(self, number: int) -> bool:
        return BLOB_MISSING in self.problem(number)

    def request_layers(self) -> None:
        self.requests += 1

    def contents(self) -> ArchiveReader | None:
        return _Contents(self)

    def instruction(self, number: int) -> str:
        return f"COPY layer-{number} /"

    def close(self) -> None:
        for index in self.indexes:
            index.close()


class _Contents:
    def __init__(self, source: LayersSource) -> None:
        self._source = source

    def read(self, layer_number: int, entry: LayerEntry) -> Iterator[bytes]:
        with self._reader(layer_number) as reader:
            yield from reader.chunks(entry)

    def open_archive(
        self, layer_number: int, entry: LayerEntry, path: bytes, is_cancelled: Callable[[], bool] = lambda: False
    ) -> Archive:
        if isinstance(entry, MemberEntry):
            assert isinstance(entry.archive, Archive)
            return entry.archive.open_inner(entry)
        with self._reader(layer_number) as reader:
            return Archive(Held(b"".join(reader.chunks(entry))), path)

    def _reader(self, layer_number: int) -> LayerReader:
        index, blob = self._source.indexes[layer_number - 1], self._source.blobs[layer_number - 1]
        return LayerReader(BlobLocation(blob), index)
