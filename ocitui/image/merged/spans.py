"""The points at which a folder of very many names is cut, so that only a piece of it is held at a time."""

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import NamedTuple, Protocol

PIECE = 25_000
"""Names in a piece, or up to twice as many."""

_PIECES = 1_000
"""At most; beyond it pieces grow."""

_LEAST_STEP = 16
"""Names of one layer at least that are left out between two of which one may begin a piece."""

_IN_ONE = 4 * PIECE
"""Folders of fewer names are not cut."""


class Span(NamedTuple):
    """The names from one up to another, by their bytes."""

    first: bytes
    end: bytes | None
    """The first name that is no more in it; None where it goes on to the last."""

    def has(self, name: bytes) -> bool:
        """True if a name is in it."""
        return self.first <= name and (self.end is None or name < self.end)


WHOLE = Span(b"", None)
"""All names."""

_UNCUT = (WHOLE,)


class Layer(Protocol):
    """The facts of a layer that are needed to cut its folders: see `ocitui.image.merged.layer.MergedLayer`."""

    @property
    def size(self) -> int:
        """As many entries as the layer has at most."""
        ...

    def count(self, folder: bytes, directory: int) -> int:
        """Return the number of entries the layer has in a directory."""
        ...

    def every_name(self, folder: bytes, directory: int, step: int) -> list[bytes]:
        """Of the names of these entries, each that is ``step`` further than the one before."""
        ...


Place = tuple[bytes, Iterable[tuple[Layer, int]]]
"""The path of a folder, and the directories of layers that make it up."""


def spans(*places: Place) -> Sequence[Span]:
    """Cut a folder, or folders that are compared with each other; nearly always into one piece.

    Args:
        places: where it is, and what makes it up.

    Returns:
        The pieces, which follow each other.
    """
    each = ((layer, path, directory) for path, found in places for layer, directory in found)
    directories = list(dict.fromkeys(each))
    if sum(layer.size for layer in {layer for layer, _, _ in directories}) <= _IN_ONE:
        return _UNCUT
    total = sum(layer.count(path, directory) for layer, path, directory in directories)
    if total <= _IN_ONE:
        return _UNCUT
    piece = max(PIECE, total // _PIECES)
    step = max(_LEAST_STEP, piece // len(directories))  # so that pieces are even, whosever names they begin with
    samples = (layer.every_name(path, directory, step) for layer, path, directory in directories)
    names = sorted(set(chain.from_iterable(samples)))
    at_once = max(1, piece // step)
    return between(names[at_once - 1 :: at_once])


def between(names: Sequence[bytes]) -> Sequence[Span]:
    """The pieces that begin at these names, which are in order, and the one before them."""
    return list(map(Span, (WHOLE.first, *names), (*names, WHOLE.end)))
