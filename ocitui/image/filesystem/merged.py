"""The files of layers over each other."""

from collections.abc import Iterator
from dataclasses import replace

from ocitui.display import printable
from ocitui.errors import NotFoundError, UsageError
from ocitui.image.filesystem.filesystem import FileEntry, Follow
from ocitui.image.merged.row import Located, MergedRow
from ocitui.image.merged.totals import MergedTotals
from ocitui.image.merged.tree import ROOT_FOLDER, MergedTree
from ocitui.layers.entry import Entry, EntryKind

_UNDESCRIBED_ROOT = FileEntry(
    b"",
    0,
    Entry(
        id=0,
        parent=0,
        name=b"",
        kind=EntryKind.DIRECTORY,
        mode=0o755,
        uid=0,
        gid=0,
        size=0,
        mtime_ns=0,
        link=None,
        offset=None,
        directory=ROOT_FOLDER,
        below_entries=None,
        below_bytes=None,
        superseded=False,
        is_implied=True,
        is_described=False,
        device=None,
        extras=None,
    ),
    ROOT_FOLDER,
)


class MergedFilesystem:
    """See `ocitui.image.filesystem.filesystem.Filesystem`."""

    title = "the final filesystem"

    def __init__(self, tree: MergedTree) -> None:
        """
        Args:
            tree: the layers up to one, over each other.
        """
        self.tree = tree
        """The layers over each other."""
        self._totals = MergedTotals(tree)

    @property
    def root(self) -> FileEntry:
        """The root directory, as the topmost layer has it that describes it."""
        found = self.tree.root
        return FileEntry(b"", *found, ROOT_FOLDER) if found is not None else _UNDESCRIBED_ROOT

    def entry_of(self, row: MergedRow) -> FileEntry:
        """A row of the tree; of what the last layer deleted, what was there."""
        return FileEntry(row.path, row.layer, row.entry, row.directory)

    def at(self, path: bytes, follow: Follow = Follow.PARENTS) -> FileEntry:
        """The entry at a path.

        Raises:
            NotFoundError: nothing is there.
            UsageError: a link that must be followed leads in a circle.
        """
        found = self.tree.at(path, follows_last=follow is not Follow.PARENTS)
        if follow is Follow.TO_DIRECTORY and not _is_directory(found):
            found = self.tree.at(path)
        if found.is_there:
            return self.root if found.row is None else self.entry_of(found.row)
        if found.path is None and follow is Follow.ALWAYS:
            raise UsageError(f"{printable(path)}: links lead in a circle")
        where = ""
        if follow is Follow.ALWAYS and found.links:
            where = f"; links lead to {printable(found.path or b'')}, which is missing"
        raise NotFoundError(f"{printable(path)}: not in {self.title}{where}")

    def children(self, directory: FileEntry) -> Iterator[FileEntry]:
        """The entries in a directory, by name."""
        return map(self.entry_of, self.tree.children(directory.path))

    def walk(self, directory: FileEntry) -> Iterator[FileEntry]:
        """Everything below a directory, parents before children, each folder by name."""
        assert directory.directory is not None
        return map(self.entry_of, self.tree.walk(directory.directory))

    def link_target(self, found: FileEntry) -> tuple[int, Entry] | None:
        """Return the entry that holds the contents; None for a hard link to nothing."""
        if found.directory is not None or found.entry.kind is not EntryKind.HARDLINK:
            return found.layer, found.entry
        return self.tree.link_target(found.layer, found.entry)

    def described(self, found: FileEntry, *, with_totals: bool = False) -> Entry:
        """The entry with the metadata of what it is a hard link to, or with what is below it."""
        entry, name = found.entry, found.path[found.path.rfind(b"/") + 1 :]
        if entry.name != name:
            entry = replace(entry, name=name)
        if found.directory is not None:
            totals = self._totals.of(found.path) if with_totals else None
            if totals is None:
                return replace(entry, directory=found.directory)
            return replace(entry, directory=found.directory, below_entries=totals.entries, below_bytes=totals.bytes)
        target = self.link_target(found)
        if target is None or (target[0], target[1].id) == (found.layer, entry.id):
            return entry
        other = target[1]
        return replace(
            entry,
            mode=other.mode,
            uid=other.uid,
            gid=other.gid,
            size=other.size,
            mtime_ns=other.mtime_ns,
            is_described=other.is_described,
            device=other.device,
            extras=other.extras,
        )


def _is_directory(found: Located) -> bool:
    return found.is_there and (found.row is None or found.row.directory is not None)
