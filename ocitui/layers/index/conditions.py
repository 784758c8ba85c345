"""Conditions on entries of an index other than their names: each is a piece of SQL with its values."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Literal

from ocitui.layers.entry import EntryKind
from ocitui.layers.extras import packed_name
from ocitui.layers.index import schema

Comparison = Literal["<", "<=", "=", ">=", ">"]
_LINKS_AND_WHITEOUTS = (EntryKind.SYMLINK, EntryKind.WHITEOUT, EntryKind.OPAQUE)


@dataclass(frozen=True, slots=True)
class Condition:
    """Holds for some entries and not for others."""

    sql: str
    values: tuple[int | bytes, ...] = ()

    def __invert__(self) -> "Condition":
        """Return the condition that holds for all others."""
        return Condition(f"NOT ({self.sql})", self.values)

    def __and__(self, other: "Condition") -> "Condition":
        """Return the condition that holds where both do."""
        if ANYTHING in (self, other):
            return other if self == ANYTHING else self
        return Condition(f"({self.sql}) AND ({other.sql})", self.values + other.values)


ANYTHING = Condition("TRUE")


def size(comparison: Comparison, wanted: int) -> Condition:
    """Regular files of a size in bytes."""
    return Condition(f"kind = {int(EntryKind.FILE)} AND size {comparison} ?", (_clamp(wanted),))


def kinds(wanted: Collection[EntryKind]) -> Condition:
    """Entries of these kinds."""
    return Condition(f"kind IN ({', '.join(str(int(kind)) for kind in wanted)})")


def within(directories: Iterable[int]) -> Condition:
    """Entries right in one of these directories."""
    return Condition(f"parent IN ({', '.join(map(str, directories))})")


def mode_masked(mask: int, bits: int) -> Condition:
    """Exactly these of the permission bits in ``mask``.

    Symbolic links, whiteouts and implied directories have none that mean anything.
    """
    without = ", ".join(str(int(kind)) for kind in _LINKS_AND_WHITEOUTS)
    return Condition(f"NOT flags & {schema.IMPLIED} AND kind NOT IN ({without}) AND mode & ? = ?", (mask, bits))


def uid(comparison: Comparison, wanted: int) -> Condition:
    """A user."""
    return Condition(f"NOT flags & {schema.IMPLIED} AND uid {comparison} ?", (_clamp(wanted),))


def gid(comparison: Comparison, wanted: int) -> Condition:
    """A group."""
    return Condition(f"NOT flags & {schema.IMPLIED} AND gid {comparison} ?", (_clamp(wanted),))


def has_xattr(name: bytes) -> Condition:
    """Entries with an extended attribute of this name."""
    held = "SELECT 1 FROM extra WHERE extra.entry = entry.id AND instr(extra.xattrs, ?)"
    return Condition(f"flags & {schema.HAS_EXTRA} AND EXISTS ({held})", (packed_name(name),))


def either(conditions: Iterable[Condition]) -> Condition:
    """Return the condition that holds where any does."""
    all_of_them = list(conditions)
    sql = " OR ".join(f"({condition.sql})" for condition in all_of_them)
    return Condition(sql, tuple(value for condition in all_of_them for value in condition.values))


def _clamp(number: int) -> int:
    """Return the nearest number that SQLite can hold; no entry has more."""
    return max(-(2**63), min(number, 2**63 - 1))
