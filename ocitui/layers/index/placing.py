"""The entries of a layer where unpacking puts them: one after the other, symbolic links on the way followed.

An index has entries where their names say. That is where they are, but for an entry below a
path that is a symbolic link when its turn comes: unpacking follows the link, whether a layer
below has it or the same tar had it before. Links may be made and replaced on the way, so such
a layer is gone through once more, entry by entry, as ``umoci unpack`` does it. Few layers
need that, and for the others nothing is done.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Protocol
from weakref import WeakKeyDictionary

from ocitui.display import printable
from ocitui.errors import LayerError
from ocitui.layers.entry import LINK_KINDS, WHITEOUT_KINDS, Entry, EntryKind
from ocitui.layers.index.conditions import kinds
from ocitui.layers.index.directories import NOWHERE, ROOT
from ocitui.layers.index.file import IndexFile
from ocitui.layers.index.index import LayerIndex
from ocitui.layers.index.names import Named
from ocitui.layers.index.path_cache import PathCache
from ocitui.layers.index.plain_row import PlainRow
from ocitui.layers.index.writer import IndexWriter
from ocitui.layers.pathnames import LINKS_FOLLOWED, OPAQUE_NAME, components
from ocitui.layers.summary import Findings
from ocitui.layers.tar.sink import Extra, FullIndexError
from ocitui.layers.warnings import LayerWarning

_TARGETS_KEPT = 200_000
_NAMES_AT_ONCE = 2000
_HARD_LINKS = kinds({EntryKind.HARDLINK})
_NOT_WHITEOUT = f"kind NOT IN ({int(EntryKind.WHITEOUT)}, {int(EntryKind.OPAQUE)})"
_OWN = f"SELECT id, kind, link FROM entry WHERE parent = ? AND name = ? AND directory IS NULL AND {_NOT_WHITEOUT}"
_COVER = "SELECT 1 FROM entry WHERE parent = ? AND name = ? AND directory IS NULL LIMIT 1"

Target = tuple[int, int]
"""The target of a hard link: the number of a layer, and the id of an entry there."""


class Lower(Protocol):
    """The root filesystem that a layer is unpacked over. Paths have no links on the way."""

    def symlink(self, path: bytes) -> bytes | None:
        """The target of the symbolic link at a path; None where there is none."""
        ...

    def target(self, path: bytes) -> Target | None:
        """The entry at a path that is no directory."""
        ...


class _Nothing:
    """The empty root filesystem below a layer that is looked at alone."""

    def symlink(self, path: bytes) -> bytes | None:
        """See `Lower`."""
        return None

    def target(self, path: bytes) -> Target | None:
        """See `Lower`."""
        return None


_NOTHING = _Nothing()
_ALONE: "WeakKeyDictionary[LayerIndex, LayerIndex | None]" = WeakKeyDictionary()
"""Of each layer that was looked at alone, the index with its entries placed; None where that is its own."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A layer with its entries where unpacking puts them. Their ids are those that they have in the layer's index."""

    index: LayerIndex
    """To be closed; implied directories have ids of their own."""
    targets: dict[int, Target]
    """The targets of hard links, by their ids, as far as there was anything when they were made."""


def place_alone(index: LayerIndex) -> LayerIndex:
    """Put the entries of a layer where unpacking puts them where there is nothing yet; kept for the next who asks.

    Args:
        index: the layer, with each entry where its name says; finished or still growing.

    Returns:
        The index itself where no entry is below a link of the layer, or it is not known yet.

    Raises:
        LayerError: see `place_entries`.
    """
    if not index.summary.complete:
        return index
    if index not in _ALONE:
        placed = place_entries(index, 1, _NOTHING)
        _ALONE[index] = placed.index if placed is not None else None
        if placed is not None:
            _ALONE[placed.index] = None
    return _ALONE[index] or index


def place_entries(index: LayerIndex, number: int, lower: Lower) -> Placed | None:
    """Put the entries of a layer where unpacking puts them.

    Args:
        index: the layer, with each entry where its name says.
        number: of the layer.
        lower: the layers below.

    Returns:
        None where no entry is below a link, so that everything is where its name says.

    Raises:
        LayerError: the index cannot be read, or the paths that links lead to are beyond the limits.
    """
    if not _follows_links(index, lower):
        return None
    try:
        writer = _PlacingWriter(index, number, lower)
        try:
            for path, entry in _paths(index):
                writer.put(path, entry)
            return writer.placed()
        except BaseException:
            writer.close()
            raise
    except (FullIndexError, sqlite3.Error) as error:
        raise LayerError(f"layer {number}: its entries cannot be followed through links: {error}") from None


