"""Extended attributes and maps of sparse files, and their packed form in the index."""

import struct
import sys
from array import array
from dataclasses import dataclass
from typing import Protocol

SparseMap = tuple[tuple[int, int], ...]
"""Runs as (offset in the file, length), both in bytes, in ascending order."""


@dataclass(frozen=True, slots=True)
class Extras:
    """Properties that few entries have."""

    xattrs: dict[bytes, bytes]
    sparse: SparseMap | None


class ExtrasSource(Protocol):
    """Gives them by the id of their entry: a layer may have gigabytes of them, and lists show none."""

    def extras_of(self, id_: int) -> Extras:
        """Those of one entry; may raise `ocitui.errors.LayerError`."""
        ...


@dataclass(frozen=True, slots=True)
class StoredExtras:
    """Those of one entry, where they are."""

    source: ExtrasSource
    id: int

    def read(self) -> Extras:
        """Read them; may raise `ocitui.errors.LayerError`."""
        return self.source.extras_of(self.id)


def packed_name(name: bytes) -> bytes:
    """Return a name, or a value, as it stands among what `pack_xattrs` packs."""
    return struct.pack("<I", len(name)) + name


def pack_xattrs(xattrs: dict[bytes, bytes]) -> bytes | None:
    """Pack names and values, each after its length; None when there are none."""
    packed = b"".join(packed_name(part) for item in xattrs.items() for part in item)
    return packed or None


def unpack_xattrs(packed: bytes | None) -> dict[bytes, bytes]:
    """The reverse of `pack_xattrs`."""
    parts: list[bytes] = []
    at = 0
    while packed and at < len(packed):
        (length,) = struct.unpack_from("<I", packed, at)
        parts.append(packed[at + 4 : at + 4 + length])
        at += 4 + length
    return dict(zip(parts[::2], parts[1::2], strict=True))


def pack_sparse(sparse: SparseMap | None) -> bytes | None:
    """Pack the runs of a sparse file as 64-bit little-endian numbers; a file that is all hole is not None."""
    if sparse is None:
        return None
    numbers = array("q", (number for run in sparse for number in run))
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tobytes()


def unpack_sparse(packed: bytes | None) -> SparseMap | None:
    """The reverse of `pack_sparse`."""
    if packed is None:
        return None
    numbers = array("q", packed)
    if sys.byteorder == "big":
        numbers.byteswap()
    return tuple(zip(numbers[::2], numbers[1::2], strict=True))
