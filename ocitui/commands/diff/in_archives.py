"""A path that goes into an archive, on both sides: ``/app.war!/WEB-INF/lib``."""

from ocitui.commands.diff.sides import End, Wanted
from ocitui.display import printable
from ocitui.errors import NotFoundError
from ocitui.image.diff.images import PathsDiff
from ocitui.image.diff.paths import DiffOptions
from ocitui.image.diff.side import is_same_stack
from ocitui.image.filesystem.filesystem import FileEntry
from ocitui.layers.nested.entry import MARK, MemberEntry
from ocitui.layers.nested.errors import ArchiveError

Places = tuple[FileEntry | None, FileEntry | None]
"""The entry at a path on each side; None where it has none."""


def find_in_archives(both: tuple[End, End], name: bytes) -> Places | None:
    """Return what is at a path, links on the way followed; None for one that goes into an archive on neither side.

    Args:
        both: the two sides.
        name: the path, without a slash at its beginning.

    Raises:
        ArchiveError: an archive on the way cannot be opened, or is none.
    """
    if MARK not in name:
        return None
    before, after = (_find(end, name) for end in both)
    is_inside = any(found is not None and isinstance(found.entry, MemberEntry) for found in (before, after))
    return (before, after) if is_inside else None


def _find(end: End, name: bytes) -> FileEntry | None:
    try:
        return end.files.at(name)
    except NotFoundError:
        return None
    except ArchiveError as error:
        raise ArchiveError(f"{end.title}: {error}") from None


def compare_in_archives(both: tuple[End, End], name: bytes, places: Places, wanted: Wanted) -> PathsDiff:
    """Compare what is at a path in archives, all below it, and the archives there.

    Args:
        both: the two sides.
        name: the path.
        places: what `find_in_archives` found there.
        wanted: what counts.

    Raises:
        UsageError: one of the two is in no archive.
    """
    from ocitui.image.diff.nested import NestedDiff  # with all that unpacks them

    before, after = both
    if is_same_stack(before.side, after.side):
        return PathsDiff((), is_shared=True)
    options = DiffOptions(wanted.ignored, wanted.is_quick)
    nested = NestedDiff(
        (before.side, before.opened.contents),
        (after.side, after.opened.contents),
        options,
        titles=(before.title, after.title),
    )
    compared = [*nested.at(name, *places)]
    inside = {found.path: members for found, members in compared if members}
    of_archives = (f"{end.title}: {printable(each)}" for end in both for each in end.opened.contents.archive_problems)
    problems = tuple(dict.fromkeys([*of_archives, *nested.problems]))
    return PathsDiff(tuple(found for found, _ in compared), inside=inside, not_inside=problems)
