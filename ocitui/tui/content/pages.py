"""The parts of a file that were read lately, for a screen that must not wait for one."""

import threading
from collections import OrderedDict

from ocitui.errors import LayerError
from ocitui.tui.content.contents import Contents

PAGE = 1 << 16
"""Bytes that are read together."""
KEPT = 256
"""Pages that are kept: 16 MiB, more than a screen full of very long lines takes."""


class Pages:
    """A file's bytes, the latest pages of them in memory. May be used from several threads."""

    def __init__(self, contents: Contents) -> None:
        self._contents = contents
        self.size = contents.size
        """Bytes of the whole file."""
        self._pages: OrderedDict[int, bytes] = OrderedDict()
        self._kept = KEPT
        self._changing = threading.Lock()
        self._reading = threading.Lock()

    def peek(self, offset: int, size: int) -> bytes | None:
        """Bytes from an offset if they are in memory; up to the end of the file if it ends before."""
        begin, end = offset, min(offset + size, self.size)
        if begin >= end:
            return b""
        numbers = range(begin // PAGE, (end - 1) // PAGE + 1)
        with self._changing:
            pages = [self._pages.get(number) for number in numbers]
            for number, page in zip(numbers, pages, strict=True):
                if page is not None:
                    self._pages.move_to_end(number)
        if any(page is None for page in pages):
            return None
        first = numbers[0] * PAGE
        return b"".join(page for page in pages if page is not None)[begin - first : end - first]

    def read(self, offset: int, size: int) -> bytes:
        """Bytes from an offset, read if they are not in memory. Blocks.

        Raises:
            OcituiError: they cannot be read.
        """
        found = self.peek(offset, size)
        if found is not None:
            return found
        first = offset // PAGE * PAGE
        last = min(self.size, (offset + size + PAGE - 1) // PAGE * PAGE)
        data = self.stream(first, last - first)
        with self._changing:
            for at in range(0, len(data), PAGE):
                self._pages[(first + at) // PAGE] = data[at : at + PAGE]
            while len(self._pages) > self._kept:
                self._pages.popitem(last=False)
        return data[offset - first : offset - first + size]

    def close(self) -> None:
        """Let go of all pages now, and of those that threads still read: a closed screen may stay for a while."""
        with self._changing:
            self._kept = 0
            self._pages.clear()

    def read_through(self, offset: int, size: int) -> bytes:
        """Bytes from an offset, from memory or for one pass over the file. Blocks.

        Raises:
            OcituiError: they cannot be read.
        """
        found = self.peek(offset, size)
        return self.stream(offset, size) if found is None else found

    def stream(self, offset: int, size: int) -> bytes:
        """Bytes from an offset for one pass over the file, which would only push out what is looked at. Blocks.

        Raises:
            OcituiError: they cannot be read.
        """
        size = max(0, min(size, self.size - offset))
        with self._reading:
            data = self._contents.read(offset, size)
        if len(data) < size:
            raise LayerError(f"contents: expected {self.size:,} bytes, found an end after {offset + len(data):,}")
        return data
