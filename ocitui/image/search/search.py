"""Searches the layers of an image, one after the other, and gives what it finds as it finds it."""

from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from operator import attrgetter

from ocitui.errors import OcituiError
from ocitui.image.merged.changes import Mark
from ocitui.image.merged.holes import ContentReader
from ocitui.image.merged.layer import MergedLayer
from ocitui.image.merged.paths import join
from ocitui.image.merged.stack import LayerStack
from ocitui.image.search.entry_status import EntryStatus, EntryStatuses
from ocitui.image.search.hard_links import HARD_LINKS, HardLinks
from ocitui.image.search.hit import Hit, TextMatch
from ocitui.image.search.holes import search_file
from ocitui.image.search.matchers import PathSearch
from ocitui.image.search.query import Query
from ocitui.layers.entry import EntryKind
from ocitui.layers.index import conditions
from ocitui.layers.index.conditions import ANYTHING, Condition
from ocitui.layers.index.index import LayerIndex

BATCH = 2000
"""Entries that are handed on together, about."""

_MANY = 20_000
"""Entries found by path from which it is quicker to ask the index for all that the filters leave."""

_FEW = 64
"""Entries of which statuses are asked one by one; where there are more, whole folders are looked at."""

_MANY_DIRECTORIES = 10_000
"""Directories from which it is quicker to look at all entries than to name those in which they are."""


@dataclass(frozen=True, slots=True)
class Found:
    """Some entries of one layer that match."""

    layer: int
    """Its number."""
    ids: "array[int]"
    """See `LayerIndex.rows`; in the order of the tar."""
    matches: dict[int, TextMatch] = field(default_factory=dict)
    """By id, where contents were searched."""


