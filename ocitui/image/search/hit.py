"""One answer of a search."""

from dataclasses import dataclass

from ocitui.image.merged.changes import Mark
from ocitui.image.search.entry_status import EntryStatus
from ocitui.layers.entry import Entry


@dataclass(frozen=True, slots=True)
class TextMatch:
    """Where a text is in a file, the first time."""

    offset: int
    """Bytes from the beginning of the file."""
    line_number: int
    """From 1."""
    line: bytes
    """The line it is in, or as much of it around the match as is shown; empty where the file is no text."""
    start: int
    """Where in ``line`` the match begins, in bytes."""
    length: int
    """Bytes of the match."""
    is_binary: bool
    """Whether the file holds what no text does."""


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry that was found."""

    layer: int
    """The number of the layer that holds it."""
    path: bytes
    """From the root, without a slash at its beginning; a whiteout's is the path that it hides."""
    entry: Entry
    status: EntryStatus
    """What its layer did there, and what became of it."""
    match: TextMatch | None = None
    """Where the text is that was searched for."""

    @property
    def size(self) -> int:
        """Bytes of a file; of a directory, those of everything below it in its layer."""
        return self.entry.total_size

    @property
    def mark(self) -> Mark:
        """What its layer did at its path."""
        return self.status.mark

    @property
    def remark(self) -> str:
        """What is to be known of it beside its status: ``deleted by layer 6, still in the image``; mostly nothing."""
        return self.status.remark
