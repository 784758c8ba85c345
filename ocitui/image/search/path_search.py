"""Finds entries of one layer by their paths, among millions."""

from array import array
from collections.abc import Sequence
from itertools import compress
from operator import not_

from ocitui.image.search.matchers import NameHolds, NameMatches, PathHolds, matcher
from ocitui.image.search.names import FolderPaths, Names
from ocitui.image.search.path_term import PathTerm
from ocitui.layers.index.directories import NOWHERE
from ocitui.layers.index.names import NamePiece


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
