"""A filesystem whose archives are folders too, to those who ask for what is in them: ``/app.war!/WEB-INF/lib``."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Generic, TypeVar, cast

from ocitui.display import printable
from ocitui.errors import NotFoundError, UsageError
from ocitui.image.filesystem.filesystem import FileEntry, Filesystem, Follow
from ocitui.layers.entry import Entry, EntryKind
from ocitui.layers.nested.entry import MARK, MemberEntry
from ocitui.layers.nested.errors import ArchiveError
from ocitui.layers.pathnames import components

if TYPE_CHECKING:  # what unpacks archives is loaded where one is opened
    from ocitui.layers.nested.archive import Archive

ArchiveOf = Callable[[int, Entry, bytes], "Archive"]
"""Opens a file as an archive: the layer, the file, its path. May raise `OcituiError`."""

F = TypeVar("F", bound=Filesystem)


class NestedFilesystem(Generic[F]):
    """See `ocitui.image.filesystem.filesystem.Filesystem`. Nothing is opened that no path goes into.

    A path goes into an archive with a ``!`` behind its name. A file whose name ends so is
    taken before it.
    """

    def __init__(self, outer: F, archive_of: ArchiveOf) -> None:
        """
        Args:
            outer: the filesystem.
            archive_of: opens archives.
        """
        self.outer = outer
        """The filesystem without what is in archives."""
        self._archive_of = archive_of

    @property
    def title(self) -> str:
        """See `Filesystem.title`."""
        return self.outer.title

    @property
    def root(self) -> FileEntry:
        """See `Filesystem.root`."""
        return self.outer.root

    def at(self, path: bytes, follow: Follow = Follow.PARENTS) -> FileEntry:
        """Return the entry at a path.

        Raises:
            NotFoundError: nothing is there.
            ArchiveError: nothing is there in what can be read of a damaged archive.
            UsageError: a link that must be followed leads in a circle.
            OcituiError: an archive on the way cannot be opened.
        """
        try:
            return self.outer.at(path, follow)
        except NotFoundError:
            if MARK not in path:
                raise
            found = self.inside(path, follow)
            if found is None:
                raise
            return found

    def children(self, directory: FileEntry) -> Iterator[FileEntry]:
        """See `Filesystem.children`."""
        entry = directory.entry
        if not isinstance(entry, MemberEntry):
            return self.outer.children(directory)
        return (
            FileEntry(directory.path + b"/" + each.name, directory.layer, each, each.directory)
            for each in _archive(entry).children(entry.id)
        )

    def walk(self, directory: FileEntry) -> Iterator[FileEntry]:
        """See `Filesystem.walk`."""
        entry = directory.entry
        if not isinstance(entry, MemberEntry):
            return self.outer.walk(directory)
        archive = _archive(entry)
        skipped = len(archive.path_in(entry))
        before = directory.path + (b"" if skipped else b"/")
        return (
            FileEntry(before + archive.path_in(each)[skipped:], directory.layer, each, each.directory)
            for each in archive.walk(entry.id)
        )

    def link_target(self, found: FileEntry) -> tuple[int, Entry] | None:
        """See `Filesystem.link_target`."""
        entry = found.entry
        if not isinstance(entry, MemberEntry):
            return self.outer.link_target(found)
        target = entry.archive.hard_link_target(entry)
        return None if target is None else (found.layer, target)

    def described(self, found: FileEntry, *, with_totals: bool = False) -> Entry:
        """See `Filesystem.described`."""
        entry = found.entry
        if not isinstance(entry, MemberEntry):
            return self.outer.described(found, with_totals=with_totals)
        return entry

    def followed(self, found: FileEntry, follow: Follow) -> FileEntry:
        """Return an entry of it, or what it leads to where it is a link that is followed.

        Raises:
            NotFoundError: nothing is there.
            ArchiveError: nothing is there in what can be read of a damaged archive.
            UsageError: the link leads in a circle.
        """
        entry = found.entry
        if not isinstance(entry, MemberEntry):
            return self.outer.at(found.raw_path, follow)
        archive = _archive(entry)
        path = archive.path_in(entry)
        if not path or entry.kind is not EntryKind.SYMLINK:
            return found
        place = FileEntry(found.path[: -len(path) - 1], found.layer, archive.root, archive.root.directory)
        return _in_archive(place, path, follow, found.path)

    def opened(self, found: FileEntry) -> FileEntry:
        """Return the root folder of the archive that a file is.

        Raises:
            NoArchiveError: it is none.
            OcituiError: it cannot be opened.
        """
        target = self.link_target(found)
        if target is None or target[1].kind is not EntryKind.FILE:
            raise UsageError(f"/{printable(found.path)}: is {found.entry.kind.word}, and no archive")
        layer, entry = target
        root = self._archive_of(layer, entry, found.path).root
        return FileEntry(found.path + MARK, layer, root, root.directory)

    def inside(self, path: bytes, follow: Follow, *, is_folder: bool = False) -> FileEntry | None:
        """Return what a path leads to that goes into archives; None where it goes into none.

        Args:
            path: the path.
            follow: which links are followed.
            is_folder: whether only a folder will do, so that no file is taken before an archive.

        Raises:
            NotFoundError: nothing is there in the archive.
            OcituiError: an archive on the way cannot be opened.
        """
        parts, _ = components(path)
        place: FileEntry | None = None  # the root of the archive that was opened last
        start = 0
        for end in range(1, len(parts) + 1):
            if not parts[end - 1].endswith(MARK):
                continue
            named = _member(place, b"/".join(parts[start:]), follow) if place is not None else None
            if named is not None and (named.directory is not None or not is_folder):
                break  # its name ends so
            file = self._file(place, b"/".join(parts[start:end]).removesuffix(MARK))
            if file is not None:
                place, start = self.opened(file), end
        if place is None:
            return None
        rest = b"/".join(parts[start:])
        return _in_archive(place, rest, follow, path) if rest else place

    def _file(self, place: FileEntry | None, path: bytes) -> FileEntry | None:
        """Return the file at a path, in the filesystem or in an archive; None where there is none."""
        if place is not None:
            found = _member(place, path, Follow.ALWAYS)
        else:
            try:
                found = self.outer.at(path, Follow.ALWAYS)
            except (NotFoundError, UsageError):
                return None
        return None if found is None or found.directory is not None else found


def _in_archive(place: FileEntry, rest: bytes, follow: Follow, path: bytes) -> FileEntry:
    """Return the entry at the rest of a path in an archive whose root this is; see `NestedFilesystem.at`."""
    found = _member(place, rest, follow)
    if found is None:
        archive = _archive(cast(MemberEntry, place.entry))
        if follow is Follow.ALWAYS and archive.leads_in_circle(rest):
            raise UsageError(f"{printable(path)}: links lead in a circle")
        problems = archive.problems
        if problems:  # it may be in what cannot be read
            raise ArchiveError(f"/{printable(b'/'.join(components(path)[0]))}: not found, but {problems[0]}")
        raise NotFoundError(f"{printable(path)}: not in the archive /{printable(place.path[: -len(MARK)])}")
    return found


def _member(place: FileEntry, path: bytes, follow: Follow) -> FileEntry | None:
    """Return the entry at a path in an archive whose root this is."""
    entry = place.entry
    assert isinstance(entry, MemberEntry)
    archive = _archive(entry)
    found = archive.at(path, follows_last=follow is not Follow.PARENTS)
    if follow is Follow.TO_DIRECTORY and (found is None or found.directory is None):
        found = archive.at(path)
    if found is None:
        return None
    return FileEntry(place.path + b"/" + archive.path_in(found), place.layer, found, found.directory)


def _archive(entry: MemberEntry) -> "Archive":
    return cast("Archive", entry.archive)
