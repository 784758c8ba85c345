"""The differences between two filesystems, path by path: a folder at a time, skipping those of the same layers."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from itertools import repeat

from ocitui.errors import CancelledError
from ocitui.image.diff.side import Common, Found, Side
from ocitui.image.merged.changes import Aspect, Change, Mark, compare
from ocitui.image.merged.folder import LayerDirectories, MergedEntries, MergedEntry, merge
from ocitui.image.merged.paths import join
from ocitui.image.merged.spans import Span, spans
from ocitui.image.merged.timeline import Version, version_of
from ocitui.layers.entry import Entry, EntryKind
from ocitui.layers.nested.names import is_archive_name


@dataclass(frozen=True, slots=True)
class PathDiff:
    """A path that is not the same on both sides."""

    path: bytes
    """From the root, without a slash at its beginning; the root's is empty."""
    mark: Mark
    """Added, modified, or deleted, seen from the first side."""
    before: Found | None
    """None where the first side has nothing there."""
    after: Found | None
    change: Change
    """In what it was modified. With ``content_is_open`` its contents were not compared."""

    @property
    def is_directory(self) -> bool:
        """True if it is a directory on every side that has it."""
        return all(found.is_directory for found in (self.before, self.after) if found is not None)

    def versions(self, before: Side, after: Side) -> tuple[Version | None, Version | None]:
        """Return what each side has there as a version, with what reads its contents; None where it has nothing."""
        old, new = (
            None if found is None else version_of(side.stack, found.layer, found.row)
            for side, found in ((before, self.before), (after, self.after))
        )
        return old, new


@dataclass(frozen=True, slots=True)
class DiffOptions:
    """The differences that count."""

    ignored: frozenset[Aspect] = frozenset()
    """Aspects that do not count."""
    is_quick: bool = False
    """True if files of the same size and time are taken to be the same."""


EVERYTHING = DiffOptions()
"""Every difference counts, and contents are compared by reading them."""


def walk_differences(
    before: Side,
    after: Side,
    options: DiffOptions = EVERYTHING,
    *,
    below: bytes = b"",
    is_cancelled: Callable[[], bool] = lambda: False,
) -> Iterator[PathDiff]:
    """Every path that differs, parents before children, each folder by name.

    Nothing is read of the layers but their indexes: files that may differ only in what they
    hold come with ``content_is_open``, and may turn out to be the same.

    Args:
        before: the one side.
        after: the other.
        options: what counts.
        below: only this path, and what is below it; from the root, without a slash at its
            beginning. Links on the way are followed, on each side as that has them.
        is_cancelled: asked for each folder.

    Raises:
        CancelledError: ``is_cancelled`` said so.
    """
    walk = _Walk(before, after, options, below)
    pending = [walk.first()]
    while pending:  # without recursion: images may nest folders deeper than Python calls
        step = next(pending[-1], None)
        if step is None:
            pending.pop()
            continue
        found, folder = step
        if found is not None:
            yield found
        if folder is not None:
            if is_cancelled():
                raise CancelledError("the comparison was cancelled")
            pending.append(walk.enter(*folder))


_Step = tuple[PathDiff | None, tuple[bytes, LayerDirectories, LayerDirectories] | None]
"""The difference at a path, and the folder to look into."""


