"""Long timelines, with what is alike in the middle folded, so that they can be read."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from ocitui.image.merged.timeline import PathChange

UNFOLDED = 10
"""Changes up to which a timeline is shown as it is."""

_HEAD, _TAIL = 3, 3
"""Changes at the beginning and at the end that are never folded."""

_RUN = 3
"""Changes of one kind that are worth folding."""


@dataclass(frozen=True, slots=True)
class FoldedChanges:
    """Several changes that follow each other."""

    changes: tuple[PathChange, ...]
    """The changes, at least two, by their layers."""

    @property
    def layers(self) -> list[int]:
        """The numbers of the layers."""
        return [change.layer for change in self.changes]

    @property
    def shipped_bytes(self) -> int:
        """Bytes that all of them ship."""
        return sum(change.after.shipped_bytes for change in self.changes if change.after is not None)


def fold(changes: Sequence[PathChange]) -> list[PathChange | FoldedChanges]:
    """Fold runs of one kind in the middle of a long timeline; all of the middle, where it has very many runs."""
    if len(changes) <= UNFOLDED:
        return list(changes)
    middle = changes[_HEAD:-_TAIL]
    rows: list[PathChange | FoldedChanges] = []
    for _, alike in groupby(middle, lambda change: change.action):
        run = tuple(alike)
        rows += [FoldedChanges(run)] if len(run) >= _RUN else run
    if len(rows) > UNFOLDED:
        rows = [FoldedChanges(tuple(middle))]
    return [*changes[:_HEAD], *rows, *changes[-_TAIL:]]
