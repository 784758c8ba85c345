"""Entries of a layer that a program which unpacks it would refuse, or should not take on trust."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from ocitui.layers.entry import Entry, EntryKind
from ocitui.layers.index.directories import ROOT
from ocitui.layers.index.index import LayerIndex
from ocitui.layers.index.plain_row import PlainRow
from ocitui.layers.pathnames import LINKS_FOLLOWED, components

KEPT = 20
"""Entries of one sort that are named; the others are counted."""


@dataclass(frozen=True, slots=True)
class NamedEntry:
    """An entry, and where it leads. Both as the tar has them, to be made safe by who shows them."""

    path: bytes
    target: bytes = b""
    """Empty for what leads nowhere."""


class Entries:
    """Entries of one sort: how many there are, and the first of them."""

    def __init__(self) -> None:
        self.count = 0
        self.first: list[NamedEntry] = []

    def add(self, entry: Callable[[], NamedEntry]) -> None:
        """Count one more, which is only made where it is named."""
        self.count += 1
        if len(self.first) < KEPT:
            self.first.append(entry())

    @property
    def more(self) -> int:
        """The number of those that are not named."""
        return self.count - len(self.first)


class Refused:
    """The refused entries of one index.

    A symbolic link may lead anywhere; one that climbs over the root with ``..`` is looked at,
    since it means something else for whoever does not take the layer as the root. A hard link
    must name a file that stands before it (image-spec, Layer Filesystem Changeset: Hardlinks);
    symbolic links of the layer on the way to that are followed, as every runtime does.
    """

    def __init__(self, index: LayerIndex) -> None:
        """
        Args:
            index: finished.
        """
        self.climbing_links = Entries()
        """Symbolic links."""
        self.outside_links = Entries()
        """Hard links whose target climbs out of the root."""
        self.absent_links = Entries()
        """Hard links whose target does not stand before them in this layer."""
        self.self_links = Entries()
        """Hard links whose target is their own path."""
        self.empty_links = Entries()
        """Symbolic links without a target."""
        self.devices = Entries()
        self.blocked = Entries()
        """Paths of the layer that are no directory, and have entries of the layer below them, which came later."""
        self.blocked_whiteouts = Entries()
        """The same with nothing but whiteouts below them."""
        self.misled = Entries()
        """Symbolic links that have entries of the layer below them, and lead to a file or in a circle."""
        self.beside_whiteouts = Entries()
        """Names that the layer has and hides."""
        self.repeated = Entries()
        """Paths that are in the layer more than once."""
        self._index = index
        self._places: dict[int, tuple[bytes, int]] = {}
        self._directories: dict[bytes, int | None] = {}
        for id_, parent, name, kind, link in index.table.links_and_devices():
            found: Entries | None = self.devices
            if kind is EntryKind.SYMLINK:
                found = self._refused_symlink(parent, link)
            elif kind is EntryKind.HARDLINK:
                found = self._refused_link(id_, parent, name, link)
            if found is not None:
                found.add(partial(self._named, parent, name, link))
        whiteouts = index.table.whiteout_rows()
        self._whiteouts = {(row.parent, row.name) for row in whiteouts if row.kind == EntryKind.WHITEOUT}
        self._opaque = {row.parent for row in whiteouts if row.kind == EntryKind.OPAQUE}
        self._hidden: dict[int, bool] = {}  # by directory, as far as it was asked for
        self._blocking: dict[int, int] = {}  # what stands in the way, by the directory
        self._dangling: list[tuple[NamedEntry, bytes]] = []
        self._repeated = set(index.table.repeated_names())
        self._find_blocked()
        for parent, name in index.table.beside_whiteouts():
            self.beside_whiteouts.add(partial(self._named, parent, name))
        for parent, name in sorted(self._repeated):
            self.repeated.add(partial(self._named, parent, name))

    @property
    def needs_layers_below(self) -> bool:
        """True if some of it can only be told with the layers below."""
        return bool(self.absent_links.count or self._dangling) or next(self.unblocked(), None) is not None

    @property
    def dangling(self) -> Sequence[tuple[NamedEntry, bytes]]:
        """Symbolic links that have entries of the layer below them and lead to nothing in it: each with where it leads.

        No more than `KEPT` of them.
        """
        return self._dangling

    def unblocked(self) -> Iterator[PlainRow]:
        """Iterate over the directories that entries need of the layers below, since the layer itself has nothing there.

        Parents come before children; see `path_of`.
        """
        for row in self._index.table.every_implied_directory():
            if row.directory not in self._blocking and not self._is_hidden(row.parent, row.name):
                yield row

    def path_of(self, row: PlainRow) -> bytes:
        """Return the path of an entry."""
        return self._path(row.parent, row.name)

    def _is_hidden(self, parent: int, name: bytes) -> bool:
        """True if whiteouts of the layer leave nothing of the layers below at a path."""
        return (parent, name) in self._whiteouts or self._hides_all_in(parent)

    def _hides_all_in(self, directory: int) -> bool:
        way = []
        while directory > ROOT and directory not in self._hidden:
            way.append(directory)
            directory = self._place(directory)[1]
        is_hidden = self._hidden.get(directory, directory in self._opaque)
        for each in reversed(way):
            name, parent = self._place(each)
            is_hidden = is_hidden or each in self._opaque or (parent, name) in self._whiteouts
            self._hidden[each] = is_hidden
        return is_hidden

    def _find_blocked(self) -> None:
        for directory, id_ in self._index.table.blocked_directories().items():
            entry = self._index.rows([id_])[0]
            self._blocking[directory] = id_
            target = self._index.hard_link_target(entry) or entry
            if target.kind is EntryKind.SYMLINK:  # which unpacking follows
                self._follow_blocking(entry, target.link or b"")
                continue
            is_empty = self._index.table.holds_only_whiteouts(directory)
            found = self.blocked_whiteouts if is_empty else self.blocked
            found.add(partial(self._named, entry.parent, entry.name))

    def _follow_blocking(self, entry: Entry, link: bytes) -> None:
        """Look where a link leads that has entries below it; paths that the layer has twice are passed by."""
        start = ROOT if link.startswith(b"/") else entry.parent
        end = self._walk(start, link.split(b"/"), self._blocking_row, links=1)
        if end.is_directory or not self._repeated.isdisjoint(end.way):
            return
        if end.row is not None:
            self.misled.add(partial(self._named, entry.parent, entry.name, link))
        elif len(self._dangling) < KEPT:
            path = b"/".join([self._path(end.directory, end.rest[0]), *end.rest[1:]])
            self._dangling.append((self._named(entry.parent, entry.name, link), path))

    def _blocking_row(self, directory: int, name: bytes) -> PlainRow | None:
        """The row at which a program that unpacks the layer comes: what stands in the way of an implied directory."""
        rows = self._index.table.plain_rows(directory, (name,))
        folders = [row for row in rows if row.directory is not None]
        if folders and not any(row.is_implied for row in folders):
            return folders[0]
        others = (row for row in rows if row.directory is None and not row.is_whiteout)
        return next(others, folders[0] if folders else None)

    def _named(self, parent: int, name: bytes, link: bytes = b"") -> NamedEntry:
        return NamedEntry(self._path(parent, name), link)

    def _refused_symlink(self, parent: int, link: bytes) -> Entries | None:
        if not link:
            return self.empty_links
        return self.climbing_links if self._climbs(parent, link) else None

    def _climbs(self, parent: int, link: bytes) -> bool:
        """True if a symbolic link in a directory leads above the root."""
        if link[:1] == b"/":
            return components(link)[1]
        depth, most = 0, link.count(b"..")
        while parent > ROOT and depth <= most:
            parent = self._place(parent)[1]
            depth += 1
        return depth <= most and components(b"d/" * depth + link)[1]

    def _refused_link(self, id_: int, parent: int, name: bytes, link: bytes) -> Entries | None:
        """Return the group that a hard link belongs to; None where it is as it should be."""
        parts, escapes = components(link)
        if escapes:
            return self.outside_links
        if parts and parts[-1] == name and b"/".join(parts) == self._path(parent, name):
            return self.self_links
        directory = self._follow(parts[:-1])
        if parts and directory is not None and self._index.has_before(directory, parts[-1], id_):
            return None
        # It may be in a folder that was replaced since.
        is_there = self._index.hard_link_target(self._index.rows([id_])[0]) is not None
        return None if is_there else self.absent_links

    def _follow(self, parts: list[bytes]) -> int | None:
        """Return the id of the directory that a path leads to by the links of this layer, None where there is none."""
        path = b"/".join(parts)
        if path not in self._directories:
            self._directories[path] = self._find_directory(parts)
        return self._directories[path]

    def _find_directory(self, parts: list[bytes]) -> int | None:
        end = self._walk(ROOT, parts, self._row_on_the_way)
        return end.directory if end.is_directory else None

    def _row_on_the_way(self, directory: int, name: bytes) -> PlainRow | None:
        rows = self._index.table.plain_rows(directory, (name,))
        return next((row for row in rows if row.directory is not None or row.kind == EntryKind.SYMLINK), None)

    def _walk(
        self, here: int, parts: list[bytes], row_at: Callable[[int, bytes], PlainRow | None], *, links: int = 0
    ) -> "_End":
        """Follow a path, and the symbolic links on it, as far as it leads to directories of the layer.

        Args:
            here: the directory in which the path begins.
            parts: its components.
            row_at: gives what is in a directory under a name; None for nothing.
            links: how many links were followed already.
        """
        way: set[tuple[int, bytes]] = set()
        pending = parts[::-1]
        while pending:
            name = pending.pop()
            if name == b"..":
                here = max(self._place(here)[1], ROOT) if here != ROOT else ROOT
            if name in (b"", b".", b".."):
                continue
            way.add((here, name))
            row = row_at(here, name)
            if row is not None and row.directory is not None:
                here = row.directory
                continue
            if row is None or row.kind != EntryKind.SYMLINK or links == LINKS_FOLLOWED:
                return _End(here, row, [name, *reversed(pending)], way)
            links += 1
            target = row.link or b""
            here = ROOT if target.startswith(b"/") else here
            pending += target.split(b"/")[::-1]
        return _End(here, None, [], way)

    def _path(self, parent: int, name: bytes) -> bytes:
        parts = [name]
        while parent > ROOT:
            folder, parent = self._place(parent)
            parts.append(folder)
        return b"/".join(reversed(parts))

    def _place(self, directory: int) -> tuple[bytes, int]:
        """The name of a directory and the one that holds it, asked for once."""
        found = self._places.get(directory)
        if found is None:
            found = self._places[directory] = self._index.place_of(directory)
        return found


@dataclass(frozen=True, slots=True)
class _End:
    """The place that a path leads to in a layer, or where it stops."""

    directory: int
    row: PlainRow | None
    """The entry at which it stops: no directory, and no link that is followed further. None where nothing is there."""
    rest: list[bytes]
    """The components that were not followed, that of the row first; empty where all were."""
    way: set[tuple[int, bytes]]
    """Each directory on the way, with the name that was looked up in it."""

    @property
    def is_directory(self) -> bool:
        """True if the whole path was followed."""
        return not self.rest
