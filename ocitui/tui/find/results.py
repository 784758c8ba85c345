"""The hits of a search so far, as rows: ids until a row is seen, and then all about it."""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Sequence

from ocitui.image.search.hit import Hit
from ocitui.image.search.search import Found

PAGE = 64
"""Hits that are looked at together."""
_KEPT = 4096

Place = tuple[int, int]
"""A hit: the number of its layer, and the id of its entry there."""


class FindResults:
    """Hits in the order of the layers, whatever the order in which the layers were searched."""

    def __init__(self) -> None:
        self._by_layer: dict[int, list[Found]] = {}
        self._founds: list[Found] = []
        self._starts: list[int] = []
        self._count = 0
        self._hits: dict[Place, Hit] = {}

    def __len__(self) -> int:
        return self._count

    @property
    def layer_count(self) -> int:
        """Number of layers that have a hit."""
        return len(self._by_layer)

    def add(self, founds: Iterable[Found], hits: Iterable[Hit] = ()) -> None:
        """Take what was found, and what is known of some of it already."""
        for found in founds:
            self._by_layer.setdefault(found.layer, []).append(found)
        self._hits.update(((hit.layer, hit.entry.id), hit) for hit in hits)
        self._founds = [found for layer in sorted(self._by_layer) for found in self._by_layer[layer]]
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
        return self._hits.get(self.place(row))

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

    def keep_layers(self, layers: Collection[int]) -> None:
        """Let go of the hits in other layers, and of what is known of those that stay."""
        self._by_layer = {layer: founds for layer, founds in self._by_layer.items() if layer in layers}
        self._hits.clear()
        self.add(())

    def _at(self, row: int) -> tuple[Found, int]:
        at = bisect_right(self._starts, row) - 1
        return self._founds[at], row - self._starts[at]
