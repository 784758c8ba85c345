"""The archives of an image that are open as folders in a tree of files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ocitui.layers.entry import Entry, EntryKind
from ocitui.layers.nested.entry import MemberEntry
from ocitui.layers.nested.names import is_archive_name
from ocitui.tui.files.source import Row

if TYPE_CHECKING:  # loaded where one is opened
    from ocitui.layers.nested.archive import Archive


@dataclass(frozen=True, slots=True)
class OpenArchive:
    """An archive that somebody opened."""

    layer: int
    """The number of the layer that has it, or has the archive that it is in."""
    entry: Entry
    """Its file."""
    archive: Archive


class Archives:
    """The archives of an image that somebody opened. Sources that follow each other share them."""

    def __init__(self) -> None:
        self.opened: list[OpenArchive] = []
        """The archives, in the order in which they were opened: one in another after that."""
        self._members: dict[int, tuple[int, MemberEntry]] = {}

    def add(self, layer: int, entry: Entry, archive: Archive) -> None:
        """Take another one, unless it is here."""
        if all((each.layer, each.entry.id) != (layer, entry.id) for each in self.opened):
            self.opened.append(OpenArchive(layer, entry, archive))
            self._members[archive.root.id] = layer, archive.root

    def member(self, id_: int) -> tuple[int, MemberEntry]:
        """Return an entry that `children` gave, and the layer it is in."""
        return self._members[id_]

    def children(self, directory: int) -> list[MemberEntry]:
        """Return the entries of a directory in an archive, by name."""
        layer, entry = self._members[directory]
        found = archive_of(entry).children(directory)
        self._members.update((each.id, (layer, each)) for each in found)
        return found

    def way(self, archive: Archive, path: bytes) -> tuple[list[int], int] | None:
        """Return the directories below an archive's root on the way to a path in it, and the id of its entry."""
        directory, ids = archive.root, list[int]()
        *folders, name = path.split(b"/")
        for folder in folders:
            directory_id = self._child(directory, folder)
            if directory_id is None:
                return None
            directory = self._members[directory_id][1]
            ids.append(directory_id)
        found = self._child(directory, name)
        return None if found is None else (ids, found)

    def _child(self, directory: MemberEntry, name: bytes) -> int | None:
        if directory.directory is None:
            return None
        return next((each.id for each in self.children(directory.directory) if each.name == name), None)


def is_archive(row: Row) -> bool:
    """True if a row is a file that is open as a folder."""
    return row.directory is not None and is_member(row.directory) and row.directory != row.id


def is_closed_archive(row: Row) -> bool:
    """True if a row is a file that probably opens as a folder: its name is that of an archive, and nothing is read."""
    is_file = row.kind is EntryKind.HARDLINK or (row.kind is EntryKind.FILE and row.size > 0)
    return is_file and row.directory is None and is_archive_name(row.name)


def is_member(id_: int) -> bool:
    """True if the number is that of something in an archive."""
    return id_ < -1


def archive_of(entry: MemberEntry) -> Archive:
    """Return the archive that an entry, or the root of it, belongs to."""
    from ocitui.layers.nested.archive import Archive

    assert isinstance(entry.archive, Archive)
    return entry.archive
