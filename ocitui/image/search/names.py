"""The names of a layer as a search by path looks at them: in pieces, and the paths of the directories among them."""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from ocitui.layers.index.directories import NOWHERE, ROOT
from ocitui.layers.index.names import NamePiece


class Directory(NamedTuple):
    """A directory that a piece brings."""

    id: int
    parent: int
    nth: int
    """The position of the entry in the piece."""


class Names:
    """One piece, taken apart as far as it is looked at."""

    def __init__(self, piece: NamePiece) -> None:
        self.piece = piece
        self._texts: dict[bool, str] = {False: piece.text}
        self._names: dict[bool, list[str]] = {}

    @cached_property
    def count(self) -> int:
        """Return the number of entries."""
        return sum(self.piece.runs[1::2])

    @cached_property
    def folders(self) -> frozenset[int]:
        """The directories that hold any of them."""
        return frozenset(self.piece.runs[::2])

    @cached_property
    def parents(self) -> "array[int]":
        """For each entry the directory that holds it."""
        found = array("I")
        for folder, count in self.runs():
            found += array("I", (folder,)) * count
        return found

    def runs(self) -> Iterator[tuple[int, int]]:
        """Directories, each with the number of entries in it that follow each other."""
        return zip(self.piece.runs[::2], self.piece.runs[1::2], strict=True)

    def text(self, is_folded: bool) -> str:
        """All names in one, as they are or in small letters."""
        if is_folded not in self._texts:
            self._texts[is_folded] = self.piece.text.lower()
        return self._texts[is_folded]

    def all(self, is_folded: bool) -> list[str]:
        """Each name."""
        if is_folded not in self._names:
            self._names[is_folded] = self.text(is_folded).split("\0")
        return self._names[is_folded]

    def some(self, is_folded: bool, positions: Sequence[int]) -> list[str]:
        """The names at some positions; a range stands for all of them."""
        names = self.all(is_folded)
        return names if isinstance(positions, range) else list(map(names.__getitem__, positions))

    def parents_of(self, positions: Sequence[int]) -> Sequence[int]:
        """The directories of the entries at some positions; a range stands for all of them."""
        parents = self.parents
        return parents if isinstance(positions, range) else list(map(parents.__getitem__, positions))

    def directories(self) -> list[Directory]:
        """The directories among the entries. One may come several times."""
        pairs = self.piece.directories
        nths = pairs[::2]
        return list(map(Directory, pairs[1::2], map(self.parents.__getitem__, nths), nths)) if pairs else []


_KEPT = 1 << 25
"""Characters of paths that are kept."""


class FolderPaths:
    """The paths of a layer's directories, each with a slash at both ends."""

    def __init__(self, is_folded: bool) -> None:
        """
        Args:
            is_folded: whether they are in small letters.
        """
        self._is_folded = is_folded
        self._parents: dict[int, int] = {}
        self._names: dict[int, str] = {}
        self._paths: dict[int, str] = {NOWHERE: "", ROOT: "/"}
        self._size = 0

    def learn(self, directories: Iterable[Directory], names: Names) -> None:
        """Take the names of directories."""
        split: list[str] = []
        for directory, parent, nth in directories:
            split = split or names.all(self._is_folded)
            self._parents[directory] = parent
            self._names[directory] = split[nth]

    def path(self, directory: int) -> str:
        """The path of one."""
        self._forget_some()
        return self._path(directory)

    def _path(self, directory: int) -> str:
        found = self._paths.get(directory)
        if found is None:
            way = [directory]
            while (parent := self._parents.get(way[-1], ROOT)) not in self._paths:
                way.append(parent)
            found = f"{self._paths[parent]}{'/'.join(self._names[each] for each in reversed(way))}/"
            self._paths[directory] = found
            self._size += len(found)
        return found

    def all(self, directories: Iterable[int]) -> dict[int, str]:
        """The paths of these, and of others that were asked for."""
        self._forget_some()
        for directory in directories:
            self._path(directory)
        return self._paths

    def _forget_some(self) -> None:
        if self._size > _KEPT:
            self._paths, self._size = {NOWHERE: "", ROOT: "/"}, 0
