"""A table of contents that is JSON, read and checked, and not yet taken apart."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ocitui.layers.toc.json_entries import JsonEntries

_LOST = (b"\\ufffd", b"\\uFFFD", "\N{REPLACEMENT CHARACTER}".encode())


@dataclass(frozen=True, slots=True)
class JsonTable:
    """A table that has the digest that it must have."""

    pieces: Callable[[], Iterator[bytes]]
    """Gives the JSON, unpacked once more each time."""
    end: int
    """The offset in the blob of what follows the contents of files."""
    fetched: int
    """Bytes that were read of the blob."""

    def entries(self) -> JsonEntries:
        """Its entries."""
        return JsonEntries(self.pieces())

    @property
    def has_lost_names(self) -> bool:
        """True if a name or a target may have lost its bytes, which were no UTF-8: Go writes U+FFFD for them."""
        end = b""
        for piece in self.pieces():
            found = end + piece
            if any(spelling in found for spelling in _LOST):
                return True
            end = piece[-8:]
        return False
