"""Entries of a layer that a program which unpacks it would refuse, or should not take on trust."""

from array import array
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

from ocitui.errors import LayerError
from ocitui.layers.beside_whiteouts import Beside, beside_whiteouts
from ocitui.layers.entry import WHITEOUT_KINDS, Entry, EntryKind
from ocitui.layers.index.directories import ROOT
from ocitui.layers.index.index import LayerIndex
from ocitui.layers.index.placing import link_targets_alone, place_alone
from ocitui.layers.index.plain_row import PlainRow
from ocitui.layers.layer_walk import End, LayerWalk
from ocitui.layers.pathnames import components

KEPT = 20
"""Entries of one sort that are named; the others are counted."""

LINKS_OF_LINUX = 40
"""Symbolic links that Linux follows on the way to one path."""


@dataclass(frozen=True, slots=True)
class NamedEntry:
    """An entry, and where it leads. Both as the tar has them, to be made safe by who shows them."""

    path: bytes
    target: bytes = b""
    """Empty for what leads nowhere."""


@dataclass(frozen=True, slots=True)
class DanglingLink:
    """A symbolic link that has entries of the layer below it, and leads to nothing in the layer."""

    entry: NamedEntry
    path: bytes
    """The path that it leads to."""
    has_whiteouts_only: bool
    """True if nothing but whiteouts is below it."""


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

        Raises:
            LayerError: see `ocitui.layers.index.placing.link_targets`.
        """
        self.climbing_links = Entries()
        """Symbolic links."""
        self.outside_links = Entries()
        """Hard links whose target climbs out of the root."""
        self.absent_links = array("q")
        """The ids of hard links that do not find their target in this layer at their turn."""
        self.whiteout_links = array("q")
        """The same of those that find nothing but a whiteout in its place."""
        self.self_links = Entries()
        """Hard links whose target is their own path."""
        self.unlike_links = Entries()
        """Hard links with another mode or owner than the file that they are other names of."""
        self.empty_links = Entries()
        """Symbolic links without a target."""
        self.devices = Entries()
        self.zero_devices = Entries()
        """Those of them that overlayfs takes for its own whiteouts: character devices with the numbers 0 and 0."""
        self.blocked = Entries()
        """Paths of the layer that are no directory, and have entries of the layer below them, which came later."""
        self.blocked_whiteouts = Entries()
        """The same with nothing but whiteouts below them."""
        self.blocked_links: list[tuple[int, bool]] = []
        """The same of hard links without a target in this layer: id, and whether nothing but whiteouts is below."""
        self.misled = Entries()
        """Symbolic links that have entries of the layer below them, and lead to a file."""
        self.misled_whiteouts = Entries()
        """The same with nothing but whiteouts below them."""
        self.circles = Entries()
        """Symbolic links that have entries of the layer below them, and lead in a circle."""
        self.opaque_circles = Entries()
        """The same with nothing but an opaque whiteout below them."""
        self.long_ways = Entries()
        """Links by way of which entries are made, through more symbolic links than Linux follows."""
        self.beside_whiteouts = {beside: Entries() for beside in Beside}
        """Names that the layer has and hides, by what is beside the whiteout."""
        self.repeated = Entries()
        """Paths that are in the layer more than once."""
        self._index = index
        self._walk = LayerWalk(index)
        self._ends: dict[bytes, tuple[End, int]] = {}  # of paths on which hard links are made
        self._doubtful = array("q")  # hard links whose targets the names alone do not tell
        for id_, parent, name, kind, link, access, is_zero in index.table.links_and_devices():
            found: Entries | None = self.devices
            if kind is EntryKind.SYMLINK:
                found = self._refused_symlink(parent, link)
            elif kind is EntryKind.HARDLINK:
                found = self._refused_link(id_, parent, name, link, access)
            if found is not None:
                found.add(partial(self._named, parent, name, link))
            if is_zero:
                self.zero_devices.add(partial(self._named, parent, name))
        self._find_absent_links()
        whiteouts = index.table.whiteout_rows()
        self._whiteouts = {(row.parent, row.name) for row in whiteouts if row.kind == EntryKind.WHITEOUT}
        self._opaque = {row.parent for row in whiteouts if row.kind == EntryKind.OPAQUE}
        self._hidden: dict[int, bool] = {}  # by directory, as far as it was asked for
        self._blocking: dict[int, int] = {}  # what stands in the way, by the directory
        self._dangling: list[DanglingLink] = []
        self._find_blocked()
        self._find_beside_whiteouts()
        for parent, name in sorted(index.table.repeated_names()):
            self.repeated.add(partial(self._named, parent, name))

    @property
    def needs_layers_below(self) -> bool:
        """True if some of it can only be told with the layers below."""
        return (
            bool(self.absent_links or self.whiteout_links or self._dangling) or next(self.unblocked(), None) is not None
        )

    @property
    def dangling(self) -> Sequence[DanglingLink]:
        """Symbolic links that have entries of the layer below them and lead to nothing in it; no more than `KEPT`."""
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
        return self._walk.path(row.parent, row.name)

    def named(self, id_: int) -> NamedEntry:
        """Return an entry with its path and its target."""
        entry = self._index.rows([id_])[0]
        return self._named(entry.parent, entry.name, entry.link or b"")

    def has_whiteouts_only(self, directory: int) -> bool:
        """True if nothing but whiteouts is in a directory."""
        return not self._index.table.holds_other_than(directory, WHITEOUT_KINDS)

    def is_below(self, id_: int, directories: Collection[int]) -> bool:
        """True if an entry is in one of some directories, or anywhere below it."""
        directory = self._index.rows([id_])[0].parent
        while directory not in directories and directory > ROOT:
            directory = self._walk.place(directory)[1]
        return directory in directories

    def _is_hidden(self, parent: int, name: bytes) -> bool:
        """True if whiteouts of the layer leave nothing of the layers below at a path."""
        return (parent, name) in self._whiteouts or self._hides_all_in(parent)

    def _hides_all_in(self, directory: int) -> bool:
        way = []
        while directory > ROOT and directory not in self._hidden:
            way.append(directory)
            directory = self._walk.place(directory)[1]
        is_hidden = self._hidden.get(directory, directory in self._opaque)
        for each in reversed(way):
            name, parent = self._walk.place(each)
            is_hidden = is_hidden or each in self._opaque or (parent, name) in self._whiteouts
            self._hidden[each] = is_hidden
        return is_hidden

    def _find_beside_whiteouts(self) -> None:
        """Look where entries are put, by way of links, too."""
        try:
            placed = place_alone(self._index)
        except LayerError:  # beyond the limits
            placed = self._index
        walk = LayerWalk(placed)
        for beside, hidden in beside_whiteouts(placed):
            self.beside_whiteouts[beside].add(partial(_named_in, walk, hidden.parent, hidden.name))

    def _find_blocked(self) -> None:
        blocked = self._index.table.blocked_directories()
        self._blocking = {each.directory: each.other for each in blocked}
        for directory, implied, other in blocked:
            entry = self._index.rows([other])[0]
            target = self._index.hard_link_target(entry) or entry
            if target.kind is EntryKind.SYMLINK:  # which unpacking follows
                self._follow_blocking(directory, implied, entry, target.link or b"")
                continue
            whiteouts_only = self.has_whiteouts_only(directory)
            if target is entry and entry.kind is EntryKind.HARDLINK:
                self.blocked_links.append((other, whiteouts_only))
                continue
            found = self.blocked_whiteouts if whiteouts_only else self.blocked
            found.add(partial(self._named, entry.parent, entry.name))

    def _follow_blocking(self, directory: int, implied: int, entry: Entry, link: bytes) -> None:
        """Look where a link leads, when the first entry below it comes, whose implied directory has an id."""
        start, parts = (ROOT, []) if link.startswith(b"/") else self._walk.way_in(entry.parent, self._blocking)
        end = self._walk.follow(start, [*parts, *link.split(b"/")], partial(self._row_before, implied), links=1)
        whiteouts_only = self.has_whiteouts_only(directory)
        found: Entries | None = None
        if end.is_circle:
            is_opaque = not self._index.table.holds_other_than(directory, {EntryKind.OPAQUE})
            found = self.opaque_circles if is_opaque else self.circles
        elif end.row is not None:
            found = self.misled_whiteouts if whiteouts_only else self.misled
        elif end.is_directory:
            found = self.long_ways if end.links > LINKS_OF_LINUX else None
        elif len(self._dangling) < KEPT:
            path = b"/".join([self._walk.path(end.directory, end.rest[0]), *end.rest[1:]])
            self._dangling.append(DanglingLink(self._named(entry.parent, entry.name, link), path, whiteouts_only))
        if found is not None:
            found.add(partial(self._named, entry.parent, entry.name, link))

    def _row_before(self, id_: int, directory: int, name: bytes) -> PlainRow | None:
        """Return what is at a name when the turn of an entry comes; a hard link to a symbolic link is such a link."""
        row = self._index.table.row_before(directory, name, id_)
        if row is not None and row.is_implied and row.directory in self._blocking:
            row = self._index.table.plain([self._blocking[row.directory]])[0]
        if row is None or row.kind != EntryKind.HARDLINK:
            return row
        target = self._index.hard_link_target(self._index.rows([row.id])[0])
        is_symlink = target is not None and target.kind is EntryKind.SYMLINK
        return row._replace(kind=EntryKind.SYMLINK, link=target.link) if target is not None and is_symlink else row

    def _named(self, parent: int, name: bytes, link: bytes = b"") -> NamedEntry:
        return _named_in(self._walk, parent, name, link)

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
            parent = self._walk.place(parent)[1]
            depth += 1
        return depth <= most and components(b"d/" * depth + link)[1]

    def _refused_link(
        self, id_: int, parent: int, name: bytes, link: bytes, access: tuple[int, int, int]
    ) -> Entries | None:
        """Return the group that a hard link belongs to; None where it is as it should be.

        Args:
            id_: its id.
            parent: the directory that holds it.
            name: its name there.
            link: its target.
            access: its mode, user and group.
        """
        parts, escapes = components(link)
        if escapes:
            return self.outside_links
        if parts and parts[-1] == name and b"/".join(parts) == self._walk.path(parent, name):
            return self.self_links
        end, last_link = self._follow(parts[:-1])
        file = self._index.file_before(end.directory, parts[-1], id_) if parts and end.is_directory else None
        is_as_in_the_end = last_link < id_ and not (end.links and self._has_superseded)
        if file is None or file.superseded or not is_as_in_the_end:
            if self._index.named_before(link, id_) is None:
                self._doubtful.append(id_)
            return None
        if end.links > LINKS_OF_LINUX:
            return self.long_ways
        is_alike = file.kind == EntryKind.SYMLINK or access == (file.mode, file.uid, file.gid)
        return None if is_alike else self.unlike_links

    def _find_absent_links(self) -> None:
        """Go through the layer as unpacking does, if names do not tell the targets of its hard links."""
        if not self._doubtful:
            return
        links = link_targets_alone(self._index)
        for link in self._index.table.many_rows(self._doubtful):
            if link.id not in links.found:
                (self.whiteout_links if link.id in links.whiteouts else self.absent_links).append(link.id)
                continue
            file = self._index.rows([links.found[link.id][1]])[0]
            is_alike = (link.mode, link.uid, link.gid) == (file.mode, file.uid, file.gid)
            if not is_alike and file.kind is not EntryKind.SYMLINK:
                self.unlike_links.add(partial(self._named, link.parent, link.name, link.link or b""))

    @cached_property
    def _has_superseded(self) -> bool:
        return bool(self._index.table.superseded_ids())

    def _follow(self, parts: list[bytes]) -> tuple[End, int]:
        """Follow a path by the links of this layer, as they are in the end; with the id of the last of them."""
        path = b"/".join(parts)
        if path not in self._ends:
            links: list[int] = []
            self._ends[path] = (
                self._walk.follow(ROOT, parts, partial(self._row_on_the_way, links)),
                max(links, default=0),
            )
        return self._ends[path]

    def _row_on_the_way(self, links: list[int], directory: int, name: bytes) -> PlainRow | None:
        """Return a directory or a symbolic link, and note the link."""
        rows = self._index.table.plain_rows(directory, (name,))
        found = next((row for row in rows if row.directory is not None or row.kind == EntryKind.SYMLINK), None)
        if found is not None and found.directory is None:
            links.append(found.id)
        return found


def _named_in(walk: LayerWalk, parent: int, name: bytes, link: bytes = b"") -> NamedEntry:
    return NamedEntry(walk.path(parent, name), link)
