"""The names of a layer's entries, many in one piece, for a search that looks at all of them.

A million rows of a table take half a second to read; the same names in pieces of
thousands, a few hundredths.
"""

import sys
from array import array
from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

_SEPARATOR = b"\0"
"""No name holds it."""

Named = tuple[int, int, bytes, int | None]
"""Of one entry: its id, its parent, its name, and its id as a directory."""


class NamePiece(NamedTuple):
    """The names of entries whose ids follow each other."""

    first: int
    """The id of the first entry."""
    text: str
    """All names with ``\\0`` between them; bytes that are not UTF-8 as ``surrogateescape`` keeps them."""
    runs: "array[int]"
    """Id of a directory, and how many entries in it follow each other; one pair after the other."""
    directories: "array[int]"
    """Position of an entry that is a directory, counted from 0, and its id as one; one pair after the other."""


PackedNames = tuple[int, bytes, bytes, bytes]
"""A `NamePiece` as the index stores it."""


def pack_names(entries: Sequence[Named]) -> PackedNames:
    """Make a piece to store.

    Args:
        entries: at least one; their ids follow each other.
    """
    runs = array("I")
    for parent, group in groupby(map(itemgetter(1), entries)):
        runs.extend((parent, len(list(group))))
    directories = array("I")
    for nth, (_, _, _, directory) in enumerate(entries):
        if directory is not None:
            directories.extend((nth, directory))
    names = _SEPARATOR.join([name for _, _, name, _ in entries])
    return entries[0][0], names, _stored(runs), _stored(directories)


def unpack_names(first: int, names: bytes, runs: bytes, directories: bytes) -> NamePiece:
    """Read a piece that was stored."""
    return NamePiece(first, names.decode("utf-8", "surrogateescape"), _read(runs), _read(directories))


def _stored(numbers: "array[int]") -> bytes:
    """Little-endian, whatever the machine."""
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tobytes()


def _read(stored: bytes) -> "array[int]":
    numbers = array("I")
    numbers.frombytes(stored)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
