"""One line of the table: what was measured, beside whom, and whether it is good enough."""

from dataclasses import dataclass
from enum import Enum
from statistics import median, quantiles
from typing import Literal

Unit = Literal["s", "ms", "MB", "B", "n"]
"""Seconds and milliseconds are given in seconds, megabytes and bytes in bytes; ``n`` is a number of things."""


class Relation(Enum):
    """How a figure is compared."""

    TIMES = "at most so many times the peer's"
    FASTER = "at least so many times as fast as the peer"
    MORE = "at most so much more than the peer's"
    MOST = "at most so much"


@dataclass(frozen=True, slots=True)
class Target:
    """What must hold."""

    relation: Relation
    limit: float
    """A factor, or an amount in seconds or bytes."""


def times(limit: float) -> Target:
    """At most so many times what the peer takes."""
    return Target(Relation.TIMES, limit)


def faster(limit: float) -> Target:
    """At least so many times as fast as the peer."""
    return Target(Relation.FASTER, limit)


def more(limit: float) -> Target:
    """At most so much more than the peer takes, in seconds or bytes."""
    return Target(Relation.MORE, limit)


def most(limit: float) -> Target:
    """At most so much, in seconds or bytes."""
    return Target(Relation.MOST, limit)


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value."""

    what: str
    unit: Unit
    ours: float | None
    """None where it could not be measured; `missing` says why."""
    target: Target | None = None
    peer: str = ""
    theirs: float | None = None
    missing: str = ""
    """Why there is nothing to compare: a peer that is not installed, a part that is not there yet."""

    @property
    def ratio(self) -> float | None:
        """Ours to theirs; for `Relation.FASTER` theirs to ours; for `Relation.MORE` the difference."""
        if self.ours is None or self.theirs is None:
            return None
        if self.target is not None and self.target.relation is Relation.MORE:
            return self.ours - self.theirs
        if self.target is not None and self.target.relation is Relation.FASTER:
            return self.theirs / self.ours if self.ours else float("inf")
        return self.ours / self.theirs if self.theirs else float("inf")

    @property
    def holds(self) -> bool | None:
        """Whether the target is met; None where there is no target or nothing to compare."""
        if self.target is None or self.ours is None:
            return None
        if self.target.relation is Relation.MOST:
            return self.ours <= self.target.limit
        if self.ratio is None:
            return None
        if self.target.relation is Relation.FASTER:
            return self.ratio >= self.target.limit
        return self.ratio <= self.target.limit


def middle(values: list[float]) -> float:
    """The median."""
    return median(values)


def nearly_all(values: list[float]) -> float:
    """The 95th percentile."""
    return quantiles(values, n=20, method="inclusive")[-1] if len(values) > 1 else values[0]
