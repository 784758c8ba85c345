"""The number of lines before any byte of a file, from one pass over it."""

import threading
from array import array
from collections.abc import Callable

from ocitui.image.encoding import TextEncoding
from ocitui.tui.content.pages import PAGE


class LineIndex:
    """Counts of lines for each page of a file: 8 bytes for 64 KiB, so that ten gigabytes cost little more than 1 MB.

    It is fed the file from its start, in parts of any size, and knows the lines up to there.
    """

    def __init__(self, encoding: TextEncoding) -> None:
        self._encoding = encoding
        self._ends = array("q", [0])  # lines that end before each page
        self._rest = b""  # a code unit that was cut in two
        self._count = 0
        self._lock = threading.Lock()
        self.fed = 0
        """Bytes that were seen."""

    @property
    def line_ends(self) -> int:
        """Number of lines that end in what was seen."""
        return self._count

    def feed(self, data: bytes) -> None:
        """Take the next bytes of the file."""
        view = self._rest + data
        at = 0
        position = self.fed - len(self._rest)
        unit = self._encoding.unit
        whole = len(view) - len(view) % unit
        while at < whole:
            step = min(PAGE - (position + at) % PAGE, whole - at)
            self._count += self._encoding.count_lines(view[at : at + step])
            at += step
            if (position + at) % PAGE == 0:
                self._ends.append(self._count)
        self._rest = view[whole:]
        self.fed += len(data)

    def read_on(self, read: Callable[[int, int], bytes], size: int) -> int:
        """Read and take the next bytes. Blocks. May be called by several threads, of which one goes on at a time.

        Returns:
            How many bytes were seen since the start.

        Raises:
            OcituiError: they cannot be read.
        """
        with self._lock:
            self.feed(read(self.fed, size))
            return self.fed

    def number_at(self, offset: int, read: Callable[[int, int], bytes]) -> int | None:
        """The number (from 0) of the line in which a byte is; None where the pass did not get to yet.

        Args:
            offset: where in the file; the start of a code unit.
            read: gives bytes at an offset, fewer than a page.
        """
        if offset > self.fed:
            return None
        page = min(offset // PAGE, len(self._ends) - 1)
        first = page * PAGE
        return self._ends[page] + self._encoding.count_lines(read(first, offset - first))
