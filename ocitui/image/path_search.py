"""Finds entries of one layer by their paths, among millions.

What is looked at is names; paths are put together only for directories, and only where a
term needs them. All loops over entries run in C: a million names take a tenth of a second.
"""

from array import array
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import compress, repeat
from operator import add, and_, contains, not_, or_

from ocitui.image.path_term import PathTerm
from ocitui.layers.directories import NOWHERE, ROOT
from ocitui.layers.names import NamePiece


class PathSearch:
    """One search over one layer. Feed it the names piece by piece, also while the layer is still being read."""

    def __init__(self, terms: Sequence[PathTerm]) -> None:
        self._folders = Folders(has_names=any(term.form != "word" or "/" in term.text for term in terms))
        self._matchers = [_matcher(term, self._folders) for term in terms]

    def feed(self, piece: NamePiece) -> "array[int]":
        """The ids of the entries in a piece that match every term; superseded ones are among them, the root is not.

        Args:
            piece: the next one, in order.
        """
        names = _Names(piece)
        fresh = self._folders.take(names)
        kept: Sequence[int] = range(len(piece.parents))
        for matcher in self._matchers:
            matcher.learn(fresh, names)
            if kept:
                found = matcher.find(names, kept)
                if matcher.term.is_negated:
                    kept = list(compress(kept, map(not_, found))) if found is not None else kept
                else:
                    kept = list(compress(kept, found)) if found is not None else ()
        found = array("q", map(piece.first.__add__, kept))
        if NOWHERE in names.piece.parents:
            found = array("q", [number for number in found if piece.parents[number - piece.first] != NOWHERE])
        return found


class _Names:
    """The names of one piece, split when they are looked at."""

    def __init__(self, piece: NamePiece) -> None:
        self.piece = piece
        self._split: dict[bool, list[str]] = {}
        self._text: dict[bool, str] = {False: piece.text}

    @cached_property
    def folders(self) -> frozenset[int]:
        """The directories that hold any of them."""
        return frozenset(self.piece.parents)

    def text(self, is_folded: bool) -> str:
        """All names in one."""
        if is_folded not in self._text:
            self._text[is_folded] = self.piece.text.lower()
        return self._text[is_folded]

    def all(self, is_folded: bool) -> list[str]:
        """Each name."""
        if is_folded not in self._split:
            self._split[is_folded] = self.text(is_folded).split("\0")
        return self._split[is_folded]

    def some(self, is_folded: bool, positions: Sequence[int]) -> list[str]:
        """The names at these positions."""
        names = self.all(is_folded)
        return names if isinstance(positions, range) else list(map(names.__getitem__, positions))

    def parents(self, positions: Sequence[int]) -> "Sequence[int] | array[int]":
        """The directories of the entries at these positions."""
        parents = self.piece.parents
        return parents if isinstance(positions, range) else list(map(parents.__getitem__, positions))


_Fresh = list[tuple[int, int, int]]
"""Directories that a piece brings: id, the one around it, and its position in the piece."""


class Folders:
    """The directories of a layer, as far as their names were read."""

    def __init__(self, *, has_names: bool) -> None:
        """
        Args:
            has_names: whether paths will be asked for.
        """
        self._has_names = has_names
        self._parents: dict[int, int] = {ROOT: NOWHERE}
        self._names: dict[int, str] = {}
        self._paths: dict[int, str] = {NOWHERE: "", ROOT: "/"}

    def take(self, names: _Names) -> _Fresh:
        """Take the directories of a piece, and give those that were not known."""
        pairs = names.piece.directories
        fresh: _Fresh = []
        if pairs:
            parents, known = names.piece.parents, self._parents
            split = names.all(False) if self._has_names else ()
            for nth, directory in zip(pairs[::2], pairs[1::2], strict=True):
                if directory not in known:
                    known[directory] = parents[nth]
                    if split:
                        self._names[directory] = split[nth]
                    fresh.append((directory, parents[nth], nth))
        return fresh

    def path(self, directory: int) -> str:
        """The path of a directory, with a slash at both ends."""
        found = self._paths.get(directory)
        if found is None:
            way = [directory]
            while (parent := self._parents.get(way[-1], ROOT)) not in self._paths:
                way.append(parent)
            found = self._paths[parent]
            for each in reversed(way):
                found = self._paths[each] = f"{found}{self._names[each]}/"
        return found

    def paths(self, directories: Iterable[int]) -> dict[int, str]:
        """The paths of these directories, and of others."""
        for directory in directories:
            self.path(directory)
        return self._paths