def _follows_links(index: LayerIndex, lower: Lower) -> bool:
    """True if any entry may be below a link when its turn comes, or a hard link be made by way of one."""
    links: dict[tuple[int, bytes], int] = {}
    for row in index.table.superseded_rows():
        if row.kind in LINK_KINDS:
            links.setdefault((row.parent, row.name), row.id)
    hard_links = index.table.select(_HARD_LINKS)
    if hard_links and (links or _go_by_links(index, lower, index.table.plain(hard_links))):
        return True
    implied = index.table.every_implied_directory()
    if any(links.get((row.parent, row.name), row.id) < row.id for row in implied):
        return True
    if lower is _NOTHING:
        return False
    paths = _Paths(index)
    return any(lower.symlink(paths.of(row.parent) + row.name) is not None for row in implied)


def _go_by_links(index: LayerIndex, lower: Lower, hard_links: Iterable[PlainRow]) -> bool:
    """True if a folder by way of which a hard link is made is a link. Each is asked for once, after what it is in."""
    own: dict[bytes, int | None] = {}  # the layer's own directory at a path
    for link in hard_links:
        path = b""
        directory: int | None = ROOT
        for name in components(link.link or b"")[0][:-1]:
            path = path + b"/" + name if path else name
            if path not in own:
                rows = index.table.plain_rows(directory, (name,)) if directory is not None else []
                found = next((row for row in rows if row.kind not in WHITEOUT_KINDS), None)
                if (found is not None and found.kind in LINK_KINDS) or lower.symlink(path) is not None:
                    return True
                own[path] = found.directory if found is not None else None
            directory = own[path]
    return False


class _Paths:
    """The paths of directories as the tar has them, with a slash at the end."""

    def __init__(self, index: LayerIndex) -> None:
        self._index = index
        self._known = PathCache[int, bytes](lambda _, path: len(path))

    def of(self, directory: int) -> bytes:
        """The path of a directory; the root's is empty."""
        names: list[bytes] = []
        here = directory
        while here > ROOT and (known := self._known.get(here)) is None:
            name, here = self._index.place_of(here)
            names.append(name + b"/")
        found = (known if here > ROOT and known is not None else b"") + b"".join(reversed(names))
        if names:
            self._known[directory] = found
        return found


def _paths(index: LayerIndex) -> Iterator[tuple[bytes, Entry]]:
    """Every entry with its path as the tar has it."""
    paths = _Paths(index)
    for entry in index.table.as_in_tar():
        yield paths.of(entry.parent) + entry.raw_name if entry.parent != NOWHERE else b".", entry


