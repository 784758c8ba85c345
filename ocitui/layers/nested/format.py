"""The interface of the readers of one kind of archive."""

from typing import Protocol, runtime_checkable

from ocitui.layers.entry import Entry
from ocitui.layers.nested.data import Data, Window


class Format(Protocol):
    """Reads the files of one archive. For one thread at a time."""

    @property
    def word(self) -> str:
        """The kind, as people say it: ``zip``."""

    def read(self, entry: Entry, offset: int, size: int) -> bytes:
        """Return bytes of a file's data from an offset, without the holes of a sparse one; quickest in order.

        Fewer than asked for, or none, mean that the file ends there.

        Raises:
            ArchiveError: they are damaged, encrypted or packed in a way that is not known.
        """

    def stored(self, entry: Entry) -> Data | None:
        """Return the data of a file where it can be read anywhere, because it is not packed; else None."""


@runtime_checkable
class HasHoles(Protocol):
    """Reads files that may have holes, which `Format.read` gives as zeros, as no header has a map of them."""

    def data_run(self, entry: Entry, offset: int) -> tuple[int, int] | None:
        """Return the offset and the length in bytes of the data at or after an offset in a file.

        The data may go on behind that. None where nothing follows but a hole, or the end.

        Raises:
            ArchiveError: the places of its data are damaged, or it has too many holes without data between them.
        """


class Plain:
    """An archive whose files are runs of its bytes: tar, cpio, ar."""

    def __init__(self, word: str, data: Data) -> None:
        """
        Args:
            word: the kind.
            data: what the offsets of the entries count in.
        """
        self.word = word
        """The kind."""
        self._data = data

    def read(self, entry: Entry, offset: int, size: int) -> bytes:
        """See `Format.read`."""
        return Window(self._data, entry.offset or 0, entry.stored_size).read(offset, size)

    def stored(self, entry: Entry) -> Data | None:
        """See `Format.stored`; None for a sparse file."""
        return None if entry.sparse is not None else Window(self._data, entry.offset or 0, entry.size)
