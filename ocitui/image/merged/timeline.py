"""What happened to one path: every layer that touched it, and what each left behind."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import Enum

from ocitui.image.merged.changes import Change, ContentReader, settle
from ocitui.image.merged.effect import Cause
from ocitui.image.merged.reach import look
from ocitui.image.merged.stack import LayerStack, compare_rows
from ocitui.layers.entry import Entry
from ocitui.layers.index.plain_row import PlainRow


class Action(Enum):
    """What a layer did to a path. The value is the word for it."""

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
    """What holds its metadata and its contents, with its layer: the entry itself, or what a hard link
    names; None for a directory, and for a hard link to nothing."""

    @property
    def inode(self) -> Entry:
        """The entry whose metadata counts."""
        return self.content[1] if self.content is not None else self.entry

    @property
    def shipped_bytes(self) -> int:
        """Bytes that the layer carries for it; a hard link carries none."""
        return self.entry.size


@dataclass(frozen=True, slots=True)
class Touch:
    """What one layer did."""

    layer: int
    action: Action
    before: Version | None
    """What was there; for what was added again, what was deleted."""
    after: Version | None
    """What the layer left; None where it deleted the path."""
    change: Change = field(default_factory=Change)
    """In what it was modified."""
    cause: Cause | None = None
    """Why it was deleted."""
    empties: bool = False
    """Whether the layer hid what a directory held before: by an opaque whiteout, or by replacing it."""
    gone_in: int | None = None
    """The layer that deleted or replaced what this one left, which is shipped all the same; None for directories."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """The history of one path."""

    path: bytes
    touches: tuple[Touch, ...]
    unknown: tuple[int, ...]
    """The layers of which it is not known what they did."""

    @property
    def now(self) -> Version | None:
        """What is there in the end, as far as is known."""
        return self.touches[-1].after if self.touches else None

    @property
    def unsure(self) -> tuple[int, ...]:
        """The unknown layers above the one that decided what is there now."""
        last = self.touches[-1].layer if self.touches else 0
        return tuple(number for number in self.unknown if number > last)


def trace(stack: LayerStack, path: bytes) -> Timeline:
    """Follow a path through all layers; no link is followed.

    Args:
        stack: the layers of the image.
        path: from the root, without a slash at its beginning; the root's is empty.
    """
    stack.parts(len(stack), b"")  # entries below links are where they belong from here on
    with stack.lock:
        touches = list(_touches(stack, path))
    for at, touch in enumerate(touches[:-1]):
        if touch.after is not None and touch.after.entry.directory is None:
            touches[at] = replace(touch, gone_in=touches[at + 1].layer)
    return Timeline(path, tuple(touches), stack.unknown)


def needs_settling(timeline: Timeline) -> bool:
    """Whether contents have to be read to know what was changed."""
    return any(touch.change.content_is_open or touch.change.content_is_assumed for touch in timeline.touches)


def settle_touches(timeline: Timeline, reader: ContentReader) -> Timeline:
    """Read contents wherever they may be the same, so that it is known whether a layer changed them.

    Raises:
        OcituiError: they cannot be read.
    """
    settled = []
    for touch in timeline.touches:
        old, new = (version.content if version is not None else None for version in (touch.before, touch.after))
        if old is not None and new is not None:
            change = settle(touch.change, reader, old, new, is_thorough=True)
            action = touch.action
            if action is Action.REWRITTEN and change.aspects:
                action = Action.MODIFIED
            touch = replace(touch, change=change, action=action)
        settled.append(touch)
    return replace(timeline, touches=tuple(settled))


def _touches(stack: LayerStack, path: bytes) -> Iterator[Touch]:
    now: tuple[int, PlainRow] | None = None
    last: tuple[int, PlainRow] | None = None  # what is or was there, deleted or not
    for layer in stack.layers:
        if layer is None:
            continue
        seen = look(layer, path)
        row, hides = seen.row, seen.cause
        is_directory = now is not None and now[1].directory is not None
        if is_directory and not hides and (row is None or (row.directory is not None and row.is_implied)):
            if seen.empties:
                yield _touch(stack, layer.number, now, now, Action.MODIFIED, empties=True)
            continue
        if row is None:
            if now is not None and hides is not None:
                yield _touch(stack, layer.number, now, None, Action.DELETED, cause=hides)
                now = None
            continue
        here = layer.number, row
        if now is None:
            yield _touch(stack, layer.number, last, here, Action.READDED if last is not None else Action.ADDED)
        else:
            change = compare_rows(stack, now, here)
            empties = is_directory and row.directory is not None and seen.empties
            action = Action.MODIFIED if change.aspects or empties else Action.REWRITTEN
            yield _touch(stack, layer.number, now, here, action, change=change, empties=empties)
        now = last = here


def _touch(
    stack: LayerStack,
    number: int,
    before: tuple[int, PlainRow] | None,
    after: tuple[int, PlainRow] | None,
    action: Action,
    *,
    change: Change | None = None,
    cause: Cause | None = None,
    empties: bool = False,
) -> Touch:
    old, new = (version_of(stack, *found) if found is not None else None for found in (before, after))
    return Touch(number, action, old, new, change or Change(), cause, empties)


def version_of(stack: LayerStack, number: int, row: PlainRow) -> Version:
    """A row of a layer as a version of its path."""
    found = stack.inode(number, row)
    content = (found[0], stack.entry(found[0], found[1].id)) if found is not None else None
    return Version(number, stack.entry(number, row.id), content)
