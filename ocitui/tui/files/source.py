"""Where the entries of a tree come from, and what of an entry is shown."""

from array import array
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from ocitui.layers.entry import EntryKind

Order = Literal["name", "size", "time", "layer"]


@dataclass(frozen=True, slots=True)
class Row:
    """One entry as it is shown. Names are raw bytes; `ocitui.display.printable` is the tree's duty."""

    id: int
    """Its number, unique in the tree."""
    directory: int | None
    """For a folder, the number by which its children are asked for; else None."""
    name: bytes
    kind: EntryKind
    mode: int
    """Permission bits."""
    uid: int
    gid: int
    size: int
    """Bytes of a file."""
    mtime_ns: int
    """Time of modification, nanoseconds since the epoch."""
    link: bytes | None = None
    """Target of a symbolic or hard link."""
    below_entries: int | None = None
    """For a folder, entries below it at any depth; None while that is not known."""
    below_bytes: int | None = None
    """For a folder, the sum of their sizes in bytes."""
    mark: str = " "
    """What became of it: ``+`` added, ``~`` modified, ``−`` deleted, blank unchanged."""
    label: str = ""
    """Which layer it comes from: ``2``, ``2 ← 1``."""
    detail: str = ""
    """In what it changed: ``content``, ``mode``."""
    is_at_most: bool = False
    """Whether ``below_bytes`` is only a bound: layers above may hide some of it."""
    is_implied: bool = False
    """Whether it is a directory that no entry describes: mode, owner and time are not known."""


class EntrySource(Protocol):
    """A source of the entries of a tree.

    Methods are called from the screen's thread and, where they may take long, from a
    worker's thread, possibly both at once.
    """

    @property
    def root(self) -> int:
        """The directory whose children are the first rows."""
        ...

    def children(self, directory: int, order: Order, reverse: bool) -> "array[int]":
        """Ids of the entries in a directory, as ``array('q')``, ascending unless ``reverse``.

        By size means bytes of a file and bytes below a folder; ties are in order of name.
        """
        ...

    def folders(self, directory: int) -> Mapping[int, int]:
        """Those entries of a directory that are folders: id of the entry, id of its directory."""
        ...

    def rows(self, ids: Sequence[int]) -> Sequence[Row]:
        """The rows of these entries, in the order of their ids here."""
        ...

    def locate(self, path: bytes) -> tuple[list[int], int] | None:
        """The way to a path: the directories below the root down to the one it is in, and its entry's id.

        Args:
            path: from the root, without a slash at its beginning or end.
        """
        ...

    def find(self, text: str, is_exact: bool) -> Mapping[int, Collection[int]]:
        """Every entry whose name holds a text, whatever its case unless ``is_exact``.

        Returns:
            For each directory with a match in it or anywhere below it, the root included:
            the ids of the entries in it that match, possibly none.
        """
        ...