class _PlacingWriter(IndexWriter):
    """Writes a layer once more; names lead where they lead when the turn of their entry comes."""

    def __init__(self, index: LayerIndex, number: int, lower: Lower) -> None:
        self._implied_id = ROOT  # as in the index of every layer
        self._named: list[Named] = []
        super().__init__(None, Findings())
        self._connection.execute("PRAGMA cache_spill=ON")
        self._implied_id = index.table.last_id() + 1
        self._index = index
        self._number = number
        self._lower = lower
        self._below_links = Findings()
        self._led = PathCache[bytes, bytes | None](lambda folder, _: len(folder))  # folders, and where links lead them
        self._followed: set[bytes] = set()
        """Names on the way to links that were followed: what comes there may lead paths elsewhere."""
        self._symlinks: dict[int, bytes] = {}  # the targets of those that hard links are other names of, by their ids
        self.targets: dict[int, Target] = {}

    def put(self, path: bytes, entry: Entry) -> None:
        """Take the next entry of the tar."""
        self._next_id = entry.id
        if entry.kind is EntryKind.HARDLINK:
            self._find_target(entry)
        extra = Extra(entry.device, entry.xattrs, entry.sparse) if entry.extras is not None else None
        kind = EntryKind.FILE if entry.kind in WHITEOUT_KINDS else entry.kind
        owner = entry.uid, entry.gid
        self.add(path, kind, entry.mode, *owner, entry.size, entry.mtime_ns, entry.link, entry.offset, extra)
        folder, _, name = path.rpartition(b"/")
        place = self._led.get(folder)
        if place is not None:
            place = place + b"/" + name if place else name
            self._below_links.note(LayerWarning.BELOW_LINK, f"{printable(path)}, at {printable(place)}")
        if entry.directory is not None:
            self._led[path] = place
        if entry.kind is EntryKind.OPAQUE or entry.name in self._followed:
            self._known.clear()
            self._known_bytes = 0

    def placed(self) -> Placed:
        """Finish, and open what was written."""
        self.finish()
        self._write_held_names()
        self._connection.execute("COMMIT")
        summary = self._index.summary
        summary = replace(summary, notes=(*summary.notes, *self._below_links.notes))
        file = IndexFile.of_connection(self._connection, self._index.path, summary)
        return Placed(LayerIndex.of_file(file), self.targets)

    # Overrides.

    def _take_implied_id(self) -> int:
        """After those of the entries: an implied directory comes after all that it replaced, whatever its id."""
        self._implied_id += 1
        return self._implied_id - 1

    def _write_names(self, entries: Sequence[Named]) -> None:
        """Pieces of many entries, though few are written at once, and of ids that follow each other."""
        self._named += entries
        if len(self._named) >= _NAMES_AT_ONCE:
            self._write_held_names()

    def _write_held_names(self) -> None:
        for _, run in groupby(enumerate(self._named), lambda numbered: numbered[1][0] - numbered[0]):
            super()._write_names([named for _, named in run])
        self._named.clear()

    def _place(self, path: bytes) -> tuple[int, bytes]:
        parts, _ = components(path)
        if not parts:
            return NOWHERE, b""
        *folders, name = parts
        way = self._follow(folders)
        parent = self._make_directories(folders if way is None else way[0])
        folder = path.rpartition(b"/")[0]
        self._led[folder] = b"/".join(way[0]) if way is not None and way[0] != folders else None
        self._know(folder, parent)
        return parent, name

    # Where names lead.

    def _follow(self, folders: list[bytes]) -> tuple[list[bytes], list[int | None]] | None:
        """Follow the links on a path, and the last component too.

        Returns:
            The components without links, and the layer's own directory after each number of them, the root first;
            None where links lead in a circle.
        """
        done: list[bytes] = []
        ids: list[int | None] = [ROOT]
        pending = folders[::-1]
        followed = 0
        while pending:
            name = pending.pop()
            if name == b"..":
                del done[-1:], ids[max(1, len(ids) - 1) :]
            if name in (b"", b".", b".."):
                continue
            own = ids[-1]
            directory = self._directories.find(own, name) if own is not None else None
            target = self._symlink_at(done, ids, name) if directory is None else None
            if target is None:
                done.append(name)
                ids.append(directory)
                continue
            if followed == LINKS_FOLLOWED:
                return None
            followed += 1
            self._followed.update((*done, name))
            if target.startswith(b"/"):
                done.clear()
                del ids[1:]
            pending += target.split(b"/")[::-1]
        return done, ids

    def _symlink_at(self, done: list[bytes], ids: list[int | None], name: bytes) -> bytes | None:
        """The target of the link of a name in a folder, now; None where there is none."""
        own = self._own(ids[-1], name)
        if own is not None:
            id_, kind, link = own
            return link or b"" if kind == EntryKind.SYMLINK else self._symlinks.get(id_)
        return self._lower.symlink(b"/".join((*done, name))) if self._shows_lower([*done, name], ids) else None

    def _own(self, directory: int | None, name: bytes) -> tuple[int, int, bytes | None] | None:
        """Return the layer's own last entry at a name that is no directory now: id, kind and link."""
        if directory is None:
            return None
        self._write()
        found = self._connection.execute(f"{_OWN} ORDER BY id DESC LIMIT 1", (directory, name)).fetchone()
        return tuple(found) if found is not None else None

    def _shows_lower(self, path: list[bytes], ids: list[int | None]) -> bool:
        """True if the entry of the layers below at a path is still there: the layer neither hid nor replaced it."""
        self._write()
        for directory, name in zip(ids, path, strict=False):
            if directory is None:
                return True
            for covering in (name, OPAQUE_NAME):
                if self._connection.execute(_COVER, (directory, covering)).fetchone() is not None:
                    return False
        return True

    def _find_target(self, link: Entry) -> None:
        """Keep what a hard link is another name of, now."""
        parts, _ = components(link.link or b"")
        way = self._follow(parts[:-1]) if parts else None
        if way is None or len(self.targets) >= _TARGETS_KEPT:
            return
        (done, ids), name = way, parts[-1]
        if ids[-1] is not None and self._directories.find(ids[-1], name) is not None:
            return
        own = self._own(ids[-1], name)
        symlink = self._symlink_at(done, ids, name)
        if own is not None:
            self.targets[link.id] = self._number, own[0]
        elif self._shows_lower([*done, name], ids) and (lower := self._lower.target(b"/".join((*done, name)))):
            self.targets[link.id] = lower
        if symlink is not None:
            self._symlinks[link.id] = symlink
