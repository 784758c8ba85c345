"""The words of a query that are about paths, against the names of a layer, thousands at a time.

All loops over entries run in C. What a directory is called is looked at once, not once for
each entry in it.
"""

import re
from array import array
from collections.abc import Iterable, Sequence
from itertools import compress, repeat
from operator import add, and_, contains, not_, or_

from ocitui.image.search.names import Directory, FolderPaths, Names
from ocitui.image.search.path_term import PathTerm
from ocitui.layers.index.directories import NOWHERE, ROOT
from ocitui.layers.index.names import NamePiece

Selectors = Iterable[object]
"""For each of some entries something that is true where it matches."""


class Matcher:
    """Finds the entries that one term is about, whether it is negated or not."""

    def __init__(self, term: PathTerm, paths: FolderPaths) -> None:
        """
        Args:
            term: the term.
            paths: of the directories of the layer, in small letters unless case matters to the term.
        """
        self.is_folded = not term.is_exact
        self.text = term.folded
        self.paths = paths

    def learn(self, directories: Sequence[Directory], names: Names) -> None:
        """Get to know the directories of a piece, before what is in them is asked for."""

    def find(self, names: Names, positions: Sequence[int]) -> Selectors | None:
        """Tell of the entries at these positions of a piece which match; None where none does."""
        raise NotImplementedError


class NameHolds(Matcher):
    """A part of the last component."""

    def find(self, names: Names, positions: Sequence[int]) -> Selectors | None:
        """See `Matcher`."""
        if self.text not in names.text(self.is_folded):
            return None
        return map(contains, names.some(self.is_folded, positions), repeat(self.text))


class NameMatches(Matcher):
    """A glob or a regular expression for the last component."""

    def __init__(self, term: PathTerm, paths: FolderPaths) -> None:
        super().__init__(term, paths)
        self._pattern = term.folded_pattern()

    def find(self, names: Names, positions: Sequence[int]) -> Selectors | None:
        """See `Matcher`."""
        return map(self._pattern.search, names.some(self.is_folded, positions))


class PathHolds(Matcher):
    """A part of a component: of the last one, or of a directory around it."""

    def __init__(self, term: PathTerm, paths: FolderPaths) -> None:
        super().__init__(term, paths)
        self._inside: set[int] = set()  # directories whose path holds it

    def learn(self, directories: Sequence[Directory], names: Names) -> None:
        """See `Matcher`."""
        inside = self._inside
        is_here = self.text in names.text(self.is_folded)
        if inside or is_here:
            split = names.all(self.is_folded) if is_here else []
            for directory, parent, nth in directories:
                if parent in inside or (is_here and self.text in split[nth]):
                    inside.add(directory)

    def find(self, names: Names, positions: Sequence[int]) -> Selectors | None:
        """See `Matcher`."""
        below = _in_any(self._inside, names, positions)
        if self.text not in names.text(self.is_folded):
            return below
        here = map(contains, names.some(self.is_folded, positions), repeat(self.text))
        return here if below is None else map(or_, here, below)


class PathHoldsSlash(Matcher):
    """A part of the path that goes over components: ``bin/ba``."""

    def __init__(self, term: PathTerm, paths: FolderPaths) -> None:
        super().__init__(term, paths)
        self._head, _, self._tail = self.text.rpartition("/")
        self._inside: set[int] = set()  # directories whose path holds all of it
        self._before: set[int] = set()  # directories whose path ends with all but the last component of it
        self._look(ROOT)

    def learn(self, directories: Sequence[Directory], names: Names) -> None:
        """See `Matcher`."""
        for directory in directories:
            self._look(directory.id)

    def _look(self, directory: int) -> None:
        path = self.paths.path(directory)
        if self.text in path[:-1]:
            self._inside.add(directory)
        if path.endswith(f"{self._head}/"):
            self._before.add(directory)

    def find(self, names: Names, positions: Sequence[int]) -> Selectors | None:
        """See `Matcher`."""
        below = _in_any(self._inside, names, positions)
        here = _in_any(self._before, names, positions)
        if here is not None and self._tail:
            here = map(and_, here, map(str.startswith, names.some(self.is_folded, positions), repeat(self._tail)))
        if below is None or here is None:
            return below if here is None else here
        return map(or_, here, below)


class GlobInFolder(Matcher):
    """A glob for the whole path whose last component can be matched by itself: ``**/conf.d/*.conf``."""

    def __init__(self, term: PathTerm, paths: FolderPaths) -> None:
        super().__init__(term, paths)
        head, _, tail = term.text.rpartition("/")
        self._folder = term.folded_pattern(f"{head}/")
        self._name = term.folded_pattern(tail) if tail != "*" else None
        self._before: set[int] = set()  # directories whose path matches all but the last component
        self._look(ROOT)

    def learn(self, directories: Sequence[Directory], names: Names) -> None:
        """See `Matcher`."""
        for directory in directories:
            self._look(directory.id)

    def _look(self, directory: int) -> None:
        if self._folder.search(self.paths.path(directory)):
            self._before.add(directory)

    def find(self, names: Names, positions: Sequence[int]) -> Selectors | None:
        """See `Matcher`."""
        here = _in_any(self._before, names, positions)
        if here is None or self._name is None:
            return here
        chosen = list(here)
        matches = map(self._name.search, compress(names.some(self.is_folded, positions), chosen))
        return [is_here and next(matches) for is_here in chosen]


