"""The differences inside archives that differ: of their members, and of the archives among those."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from ocitui.display import format_count, printable
from ocitui.errors import CancelledError, OcituiError, UsageError
from ocitui.image.diff.paths import EVERYTHING, DiffOptions, PathDiff, is_archive, without
from ocitui.image.diff.side import Found, Side
from ocitui.image.filesystem.filesystem import FileEntry
from ocitui.image.merged.changes import Aspect, Change, Mark, compare, same_content
from ocitui.image.merged.timeline import Version
from ocitui.image.search.nested import ARCHIVES, ArchiveReader
from ocitui.layers.index import schema
from ocitui.layers.index.plain_row import PlainRow
from ocitui.layers.nested.archive import Archive
from ocitui.layers.nested.entry import MARK, MemberEntry
from ocitui.layers.nested.errors import NoArchiveError
from ocitui.layers.nested.search_limit import ENTRIES


@dataclass(frozen=True, slots=True)
class MemberDiff(PathDiff):
    """A member of an archive that is not the same on both sides."""

    entries: tuple[MemberEntry | None, MemberEntry | None]
    """The member on each side."""

    def versions(self, before: Side, after: Side) -> tuple[Version | None, Version | None]:
        """Return the member on each side as a version; see `PathDiff.versions`."""
        old, new = (
            None if found is None or entry is None else member_version(found.layer, entry)
            for found, entry in zip((self.before, self.after), self.entries, strict=True)
        )
        return old, new


def member_version(layer: int, entry: MemberEntry) -> Version:
    """Return a member of an archive as a version of its path.

    Args:
        layer: the number of the layer that has the archive.
        entry: the member.
    """
    target = None if entry.directory is not None else entry.archive.hard_link_target(entry)
    return Version(layer, entry, None if target is None else (layer, target))


Compared = tuple[MemberDiff, tuple[MemberDiff, ...]]
"""A member that differs; and where it is an archive on both sides, what differs inside it and the archives in it."""


class NestedDiff:
    """Compares what is inside archives. A file is one where its name says so on both sides."""

    def __init__(
        self,
        before: tuple[Side, ArchiveReader],
        after: tuple[Side, ArchiveReader],
        options: DiffOptions = EVERYTHING,
        *,
        titles: tuple[str, str] = ("A", "B"),
        is_cancelled: Callable[[], bool] = lambda: False,
    ) -> None:
        """
        Args:
            before: the one side, and what opens its archives.
            after: the other.
            options: what counts.
            titles: how the sides are called in problems, safe to draw.
            is_cancelled: asked for each member.
        """
        self.problems: dict[str, None] = {}
        """The reasons why some of it is not compared, each once."""
        self._sides = before, after
        self._options = options
        self._titles = titles
        self._is_cancelled = is_cancelled
        self._archives = 0
        """Pairs of archives that may still be opened in the file that is compared."""
        self._entries = ENTRIES

    def inside(self, paths: Iterable[PathDiff]) -> dict[bytes, tuple[MemberDiff, ...]]:
        """Return what differs inside each file whose contents do, by its path.

        Raises:
            CancelledError: ``is_cancelled`` said so.
        """
        return {path.path: members for path in paths if (members := self.in_file(path))}

    def in_file(self, path: PathDiff) -> tuple[MemberDiff, ...] | None:
        """Return what differs inside a file, archives in it after it; None where it is not compared.

        Raises:
            CancelledError: ``is_cancelled`` said so.
        """
        if not is_archive(path):
            return None
        assert path.before is not None
        assert path.after is not None
        self._archives = ARCHIVES
        (old, old_reader), (new, new_reader) = self._sides
        before, after = old.entry(path.before), new.entry(path.after)
        opened = self._opened(
            partial(old_reader.open_archive, *before, path.path, self._is_cancelled),
            partial(new_reader.open_archive, *after, path.path, self._is_cancelled),
        )
        return None if opened is None else self._flat(opened, (before[0], after[0]), path.path)

    def at(self, path: bytes, before: FileEntry | None, after: FileEntry | None) -> Iterator[Compared]:
        """Yield what differs at a path in an archive, and below it, folders before what is in them.

        Args:
            path: as it is called, which goes into the archive: without a slash at its beginning.
            before: the entry there of the one side; None where it has none.
            after: of the other.

        Raises:
            UsageError: it is in an archive on one side only.
            CancelledError: ``is_cancelled`` said so.
        """
        self._archives = ARCHIVES
        members: list[MemberEntry | None] = []
        for each in (before, after):
            entry = each.entry if each is not None else None
            if entry is not None and not isinstance(entry, MemberEntry):
                raise UsageError(f"/{printable(path)}: is in an archive on one side only, and cannot be compared")
            members.append(entry)
        old, new = members
        layers = before.layer if before is not None else 0, after.layer if after is not None else 0
        if (found := self._difference(path, (old, new), layers)) is not None:
            yield found, self._in_archive(found, layers)
        yield from self._compared(old, new, layers, path + b"/")

    def _opened(self, before: Callable[[], Archive], after: Callable[[], Archive]) -> tuple[Archive, Archive] | None:
        """Open a file on both sides; None where that cannot be."""
        self._archives -= 1
        if self._archives < 0:
            self._say(f"more than {format_count(ARCHIVES)} archives are in one file: not all are compared")
            return None
        if self._entries <= 0:
            return None
        found: list[Archive] = []
        for title, opens in zip(self._titles, (before, after), strict=True):
            try:
                archive = opens()
            except NoArchiveError:
                return None  # but for its name
            except CancelledError:
                raise
            except OcituiError as error:
                self._say(f"{title}: {error}")
                return None
            self.problems |= dict.fromkeys(f"{title}: {problem}" for problem in archive.problems)
            self._entries -= len(archive)
            found.append(archive)
        if self._entries <= 0:
            self._say(f"archives of more than {format_count(ENTRIES)} entries in all differ: not all are compared")
        return found[0], found[1]

    def _say(self, problem: str) -> None:
        self.problems[problem] = None

    def _flat(self, pair: tuple[Archive, Archive], layers: tuple[int, int], path: bytes) -> tuple[MemberDiff, ...]:
        """Return what differs in two archives at a path, and in the archives in them, one after the other."""
        one, other = pair
        compared = self._compared(one.root, other.root, layers, path + MARK + b"/")
        return tuple(each for found, inside in compared for each in (found, *inside))

    def _compared(
        self, before: MemberEntry | None, after: MemberEntry | None, layers: tuple[int, int], prefix: bytes
    ) -> Iterator[Compared]:
        """Yield what differs below two folders of archives; of anything else nothing."""
        old, new = _members(before), _members(after)
        for path in sorted(old.keys() | new.keys(), key=lambda path: path.split(b"/")):
            if self._is_cancelled():
                raise CancelledError("the comparison was cancelled")
            found = self._difference(prefix + path, (old.get(path), new.get(path)), layers)
            if found is not None:
                yield found, self._in_archive(found, layers)

    def _in_archive(self, found: MemberDiff, layers: tuple[int, int]) -> tuple[MemberDiff, ...]:
        """Return what differs inside a member that is an archive, by its name, on both sides."""
        before, after = found.entries
        if before is None or after is None or not is_archive(found):
            return ()
        opened = self._opened(partial(_open, before), partial(_open, after))
        return () if opened is None else self._flat(opened, layers, found.path)

    def _difference(
        self, path: bytes, pair: tuple[MemberEntry | None, MemberEntry | None], layers: tuple[int, int]
    ) -> MemberDiff | None:
        before, after = (
            None if each is None else _found(each, layer) for each, layer in zip(pair, layers, strict=True)
        )
        if before is None or after is None:
            return MemberDiff(path, Mark.ADDED if before is None else Mark.DELETED, before, after, Change(), pair)
        targets = [each.archive.hard_link_target(each) or each for each in pair if each is not None]
        found = compare(before.inode, after.inode, lambda: (targets[0], targets[1]))
        is_quick = self._options.is_quick and before.inode.mtime_ns == after.inode.mtime_ns
        is_open = found.content_is_open or found.content_is_assumed
        change = Change(without(found.aspects, self._options.ignored))
        if is_open and not is_quick and Aspect.CONTENT not in self._options.ignored:
            (_, reader), (_, other_reader) = self._sides
            one, other = zip(layers, targets, strict=True)
            try:
                is_same = same_content(reader, one, other, other_reader)
                change = Change(change.aspects if is_same else (Aspect.CONTENT, *change.aspects))
            except OcituiError as error:
                self._say(f"/{printable(path)}: is not compared: {error}")
                change = Change(change.aspects, content_is_open=True)
        if not change.aspects and not change.content_is_open:
            return None
        return MemberDiff(path, Mark.MODIFIED, before, after, change, pair)


def _members(folder: MemberEntry | None) -> dict[bytes, MemberEntry]:
    """Return everything below a folder of an archive by its path from there."""
    if folder is None or folder.directory is None:
        return {}
    archive = _archive(folder)
    above = archive.path_in(folder)
    length = len(above) + 1 if above else 0
    return {archive.path_in(entry)[length:]: entry for entry in archive.walk(folder.directory)}


def _open(entry: MemberEntry) -> Archive:
    archive = _archive(entry)
    return archive.open_inner(archive.hard_link_target(entry) or entry)


def _archive(entry: MemberEntry) -> Archive:
    assert isinstance(entry.archive, Archive)
    return entry.archive


def _found(entry: MemberEntry, layer: int) -> Found:
    """Return a member as a layer would have it; of a hard link, with what it names."""
    return Found(layer, _row(entry), layer, _row(entry.archive.hard_link_target(entry) or entry))


def _row(entry: MemberEntry) -> PlainRow:
    flags = 0 if entry.is_described else schema.UNDESCRIBED
    if entry.device is not None or entry.xattrs:
        flags |= schema.HAS_EXTRA
    return PlainRow(
        entry.id,
        entry.parent,
        entry.name,
        int(entry.kind),
        entry.mode,
        entry.uid,
        entry.gid,
        entry.size,
        entry.mtime_ns,
        entry.link,
        entry.directory,
        flags,
        entry.below_bytes,
    )
