"""The lines on the screen when some are folded away and some take several rows.

Line numbers count what there is; row numbers count what is shown. Finding one from the
other takes a binary search over the folds, never a walk over the lines.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Mapping


class Folds:
    """Folded and unfolded lines of a document of nested parts.

    Args:
        partners: for each line that opens a part, the line that closes it; for each line
            that closes one, the line that opened it; else the line itself.
    """

    def __init__(self, partners: "array[int]") -> None:
        self._partners = partners
        self._is_folded = bytearray(len(partners))
        self._tall: dict[int, int] = {}
        self._arrange()

    def _arrange(self) -> None:
        """List the lines that do not take just one row: each with its row, its rows, and the line after it."""
        self._lines = array("q")
        self._rows = array("q")
        self._heights = array("q")
        self._nexts = array("q")
        tall = sorted(self._tall)
        line = row = 0
        while True:
            fold = self._is_folded.find(1, line)
            at = bisect_left(tall, line)
            high = tall[at] if at < len(tall) else -1
            if fold < 0 and high < 0:
                break
            if high < 0 or 0 <= fold <= high:
                here, height, after = fold, 1, self._partners[fold] + 1
            else:
                here, height, after = high, self._tall[high], high + 1
            row += here - line
            self._lines.append(here)
            self._rows.append(row)
            self._heights.append(height)
            self._nexts.append(after)
            row += height
            line = after
        self.row_count = row + len(self._partners) - line
        """The number of rows that are shown."""

    def line_at(self, row: int) -> tuple[int, int]:
        """The line shown on a row, and which of the line's rows that is."""
        at = bisect_right(self._rows, row) - 1
        if at < 0:
            return row, 0
        into = row - self._rows[at]
        if into < self._heights[at]:
            return self._lines[at], into
        return self._nexts[at] + into - self._heights[at], 0

    def row_of(self, line: int) -> int:
        """The first row of a line; of one that is folded away, the row it is folded into."""
        at = bisect_right(self._lines, line) - 1
        if at < 0:
            return line
        if line < self._nexts[at]:
            return self._rows[at]
        return self._rows[at] + self._heights[at] + line - self._nexts[at]

    def is_folded(self, line: int) -> bool:
        """True if the part that this line opens is folded."""
        return bool(self._is_folded[line])

    def can_fold(self, line: int) -> bool:
        """True if this line opens a part."""
        return self._partners[line] > line

    def partner(self, line: int) -> int:
        """The other end of the part that this line opens or closes; of any other line, itself."""
        return self._partners[line]

    def fold(self, line: int, folded: bool = True) -> None:
        """Fold or unfold the part that this line opens or closes."""
        line = min(line, self._partners[line])
        if self.can_fold(line) and self._is_folded[line] != folded:
            self._is_folded[line] = folded
            self._arrange()

    def fold_all(self) -> None:
        """Fold every part but the outermost, which is opened."""
        partners = self._partners
        self._is_folded = bytearray(partners[line] > line for line in range(len(partners)))
        if partners:
            self._is_folded[0] = 0
        self._arrange()

    def unfold_all(self) -> None:
        """Show every line."""
        self._is_folded = bytearray(len(self._partners))
        self._arrange()

    def reveal(self, line: int) -> None:
        """Unfold whatever hides a line."""
        while True:
            at = bisect_right(self._lines, line) - 1
            if at < 0 or self._lines[at] == line or line >= self._nexts[at]:
                return
            self._is_folded[self._lines[at]] = 0
            self._arrange()

    def set_heights(self, heights: Mapping[int, int]) -> None:
        """Let lines take several rows, or one again."""
        for line, rows in heights.items():
            if rows > 1:
                self._tall[line] = rows
            else:
                self._tall.pop(line, None)
        self._arrange()

    def height_of(self, line: int) -> int:
        """Number of rows that a line takes when it is shown."""
        return self._tall.get(line, 1)

    @property
    def tall_lines(self) -> list[int]:
        """The lines that take several rows."""
        return sorted(self._tall)

    def opener_around(self, line: int) -> int | None:
        """The line that opens the part in which this line is."""
        line = min(line, self._partners[line]) - 1
        while line >= 0:
            partner = self._partners[line]
            if partner > line:
                return line
            line = partner - 1  # over a part, or one line up
        return None
