"""The differences inside archives that differ: of their members, and of the archives among those."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from ocitui.display import format_count, printable
from ocitui.errors import CancelledError, OcituiError
from ocitui.image.diff.paths import EVERYTHING, DiffOptions, PathDiff, is_file, without
from ocitui.image.diff.side import Found, Side
from ocitui.image.merged.changes import Aspect, Change, Mark, compare, same_content
from ocitui.image.search.nested import ARCHIVES, ENTRIES, ArchiveReader
from ocitui.layers.entry import EntryKind
from ocitui.layers.index import schema
from ocitui.layers.index.plain_row import PlainRow
from ocitui.layers.nested.archive import Archive
from ocitui.layers.nested.entry import MemberEntry
from ocitui.layers.nested.errors import NoArchiveError
from ocitui.layers.nested.names import is_archive_name


@dataclass(frozen=True, slots=True)
class MemberDiff(PathDiff):
    """A member of an archive that is not the same on both sides."""

    entries: tuple[MemberEntry | None, MemberEntry | None]
    """The member on each side."""


class NestedDiff:
    """Compares what is inside archives. A file is one where its name says so on both sides."""

    def __init__(
        self,
        before: tuple[Side, ArchiveReader],
        after: tuple[Side, ArchiveReader],
        options: DiffOptions = EVERYTHING,
        *,
        is_cancelled: Callable[[], bool] = lambda: False,
    ) -> None:
        """
        Args:
            before: the one side, and what opens its archives.
            after: the other.
            options: what counts.
            is_cancelled: asked for each member.
        """
        self.problems: dict[str, None] = {}
        """The reasons why some of it is not compared, each once."""
        self._sides = before, after
        self._options = options
        self._is_cancelled = is_cancelled
        self._archives = 0
        """Pairs of archives that may still be opened in the file that is compared."""
        self._entries = ENTRIES

    def inside(self, paths: Iterable[PathDiff]) -> dict[bytes, tuple[MemberDiff, ...]]:
        """Return what differs inside each file whose contents do, by its path.

        Raises:
            CancelledError: ``is_cancelled`` said so.
        """
        found = {}
        for path in paths:
            before, after = path.before, path.after
            if before is None or after is None or not (is_file(before) and is_file(after)):
                continue
            if Aspect.CONTENT not in path.change.aspects or not is_archive_name(path.path.rpartition(b"/")[2]):
                continue
            self._archives = ARCHIVES
            (old, old_reader), (new, new_reader) = self._sides
            places = old.entry(before), new.entry(after)
            opened = self._opened(
                partial(old_reader.open_archive, *places[0], path.path),
                partial(new_reader.open_archive, *places[1], path.path),
            )
            if opened is not None and (members := tuple(self._compared(opened, (places[0][0], places[1][0])))):
                found[path.path] = members
        return found

    def _opened(self, before: Callable[[], Archive], after: Callable[[], Archive]) -> tuple[Archive, Archive] | None:
        """Open a file on both sides; None where that cannot be."""
        self._archives -= 1
        if self._archives < 0:
            self._say(f"more than {format_count(ARCHIVES)} archives are in one file: not all are compared")
            return None
        if self._entries <= 0:
            return None
        try:
            found = before(), after()
        except NoArchiveError:
            return None  # but for its name
        except OcituiError as error:
            self._say(str(error))
            return None
        for archive in found:
            self.problems |= dict.fromkeys(archive.problems)
            self._entries -= len(archive)
        if self._entries <= 0:
            self._say(f"archives of more than {format_count(ENTRIES)} entries in all differ: not all are compared")
        return found

    def _say(self, problem: str) -> None:
        self.problems[problem] = None

    def _compared(self, pair: tuple[Archive, Archive], layers: tuple[int, int]) -> Iterator[MemberDiff]:
        one, other = pair
        old, new = ({each.path_in(entry): entry for entry in each.walk(each.root.id)} for each in pair)
        for path in sorted(old.keys() | new.keys(), key=lambda path: path.split(b"/")):
            if self._is_cancelled():
                raise CancelledError("the comparison was cancelled")
            before, after = old.get(path), new.get(path)
            entry = after or before
            assert entry is not None
            found = self._difference(entry.archive.path_of(entry), (before, after), layers)
            if found is None:
                continue
            yield found
            is_content = Aspect.CONTENT in found.change.aspects and entry.kind is EntryKind.FILE
            if before is not None and after is not None and is_content and is_archive_name(entry.name):
                inner = self._opened(partial(one.open_inner, before), partial(other.open_inner, after))
                if inner is not None:
                    yield from self._compared(inner, layers)

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
