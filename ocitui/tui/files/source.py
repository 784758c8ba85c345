"""The source of the entries of a tree, and the facts of an entry that are shown."""

import stat
from array import array
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from ocitui.image.filesystem.filesystem import FileEntry, Filesystem
from ocitui.layers.entry import Entry, EntryKind

Order = Literal["name", "size", "time", "layer"]
Bound = Literal["", "≤", "?"]
"""The certainty of a sum: it is exact; it is an upper bound, as layers above may hide some of it; it is that of the
layers that are known, and others may add to it or take from it.
"""
ORDERS: tuple[Order, ...] = ("name", "size", "time", "layer")


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
    """The sign of the change: ``+`` added, ``~`` modified, ``-`` deleted, blank unchanged."""
    label: str = ""
    """The layer it comes from: ``2``, ``2 ← 1``."""
    detail: str = ""
    """In what it changed: ``content``, ``mode``."""
    changes_below: str = ""
    """For a folder, numbers of changes below it: ``+1,722 ~3 -142``; empty where there are none, or all is one."""
    bound: Bound = ""
    """The certainty of ``below_bytes``."""
    is_described: bool = True
    """False if nothing says its mode, owner and time."""


def row_of(
    entry: Entry,
    id_: int,
    directory: int | None,
    *,
    mark: str = " ",
    label: str = "",
    detail: str = "",
    changes_below: str = "",
    bound: Bound = "",
) -> Row:
    """Return the row of an entry, which describes itself as the tree has it."""
    return Row(
        id=id_,
        directory=directory,
        name=entry.name,
        kind=entry.kind,
        mode=stat.S_IMODE(entry.mode),
        uid=entry.uid,
        gid=entry.gid,
        size=entry.size,
        mtime_ns=entry.mtime_ns,
        link=None if entry.link is None else entry.leads_to,
        below_entries=entry.below_entries,
        below_bytes=entry.below_bytes,
        mark=mark,
        label=label,
        detail=detail,
        changes_below=changes_below,
        bound=bound,
        is_described=entry.is_described,
    )


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

    @property
    def files(self) -> Filesystem:
        """The files that are shown."""
        ...

    def entry(self, id_: int) -> FileEntry:
        """The entry of a row; of what the last layer deleted, what was there.

        Raises:
            LayerError: its index cannot be read any more.
        """
        ...

    def find(self, text: str, is_exact: bool) -> Mapping[int, Collection[int]]:
        """Every entry whose name holds a text, whatever its case unless ``is_exact``.

        Returns:
            For each directory with a match in it or anywhere below it, the root included:
            the ids of the entries in it that match, possibly none.
        """
        ...


def locate_by(
    path: bytes, directory_at: Callable[[bytes], int | None], id_at: Callable[[bytes, int], int | None], root: int
) -> tuple[list[int], int] | None:
    """The way to a path: see `EntrySource.locate`.

    Args:
        path: from the root.
        directory_at: the number of the directory at a path; None where there is none.
        id_at: the id of the entry at a path in a directory; None where there is none.
        root: the number of the root.
    """
    directories: list[int] = []
    end = path.find(b"/")
    while end >= 0:
        number = directory_at(path[:end])
        if number is None:
            return None
        directories.append(number)
        end = path.find(b"/", end + 1)
    found = id_at(path, directories[-1] if directories else root)
    return (directories, found) if found is not None else None
