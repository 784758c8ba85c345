"""One answer of a search."""

from dataclasses import dataclass

from ocitui.image.layer_numbers import LAYER_NOUN
from ocitui.image.merged.changes import Mark
from ocitui.image.merged.words import STILL_IN_IMAGE
from ocitui.image.search.entry_status import EntryStatus
from ocitui.layers.entry import Entry


@dataclass(frozen=True, slots=True)
class TextMatch:
    """The first place of a text in a file."""

    offset: int
    """Bytes from the beginning of the file."""
    line_number: int
    """From 1."""
    line: bytes
    """The line it is in, or as much of it around the match as is shown; empty where the file is no text."""
    start: int
    """The beginning of the match in ``line``, in bytes."""
    length: int
    """Bytes of the match."""
    is_binary: bool
    """True if the file holds bytes that no text does."""


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry that was found."""

    layer: int
    """The number of the layer that holds it."""
    path: bytes
    """From the root, without a slash at its beginning; a whiteout's is the path that it hides."""
    entry: Entry
    status: EntryStatus
    """The effect of its layer there, and its fate."""
    match: TextMatch | None = None
    """The place of the text that was searched for."""
    noun: str = LAYER_NOUN
    """The word for what holds it: a layer, or a blob of an artifact."""
    archive: bytes = b""
    """The path of the file of the layer that it is in; empty where it is in no archive."""

    @property
    def size(self) -> int:
        """Bytes of a file; of a directory, those of everything below it in its layer."""
        return self.entry.total_size

    @property
    def mark(self) -> Mark:
        """The effect of its layer on its path."""
        return self.status.mark

    @property
    def remark(self) -> str:
        """A remark beside its status: ``deleted by layer 6, still in the image``; mostly none."""
        still = STILL_IN_IMAGE if self.noun == LAYER_NOUN else "still in the artifact"
        return f"{said}, {still}" if (said := self.short_remark) else ""

    @property
    def short_remark(self) -> str:
        """The same without that it is still there."""
        return self.status.short_remark(self.noun)
