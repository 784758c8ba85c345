"""The files of one layer, alone."""

from collections.abc import Iterator

from ocitui.display import printable
from ocitui.errors import NotFoundError
from ocitui.image.filesystem.filesystem import FileEntry, Follow
from ocitui.layers.entry import LINK_KINDS, Entry, EntryKind
from ocitui.layers.index.directories import ROOT
from ocitui.layers.index.index import LayerIndex
from ocitui.layers.index.placing import place_alone
from ocitui.layers.pathnames import components, follow_links, hidden_name


class LayerFilesystem:
    """See `ocitui.image.filesystem.filesystem.Filesystem`. Whiteouts are entries, links are those of the layer."""

    def __init__(self, index: LayerIndex, number: int, title: str = "") -> None:
        """
        Args:
            index: the layer's index, finished or still growing.
            number: of the layer in its image.
            title: how messages name it.
        """
        self.index = place_alone(index)
        """The layer's index, with entries below a link of the layer where that leads."""
        self.title = title or f"layer {number}"
        """The name in messages."""
        self._number = number

    @property
    def root(self) -> FileEntry:
        """The layer's root directory."""
        return self.entry_of(self.index.root, b"")

    def entry_of(self, entry: Entry, path: bytes | None = None) -> FileEntry:
        """An entry of the index, with its path unless that is known."""
        return FileEntry(self.index.path_of(entry) if path is None else path, self._number, entry, entry.directory)

    def at(self, path: bytes, follow: Follow = Follow.PARENTS) -> FileEntry:
        """The entry at a path, which may be that of a whiteout with its ``.wh.``.

        The path itself is followed only where it leads to a directory of the layer.

        Raises:
            NotFoundError: the layer has none.
        """
        parts, _ = components(path)
        name = b"/".join(parts)
        plain = self.index.lookup(name)
        if plain is not None and plain.kind not in LINK_KINDS:  # then there are no links on the way
            return self.entry_of(plain, name)
        if follow is not Follow.PARENTS:
            name = b"/".join(self._resolve(parts, with_last=True))
            if (directory := self.index.lookup(name)) is not None and directory.directory is not None:
                return self.entry_of(directory, name)
        parts = self._resolve(parts)
        name = b"/".join(parts)
        entry = self.index.lookup(name)
        if entry is not None or not parts:
            return self.entry_of(entry or self.index.root, name)
        folder = self.index.directory_id(b"/".join(parts[:-1])) if parts[1:] else ROOT
        if folder is not None:
            if hidden := hidden_name(parts[-1]):
                if whiteout := self.index.whiteout(folder, hidden):
                    return self.entry_of(whiteout, b"/".join([*parts[:-1], hidden]))
            elif self.index.whiteout(folder, parts[-1]) is not None:
                raise NotFoundError(f"{printable(path)}: not in {self.title}, which deletes it")
        raise NotFoundError(f"{printable(path)}: not in {self.title}")

    def _resolve(self, parts: list[bytes], *, with_last: bool = False) -> list[bytes]:
        """Follow the layer's links on the way to a path; it stays as it is where they lead in a circle."""
        found = follow_links(b"/".join(parts), self._target_at, with_last=with_last)
        return found if found is not None else parts

    def _target_at(self, path: bytes) -> bytes | None:
        """The target of the symbolic link at a path, even under another name; None where there is none."""
        found = self.index.lookup(path)
        if found is not None and found.kind is EntryKind.HARDLINK:
            found = self.index.hard_link_target(found)
        return found.link or b"" if found is not None and found.kind is EntryKind.SYMLINK else None

    def children(self, directory: FileEntry) -> Iterator[FileEntry]:
        """The entries in a directory, by name."""
        before = directory.path + b"/" if directory.path else b""
        for entry in self.index.entries(_number(directory)):
            yield FileEntry(before + entry.name, self._number, entry, entry.directory)

    def walk(self, directory: FileEntry) -> Iterator[FileEntry]:
        """Everything below a directory, parents before children, each folder by name."""
        before = directory.path + b"/" if directory.path else b""
        for path, entry in self.index.walk(_number(directory)):
            yield FileEntry(before + path, self._number, entry, entry.directory)

    def link_target(self, found: FileEntry) -> tuple[int, Entry] | None:
        """Return the target of a hard link, where this layer has it; else the entry itself."""
        entry = found.entry
        target = self.index.hard_link_target(entry) if entry.kind is EntryKind.HARDLINK else None
        return found.layer, target or entry

    def described(self, found: FileEntry, *, with_totals: bool = False) -> Entry:
        """The entry as the layer has it: the index knows what is below its directories."""
        return found.entry


def _number(directory: FileEntry) -> int:
    assert directory.directory is not None
    return directory.directory
