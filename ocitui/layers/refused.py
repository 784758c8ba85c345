"""Entries of a layer that a program which unpacks it would refuse, or should not take on trust."""

from dataclasses import dataclass

from ocitui.layers.entry import EntryKind
from ocitui.layers.index.directories import ROOT
from ocitui.layers.index.index import LayerIndex
from ocitui.layers.pathnames import components

KEPT = 20
"""Entries of one sort that are named; the others are counted."""


@dataclass(frozen=True, slots=True)
class NamedEntry:
    """An entry, and where it leads. Both as the tar has them, to be made safe by who shows them."""

    path: bytes
    target: bytes


class Entries:
    """Entries of one sort: how many there are, and the first of them."""

    def __init__(self) -> None:
        self.count = 0
        self.first: list[NamedEntry] = []

    @property
    def more(self) -> int:
        """The number of those that are not named."""
        return self.count - len(self.first)


class Refused:
    """The refused entries of one index.

    A symbolic link may lead anywhere; one that climbs over the root with ``..`` is looked at,
    since it means something else for whoever does not take the layer as the root. A hard link
    must name a file that stands before it (image-spec, Layer Filesystem Changeset: Hardlinks).
    """

    def __init__(self, index: LayerIndex) -> None:
        self.climbing_links = Entries()
        """Symbolic links."""
        self.outside_links = Entries()
        """Hard links whose target climbs out of the root."""
        self.absent_links = Entries()
        """Hard links whose target does not stand before them in this layer."""
        self.devices = Entries()
        self._index = index
        self._places: dict[int, tuple[bytes, int]] = {}
        self._directories: dict[bytes, int | None] = {}
        for id_, parent, name, kind, link in index.table.links_and_devices():
            found: Entries | None = self.devices
            if kind is EntryKind.SYMLINK:
                found = self.climbing_links if self._climbs(parent, link) else None
            elif kind is EntryKind.HARDLINK:
                found = self._refused_link(id_, link)
            if found is not None:
                found.count += 1
                if len(found.first) < KEPT:
                    found.first.append(NamedEntry(self._path(parent, name), link))

    def _climbs(self, parent: int, link: bytes) -> bool:
        """True if a symbolic link in a directory leads above the root."""
        if link[:1] == b"/":
            return False
        depth, most = 0, link.count(b"..")
        while parent > ROOT and depth <= most:
            parent = self._place(parent)[1]
            depth += 1
        return depth <= most and components(b"d/" * depth + link)[1]

    def _refused_link(self, id_: int, link: bytes) -> Entries | None:
        """Return the group that a hard link belongs to; None where it is as it should be."""
        parts, escapes = components(link)
        if escapes:
            return self.outside_links
        folder = b"/".join(parts[:-1])
        if folder not in self._directories:
            self._directories[folder] = self._index.directory_id(folder) if folder else ROOT
        directory = self._directories[folder]
        if parts and directory is not None and self._index.has_before(directory, parts[-1], id_):
            return None
        # It may be in a folder that was replaced since.
        is_there = self._index.hard_link_target(self._index.rows([id_])[0]) is not None
        return None if is_there else self.absent_links

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
