"""Paths of one layer, followed by the symbolic links of that layer."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from ocitui.layers.entry import EntryKind
from ocitui.layers.index.directories import ROOT
from ocitui.layers.index.directory_paths import DirectoryPaths
from ocitui.layers.index.index import LayerIndex
from ocitui.layers.index.plain_row import PlainRow
from ocitui.layers.pathnames import LINKS_FOLLOWED

RowAt = Callable[[int, bytes], PlainRow | None]
"""Gives what is in a directory under a name; None for nothing."""


@dataclass(frozen=True, slots=True)
class End:
    """The place that a path leads to in a layer, or where it stops."""

    directory: int
    row: PlainRow | None
    """The entry at which it stops: no directory, and no link that is followed further. None where nothing is there."""
    rest: list[bytes]
    """The components that were not followed, that of the row first; empty where all were."""
    links: int
    """The number of links that were followed."""

    @property
    def is_directory(self) -> bool:
        """True if the whole path was followed."""
        return not self.rest

    @property
    def is_circle(self) -> bool:
        """True if links lead to more links than anybody follows."""
        return self.row is not None and self.row.kind == EntryKind.SYMLINK


class LayerWalk:
    """Walks through the directories of one layer, whose entries are where their names say."""

    def __init__(self, index: LayerIndex) -> None:
        """
        Args:
            index: of the layer; finished.
        """
        self._index = index
        self._paths = DirectoryPaths(index)
        self._places: dict[int, tuple[bytes, int]] = {}
        self._tops: dict[int, int] = {}

    def place(self, directory: int) -> tuple[bytes, int]:
        """The name of a directory and the one that holds it, asked for once."""
        found = self._places.get(directory)
        if found is None:
            found = self._places[directory] = self._index.place_of(directory)
        return found

    def path(self, parent: int, name: bytes) -> bytes:
        """The path of a name in a directory."""
        return self._paths.of(parent) + name

    def way_in(self, directory: int, blocked: Mapping[int, int]) -> tuple[int, list[bytes]]:
        """Return how a directory is reached: where to start, and the components that may lead through links from there.

        Args:
            directory: of the layer.
            blocked: the directories in whose place something else stands; the same at each call.
        """
        top = self._top_blocked(directory, blocked)
        names: list[bytes] = []
        while top and directory != top:
            name, directory = self.place(directory)
            names.append(name)
        if top:
            name, directory = self.place(top)
            names.append(name)
        return directory, names[::-1]

    def follow(self, here: int, parts: Iterable[bytes], row_at: RowAt, *, links: int = 0) -> End:
        """Follow a path, and the symbolic links on it, as far as it leads to directories of the layer.

        Args:
            here: the directory in which the path begins.
            parts: its components.
            row_at: see `RowAt`.
            links: how many links were followed already.
        """
        pending = list(parts)[::-1]
        while pending:
            name = pending.pop()
            if name == b"..":
                here = max(self.place(here)[1], ROOT) if here != ROOT else ROOT
            if name in (b"", b".", b".."):
                continue
            row = row_at(here, name)
            if row is not None and row.directory is not None:
                here = row.directory
                continue
            if row is None or row.kind != EntryKind.SYMLINK or links == LINKS_FOLLOWED:
                return End(here, row, [name, *reversed(pending)], links)
            links += 1
            target = row.link or b""
            here = ROOT if target.startswith(b"/") else here
            pending += target.split(b"/")[::-1]
        return End(here, None, [], links)

    def _top_blocked(self, directory: int, blocked: Mapping[int, int]) -> int:
        """The blocked directory next to the root on the way to a directory; 0 for none."""
        way = []
        while directory > ROOT and directory not in self._tops:
            way.append(directory)
            directory = self.place(directory)[1]
        top = self._tops.get(directory, 0)
        for each in reversed(way):
            top = top or (each if each in blocked else 0)
            self._tops[each] = top
        return top
