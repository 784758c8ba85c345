"""One search in the layers that were known when it began, on its way."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from textual.worker import Worker

from ocitui.display import format_count
from ocitui.errors import OcituiError
from ocitui.image.merged.stack import LayerStack
from ocitui.image.search.hit import Hit
from ocitui.image.search.query import Query
from ocitui.image.search.search import Found, Search
from ocitui.layers.nested.entry import MemberEntry
from ocitui.tui.find.results import PAGE, Task

if TYPE_CHECKING:  # what unpacks archives is loaded where they are searched
    from ocitui.image.search.nested import ArchiveReader

INTERVAL = 0.05
"""Seconds between hits that are shown."""
MOST_IN_ARCHIVES = 10_000
"""Hits in archives that are shown: of each all is kept that its row says."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Some of what a search finds."""

    founds: Sequence[Found] = ()
    """Entries of a layer."""
    hits: Sequence[Hit] = ()
    """All about some of them."""
    in_archives: Sequence[Hit] = ()
    """Hits in archives of one layer."""
    done: Task | None = None
    """The part that has come to its end with it."""


class FindRun:
    """One search: its query, its progress, and whether anybody still waits for it."""

    def __init__(
        self, query: Query, stack: LayerStack, contents: "ArchiveReader | None", *, in_archives: bool = False
    ) -> None:
        """
        Args:
            query: what is searched for.
            stack: the layers.
            contents: reads files; None where they cannot be read.
            in_archives: whether archives are searched too, after all layers.
        """
        self.query = query
        self.search = Search(query, stack, contents, lambda: self.is_cancelled)
        self.looker = Search(query, stack)
        """Looks at rows while the other one searches."""
        self.in_archives = in_archives and contents is not None
        """True if archives are searched too."""
        self._contents = contents
        self.reading = b""
        """The path of the archive that is searched."""
        self.is_cut = False
        """True if more is in archives than is shown."""
        self.problems: list[str] = []
        """The places that could not be searched, and why; those of archives, too."""
        self.done: set[Task] = set()
        """The parts that were searched."""
        self.unknown = stack.unknown
        """The layers that cannot be searched yet."""
        self.worker: Worker[None] | None = None
        """The thread that searches."""
        self.is_shown = False
        """True if the rows are its hits, and not those of the search before."""
        self._is_cancelled = False

    @property
    def missing(self) -> list[Task]:
        """The parts that are still to be searched, in their order."""
        known = sorted(set(range(1, len(self.search.stack) + 1)) - set(self.unknown))
        kinds = (False, True) if self.in_archives else (False,)
        tasks = [Task(number, in_archives) for in_archives in kinds for number in known]
        return [task for task in tasks if task not in self.done]

    @property
    def lasting(self) -> set[Task]:
        """The layers that were searched, with every entry where its name says: what of them is known stays true."""
        return {task for task in self.done if not task.in_archives and self.search.stack.is_in_place(task.layer)}

    @property
    def all_problems(self) -> list[str]:
        """The places that could not be searched, or looked at, and why."""
        return [*self.search.problems, *self.problems, *self.looker.problems]

    @property
    def is_over(self) -> bool:
        """True if all known layers were searched."""
        return not self.missing

    @property
    def is_cancelled(self) -> bool:
        """True if nobody waits for it any more."""
        return self._is_cancelled or (self.worker is not None and self.worker.is_cancelled)

    def stop(self) -> None:
        """Give it up."""
        self._is_cancelled = True

    def go(self, tell: Callable[[Batch], object]) -> None:
        """Search, in a thread, and tell what is found a few times a second."""
        missing = self.missing
        self._go_through_layers([task for task in missing if not task.in_archives], tell)
        tasks = [task for task in missing if task.in_archives]
        if tasks and not self.is_cancelled:
            self._go_through_archives(tasks, tell)

    def _go_through_layers(self, tasks: Sequence[Task], tell: Callable[[Batch], object]) -> None:
        is_first = not self.done
        for task in tasks:
            founds: list[Found] = []
            due = 0.0
            try:
                for found in self.search.in_layer(task.layer):
                    founds.append(found)
                    if time.monotonic() >= due:
                        tell(Batch(founds, self.search.hits(found, 0, PAGE) if is_first else []))
                        is_first, founds, due = False, [], time.monotonic() + INTERVAL
            except OcituiError as error:
                self.problems.append(str(error))
            if self.is_cancelled:
                return
            tell(Batch(founds, done=task))

    def _go_through_archives(self, tasks: Sequence[Task], tell: Callable[[Batch], object]) -> None:
        count = 0
        for task in tasks:
            hits: list[Hit] = []
            due = 0.0
            try:
                for hit in self._hits_in_archives(task.layer):
                    if hit is not None:
                        if count == MOST_IN_ARCHIVES:
                            self._cut()
                            break
                        hits.append(hit)
                        count += 1
                    if time.monotonic() >= due:
                        tell(Batch(in_archives=hits))
                        hits, due = [], time.monotonic() + INTERVAL
            except OcituiError as error:
                self.problems.append(str(error))
            if self.is_cancelled:
                return
            tell(Batch(in_archives=hits, done=task))

    def _cut(self) -> None:
        if not self.is_cut:
            self.is_cut = True
            self.problems.append(f"more than {format_count(MOST_IN_ARCHIVES)} hits are in archives: some are left out")

    def _hits_in_archives(self, number: int) -> Iterator[Hit | None]:
        """The hits in the archives of a layer; None before each archive, and nothing once there are too many."""
        from ocitui.image.search.nested import NestedSearch

        if self.is_cut or self._contents is None:
            return
        search = NestedSearch(self.query, self.search.stack, self._contents, lambda: self.is_cancelled)
        try:
            for file in search.archives_in(number):
                self.reading = file.path
                yield None
                for hit in search.in_archive(file):
                    entry = hit.entry
                    yield replace(hit, entry=entry.detached() if isinstance(entry, MemberEntry) else entry)
        finally:
            self.problems += search.problems
