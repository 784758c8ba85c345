"""A table of contents that is JSON, read and checked, and not yet taken apart."""

from collections.abc import Iterator
from dataclasses import dataclass

from ocitui.layers.toc.json_entries import JsonEntries


@dataclass(frozen=True, slots=True)
class JsonTable:
    """A table that has the digest that it must have."""

    pieces: Iterator[bytes]
    """The JSON; taken once."""
    end: int
    """The offset in the blob of what follows the contents of files."""
    fetched: int
    """Bytes that were read of the blob."""

    def entries(self) -> JsonEntries:
        """Its entries."""
        return JsonEntries(self.pieces)
