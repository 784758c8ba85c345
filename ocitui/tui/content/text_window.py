"""The part of a text that is looked at: a region of lines, their text, and their numbers as far as they are known."""

from collections.abc import Callable
from typing import Literal, Self

from ocitui.errors import CancelledError
from ocitui.image.encoding import TextEncoding
from ocitui.tui.content.byte_search import line_start
from ocitui.tui.content.layout import line_text
from ocitui.tui.content.line_index import LineIndex
from ocitui.tui.content.line_region import LineRegion
from ocitui.tui.content.pages import PAGE, Pages

DRAWN = 1 << 18
"""Bytes of one line that are drawn; of the rest it is said how much it is."""
REACH = 1 << 22
"""Bytes that are read back from a place at most, to have lines above it."""

Direction = Literal["up", "down"]


class TextWindow:
    """Lines around a place in a file.

    Args:
        pages: the file.
        encoding: how it stands for text.
        anchor: where a line begins, or the end of the file.
    """

    def __init__(self, pages: Pages, encoding: TextEncoding, anchor: int) -> None:
        self.pages = pages
        self.encoding = encoding
        self.region = LineRegion(encoding, pages.size, anchor)
        self.first_number: int | None = None
        """Lines of the file before the first one here; None while that is not known."""
        self._tell_number()

    @classmethod
    def around(
        cls, pages: Pages, encoding: TextEncoding, offset: int, page: int, is_cancelled: Callable[[], bool]
    ) -> Self:
        """Lines around any byte. Blocks.

        Args:
            pages: the file.
            encoding: how it stands for text.
            offset: the byte; the size of the file for its last lines.
            page: how many lines there should be above.
            is_cancelled: whether nobody waits any more.

        Raises:
            CancelledError: ``is_cancelled`` said so.
            OcituiError: the file cannot be read.
        """
        if offset < pages.size:
            offset = line_start(encoding, pages.read, offset, is_cancelled)
        window = cls(pages, encoding, offset)
        region = window.region
        while len(region) <= page and not region.is_whole_above and offset - region.begin < REACH:
            if is_cancelled():
                raise CancelledError
            window.take("up", pages.read(*window.next_part("up")))
        if not region.is_whole_below:
            window.take("down", pages.read(*window.next_part("down")))
        return window

    # Growing.

    def next_part(self, direction: Direction) -> tuple[int, int]:
        """The part of the file to take next: its offset and size, up to the end of a page."""
        region = self.region
        if direction == "down":
            return region.end, PAGE - region.end % PAGE
        begin = max(region.first, (region.begin - 1) // PAGE * PAGE)
        unit = self.encoding.unit
        begin += (region.begin - begin) % unit
        return begin, region.begin - begin

    def take(self, direction: Direction, data: bytes) -> tuple[int, int]:
        """Take the part that `next_part` told.

        Returns:
            How many lines it brought above and below.
        """
        if direction == "down":
            above, below = 0, self.region.grow_down(data)
        else:
            above, below = self.region.grow_up(data), 0
            if self.first_number is not None:
                self.first_number -= above
        self._tell_number()
        return above, below

    def _tell_number(self) -> None:
        if self.region.is_whole_above:
            self.first_number = 0

    # Lines.

    def data(self, line: int) -> bytes | None:
        """The bytes of a line, the first `DRAWN` of them; None while they are not in memory."""
        start, stop = self.region.start(line), self.region.stop(line)
        return self.pages.peek(start, min(stop - start, DRAWN))

    def text(self, line: int) -> str | None:
        """A line without its end; None while it is not in memory."""
        data = self.data(line)
        return None if data is None else line_text(self.encoding.decode(data))

    def hidden(self, line: int) -> int:
        """Number of bytes of a line that are not drawn."""
        return max(0, self.region.stop(line) - self.region.start(line) - DRAWN)

    # Numbers.

    def learn_number(self, offset: int, number: int) -> None:
        """Take the number (from 0) of the line that begins at an offset in the region."""
        line = self.region.line_at(offset)
        if line is not None:
            self.first_number = number - line

    def number(self, line: int, index: LineIndex) -> tuple[int, bool]:
        """The number of a line (from 1), and whether it is exact."""
        if self.first_number is not None:
            return self.first_number + line + 1, True
        region = self.region
        spanned = region.end - region.begin
        per_line = (spanned + index.fed) / max(1, len(region) + index.line_ends)
        return round(index.line_ends + (region.begin - index.fed) / max(1.0, per_line)) + line + 1, False

    @property
    def line_count(self) -> int | None:
        """Number of lines in the whole file, if that is known."""
        region = self.region
        return self.first_number + len(region) if self.first_number is not None and region.is_whole_below else None
