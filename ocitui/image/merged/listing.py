"""The entries of the folders of a merged tree, by name; those of very many names a piece at a time."""

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from operator import attrgetter

from ocitui.image.merged.changes import Change
from ocitui.image.merged.folder import LayerDirectories, MergedEntries, MergedEntry, merge, merge_further
from ocitui.image.merged.spans import WHOLE, Span, spans
from ocitui.layers.index.path_cache import PathCache
from ocitui.layers.pathnames import OPAQUE_NAME

_FOLDER_BIT, _PIECE_BIT = 32, 20
"""Of a row's number: from which bit it tells the folder, and from which the piece of it; the others tell the row."""

_NAMES_KEPT = 100_000
"""In listings of folders that were asked for lately."""

_GLIMPSED = 500
"""Rows at most for which a piece that is not kept is not read as a whole."""

_first = attrgetter("first")

Piece = tuple[int, int]
"""The number of a folder, and which of its pieces; nearly always the first and only one."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A directory of a merged tree."""

    number: int
    above: int
    """The number of the folder it is in; 0 for the root."""
    name: bytes
    now: LayerDirectories
    """The directories that it consists of; empty where the last layer deleted it."""
    below: LayerDirectories
    """The directories that it consisted of before the last layer."""


@dataclass(slots=True)
class Listing:
    """The entries of a folder or a piece of it, and those it had before the last layer."""

    folder: Folder
    piece: int
    path: bytes
    """The folder's."""
    names: Sequence[bytes]
    """Every name in either, sorted by bytes."""
    now: MergedEntries
    below: MergedEntries
    changes: dict[bytes, Change] = field(default_factory=dict)

    def merged_entry(self, position: int) -> MergedEntry:
        """Return the entry to show for a name: the present one, else the former one."""
        name = self.names[position]
        return self.now.get(name) or self.below[name]

    def row_id(self, position: int) -> int:
        """The number of the row that has this position among the names."""
        return self.folder.number << _FOLDER_BIT | self.piece << _PIECE_BIT | position


def piece_of(row_id: int) -> Piece:
    """The piece of a folder that a row is in."""
    return row_id >> _FOLDER_BIT, (row_id & ((1 << _FOLDER_BIT) - 1)) >> _PIECE_BIT


def position_of(row_id: int) -> int:
    """The position of a row in its piece."""
    return row_id & ((1 << _PIECE_BIT) - 1)


class Listings:
    """Lists folders, and keeps what was asked for lately. For one thread at a time."""

    def __init__(self, path_of: Callable[[Folder], bytes]) -> None:
        """
        Args:
            path_of: gives the path of a folder.
        """
        self._path_of = path_of
        self._kept: OrderedDict[Piece, Listing] = OrderedDict()
        self._names_kept = 0
        self._spans: dict[int, Sequence[Span]] = {}
        self._names = PathCache[Piece, bytes](lambda _, names: len(names))  # of pieces, if there are several
        self._compared: dict[Piece, dict[bytes, Change]] = {}

    def spans(self, folder: Folder) -> Sequence[Span]:
        """The pieces that a folder is cut into."""
        found = self._spans.get(folder.number)
        if found is None:
            path = self._path_of(folder)
            found = self._spans[folder.number] = spans((path, folder.below), (path, folder.now))
        return found

    def piece_with(self, folder: Folder, name: bytes) -> int:
        """The piece of a folder where a name is, or would be."""
        found = self.spans(folder)
        return bisect_right(found, name, key=_first) - 1 if len(found) > 1 else 0

    def of(self, folder: Folder, piece: int) -> Listing:
        """Return the entries of a piece of a folder."""
        key = folder.number, piece
        found = self._kept.pop(key, None)
        if found is None:
            found = self._list(folder, piece)
            self._names_kept += _weight(found)
            while self._kept and self._names_kept > _NAMES_KEPT:
                self._names_kept -= _weight(self._kept.popitem(last=False)[1])
        self._kept[key] = found
        return found

    def glimpse(self, folder: Folder, piece: int, positions: Sequence[int]) -> Listing:
        """The same, or of a piece that is not kept only what is at some positions: a screen may show many pieces."""
        key = folder.number, piece
        packed = self._names.get(key) if key not in self._kept and len(positions) <= _GLIMPSED else None
        if packed is None:
            return self.of(folder, piece)
        names = packed.split(b"/")
        entries = self._merge(folder, (*(names[each] for each in positions), OPAQUE_NAME))
        return Listing(folder, piece, self._path_of(folder), names, *entries, dict(self._compared.get(key, {})))

    def keep_change(self, row_id: int, name: bytes, change: Change) -> None:
        """Keep what comparing contents told of a row."""
        key = piece_of(row_id)
        self._compared.setdefault(key, {})[name] = change
        if key in self._kept:
            self._kept[key].changes[name] = change

    def _list(self, folder: Folder, piece: int) -> Listing:
        found = self.spans(folder)
        key = folder.number, piece
        now, below = self._merge(folder, span=found[piece])
        names = sorted(below if now is below else below.keys() | now.keys())
        if len(found) > 1:
            self._names[key] = b"/".join(names)
        return Listing(folder, piece, self._path_of(folder), names, now, below, dict(self._compared.get(key, {})))

    def _merge(
        self, folder: Folder, names: tuple[bytes, ...] = (), span: Span = WHOLE
    ) -> tuple[MergedEntries, MergedEntries]:
        path = self._path_of(folder)
        below = now = merge(path, folder.below, names, span)
        if folder.now != folder.below:
            now = merge_further(path, folder.now, names, span, before=folder.below, entries=below)
        return now, below


def _weight(listing: Listing) -> int:
    """Return the space a listing takes, in names; a path of some kilobytes counts as a few dozen."""
    return len(listing.names) + len(listing.path) // 256
