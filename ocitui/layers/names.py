"""The names of a layer's entries, many in one piece, for a search that looks at all of them.

A million rows of a table take half a second to read; the same names in pieces of
thousands, a few hundredths.
"""

import sys
from array import array
from collections.abc import Sequence
from typing import NamedTuple

_SEPARATOR = b"\0"
"""No name holds it."""


class NamePiece(NamedTuple):
    """The names of entries whose ids follow each other."""

    first: int
    """The id of the first entry."""
    text: str
    """All names with ``\\0`` between them; bytes that are not UTF-8 as ``surrogateescape`` keeps them."""
    parents: "array[int]"
    """For each entry, the id of the directory that holds it."""
    directories: "array[int]"
    """For each entry that is a directory: which it is, from 0, and its id as a directory; one pair after the other."""


PackedNames = tuple[int, bytes, bytes, bytes]
"""A `NamePiece` as the index stores it."""


def pack_names(first: int, entries: Sequence[tuple[int, bytes, int | None]]) -> PackedNames:
    """Make a piece to store.

    Args:
        first: the id of the first entry.
        entries: of each entry in the order of their ids its parent, its name and its id as a directory.
    """
    parents = array("I", [parent for parent, _, _ in entries])
    pairs = [(nth, directory) for nth, (_, _, directory) in enumerate(entries) if directory is not None]
    directories = array("I", [number for pair in pairs for number in pair])
    return first, _SEPARATOR.join([name for _, name, _ in entries]), _stored(parents), _stored(directories)


def unpack_names(first: int, names: bytes, parents: bytes, directories: bytes) -> NamePiece:
    """Read a piece that was stored."""
    return NamePiece(first, names.decode("utf-8", "surrogateescape"), _read(parents), _read(directories))


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
