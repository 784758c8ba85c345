"""The rows of a tree of files with archives that are open as folders."""

from __future__ import annotations

from abc import ABC, abstractmethod
from array import array
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NoReturn

from ocitui.errors import LayerError
from ocitui.image.filesystem.filesystem import FileEntry, Filesystem
from ocitui.image.filesystem.nested import NestedFilesystem
from ocitui.layers.entry import Entry
from ocitui.layers.nested.entry import MARK, MemberEntry
from ocitui.tui.files.archives import Archives, OpenArchive, archive_of, is_member
from ocitui.tui.files.source import Order, Row, row_of

if TYPE_CHECKING:  # loaded where one is opened
    from ocitui.layers.nested.archive import Archive


class SourceWithArchives(ABC):
    """An `ocitui.tui.files.source.EntrySource` with archives that are open as folders.

    What is in them has negative numbers; of everything else those that inherit from this know.
    """

    archives: Archives
    """The archives that are open."""
    outer: Filesystem
    """The files without those in archives."""
    _mounted: tuple[int, dict[int, MemberEntry], dict[int, dict[int, int]]] | None = None

    @property
    @abstractmethod
    def root(self) -> int:
        """See `EntrySource.root`."""

    @abstractmethod
    def outer_children(self, directory: int, order: Order, reverse: bool) -> array[int]:
        """See `EntrySource.children`; in no archive."""

    @abstractmethod
    def outer_folders(self, directory: int) -> Mapping[int, int]:
        """See `EntrySource.folders`; in no archive."""

    @abstractmethod
    def outer_rows(self, ids: Sequence[int]) -> Sequence[Row]:
        """See `EntrySource.rows`; of nothing in archives."""

    @abstractmethod
    def outer_entry(self, id_: int) -> FileEntry:
        """See `EntrySource.entry`; of nothing in archives."""

    @abstractmethod
    def outer_locate(self, path: bytes) -> tuple[list[int], int] | None:
        """See `EntrySource.locate`; in no archive."""

    @abstractmethod
    def outer_find(self, text: str, is_exact: bool) -> Mapping[int, Collection[int]]:
        """See `EntrySource.find`; in no archive."""

    @property
    def files(self) -> NestedFilesystem[Filesystem]:
        """The files, also those in archives."""
        return NestedFilesystem(self.outer, _never)

    def children(self, directory: int, order: Order, reverse: bool) -> array[int]:
        """See `EntrySource.children`."""
        if not is_member(directory):
            return self.outer_children(directory, order, reverse)
        entries = self.archives.children(directory)
        if order == "size":
            entries = sorted(entries, key=lambda entry: entry.total_size, reverse=reverse)
        elif order == "time":
            entries = sorted(entries, key=lambda entry: entry.mtime_ns, reverse=reverse)
        elif reverse:
            entries = entries[::-1]
        return array("q", [entry.id for entry in entries])

    def folders(self, directory: int) -> Mapping[int, int]:
        """See `EntrySource.folders`."""
        if is_member(directory):
            entries = self.archives.children(directory)
            found: Mapping[int, int] = {each.id: each.directory for each in entries if each.directory is not None}
        else:
            found = self.outer_folders(directory)
        opened = self._mounts()[1].get(directory)
        return {**found, **opened} if opened else found

    def rows(self, ids: Sequence[int]) -> Sequence[Row]:
        """See `EntrySource.rows`."""
        roots = self._mounts()[0]
        outer = [id_ for id_ in ids if not is_member(id_)]
        rows = dict(zip(outer, self.outer_rows(outer), strict=True)) if outer else {}
        for id_ in ids:
            if is_member(id_):
                layer, entry = self.archives.member(id_)
                rows[id_] = row_of(entry, id_, entry.directory, label=str(layer))
            if (root := roots.get(id_)) is not None:
                row = rows[id_]
                rows[id_] = replace(
                    row, directory=root.directory, below_entries=root.below_entries, below_bytes=row.size, bound=""
                )
        return [rows[id_] for id_ in ids]

    def entry(self, id_: int) -> FileEntry:
        """See `EntrySource.entry`."""
        if not is_member(id_):
            return self.outer_entry(id_)
        layer, entry = self.archives.member(id_)
        return FileEntry(entry.archive.path_of(entry), layer, entry, entry.directory)

    def locate(self, path: bytes) -> tuple[list[int], int] | None:
        """See `EntrySource.locate`."""
        found = self.outer_locate(path)
        if found is not None or MARK not in path:
            return found
        roots = self._mounts()[0]
        for opened in reversed(self.archives.opened):
            before = opened.archive.path + MARK + b"/"
            around = self.locate(opened.archive.path) if path.startswith(before) else None
            if around is None or around[1] not in roots:
                continue
            way = self.archives.way(opened.archive, path.removeprefix(before))
            if way is not None:
                return [*around[0], opened.archive.root.id, *way[0]], way[1]
        return None

    def find(self, text: str, is_exact: bool) -> Mapping[int, Collection[int]]:
        """See `EntrySource.find`."""
        found = self.outer_find(text, is_exact)
        inside: dict[int, list[int]] = {}
        for id_, root in self._mounts()[0].items():
            archive = archive_of(root)
            matches = self._matching(archive, text, is_exact)
            around = self.locate(archive.path) if matches else None
            if around is not None and around[1] == id_:
                inside |= matches
                for directory in (self.root, *around[0]):
                    inside.setdefault(directory, [])
        return {**found, **{each: [*found.get(each, ()), *ids] for each, ids in inside.items()}} if inside else found

    def _matching(self, archive: Archive, text: str, is_exact: bool) -> dict[int, list[int]]:
        """The entries of an archive whose names hold a text, by directory, with the directories around those."""
        wanted = (text if is_exact else text.lower()).encode("utf-8", "surrogateescape")
        found: dict[int, list[int]] = {}
        above: dict[int, int] = {}
        waiting = [archive.root.id]
        while waiting:
            directory = waiting.pop()
            for entry in self.archives.children(directory):
                if wanted in (entry.name if is_exact else entry.name.lower()):
                    found.setdefault(directory, []).append(entry.id)
                if entry.directory is not None:
                    above[entry.directory] = directory
                    waiting.append(entry.directory)
        for directory in list(found):
            while (directory := above.get(directory, 0)) and directory not in found:
                found[directory] = []
        return found

    def _mounts(self) -> tuple[dict[int, MemberEntry], dict[int, dict[int, int]]]:
        """The root of each open archive by the id of its row, and by directory the ids of such rows in it."""
        opened = self.archives.opened
        count, roots, inside = self._mounted or (0, {}, {})
        self._mounted = len(opened), roots, inside  # `locate` asks for those before
        for one in opened[count:]:
            way = self.locate(one.archive.path)
            if way is not None and self._is_file(way[1], one):
                roots[way[1]] = one.archive.root
                inside.setdefault(way[0][-1] if way[0] else self.root, {})[way[1]] = one.archive.root.id
        return roots, inside

    def _is_file(self, id_: int, opened: OpenArchive) -> bool:
        """True if a row is the file of an archive, or another name of it: a path may lead to another in this view."""
        try:
            target = self.files.link_target(self.entry(id_))
        except LayerError:
            return False
        return target is not None and (target[0], target[1].id) == (opened.layer, opened.entry.id)


def _never(layer: int, entry: Entry, path: bytes) -> NoReturn:
    raise LayerError("an archive is opened by whoever asks for it")
