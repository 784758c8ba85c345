"""The contents of a file with its holes shortened, so that terabytes of zeros need not be searched."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import takewhile

from ocitui.image.merged.holes import ContentReader, data_of
from ocitui.image.search.hit import TextMatch
from ocitui.image.search.text import TextTerm, search_text
from ocitui.layers.entry import Entry

_KEPT = 1 << 13
"""Bytes that are kept at each end of a hole, or as many as the longest match has: no match reaches over them."""


def search_file(
    reader: ContentReader, layer: int, entry: Entry, terms: Sequence[TextTerm], is_cancelled: Callable[[], bool]
) -> TextMatch | None:
    """Look through a file of a layer; see `search_text`. Of its holes only the ends are searched.

    Raises:
        OcituiError: it cannot be read.
    """
    data = data_of(reader, layer, entry) if entry.size else ()
    pieces = Shortened(data, entry.size, max(term.needle.length for term in terms))
    match = search_text(takewhile(lambda _: not is_cancelled(), pieces), terms)
    return match and replace(match, offset=pieces.place(match.offset))


class Shortened:
    """Gives what a file holds, but only the ends of its holes."""

    def __init__(self, data: Iterable[tuple[int, bytes]], size: int, longest: int) -> None:
        """
        Args:
            data: what is not in holes, in order: each piece with its offset in the file.
            size: bytes of the file.
            longest: bytes of the longest match that is looked for.
        """
        self._data = data
        self._size = size
        self._kept = max(_KEPT, longest)
        self._given = 0
        self._cuts: list[tuple[int, int]] = []
        """The offsets in what is given from which on something is missing, and how many bytes are until there."""

    def __iter__(self) -> Iterator[bytes]:
        at = 0
        for start, piece in self._data:
            yield from self._hole(start - at)
            self._given += len(piece)
            at = start + len(piece)
            yield piece
        yield from self._hole(self._size - at)

    def place(self, offset: int) -> int:
        """Return the offset in the file of one in what is given."""
        cut = bisect_right(self._cuts, offset, key=lambda cut: cut[0])
        return offset + (self._cuts[cut - 1][1] if cut else 0)

    def _hole(self, size: int) -> Iterator[bytes]:
        given = min(size, 2 * self._kept)
        if given <= 0:
            return
        if given < size:
            before = self._cuts[-1][1] if self._cuts else 0
            self._cuts.append((self._given + self._kept, before + size - given))
        self._given += given
        yield bytes(given)
