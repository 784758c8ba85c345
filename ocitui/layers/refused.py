"""Entries of a layer that a program which unpacks it would refuse, or should not take on trust."""

from dataclasses import dataclass

from ocitui.layers.directories import NOWHERE, ROOT
from ocitui.layers.entry import EntryKind
from ocitui.layers.index import LayerIndex
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

    def add(self, path: bytes, target: bytes) -> None:
        """Count one, and keep it where not many were kept before."""
        self.count += 1
        if len(self.first) < KEPT:
            self.first.append(NamedEntry(path, target))

    @property
    def more(self) -> int:
        """How many there are beside those that are named."""
        return self.count - len(self.first)


class Refused:
    """What is found in one index.

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
        self._paths: dict[int, bytes] = {NOWHERE: b"", ROOT: b""}
        self._directories: dict[bytes, int | None] = {}
        for id_, parent, name, kind, link in index.links_and_devices():
            path = self._path(parent) + name
            if kind is EntryKind.SYMLINK:
                if link[:1] != b"/" and components(self._path(parent) + link)[1]:
                    self.climbing_links.add(path, link)
            elif kind is EntryKind.HARDLINK:
                self._check_hard_link(id_, path, link)
            else:
                self.devices.add(path, b"")

    def _check_hard_link(self, id_: int, path: bytes, link: bytes) -> None:
        parts, escapes = components(link)
        if escapes:
            self.outside_links.add(path, link)
            return
        folder = b"/".join(parts[:-1])
        if folder not in self._directories:
            self._directories[folder] = self._index.directory_id(folder) if folder else ROOT
        directory = self._directories[folder]
        if parts and directory is not None and self._index.has_before(directory, parts[-1], id_):
            return
        if self._index.hard_link_target(self._index.rows([id_])[0]) is None:  # a folder that was replaced since
            self.absent_links.add(path, link)

    def _path(self, directory: int) -> bytes:
        """A directory's path with a slash at its end; empty for the root."""
        path = self._paths.get(directory)
        if path is None:
            name, parent = self._index.place_of(directory)
            path = self._paths[directory] = self._path(parent) + name + b"/"
        return path