class Search:
    """One query over the layers that are known."""

    def __init__(
        self,
        query: Query,
        stack: LayerStack,
        contents: ContentReader | None = None,
        is_cancelled: Callable[[], bool] = lambda: False,
    ) -> None:
        """
        Args:
            query: what is looked for.
            stack: the layers. What became of an entry is told as far as they are known.
            contents: reads files, where a query asks what they hold.
            is_cancelled: asked every few milliseconds; once it says yes, nothing more is given.
        """
        self.query = query
        self.stack = stack
        self.problems: list[str] = []
        """The layers that could not be searched, and why, as they come up."""
        self._contents = contents
        self._is_cancelled = is_cancelled
        self._statuses = EntryStatuses(stack)

    def run(self) -> Iterator[Hit]:
        """Every hit, layer by layer from the lowest."""
        for number in range(1, len(self.stack) + 1):
            for found in self.in_layer(number):
                yield from self.hits(found)

    def in_layer(self, number: int) -> Iterator[Found]:
        """The entries of one layer that match, as they are found. Nothing of a layer that is not known.

        Raises:
            LayerError: its index cannot be read.
        """
        layer = self.stack.layers[number - 1]
        if layer is None or not self.query.allows_layer(number):
            return
        problems = len(self.problems)
        index = self._placed(layer)
        for ids in self._matching(number, index):
            if self.query.statuses:
                ids = self._of_status(number, index, ids)
            if self._is_cancelled() or len(self.problems) > problems:
                return
            if self.query.contents:
                yield from self._holding(number, index, ids)
            elif ids:
                yield Found(number, ids)

    def hits(self, found: Found, start: int = 0, stop: int | None = None) -> list[Hit]:
        """Everything about some of what was found.

        Args:
            found: what `in_layer` gave.
            start: the first of them.
            stop: one more than the last; None for all.
        """
        layer = self.stack.layers[found.layer - 1]
        ids = found.ids[start:stop]
        if layer is None:
            return []
        index = self._placed(layer)
        statuses = self._statuses.of(found.layer, sorted(index.table.plain(ids), key=attrgetter("parent")))
        entries = {entry.id: entry for entry in index.table.many_rows(ids)}
        with self.stack.settled(layer.number):
            folders = {entry.parent: layer.path_of(entry.parent) for entry in entries.values()}
        hits: list[Hit] = []
        for id_ in ids:
            if (entry := entries.get(id_)) is not None:
                path = join(folders[entry.parent], entry.name)
                hits.append(Hit(found.layer, path, entry, statuses[id_], found.matches.get(id_), self.stack.noun))
            else:  # implied until it was known that layers below have a link there
                (entry,) = layer.index.rows([id_])
                path, status = layer.index.path_of(entry), EntryStatus(Mark.UNCHANGED)
                hits.append(Hit(found.layer, path, entry, status, noun=self.stack.noun))
        return hits

    def _placed(self, layer: MergedLayer) -> LayerIndex:
        """The layer with each entry where unpacking puts it."""
        with self.stack.settled(layer.number):
            return layer.placed

    def _matching(self, number: int, index: LayerIndex) -> Iterator["array[int]"]:
        """The entries that match by path and by what else the index knows, in batches."""
        more = ANYTHING
        for wish in self.query.statuses:
            directories = self._statuses.directories_with(number, wish.wanted) if not wish.is_negated else None
            if directories is not None and not directories:
                return
            if directories is not None and len(directories) <= _MANY_DIRECTORIES:
                more &= conditions.within(directories)
        if self.query.contents:
            more &= conditions.kinds((EntryKind.FILE,))
        if not self.query.paths:
            yield from _batches(self._select(number, index, more))
            return
        by_path = self._by_path(index)
        if not self.query.conditions and more == ANYTHING:
            yield from by_path
            return
        ids = array("q")
        for some in by_path:
            ids += some
        if len(ids) < _MANY:
            yield from _batches(self._select(number, index, more, ids))
        else:
            left = set(self._select(number, index, more))
            yield from _batches(array("q", filter(left.__contains__, ids)))

    def _select(
        self, number: int, index: LayerIndex, more: Condition, among: "array[int] | None" = None
    ) -> "array[int]":
        """The entries that meet the query's conditions and one more, in order; hard links as what they are names of."""
        found = index.table.select(self.query.condition & more, among)
        if all(wish.of_inode is None for wish in self.query.conditions):
            return found
        links = index.table.select(HARD_LINKS & more, among)
        if not links:
            return found
        met = HardLinks(self.stack, number, index, links).meeting(self.query.conditions)
        return array("q", sorted(set(found).difference(links) | met))

    def _by_path(self, index: LayerIndex) -> Iterator["array[int]"]:
        search = PathSearch(self.query.paths)
        superseded = index.table.superseded_ids()
        found = array("q")
        for piece in index.table.name_pieces():
            if self._is_cancelled():
                return
            ids = search.feed(piece)
            if ids and superseded:
                ids = array("q", [number for number in ids if number not in superseded])
            found += ids
            if len(found) >= BATCH:
                yield found
                found = array("q")
        if found:
            yield found

    def _of_status(self, number: int, index: LayerIndex, ids: "array[int]") -> "array[int]":
        rows = sorted(index.table.plain(ids), key=attrgetter("parent"))
        statuses = self._statuses.of(number, rows, of_all=len(rows) > _FEW)
        wanted = self.query.statuses
        return array("q", [each for each in ids if all(wish.allows(statuses[each].statuses) for wish in wanted)])

    def _holding(self, number: int, index: LayerIndex, ids: "array[int]") -> Iterator[Found]:
        """Those of these files whose contents match, one by one."""
        if self._contents is None:
            self.problems.append(f"{self.stack.noun} {number}: its contents cannot be read here")
            return
        for entry in sorted(index.rows(ids), key=lambda entry: entry.offset or 0):
            try:
                match = search_file(self._contents, number, entry, self.query.contents, self._is_cancelled)
            except OcituiError as error:  # what follows in the layer cannot be read either
                self.problems.append(str(error))
                return
            if self._is_cancelled():
                return
            if match is not None:
                yield Found(number, array("q", [entry.id]), {entry.id: match})


def _batches(ids: "array[int]") -> Iterator["array[int]"]:
    for start in range(0, len(ids), BATCH):
        yield ids[start : start + BATCH]
