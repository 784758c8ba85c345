"""The effect of one layer on a folder or a path: the entries it has there, and those it hides of the layers below."""

from dataclasses import dataclass
from enum import Enum

from ocitui.layers.index.plain_row import PlainRow


class Reason(Enum):
    """The reason why a path of the layers below is hidden, in words."""

    WHITEOUT = "whiteout"
    """image-spec, Layer Filesystem Changeset: Whiteouts."""
    OPAQUE = "opaque whiteout"
    """image-spec, Layer Filesystem Changeset: Opaque Whiteout."""
    PARENT_DELETED = "parent deleted"
    PARENT_REPLACED = "parent replaced"


@dataclass(frozen=True, slots=True)
class Cause:
    """The cause by which a path of the layers below is gone."""

    reason: Reason
    path: bytes
    """The path of the whiteout or the replacement: the path itself, or one of its parents."""


@dataclass(frozen=True, slots=True)
class FolderEffect:
    """The effect of a layer on a folder, seen from outside."""

    directories: tuple[int, ...] = ()
    """The ids of the layer's own directories of this path; 0 for one that is there through a link only."""
    cause: Cause | None = None
    """The cause that hides what the layers below have there, if the layer does."""


@dataclass(frozen=True, slots=True)
class PathEffect:
    """The effect of a layer on a path."""

    row: PlainRow | None
    """Its entry; None where it has none, or a directory that is there only to hold whiteouts."""
    cause: Cause | None
    """The cause that hides what the layers below have there, if the layer does so before it puts its own there."""
    empties: bool = False
    """True if it hides what a directory of this path holds in the layers below."""