class _Walk:
    """Compares folders of two sides."""

    def __init__(self, before: Side, after: Side, options: DiffOptions, below: bytes) -> None:
        self._before, self._after = before, after
        self._options = options
        self._common = Common(before, after)
        self._below = below
        located = [side.stack.located(side.top, below) or (b"", None) for side in (before, after)]
        self._real = [path for path, _ in located]
        self._there = [merged for _, merged in located]
        self._path = b""
        """Of the folder that was entered last. Those that it is in have no other: deep ones would be too much."""

    def first(self) -> Iterator[_Step]:
        """Yield the difference at the path to begin with, and the folder to go on with."""
        if not self._below:
            directories = [side.stack.directories(side.top, b"") or () for side in (self._before, self._after)]
            old, new = self._before.root, self._after.root
            root = self._modified(b"", old, new) if old is not None and new is not None else None
            yield root, (b"", directories[0], directories[1])
            return
        yield self._step(self._below, *self._there)

    def enter(self, path: bytes, before: LayerDirectories, after: LayerDirectories) -> Iterator[_Step]:
        """Yield the differences in a folder, and the folders in it that may hold more."""
        self._path = path
        return self._folder(len(path), before, after)

    def _folder(self, length: int, before: LayerDirectories, after: LayerDirectories) -> Iterator[_Step]:
        """The same, where the path is that long a beginning of the one that was entered last."""
        if self._common.is_same_folder(before, after):
            return
        directories = before, after
        for span in spans(*zip(self._places(length), directories, strict=True)):
            old, new = map(_entries, (self._before, self._after), self._places(length), directories, repeat(span))
            for name in sorted(old.keys() | new.keys()):
                yield self._step(join(self._path[:length], name), old.get(name), new.get(name))

    def _places(self, length: int) -> list[bytes]:
        """Return the path of the folder on each side, links followed."""
        return [real + self._path[len(self._below) : length] for real in self._real]

    def _step(self, path: bytes, one: MergedEntry | None, other: MergedEntry | None) -> _Step:
        before, after = _directories(one), _directories(other)
        is_same = self._common.is_same_folder(before, after)
        return self._compare(path, one, other), None if is_same else (path, before, after)

    def _compare(self, path: bytes, one: MergedEntry | None, other: MergedEntry | None) -> PathDiff | None:
        before = self._before.find(one) if one is not None else None
        after = self._after.find(other) if other is not None else None
        if before is None and after is None:
            return None
        if before is None:
            return PathDiff(path, Mark.ADDED, None, after, Change())
        if after is None:
            return PathDiff(path, Mark.DELETED, before, None, Change())
        return self._modified(path, before, after)

    def _modified(self, path: bytes, before: Found, after: Found) -> PathDiff | None:
        if self._common.is_same_entry(before, after):
            return None
        change = self._change(before, after)
        is_change = change.aspects or change.content_is_open
        return PathDiff(path, Mark.MODIFIED, before, after, change) if is_change else None

    def _change(self, before: Found, after: Found) -> Change:
        def extras() -> tuple[Entry, Entry]:
            return self._before.entry(before)[1], self._after.entry(after)[1]

        old, new = before.inode, after.inode
        found = compare(old, new, extras)
        may_be_same = found.content_is_open or found.content_is_assumed
        if Aspect.CONTENT in self._options.ignored or (self._options.is_quick and old.mtime_ns == new.mtime_ns):
            may_be_same = False
        return Change(without(found.aspects, self._options.ignored), may_be_same)


def without(aspects: tuple[Aspect, ...], ignored: Collection[Aspect]) -> tuple[Aspect, ...]:
    """The aspects that count."""
    return tuple(aspect for aspect in aspects if aspect not in ignored) if ignored else aspects


def _entries(side: Side, path: bytes, directories: LayerDirectories, span: Span) -> MergedEntries:
    with side.stack.settled(side.top):
        return merge(path, directories, span=span) if directories else {}


def _directories(merged: MergedEntry | None) -> LayerDirectories:
    return (merged.directories or ()) if merged is not None else ()


def is_file(found: Found | None) -> bool:
    """True if it is a file with contents."""
    return found is not None and not found.is_directory and found.inode.kind == EntryKind.FILE


def is_archive(path: PathDiff) -> bool:
    """True if it is a file on both sides, the contents differ, and the name is that of an archive."""
    is_open = Aspect.CONTENT in path.change.aspects and is_file(path.before) and is_file(path.after)
    return is_open and is_archive_name(path.path.rpartition(b"/")[2])


def settled(difference: PathDiff, is_same: bool) -> PathDiff | None:
    """The difference once contents were compared; None where nothing is left of it."""
    aspects = difference.change.aspects
    if not is_same:
        aspects = (Aspect.CONTENT, *aspects)
    found = difference
    return PathDiff(found.path, found.mark, found.before, found.after, Change(aspects)) if aspects else None


def matters_without(difference: PathDiff, ignored: Collection[Aspect]) -> bool:
    """True if something is left of a difference when some aspects do not count."""
    change = difference.change
    return difference.mark is not Mark.MODIFIED or change.content_is_open or bool(without(change.aspects, ignored))
