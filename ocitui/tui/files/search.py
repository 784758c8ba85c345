"""The next name that matches, in the order the tree shows it, in folders that are open or not."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Mapping, Sequence

from ocitui.tui.files.folder import Place
from ocitui.tui.files.rows import EntryRows

Step = tuple[int, int]
"""A directory, and which entry of it."""


class EntrySearch:
    """Walks from match to match; enters only folders that have one.

    Args:
        rows: the tree.
        found: what `ocitui.tui.files.rows.EntrySource.find` found.
    """

    def __init__(self, rows: EntryRows, found: Mapping[int, Collection[int]]) -> None:
        self._rows = rows
        self._found = found
        self._matching: dict[int, frozenset[int]] = {}
        self._ids: dict[int, array[int]] = {}
        self._folders: dict[int, Mapping[int, int]] = {}
        self._stops: dict[int, list[int]] = {}

    def steps_to(self, place: Place) -> list[Step]:
        """The way to an entry from the root."""
        folder, nth = place
        steps = [(folder.directory, nth)]
        while folder.parent is not None:
            steps.append((folder.parent.directory, folder.nth))
            folder = folder.parent
        return steps[::-1]

    def matches(self, step: Step) -> bool:
        """True if the name of this entry matches."""
        directory, nth = step
        return self._listing(directory)[nth] in self._matching_in(directory)

    def after(self, steps: Sequence[Step]) -> list[Step] | None:
        """The way to the first match after an entry, or in the tree where no entry is given; None for none."""
        way = list(steps)
        inside = self._sub(way[-1]) if way else self._rows.root.directory
        while True:
            step = None if inside is None else self._first(inside)
            while step is None:
                if not way:
                    return None
                directory, nth = way.pop()
                step = self._next(directory, nth)
            way.append(step)
            if self.matches(step):
                return way
            inside = self._sub(step)

    def before(self, steps: Sequence[Step]) -> list[Step] | None:
        """The way to the last match before an entry, or in the tree where no entry is given; None for none."""
        way = list(steps)
        if not way:
            return self._last_in(way, self._rows.root.directory)
        while way:
            directory, nth = way.pop()
            stops = self._stops_in(directory)
            at = bisect_left(stops, nth) - 1
            if at >= 0:
                way.append((directory, stops[at]))
                inside = self._sub(way[-1])
                return way if inside is None else self._last_in(way, inside)
            if way and self.matches(way[-1]):
                return way
        return None

    def _last_in(self, way: list[Step], inside: int | None) -> list[Step] | None:
        while inside is not None:
            stops = self._stops_in(inside)
            if not stops:
                break
            way.append((inside, stops[-1]))
            inside = self._sub(way[-1])
        return way or None

    def _first(self, directory: int) -> Step | None:
        stops = self._stops_in(directory)
        return (directory, stops[0]) if stops else None

    def _next(self, directory: int, nth: int) -> Step | None:
        stops = self._stops_in(directory)
        at = bisect_right(stops, nth)
        return (directory, stops[at]) if at < len(stops) else None

    def _sub(self, step: Step) -> int | None:
        """The directory that this entry is, if there are matches in or below it."""
        directory, nth = step
        sub = self._folders_in(directory).get(self._listing(directory)[nth])
        return sub if sub in self._found else None

    def _stops_in(self, directory: int) -> list[int]:
        """Return the positions of a directory's entries that match or have matches below."""
        stops = self._stops.get(directory)
        if stops is None:
            wanted = set(self._matching_in(directory))
            wanted.update(number for number, sub in self._folders_in(directory).items() if sub in self._found)
            ids = self._listing(directory)
            stops = [nth for nth, number in enumerate(ids) if number in wanted] if wanted else []
            self._stops[directory] = stops
        return stops

    def _matching_in(self, directory: int) -> frozenset[int]:
        if directory not in self._matching:
            self._matching[directory] = frozenset(self._found.get(directory, ()))
        return self._matching[directory]

    def _listing(self, directory: int) -> "array[int]":
        if directory not in self._ids:
            self._ids[directory] = self._rows.children(directory)
        return self._ids[directory]

    def _folders_in(self, directory: int) -> Mapping[int, int]:
        if directory not in self._folders:
            self._folders[directory] = self._rows.source.folders(directory)
        return self._folders[directory]
