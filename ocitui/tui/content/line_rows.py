"""The rows that the lines of a region take: one each, or as many as they need when they are wrapped."""

from array import array
from bisect import bisect_right
from collections.abc import Callable


class LineRows:
    """Rows and lines of one region.

    Args:
        height: how many rows a line takes; None where each takes one.
    """

    def __init__(self, height: Callable[[int], int] | None = None) -> None:
        self._height = height
        self._count = 0
        self._heights = array("l")
        self._ends = array("q")  # the row after each line

    @property
    def is_wrapped(self) -> bool:
        """True if lines may take several rows."""
        return self._height is not None

    def __len__(self) -> int:
        if self._height is None:
            return self._count
        return self._ends[-1] if self._ends else 0

    def line_at(self, row: int) -> tuple[int, int]:
        """The line on a row, and which of the line's rows that is."""
        if self._height is None:
            return row, 0
        line = bisect_right(self._ends, row)
        return line, row - self.row_of(line)

    def row_of(self, line: int) -> int:
        """The first row of a line."""
        if self._height is None:
            return line
        return self._ends[min(line, len(self._ends)) - 1] if line > 0 and self._ends else 0

    def height_of(self, line: int) -> int:
        """Number of rows that a line takes."""
        return 1 if self._height is None else self._heights[line]

    def grow(self, above: int, below: int) -> int:
        """Take lines that the region got; the one that was the last before is measured again.

        Returns:
            How many rows came above.
        """
        before = self._count
        self._count += above + below
        if self._height is None:
            return above
        kept = self._heights[: max(0, before - 1)]
        new_above = array("l", [self._height(line) for line in range(above)])
        first_below = above + len(kept)
        new_below = array("l", [self._height(line) for line in range(first_below, self._count)])
        self._heights = new_above + kept + new_below
        self._ends = array("q")
        row = 0
        for height in self._heights:
            row += height
            self._ends.append(row)
        return sum(new_above)
