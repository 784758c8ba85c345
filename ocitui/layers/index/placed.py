"""A layer with its entries placed, and the layers that it is placed over; see `ocitui.layers.index.placing`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from ocitui.layers.index.index import LayerIndex

TARGETS_KEPT = 200_000
"""Hard links of one layer whose targets are kept."""

Target = tuple[int, int]
"""The target of a hard link: the number of a layer, and the id of an entry there."""


class Lower(Protocol):
    """The root filesystem that a layer is unpacked over. Paths have no links on the way."""

    def symlink(self, path: bytes) -> bytes | None:
        """The target of the symbolic link at a path; None where there is none."""
        ...

    def is_directory(self, path: bytes) -> bool:
        """True if a directory is at a path."""
        ...

    def target(self, path: bytes) -> Target | None:
        """The entry at a path that is no directory."""
        ...


@dataclass(frozen=True, slots=True)
class Placed:
    """A layer with its entries where unpacking puts them. Their ids are those that they have in the layer's index."""

    index: LayerIndex
    """To be closed; implied directories have ids of their own."""
    targets: Mapping[int, Target]
    """The targets of hard links, by their ids, as far as there was anything when they were made."""

    @property
    def has_all_targets(self) -> bool:
        """True if a hard link that has no target here is one to nothing; False where there are too many to keep."""
        return len(self.targets) < TARGETS_KEPT
