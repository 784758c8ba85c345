"""The entries of a filesystem that a glob means, and those in its archives."""

from typing import TYPE_CHECKING, Any, NamedTuple, cast

from ocitui.display import count_noun, printable
from ocitui.errors import NotFoundError, OcituiError, UsageError
from ocitui.image.filesystem.filesystem import FileEntry, Follow
from ocitui.image.filesystem.nested import NestedFilesystem
from ocitui.image.glob import MATCHED, PathGlobs, States, after, is_glob
from ocitui.layers.entry import EntryKind
from ocitui.layers.nested.entry import MARK, MemberEntry
from ocitui.layers.nested.errors import ArchiveError, NoArchiveError
from ocitui.layers.nested.search_limit import ENTRIES, not_opened_text
from ocitui.layers.pathnames import components

if TYPE_CHECKING:
    from ocitui.layers.nested.archive import Archive


class Match(NamedTuple):
    """An entry that a glob means."""

    path: bytes
    """Its path as the glob has it, without a slash at its beginning."""
    found: FileEntry
    """The entry, with links followed; of what is in an archive without the archive, which may be closed by now."""
    is_inside: bool
    """True if it is in an archive."""
    archive: bytes | None
    """The path of the file that the glob opened for it first, as the glob has it; None where it opened none."""


class Matches(NamedTuple):
    """The entries that a glob means, and why there may be more."""

    found: list[Match]
    """Sorted by path."""
    lost: list[OcituiError]
    """Of each link that has to be followed and leads nowhere."""
    problems: list[str]
    """The archives that cannot be opened, each once."""


class _Folder(NamedTuple):
    """A folder to look into."""

    path: bytes
    entry: FileEntry
    wanted: States
    archive: bytes | None


def matching_entries(files: NestedFilesystem[Any], glob: bytes, follow: Follow = Follow.PARENTS) -> Matches:
    """Return the entries that match.

    The folders before the first component with a sign of globs may be links to folders; below
    that no link to a folder is followed. A component that ends with ``!`` opens the archives that
    the part before it matches, and no others; a file that is none is passed over.

    Args:
        files: the filesystem.
        glob: see `ocitui.image.glob`; from the root.
        follow: which links are followed.

    Raises:
        UsageError: a set in the glob is bad.
        ArchiveError: nothing matches, and an archive that may have matches cannot be read, or not to its end.
        OcituiError: an archive before the first sign of globs cannot be opened.
    """
    parts, _ = components(glob)
    count = next((number for number, part in enumerate(parts) if is_glob(part.decode("latin-1"))), len(parts))
    globs = PathGlobs([b"/".join(parts[count:])])
    above = b"/".join(parts[:count])
    try:
        start = files.at(above, Follow.TO_DIRECTORY)
        if start.directory is None and MARK in above:  # a file of that name has nothing in it
            start = files.inside(above, Follow.TO_DIRECTORY, is_folder=True) or start
    except (NotFoundError, UsageError):
        return Matches([], [], [])
    walk = _Walk(files, follow)
    if start.directory is not None:
        walk.run(_Folder(above, start, globs.start, None))
    if not walk.found and not walk.lost and walk.doubts:
        first, *others = walk.doubts
        more = f" (and {count_noun(len(others), 'more problem')})" if others else ""
        raise ArchiveError(f"/{printable(b'/'.join(parts))}: not found, but {first}{more}")
    found = sorted(walk.found.values(), key=lambda match: match.path)
    return Matches(found, walk.lost, list(walk.problems))


class _Walk:
    """Looks into the folders and archives that a glob may lead into, each archive after what is around it."""

    def __init__(self, files: NestedFilesystem[Any], follow: Follow) -> None:
        self._files = files
        self._follow = follow
        self._left = ENTRIES
        """Entries of archives that may still be looked at."""
        self._is_full = False
        self.found: dict[bytes, Match] = {}
        self.lost: list[OcituiError] = []
        self.problems: dict[str, None] = {}
        self.doubts: dict[str, None] = {}
        """The problems, and those of archives of which some can be read."""

    def run(self, start: _Folder) -> None:
        """Look into a folder, and everything that the glob leads into from there."""
        waiting = self._in_tree(start)[::-1]
        while waiting:
            file = waiting.pop()
            root = self._opened(file)
            if root is None:
                continue
            archive = file.archive or file.path.removesuffix(MARK)
            if MATCHED in file.wanted:
                self._take(file.path, root, archive)
            if file.wanted - {MATCHED}:
                waiting += self._in_tree(_Folder(file.path, root, file.wanted - {MATCHED}, archive))[::-1]

    def _in_tree(self, start: _Folder) -> list[_Folder]:
        """Take the matches below a folder, and return the files there that the glob goes into, by path."""
        pending, files = [start], []
        while pending:
            folder, directory, wanted, archive = pending.pop()
            inner = frozenset(state for state in wanted if state and state[0].endswith("!"))
            for each in self._files.children(directory):
                name = each.entry.raw_name
                left = after(wanted, name)
                path = folder + b"/" + name if folder else name
                if MATCHED in left:
                    self._take(path, each, archive)
                if each.directory is not None and left - {MATCHED}:
                    pending.append(_Folder(path, each, left - {MATCHED}, archive))
                if inner and each.directory is None and (left := after(inner, name + MARK)):
                    files.append(_Folder(path + MARK, each, left, archive))
        return sorted(files, key=lambda file: file.path)

    def _take(self, path: bytes, found: FileEntry, archive: bytes | None) -> None:
        """Take a match; what has the path itself was taken before what is in an archive."""
        if path in self.found:
            return
        if self._follow is not Follow.PARENTS:
            try:
                found = self._files.followed(found, self._follow)
            except OcituiError as error:
                self.lost.append(error)
                return
        is_inside = isinstance(found.entry, MemberEntry)
        if isinstance(found.entry, MemberEntry):
            found = found._replace(entry=found.entry.detached())
        self.found[path] = Match(path, found, is_inside, archive)

    def _opened(self, file: _Folder) -> FileEntry | None:
        """Return the root folder of an archive; None for what is none, or cannot be opened."""
        try:
            found = self._files.followed(file.entry, Follow.ALWAYS)
        except (NotFoundError, UsageError):
            return None
        except OcituiError as error:
            self._say(str(error))
            return None
        target = self._files.link_target(found)
        if found.directory is not None or target is None or target[1].kind is not EntryKind.FILE:
            return None
        if self._left <= 0:
            if not self._is_full:
                self._say(not_opened_text(file.path.removesuffix(MARK), ENTRIES))
            self._is_full = True
            return None
        try:
            root = self._files.opened(found)
        except NoArchiveError:
            return None
        except OcituiError as error:
            self._say(str(error))
            return None
        archive = cast("Archive", cast(MemberEntry, root.entry).archive)
        self.doubts |= dict.fromkeys(archive.problems)
        self._left -= len(archive)
        return root

    def _say(self, problem: str) -> None:
        self.problems[problem] = None
        self.doubts[problem] = None
