"""A folder that is open in a tree, and the rows that it takes with what is open below."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from itertools import accumulate


class Folder:
    """An open folder: its entries, and which of them are open too."""

    __slots__ = ("_starts", "directory", "ids", "nth", "nths", "opened", "parent", "size")

    def __init__(self, directory: int, ids: array[int], parent: Folder | None = None, nth: int = 0) -> None:
        self.directory = directory
        """The number by which its children are asked for."""
        self.ids = ids
        """Its entries, in the order they are shown."""
        self.parent = parent
        """The folder it is in; None for the root."""
        self.nth = nth
        """The position among the entries of its parent."""
        self.nths: list[int] = []
        """The positions of its open entries, ascending."""
        self.opened: list[Folder] = []
        """The open folders in it, likewise."""
        self.size = len(ids)
        """Rows in it, with what is open below."""
        self._starts: list[int] | None = None

    @property
    def starts(self) -> list[int]:
        """The row, counted from this folder's first, on which each open folder's first entry is."""
        if self._starts is None:
            before = accumulate((folder.size for folder in self.opened), initial=0)
            self._starts = [nth + 1 + rows for nth, rows in zip(self.nths, before, strict=False)]
        return self._starts

    @property
    def depth(self) -> int:
        """Number of folders around its entries, the root not counted."""
        depth, folder = 0, self.parent
        while folder is not None:
            depth, folder = depth + 1, folder.parent
        return depth

    def sub(self, nth: int) -> Folder | None:
        """The open folder that is this entry, if it is one."""
        at = bisect_left(self.nths, nth)
        return self.opened[at] if at < len(self.nths) and self.nths[at] == nth else None

    def open(self, folder: Folder) -> None:
        """Put an open folder in its place."""
        at = bisect_left(self.nths, folder.nth)
        self.nths.insert(at, folder.nth)
        self.opened.insert(at, folder)
        folder.parent = self
        self._grow(folder.size)

    def close(self, folder: Folder) -> None:
        """Take an open folder away."""
        at = bisect_left(self.nths, folder.nth)
        del self.nths[at], self.opened[at]
        self._grow(-folder.size)

    def set_opened(self, folders: list[Folder]) -> None:
        """Replace the open folders in it, and count its rows, but not those of its parents."""
        folders.sort(key=lambda folder: folder.nth)
        self.nths = [folder.nth for folder in folders]
        self.opened = folders
        self.count()

    def count(self) -> None:
        """Count its rows anew."""
        self.size = len(self.ids) + sum(folder.size for folder in self.opened)
        self._starts = None

    def _grow(self, rows: int) -> None:
        folder: Folder | None = self
        while folder is not None:
            folder.size += rows
            folder._starts = None
            folder = folder.parent


Place = tuple[Folder, int]
"""An entry: the folder it is in, and which entry of it."""
