"""What one layer does to a folder or a path: what it has there, and what it hides of the layers below."""

from dataclasses import dataclass
from enum import Enum

from ocitui.layers.index.plain_row import PlainRow


class Reason(Enum):
    """What hides a path of the layers below. The value says it."""

    WHITEOUT = "whiteout"
    """image-spec, Layer Filesystem Changeset: Whiteouts."""
    OPAQUE = "opaque whiteout"
    """image-spec, Layer Filesystem Changeset: Opaque Whiteout."""
    PARENT_DELETED = "parent deleted"
    PARENT_REPLACED = "parent replaced"


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a path of the layers below is not there any more."""

    reason: Reason
    path: bytes
    """What the whiteout or the replacement is about: the path itself, or one of its parents."""


@dataclass(frozen=True, slots=True)
class FolderEffect:
    """What a layer does to a folder, seen from outside."""

    directories: tuple[int, ...] = ()
    """The ids of the layer's own directories of this path; 0 for one that is there through a link only."""
    cause: Cause | None = None
    """Why the layer hides what the layers below have there, if it does."""


@dataclass(frozen=True, slots=True)
class PathEffect:
    """What a layer does to a path."""

    row: PlainRow | None
    """Its entry; None where it has none, or a directory that is there only to hold whiteouts."""
    cause: Cause | None
    """Why the layer hides what the layers below have there, if it does so before it puts its own there."""
    empties: bool = False
    """Whether it hides what a directory of this path holds in the layers below."""
