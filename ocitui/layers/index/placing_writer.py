"""Writes the entries of a layer where unpacking puts them; see `ocitui.layers.index.placing`."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby

from ocitui.display import printable
from ocitui.errors import LayerError
from ocitui.layers.entry import WHITEOUT_KINDS, Entry, EntryKind
from ocitui.layers.index.directories import NOWHERE, ROOT
from ocitui.layers.index.file import IndexFile
from ocitui.layers.index.index import LayerIndex
from ocitui.layers.index.names import Named
from ocitui.layers.index.path_cache import PathCache
from ocitui.layers.index.placed import LinkTargets, Lower, Placed
from ocitui.layers.index.writer import IndexWriter
from ocitui.layers.pathnames import LINKS_FOLLOWED, OPAQUE_NAME, components
from ocitui.layers.summary import Findings
from ocitui.layers.tar.sink import Extra, FullIndexError
from ocitui.layers.warnings import LayerWarning

_NAMES_AT_ONCE = 2000
_NOT_WHITEOUT = f"kind NOT IN ({int(EntryKind.WHITEOUT)}, {int(EntryKind.OPAQUE)})"
_OWN = f"SELECT id, kind, link FROM entry WHERE parent = ? AND name = ? AND directory IS NULL AND {_NOT_WHITEOUT}"
_WHITEOUT = f"SELECT 1 FROM entry WHERE parent = ? AND name = ? AND kind = {int(EntryKind.WHITEOUT)} LIMIT 1"
_COVER = "SELECT 1 FROM entry WHERE parent = ? AND name = ? AND directory IS NULL LIMIT 1"


def place(index: LayerIndex, entries: Iterable[tuple[bytes, Entry]], number: int, lower: Lower) -> Placed:
    """Put entries one after the other where unpacking puts them.

    Args:
        index: the layer, with each entry where its name says.
        entries: all of it with their paths, in the order of the tar.
        number: of the layer.
        lower: the layers below.

    Raises:
        LayerError: the index cannot be read, or the paths that links lead to are beyond the limits.
    """
    try:
        writer = _PlacingWriter(index, number, lower)
        try:
            for path, entry in entries:
                writer.put(path, entry)
            return writer.placed()
        except BaseException:
            writer.close()
            raise
    except (FullIndexError, sqlite3.Error) as error:
        raise LayerError(f"layer {number}: its entries cannot be followed through links: {error}") from None


class _PlacingWriter(IndexWriter):
    """Writes a layer once more; names lead where they lead when the turn of their entry comes."""

    def __init__(self, index: LayerIndex, number: int, lower: Lower) -> None:
        self._implied_id = ROOT  # as in the index of every layer
        self._named: list[Named] = []
        super().__init__(None, Findings())
        self._connection.execute("PRAGMA cache_spill=ON")
        self._last_id = index.table.last_id()
        self._implied_id = self._last_id + 1
        self._index = index
        self._number = number
        self._lower = lower
        self._below_links = Findings()
        self._led = PathCache[bytes, bytes | None](lambda folder, _: len(folder))  # folders, and where links lead them
        self._followed: set[bytes] = set()
        """Names on the way to links that were followed: what comes there may lead paths elsewhere."""
        self._symlinks: dict[int, bytes] = {}  # the targets of those that hard links are other names of, by their ids
        self._links = LinkTargets({}, set())

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
        return Placed(LayerIndex.of_file(file), self._links)

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

    def _has_whiteout(self, directory: int | None, name: bytes) -> bool:
        return self._connection.execute(_WHITEOUT, (directory, name)).fetchone() is not None

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
        if way is None or self._links.is_full:
            return
        (done, ids), name = way, parts[-1]
        directory = self._directories.find(ids[-1], name) if ids[-1] is not None else None
        if directory is not None and self._directories.entries[directory] <= self._last_id:
            return  # one that is only implied may hold nothing but whiteouts, and then a file stays there
        own = self._own(ids[-1], name)
        symlink = self._symlink_at(done, ids, name)
        if own is not None:
            self._links.found[link.id] = self._number, own[0]
        elif self._shows_lower([*done, name], ids) and (lower := self._lower.target(b"/".join((*done, name)))):
            self._links.found[link.id] = lower
        elif self._has_whiteout(ids[-1], name):
            self._links.whiteouts.add(link.id)
        if symlink is not None:
            self._symlinks[link.id] = symlink