class PathMatches(Matcher):
    """A regular expression for the whole path, or a glob that ends with ``**``."""

    def __init__(self, term: PathTerm, paths: FolderPaths) -> None:
        super().__init__(term, paths)
        self._pattern = term.folded_pattern()
        self._by_lines: re.Pattern[str] | None = None
        is_simple = not _KNOWS_ITS_END.search(self._pattern.pattern) and not self._pattern.search("")
        if term.form == "regex" and is_simple:
            self._by_lines = re.compile(self._pattern.pattern, self._pattern.flags | re.MULTILINE)

    def find(self, names: Names, positions: Sequence[int]) -> Selectors | None:
        """See `Matcher`."""
        paths = self.paths.all(names.folders)
        if self._by_lines is not None and isinstance(positions, range):
            found = _find_lines(self._by_lines, names, self.is_folded, paths)
            if found is not None:
                return found
        folders = map(paths.__getitem__, names.parents_of(positions))
        return map(self._pattern.search, map(add, folders, names.some(self.is_folded, positions)))


_KNOWS_ITS_END = re.compile(r"\(\?(?!:)|\\[AZ]|[*+?}]\+")
"""The parts of a regular expression that may match differently where other lines are around a path."""


def _find_lines(pattern: re.Pattern[str], names: Names, is_folded: bool, paths: dict[int, str]) -> Selectors | None:
    """Match all paths of a piece as the lines of one text, which is twice as fast as one by one.

    Returns:
        None where that does not tell: a name holds a line break, or a match goes over one.
    """
    split = names.all(is_folded)
    parts: list[str] = []
    at = 0
    for folder, count in names.runs():
        before = f"\n{paths[folder]}"
        parts.append(before + before.join(split[at : at + count]))
        at += count
    text = "".join(parts)
    if text.count("\n") != len(split):
        return None
    found = bytearray(len(split))
    line = place = 0
    for match in pattern.finditer(text):
        start, end = match.span()
        if text.find("\n", start, end) >= 0:
            return None
        line += text.count("\n", place, start)
        place = start
        if line:
            found[line - 1] = 1
    return found


def _in_any(directories: set[int], names: Names, positions: Sequence[int]) -> Iterable[bool] | None:
    """For each of these positions whether the entry is right in one of the directories; None where none is."""
    if not directories or directories.isdisjoint(names.folders):
        return None
    if names.folders <= directories:
        return repeat(True, len(positions))
    return map(directories.__contains__, names.parents_of(positions))


def matcher(term: PathTerm, paths: FolderPaths) -> Matcher:
    """The quickest one for a term."""
    if term.form != "word":
        if term.is_name_only:
            return NameMatches(term, paths)
        is_simple = term.form == "glob" and term.text.rpartition("/")[2] != "**"
        return GlobInFolder(term, paths) if is_simple else PathMatches(term, paths)
    if "/" in term.text:
        return PathHoldsSlash(term, paths)
    return NameHolds(term, paths) if term.is_name_only else PathHolds(term, paths)


class PathSearch:
    """One search over one layer. Feed it the names piece by piece, also while the layer is still being read."""

    def __init__(self, terms: Sequence[PathTerm]) -> None:
        paths = {is_folded: FolderPaths(is_folded) for is_folded in (False, True)}
        self._terms = [(term.is_negated, matcher(term, paths[not term.is_exact])) for term in terms]
        needing = [each for _, each in self._terms if not isinstance(each, NameHolds | NameMatches | PathHolds)]
        self._paths = [paths[is_folded] for is_folded in {each.is_folded for each in needing}]

    def feed(self, piece: NamePiece) -> "array[int]":
        """The ids of the entries in a piece that match every term; superseded ones are among them, the root is not.

        Args:
            piece: the next one, in order.
        """
        names = Names(piece)
        directories = names.directories()
        for paths in self._paths:
            paths.learn(directories, names)
        kept: Sequence[int] = range(names.count)
        for is_negated, each in self._terms:
            each.learn(directories, names)
            found = each.find(names, kept) if kept else None
            if is_negated and found is not None:
                kept = list(compress(kept, map(not_, found)))
            elif not is_negated:
                kept = list(compress(kept, found)) if found is not None else ()
        ids = array("q", map(piece.first.__add__, kept))
        if ids and NOWHERE in names.folders:
            parents = names.parents
            ids = array("q", [number for number in ids if parents[number - piece.first] != NOWHERE])
        return ids
