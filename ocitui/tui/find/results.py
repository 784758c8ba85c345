"""The hits of a search so far, as rows: ids until a row is seen, and then all about it."""

from array import array
from bisect import bisect_right
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from ocitui.image.search.hit import Hit
from ocitui.image.search.search import Found

PAGE = 64
"""Hits that are looked at together."""
_KEPT = 4096

Place = tuple[int, int]
"""A hit: the number of its layer, and the id of its entry there."""


class Task(NamedTuple):
    """A part of a search."""

    layer: int
    """The number of a layer."""
    in_archives: bool
    """True for what is in the archives of the layer, false for its own entries."""


class FindResults:
    """Hits in the order of the layers, whatever the order in which the layers were searched."""

    def __init__(self) -> None:
        self._by_task: dict[Task, list[Found]] = {}
        self._founds: list[Found] = []
        self._starts: list[int] = []
        self._count = 0
        self._hits: dict[Place, Hit] = {}
        self._in_archives: dict[Place, Hit] = {}
        """All hits in archives: nobody can look at them again."""

    def __len__(self) -> int:
        return self._count

    @property
    def layer_count(self) -> int:
        """Number of layers that have a hit."""
        return len({task.layer for task in self._by_task})

    @property
    def archived_count(self) -> int:
        """Number of hits in archives."""
        return len(self._in_archives)

    def add(self, founds: Iterable[Found], hits: Iterable[Hit] = (), in_archives: Sequence[Hit] = ()) -> None:
        """Take what was found, and what is known of some of it already.

        Args:
            founds: entries of layers.
            hits: all about some of them.
            in_archives: hits in archives of one layer.
        """
        for found in founds:
            self._by_task.setdefault(Task(found.layer, False), []).append(found)
        if in_archives:
            layer = in_archives[0].layer
            found = Found(layer, array("q", [hit.entry.id for hit in in_archives]))
            self._by_task.setdefault(Task(layer, True), []).append(found)
        self._hits.update(((hit.layer, hit.entry.id), hit) for hit in hits)
        self._in_archives.update(((hit.layer, hit.entry.id), hit) for hit in in_archives)
        self._founds = [found for task in sorted(self._by_task) for found in self._by_task[task]]
        self._starts, self._count = [], 0
        for found in self._founds:
            self._starts.append(self._count)
            self._count += len(found.ids)

    def place(self, row: int) -> Place:
        """The hit on a row."""
        found, nth = self._at(row)
        return found.layer, found.ids[nth]

    def row_of(self, place: Place) -> int | None:
        """The row of a hit; None where it is not among them."""
        layer, number = place
        for found, start in zip(self._founds, self._starts, strict=True):
            if found.layer == layer and number in found.ids:
                return start + found.ids.index(number)
        return None

    def hit(self, row: int) -> Hit | None:
        """All about a row; None where nobody looked yet, see `missing`."""
        place = self.place(row)
        return self._in_archives.get(place) or self._hits.get(place)

    def missing(self, rows: range) -> list[tuple[Found, int, int]]:
        """The pages to look at so that these rows are known: see `ocitui.image.search.search.Search.hits`."""
        wanted: dict[tuple[int, int], tuple[Found, int, int]] = {}
        for row in rows:
            if 0 <= row < self._count and self.hit(row) is None:
                at = bisect_right(self._starts, row) - 1
                start = (row - self._starts[at]) // PAGE * PAGE
                wanted[at, start] = self._founds[at], start, min(start + PAGE, len(self._founds[at].ids))
        return list(wanted.values())

    def learn(self, hits: Sequence[Hit]) -> None:
        """Take what is known of hits."""
        if len(self._hits) > _KEPT:
            self._hits.clear()
        self._hits.update(((hit.layer, hit.entry.id), hit) for hit in hits)

    def keep(self, tasks: Collection[Task]) -> None:
        """Let go of the hits of other parts of a search, and of what is known of those that stay."""
        self._by_task = {task: founds for task, founds in self._by_task.items() if task in tasks}
        kept = {task.layer for task in self._by_task if task.in_archives}
        self._in_archives = {place: hit for place, hit in self._in_archives.items() if place[0] in kept}
        self._hits.clear()
        self.add(())

    def _at(self, row: int) -> tuple[Found, int]:
        at = bisect_right(self._starts, row) - 1
        return self._founds[at], row - self._starts[at]
