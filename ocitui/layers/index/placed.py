"""A layer with its entries placed, and the layers that it is placed over; see `ocitui.layers.index.placing`."""

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
class LinkTargets:
    """The targets of the hard links of a layer, as they are when the turn of each comes."""

    found: dict[int, Target]
    """By the ids of the links, as far as there was anything."""
    whiteouts: set[int]
    """The ids of links for whose target the layer only has a whiteout."""

    @property
    def is_full(self) -> bool:
        """True if no more are kept: then a hard link that is missing may have a target all the same."""
        return len(self.found) + len(self.whiteouts) >= TARGETS_KEPT


@dataclass(frozen=True, slots=True)
class Placed:
    """A layer with its entries where unpacking puts them. Their ids are those that they have in the layer's index."""

    index: LayerIndex
    """To be closed; implied directories have ids of their own."""
    links: LinkTargets
