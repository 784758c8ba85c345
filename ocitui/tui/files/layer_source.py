"""One layer's index as the Files pane asks for it."""

from array import array
from collections.abc import Collection, Mapping, Sequence

from ocitui.errors import LayerError
from ocitui.image.filesystem.filesystem import FileEntry
from ocitui.image.filesystem.layer import LayerFilesystem
from ocitui.image.merged.removal import Removals
from ocitui.layers.entry import Entry, EntryKind
from ocitui.layers.index.directories import ROOT
from ocitui.layers.index.index import LayerIndex
from ocitui.tui.files.archive_source import SourceWithArchives
from ocitui.tui.files.archives import Archives
from ocitui.tui.files.source import Order, Row, locate_by, row_of


class LayerSource(SourceWithArchives):
    """The entries of one layer, alone; of an index that is still growing too.

    An index that cannot be read any more (its scan was cancelled, its file removed) has
    no entries, rather than an error in the middle of drawing.
    """

    outer: LayerFilesystem

    def __init__(
        self, index: LayerIndex, number: int = 0, removals: Removals | None = None, archives: Archives | None = None
    ) -> None:
        """
        Args:
            index: where the rows are.
            number: of the layer in its image.
            removals: what later layers did to its entries, as far as they are known.
            archives: those that are open as folders.
        """
        self.outer = LayerFilesystem(index, number)
        self.archives = archives or Archives()
        self.index = self.outer.index
        self._number = number
        self._removals = removals

    @property
    def has_removals(self) -> bool:
        """True if it is known what later layers did to the entries."""
        return self._removals is not None

    @property
    def root(self) -> int:
        """The layer's root directory."""
        return ROOT

    def outer_children(self, directory: int, order: Order, reverse: bool) -> "array[int]":
        """Ids of the entries in a folder, ordered."""
        try:
            return self.index.children(directory, "name" if order == "layer" else order, reverse)
        except LayerError:
            return array("q")

    def outer_folders(self, directory: int) -> Mapping[int, int]:
        """The entries of a folder that are folders: ids of the entries, ids of their directories."""
        try:
            return self.index.folders(directory)
        except LayerError:
            return {}

    def outer_rows(self, ids: Sequence[int]) -> Sequence[Row]:
        """The rows of these entries, in the order of their ids here."""
        try:
            return [self._row(entry) for entry in self.index.rows(ids)]
        except LayerError:
            return [Row(number, None, b"", EntryKind.UNKNOWN, 0, 0, 0, 0, 0) for number in ids]

    def _row(self, entry: Entry) -> Row:
        removal = self._removals.of(self._number, entry.parent, entry.id) if self._removals is not None else None
        detail = f"{'replaced' if removal.is_replaced else 'deleted'} in {removal.layer}" if removal is not None else ""
        return row_of(entry, entry.id, entry.directory, label=str(self._number), detail=detail)

    def outer_entry(self, id_: int) -> FileEntry:
        """The entry of a row."""
        return self.outer.entry_of(self.index.rows([id_])[0])

    def outer_locate(self, path: bytes) -> tuple[list[int], int] | None:
        """The way to a path: directories below the root, and the id of its entry."""
        try:
            return locate_by(path, self.index.directory_id, self._id_at, ROOT)
        except LayerError:
            return None

    def _id_at(self, path: bytes, directory: int) -> int | None:
        found = self.index.lookup(path) or self.index.whiteout(directory, path.rpartition(b"/")[2])
        return found.id if found is not None else None

    def outer_find(self, text: str, is_exact: bool) -> Mapping[int, Collection[int]]:
        """Ids of the entries whose names hold a text, by directory."""
        try:
            return self.index.table.named_like(text, is_exact=is_exact)
        except LayerError:
            return {}
