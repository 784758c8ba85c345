"""Maps of sparse files that stand in blocks of their own, between a header and the data."""

from typing import Protocol

from ocitui.layers.tar.entry import TarEntry
from ocitui.layers.tar.header import BLOCK, HeaderError, parse_decimal, parse_number
from ocitui.layers.tar.sparse import LIMIT, parse_old_runs, parse_pairs

_RUNS, _IS_EXTENDED, _REAL_SIZE = 386, 482, 483  # offsets in a GNU header
_RUNS_IN_HEADER, _RUNS_IN_BLOCK = 4, 21


class BlockMap(Protocol):
    """Reads the map of one entry block by block, and gives it to the entry when it has ended."""

    entry: TarEntry

    def feed(self, block: bytes) -> bool:
        """Take the next block; returns whether it was the last.

        Raises:
            HeaderError: the map cannot be read, does not fit, or has no end.
        """


class PaxMap:
    """Format 1.0: decimal lines at the start of the data, which counts them."""

    def __init__(self, entry: TarEntry) -> None:
        """
        Raises:
            HeaderError: there is no room for a map.
        """
        self.entry = entry
        self._start = entry.data
        self._text = b""
        self._numbers: list[int] = []
        self._wanted = 1
        if entry.stored < BLOCK:
            raise HeaderError("its sparse map is missing")

    def feed(self, block: bytes) -> bool:
        """Take the next block; see `BlockMap.feed`."""
        entry = self.entry
        entry.data, entry.stored = entry.data + BLOCK, entry.stored - BLOCK
        if not self._is_whole(block):
            if entry.stored < BLOCK or entry.data - self._start > LIMIT:
                raise HeaderError("its sparse map has no end")
            return False
        if entry.stored < 0:
            raise HeaderError("its sparse map is longer than its data")
        entry.extra.sparse = parse_pairs(self._numbers[1:], entry.stored, entry.size)
        return True

    def _is_whole(self, block: bytes) -> bool:
        *lines, self._text = (self._text + block).split(b"\n")
        for line in lines:
            if len(self._numbers) >= self._wanted:
                break
            self._numbers.append(parse_decimal(line))
            if len(self._numbers) == 1:  # the first line counts the runs
                if not 0 <= self._numbers[0] <= LIMIT:
                    raise HeaderError("a sparse map counts an impossible number of runs")
                self._wanted = 1 + 2 * self._numbers[0]
        if len(self._numbers) >= self._wanted:
            return True
        if len(self._text) > BLOCK:
            raise HeaderError("a line of a sparse map has no end")
        return False


class OldMap:
    """GNU's old format: it begins in the header itself, and goes on in blocks that the size does not count."""

    def __init__(self, entry: TarEntry, header: bytes) -> None:
        """Read what is in the header.

        Raises:
            HeaderError: a number is none.
        """
        self.entry = entry
        self._numbers = parse_old_runs(header, _RUNS, _RUNS_IN_HEADER)
        entry.resize(parse_number(header[_REAL_SIZE : _REAL_SIZE + 12]))
        self.is_whole = not header[_IS_EXTENDED]
        """True if no block follows."""
        if self.is_whole:
            self._finish()

    def feed(self, block: bytes) -> bool:
        """Take the next block; see `BlockMap.feed`."""
        self.entry.data += BLOCK
        self._numbers += parse_old_runs(block, 0, _RUNS_IN_BLOCK)
        if len(self._numbers) > LIMIT // 24:
            raise HeaderError("its sparse map is over the limit")
        self.is_whole = not block[_RUNS_IN_BLOCK * 24]
        if self.is_whole:
            self._finish()
        return self.is_whole

    def _finish(self) -> None:
        self.entry.extra.sparse = parse_pairs(self._numbers, self.entry.stored, self.entry.size)