class _Matcher:
    """One term against names."""

    def __init__(self, term: PathTerm, folders: Folders) -> None:
        self.term = term
        self.folders = folders
        self.is_folded = not term.is_exact
        self.text = term.folded

    def learn(self, fresh: _Fresh, names: _Names) -> None:
        """Get to know directories before what is in them."""

    def find(self, names: _Names, positions: Sequence[int]) -> Iterable[object] | None:
        """For each of these positions something true where the text is; None where it is nowhere."""
        raise NotImplementedError


class _NameHolds(_Matcher):
    """A part of the last component."""

    def find(self, names: _Names, positions: Sequence[int]) -> Iterable[object] | None:
        if self.text not in names.text(self.is_folded):
            return None
        return map(contains, names.some(self.is_folded, positions), repeat(self.text))


class _NameMatches(_Matcher):
    """A glob or a regular expression for the last component."""

    def find(self, names: _Names, positions: Sequence[int]) -> Iterable[object] | None:
        return map(self.term.pattern.search, names.some(False, positions))


class _PathMatches(_Matcher):
    """A glob or a regular expression for the whole path."""

    def find(self, names: _Names, positions: Sequence[int]) -> Iterable[object] | None:
        folders = map(self.folders.paths(names.folders).__getitem__, names.parents(positions))
        return map(self.term.pattern.search, map(add, folders, names.some(False, positions)))


class _PathHolds(_Matcher):
    """A part of a component: of the last one, or of a directory around it."""

    def __init__(self, term: PathTerm, folders: Folders) -> None:
        super().__init__(term, folders)
        self._inside: set[int] = set()  # directories whose path holds it

    def learn(self, fresh: _Fresh, names: _Names) -> None:
        inside = self._inside
        is_here = self.text in names.text(self.is_folded)
        if not inside and not is_here:
            return
        all_names = names.all(self.is_folded) if is_here else []
        for directory, parent, nth in fresh:
            if parent in inside or (is_here and self.text in all_names[nth]):
                inside.add(directory)

    def find(self, names: _Names, positions: Sequence[int]) -> Iterable[object] | None:
        below = _in_any(self._inside, names, positions)
        if self.text not in names.text(self.is_folded):
            return below
        here = map(contains, names.some(self.is_folded, positions), repeat(self.text))
        return here if below is None else map(or_, here, below)


class _PathHoldsSlash(_Matcher):
    """A part of the path that goes over components: ``bin/ba``."""

    def __init__(self, term: PathTerm, folders: Folders) -> None:
        super().__init__(term, folders)
        self._head, _, self._tail = self.text.rpartition("/")
        self._inside: set[int] = set()  # directories whose path holds all of it
        self._before: set[int] = set()  # directories whose path ends with all but the last component of it
        self._look(ROOT)

    def learn(self, fresh: _Fresh, names: _Names) -> None:
        for directory, _, _ in fresh:
            self._look(directory)

    def _look(self, directory: int) -> None:
        path = self.folders.path(directory)
        if self.is_folded:
            path = path.lower()
        if self.text in path[:-1]:
            self._inside.add(directory)
        if path.endswith(f"{self._head}/"):
            self._before.add(directory)

    def find(self, names: _Names, positions: Sequence[int]) -> Iterable[object] | None:
        below = _in_any(self._inside, names, positions)
        here = _in_any(self._before, names, positions)
        if here is not None and self._tail:
            begins = map(str.startswith, names.some(self.is_folded, positions), repeat(self._tail))
            here = map(and_, here, begins)
        if below is None or here is None:
            return below if here is None else here
        return map(or_, here, below)


def _in_any(directories: set[int], names: _Names, positions: Sequence[int]) -> Iterable[bool] | None:
    """For each of these positions whether the entry is right in one of the directories; None where none is."""
    if not directories or directories.isdisjoint(names.folders):
        return None
    if names.folders <= directories:
        return repeat(True, len(positions))
    return map(directories.__contains__, names.parents(positions))


def _matcher(term: PathTerm, folders: Folders) -> _Matcher:
    if term.form != "word":
        return _NameMatches(term, folders) if term.is_name_only else _PathMatches(term, folders)
    if "/" in term.text:
        return _PathHoldsSlash(term, folders)
    return _NameHolds(term, folders) if term.is_name_only else _PathHolds(term, folders)
