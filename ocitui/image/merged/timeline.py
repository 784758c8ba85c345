"""The timeline of one path: every layer that touched it, and the version that each left."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import Enum

from ocitui.image.merged.changes import Change, compare_contents
from ocitui.image.merged.changeset import effect_on_path
from ocitui.image.merged.effect import Cause
from ocitui.image.merged.holes import ContentReader
from ocitui.image.merged.stack import LayerStack, compare_rows
from ocitui.layers.entry import Entry
from ocitui.layers.index.plain_row import PlainRow


class Action(Enum):
    """The action of a layer on a path. The value is the word for it."""

    ADDED = "added"
    READDED = "re-added"
    """It was there before, and deleted."""
    MODIFIED = "modified"
    REWRITTEN = "rewritten"
    """The layer brings it once more, and it is the same."""
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class Version:
    """A path as one layer left it."""

    layer: int
    entry: Entry
    content: tuple[int, Entry] | None
    """The entry that holds its metadata and its contents, with its layer: the entry itself, or the target of a hard
    link; None for a directory, and for a hard link to nothing.
    """

    @property
    def inode(self) -> Entry:
        """The entry whose metadata counts."""
        return self.content[1] if self.content is not None else self.entry

    @property
    def shipped_bytes(self) -> int:
        """Bytes that the layer carries for it; a hard link carries none."""
        return self.entry.size


@dataclass(frozen=True, slots=True)
class PathChange:
    """The change that one layer made."""

    layer: int
    action: Action
    before: Version | None
    """The version before; for a path that was added again, the deleted one."""
    after: Version | None
    """The version that the layer left; None where it deleted the path."""
    change: Change = field(default_factory=Change)
    """In what it was modified."""
    cause: Cause | None = None
    """The cause of the deletion."""
    empties: bool = False
    """True if the layer hid what a directory held before: by an opaque whiteout, or by replacing it."""
    gone_in: int | None = None
    """The layer that deleted or replaced what this one left, which is shipped all the same; None for directories."""
    is_replaced: bool = False
    """True if that layer has something else at the path."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """The history of one path."""

    path: bytes
    changes: tuple[PathChange, ...]
    unknown: tuple[int, ...]
    """The layers of which it is not known what they did."""

    @property
    def now(self) -> Version | None:
        """The version in the final filesystem, as far as is known."""
        return self.changes[-1].after if self.changes else None

    @property
    def unsure(self) -> tuple[int, ...]:
        """The unknown layers above the one that decided what is there now."""
        last = self.changes[-1].layer if self.changes else 0
        return tuple(number for number in self.unknown if number > last)


def trace(stack: LayerStack, path: bytes) -> Timeline:
    """Follow a path through all layers; no link is followed.

    Args:
        stack: the layers of the image.
        path: from the root, without a slash at its beginning; the root's is empty.
    """
    with stack.settled():
        changes = list(_path_changes(stack, path))
    for at, each in enumerate(changes[:-1]):
        if each.after is not None and each.after.entry.directory is None:
            upper = changes[at + 1]
            changes[at] = replace(each, gone_in=upper.layer, is_replaced=upper.after is not None)
    return Timeline(path, tuple(changes), stack.unknown)


def needs_contents(timeline: Timeline) -> bool:
    """True if contents have to be read to know what was changed."""
    return any(each.change.content_is_open or each.change.content_is_assumed for each in timeline.changes)


def compare_timeline(timeline: Timeline, reader: ContentReader) -> Timeline:
    """Read contents wherever they may be the same, so that it is known whether a layer changed them.

    Raises:
        OcituiError: they cannot be read.
    """
    settled = []
    for each in timeline.changes:
        old, new = (found.content if found is not None else None for found in (each.before, each.after))
        if old is not None and new is not None:
            change = compare_contents(each.change, reader, old, new, is_thorough=True)
            action = each.action
            if action is Action.REWRITTEN and change.aspects:
                action = Action.MODIFIED
            each = replace(each, change=change, action=action)
        settled.append(each)
    return replace(timeline, changes=tuple(settled))


def _path_changes(stack: LayerStack, path: bytes) -> Iterator[PathChange]:
    now: tuple[int, PlainRow] | None = None
    last: tuple[int, PlainRow] | None = None  # what is or was there, deleted or not
    for layer in stack.layers:
        if layer is None:
            continue
        seen = effect_on_path(layer, path)
        row, hides = seen.row, seen.cause
        is_directory = now is not None and now[1].directory is not None
        if is_directory and not hides and (row is None or (row.directory is not None and row.is_implied)):
            if seen.empties:
                yield _path_change(stack, layer.number, now, now, Action.MODIFIED, empties=True)
            continue
        if row is None:
            if now is not None and hides is not None:
                yield _path_change(stack, layer.number, now, None, Action.DELETED, cause=hides)
                now = None
            continue
        here = layer.number, row
        if now is None:
            yield _path_change(stack, layer.number, last, here, Action.READDED if last is not None else Action.ADDED)
        else:
            change = compare_rows(stack, now, here)
            empties = is_directory and row.directory is not None and seen.empties
            action = Action.MODIFIED if change.aspects or empties else Action.REWRITTEN
            yield _path_change(stack, layer.number, now, here, action, change=change, empties=empties)
        now = last = here


def _path_change(
    stack: LayerStack,
    number: int,
    before: tuple[int, PlainRow] | None,
    after: tuple[int, PlainRow] | None,
    action: Action,
    *,
    change: Change | None = None,
    cause: Cause | None = None,
    empties: bool = False,
) -> PathChange:
    old, new = (version_of(stack, *found) if found is not None else None for found in (before, after))
    return PathChange(number, action, old, new, change or Change(), cause, empties)


def version_of(stack: LayerStack, number: int, row: PlainRow) -> Version:
    """A row of a layer as a version of its path."""
    found = stack.link_target(number, row)
    entry = stack.entry(number, row.id)
    if found is None:
        return Version(number, entry, None)
    layer, other = found
    return Version(
        number, entry, (layer, entry if (layer, other.id) == (number, row.id) else stack.entry(layer, other.id))
    )
