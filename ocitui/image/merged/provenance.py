"""The answer to "which layer?" for one path, as sure as it can be."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum

from ocitui.image.merged.stack import FollowedLink, LayerStack
from ocitui.image.merged.timeline import Timeline, Version, trace
from ocitui.layers.entry import Entry


class Answer(Enum):
    """The answer to "is this path in the final filesystem?" The value is the word for programs."""

    PRESENT = "present"
    DELETED = "deleted"
    NEVER = "never"
    """No layer ever had it."""
    UNKNOWN = "unknown"
    """A layer that cannot be read, or is damaged, may have changed it after the last thing that is known."""


@dataclass(frozen=True, slots=True)
class Inside:
    """A path that was asked for in an archive."""

    path: bytes
    """The path through the archive, from the root, without a slash at its beginning."""
    entry: Entry | None
    """The entry there in the final filesystem; None where nothing is."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """The provenance of one path."""

    asked: bytes
    """The path as it was asked for, without a slash at its beginning."""
    links: tuple[FollowedLink, ...]
    """The symbolic links of the final filesystem on the way to it."""
    timeline: Timeline
    """Of the path that those lead to."""
    earlier: Timeline | None
    """Of the path as it was asked for, where links lead elsewhere now and it was there once."""
    answer: Answer
    doubtful: tuple[int, ...]
    """The layers that could change the answer, and cannot be read or are damaged."""
    harmless: tuple[int, ...]
    """Those that could not."""
    inside: Inside | None = None
    """The path that was asked for in the archive that this path is; None where it was the path itself."""

    @property
    def path(self) -> bytes:
        """The path without links on the way."""
        return self.timeline.path

    @property
    def is_present(self) -> bool:
        """True if what was asked for is in the final filesystem, or in an archive there."""
        return self.answer is Answer.PRESENT and (self.inside is None or self.inside.entry is not None)

    @property
    def is_deleted(self) -> bool:
        """True if a layer deleted it, and none brought it back."""
        return self.answer is Answer.DELETED

    @property
    def is_unknown(self) -> bool:
        """True if a missing or damaged layer may have changed it."""
        return self.answer is Answer.UNKNOWN

    @property
    def now(self) -> Version | None:
        """The version in the final filesystem, as far as is known."""
        return self.timeline.now


def find_provenance(stack: LayerStack, path: bytes, damaged: Collection[int] = ()) -> Provenance:
    """Say which layers touched a path, and whether it is there in the end.

    The last component is not followed where it is a link; its parents are, in the final
    filesystem.

    Args:
        stack: the layers of the image.
        path: from the root, without a slash at its beginning; the root's is empty.
        damaged: the numbers of layers of which only a directory is known, or which are not what they should be.
    """
    resolved = stack.resolve(len(stack), path)
    links = resolved.links if resolved is not None else ()
    timeline = trace(stack, resolved.path if resolved is not None else path)
    earlier = trace(stack, path) if links else None
    if earlier is not None and not earlier.changes:
        earlier = None
    unsure = {*stack.unknown, *damaged}
    last = timeline.changes[-1] if timeline.changes else None
    decided = last.layer if last is not None else 0
    doubtful = {number for number in unsure if number > decided}
    if decided in unsure:
        doubtful.add(decided)  # what cannot be read of it may change the path once more
    lowest_link = min((link.layer for link in links), default=None)
    if lowest_link is not None:
        doubtful |= {number for number in unsure if number > lowest_link}
    if not path:
        answer, doubtful = Answer.PRESENT, set()
    elif doubtful:
        answer = Answer.UNKNOWN
    elif last is None:
        answer = Answer.NEVER
    else:
        answer = Answer.DELETED if last.after is None else Answer.PRESENT
    return Provenance(path, links, timeline, earlier, answer, tuple(sorted(doubtful)), tuple(sorted(unsure - doubtful)))
