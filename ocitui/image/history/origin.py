"""The entries of the history that made a layer, and how certain that is."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum


class Certainty(Enum):
    """The certainty of an origin, as far as the documents tell. The value is the word for programs."""

    CERTAIN = "certain"
    """One entry made it."""
    SEVERAL = "one of several"
    """One or more of the candidates made it."""
    NONE = "no entry"
    """No entry stands for it."""
    UNKNOWN = "cannot be told"
    """One of the candidates may have made it, or what is in no entry."""


class Reason(Enum):
    """The reason why it is not just the entry in its place. The value is the words for people."""

    IN_PLACE = ""
    ONE_LAYER = "built as one layer"
    SQUASHED = "squashed"
    MAY_BE_SQUASHED = "perhaps squashed"
    BASE_WITHOUT_HISTORY = "the base has no history"
    NO_HISTORY = "the image has no history"
    ARTIFACT = "a blob of an artifact"
    ONLY_METADATA = "the entry in its place makes no files"
    FEWER_ENTRIES = "fewer entries than layers"
    MORE_ENTRIES = "more entries than layers"
    FILLED_IN = "BuildKit filled in the history"
    PREPENDED = "rules_docker writes its entries first"


CANDIDATES_LIMIT = 16
"""Entries in whose place a layer may be that are told; where there are more, none of them helps."""


@dataclass(frozen=True, slots=True)
class Origin:
    """The origin of one layer."""

    certainty: Certainty
    candidates: tuple[int, ...] = ()
    """Places in ``history``, from 0, of the entries that made it or may have; empty too where these are too many."""
    reason: Reason = Reason.IN_PLACE
    base: str = ""
    """The image whose files are in the layer as well, as buildah names it: by its name or a digest's first digits."""

    @property
    def position(self) -> int | None:
        """The place in ``history`` of the entry that made it; None where that is not certain."""
        return self.candidates[0] if self.certainty is Certainty.CERTAIN else None


def certain(position: int, reason: Reason = Reason.IN_PLACE) -> Origin:
    """Return the origin of a layer that one entry made."""
    return Origin(Certainty.CERTAIN, (position,), reason)


def of_several(positions: tuple[int, ...], reason: Reason, base: str = "") -> Origin:
    """Return the origin of a layer that some of these entries made, one at least, or that holds a base's files too."""
    if len(positions) == 1 and not base:
        return certain(positions[0], reason)
    return Origin(Certainty.SEVERAL, positions, reason, base)


def unplaced(origins: Sequence[Origin], layer: int, layers: int, reason: Reason) -> Origin:
    """Return the origin of a layer where entries and layers differ in number: in order, but with gaps anywhere.

    Args:
        origins: what made the layer of each entry that says it made one.
        layer: its number, from 0.
        layers: how many there are.
        reason: why that cannot be told.
    """
    gap = len(origins) - layers
    first, last = max(0, layer + min(0, gap)), min(len(origins) - 1, layer + max(0, gap))
    if last - first >= CANDIDATES_LIMIT:
        return Origin(Certainty.UNKNOWN, (), reason)
    found = dict.fromkeys(place for origin in origins[first : last + 1] for place in origin.candidates)
    return Origin(Certainty.UNKNOWN, tuple(found), reason)
