"""One search in the layers that were known when it began, on its way."""

from textual.worker import Worker

from ocitui.image.merged.changes import ContentReader
from ocitui.image.merged.stack import LayerStack
from ocitui.image.search.query import Query
from ocitui.image.search.search import Search


class FindRun:
    """One search: its query, its progress, and whether anybody still waits for it."""

    def __init__(self, query: Query, stack: LayerStack, contents: ContentReader | None) -> None:
        """
        Args:
            query: what is searched for.
            stack: the layers.
            contents: reads files; None where they cannot be read.
        """
        self.query = query
        self.search = Search(query, stack, contents, lambda: self.is_cancelled)
        self.looker = Search(query, stack)
        """Looks at rows while the other one searches."""
        self.done: set[int] = set()
        """The layers that were searched."""
        self.unknown = stack.unknown
        """The layers that cannot be searched yet."""
        self.worker: Worker[None] | None = None
        """The thread that searches."""
        self.is_shown = False
        """True if the rows are its hits, and not those of the search before."""
        self._is_cancelled = False

    @property
    def missing(self) -> list[int]:
        """The layers that are still to be searched."""
        known = set(range(1, len(self.search.stack) + 1)) - set(self.unknown)
        return sorted(known - self.done)

    @property
    def lasting(self) -> set[int]:
        """The layers that were searched, with every entry where its name says: what of them is known stays true."""
        return {number for number in self.done if self.search.stack.is_in_place(number)}

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
