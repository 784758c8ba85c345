"""The differences between two versions of a path."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum

from ocitui.image.merged.holes import ContentReader, data_of
from ocitui.layers.entry import DEVICE_KINDS, Entry, EntryKind
from ocitui.layers.index.plain_row import PlainRow


class Mark(Enum):
    """The effect of a layer on a path. The value is the sign on the screen."""

    ADDED = "+"
    MODIFIED = "~"
    DELETED = "-"
    UNCHANGED = " "


class Aspect(Enum):
    """In what a path was modified, in the order they are said. The value is the word."""

    TYPE = "type"
    CONTENT = "content"
    """Of a device: its numbers."""
    LINK = "link"
    MODE = "mode"
    OWNER = "owner"
    XATTRS = "xattrs"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class Change:
    """The difference between two versions of a path."""

    aspects: tuple[Aspect, ...] = ()
    content_is_open: bool = False
    """True if only reading both contents can tell if they differ; see `compare_contents`."""
    content_is_assumed: bool = False
    """True if they are taken to be the same because size and time are, and nobody has read them."""

    @property
    def mark(self) -> Mark:
        """Modified, or unchanged as far as is known."""
        return Mark.MODIFIED if self.aspects else Mark.UNCHANGED

    @property
    def words(self) -> str:
        """In what they differ: ``content, mode``; with ``content?`` while that is open."""
        words = [aspect.value for aspect in self.aspects]
        if self.content_is_open:
            words.insert(0, "content?")
        return ", ".join(words)


def compare(before: PlainRow, after: PlainRow, extras: Callable[[], tuple[Entry, Entry]]) -> Change:
    """Compare two versions by what the indexes know; hard links must be resolved already.

    Whether contents of the same size differ is left open when the times differ, and also
    when nothing at all differs: builders that set all times to one are common, and then
    the file is in the layer for some reason. An entry that is there for another reason (a
    mode, an owner) and has kept its time has kept its contents.

    Args:
        before: the version of the lower layer.
        after: the version of the upper one.
        extras: gets both entries, for those whose rows say they have extended attributes
            or device numbers.
    """
    found = []
    if before.kind != after.kind:
        found.append(Aspect.TYPE)
    elif before.kind == EntryKind.FILE and before.size != after.size:
        found.append(Aspect.CONTENT)
    elif before.kind == EntryKind.SYMLINK and before.link != after.link:
        found.append(Aspect.LINK)
    are_described = not (before.is_whole_blob or after.is_whole_blob)
    if are_described and before.mode != after.mode and EntryKind.SYMLINK not in (before.kind, after.kind):
        found.append(Aspect.MODE)
    if are_described and (before.uid, before.gid) != (after.uid, after.gid):
        found.append(Aspect.OWNER)
    if before.has_extra or after.has_extra:
        old, new = extras()
        if old.xattrs != new.xattrs:
            found.append(Aspect.XATTRS)
        if before.kind == after.kind and before.kind in DEVICE_KINDS and old.device != new.device:
            found.insert(0, Aspect.CONTENT)
    if are_described and before.mtime_ns != after.mtime_ns:
        found.append(Aspect.TIME)
    may_be_same = before.kind == after.kind == EntryKind.FILE and before.size == after.size > 0
    is_open = may_be_same and (before.mtime_ns != after.mtime_ns or not found)
    return Change(tuple(found), is_open, may_be_same and not is_open)


def compare_contents(
    change: Change,
    reader: ContentReader,
    before: tuple[int, Entry],
    after: tuple[int, Entry],
    *,
    is_thorough: bool = False,
) -> Change:
    """Read both contents where the comparison left it open whether they differ.

    Args:
        change: what `compare` found.
        reader: reads them.
        before: layer number and entry of the lower version.
        after: those of the upper one.
        is_thorough: also read what is only assumed to be the same.

    Raises:
        OcituiError: one of them cannot be read.
    """
    if not change.content_is_open and not (is_thorough and change.content_is_assumed):
        return change
    if same_content(reader, before, after):
        return Change(change.aspects)
    return Change((Aspect.CONTENT, *change.aspects))


def same_content(
    reader: ContentReader,
    one: tuple[int, Entry],
    other: tuple[int, Entry],
    other_reader: ContentReader | None = None,
) -> bool:
    """True if two files hold the same bytes; reads no further than the first difference, and no holes.

    Args:
        reader: reads them.
        one: layer number and entry of a file.
        other: those of the other.
        other_reader: reads the other, where that is of another image.

    Raises:
        OcituiError: one of them cannot be read.
    """
    size = one[1].size
    if size != other[1].size:
        return False
    left, right = data_of(reader, *one), data_of(other_reader or reader, *other)
    end = size, memoryview(b"")
    mine, yours = _next(left, end), _next(right, end)
    while mine[0] < size or yours[0] < size:
        if mine[0] == yours[0]:
            length = min(len(mine[1]), len(yours[1]))
            if mine[1][:length] != yours[1][:length]:
                return False
            mine, yours = _after(mine, length, left, end), _after(yours, length, right, end)
        elif mine[0] < yours[0]:
            length = min(len(mine[1]), yours[0] - mine[0])
            if not _is_zeros(mine[1][:length]):
                return False
            mine = _after(mine, length, left, end)
        else:
            length = min(len(yours[1]), mine[0] - yours[0])
            if not _is_zeros(yours[1][:length]):
                return False
            yours = _after(yours, length, right, end)
    return True


_Piece = tuple[int, memoryview]
"""Bytes of a file after their offset in it."""


def _next(pieces: Iterator[tuple[int, bytes]], end: _Piece) -> _Piece:
    found = next(pieces, None)
    return end if found is None else (found[0], memoryview(found[1]))


def _is_zeros(data: memoryview) -> bool:
    return not bytes(data).strip(b"\0")


def _after(piece: _Piece, length: int, pieces: Iterator[tuple[int, bytes]], end: _Piece) -> _Piece:
    """Return the bytes behind the first ones of a piece."""
    return (piece[0] + length, piece[1][length:]) if length < len(piece[1]) else _next(pieces, end)
