"""One entry of a merged tree, and the entry that a path leads to."""

from dataclasses import dataclass

from ocitui.image.merged.changes import Change, Mark
from ocitui.image.merged.paths import split
from ocitui.image.merged.stack import FollowedLink
from ocitui.layers.entry import Entry


@dataclass(frozen=True, slots=True)
class MergedRow:
    """One entry of a merged tree, and what the last layer did to it."""

    id: int
    """Its number, unique in the tree and always the same."""
    path: bytes
    """From the root, without a slash at its beginning."""
    mark: Mark
    change: Change
    """In what it was modified."""
    layer: int
    """The layer it comes from; of a directory the topmost that names it explicitly; of a deleted one the last."""
    entry: Entry
    """Its entry in that layer. A hard link's metadata and contents are those of `MergedTree.link_target`."""
    before: tuple[int, Entry] | None
    """For what the last layer modified: layer number and entry of what was there."""
    directory: int | None
    """For a directory, the number by which its contents are asked for."""
    size: int
    """Bytes of a file. Of a directory what is below it: what it is at most, unless `size_is_exact`."""
    size_is_exact: bool

    @property
    def name(self) -> bytes:
        """The last component of its path."""
        return split(self.path)[1]


@dataclass(frozen=True, slots=True)
class Located:
    """The entry at a path once links are followed."""

    path: bytes | None
    """Without links on the way; empty for the root, None where links lead in a circle."""
    links: tuple[FollowedLink, ...]
    """The links that were followed."""
    row: MergedRow | None
    """The row at the path; None for the root, and where nothing is."""

    @property
    def is_there(self) -> bool:
        """True if it is the root, or something in it."""
        return self.path == b"" or self.row is not None
