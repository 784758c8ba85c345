"""A run of lines of a file, which grows at both ends as it is looked at."""

from array import array
from bisect import bisect_right

from ocitui.image.encoding import TextEncoding


class LineRegion:
    """The beginnings of the lines around a place.

    A long file is not read to its start to show its end: the lines there are found
    backwards from it, and this knows nothing of those in between.

    Args:
        encoding: how lines end.
        size: bytes of the whole file.
        anchor: where a line begins, or the end of the file.
    """

    def __init__(self, encoding: TextEncoding, size: int, anchor: int) -> None:
        self._encoding = encoding
        self._size = size
        self._first = min(encoding.mark, size)
        anchor = max(anchor, self._first)
        # A cut character at the end is part of the last line, and lines are looked for in whole ones.
        self.begin = anchor if anchor < size else size - (size - self._first) % encoding.unit
        self._starts = array("q", [self.begin] if anchor < size or self.begin == self._first < size else [])
        """Lines were looked for from here …"""
        self.end = anchor
        """… to here; the line that goes on there may not be known to its end."""

    def __len__(self) -> int:
        return len(self._starts)

    @property
    def first(self) -> int:
        """The beginning of the text: after a byte order mark."""
        return self._first

    @property
    def is_whole_above(self) -> bool:
        """True if its first line is the first of the file."""
        return self.begin <= self._first

    @property
    def is_whole_below(self) -> bool:
        """True if its last line is the last of the file, and known to its end."""
        return self.end >= self._size

    def start(self, line: int) -> int:
        """The beginning of a line, in bytes."""
        return self._starts[line]

    def stop(self, line: int) -> int:
        """The beginning of the next line, in bytes; for the last line, the end of what is known of it."""
        return self._starts[line + 1] if line + 1 < len(self._starts) else self.end

    def line_at(self, offset: int) -> int | None:
        """The line in which a byte is; None where it is in none of these."""
        line = bisect_right(self._starts, offset) - 1
        if line < 0 or (offset >= self.end and offset != self._starts[line]):
            return None
        return line

    def grow_down(self, data: bytes) -> int:
        """Take the bytes from `end` on, whole code units unless the file ends with them.

        Returns:
            How many lines were added below.
        """
        before = len(self._starts)
        self._starts.extend(at for at in self._encoding.line_ends(data, self.end) if at < self._size)
        self.end += len(data)
        return len(self._starts) - before

    def grow_up(self, data: bytes) -> int:
        """Take the bytes up to `begin`, whole code units.

        Returns:
            How many lines were added above.
        """
        begin = self.begin - len(data)
        known = self._starts[0] if self._starts else self._size
        found = array("q", [self._first] if begin <= self._first < known else [])
        found.extend(at for at in self._encoding.line_ends(data, begin) if self._first < at < known)
        self._starts = found + self._starts
        self.begin = begin
        return len(found)
