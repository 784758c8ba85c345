"""The filters of a query: ``size>10M``, ``type:link``, ``mode:u+s``, and how each is read."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from ocitui.display import format_count, quote
from ocitui.errors import UsageError
from ocitui.image.attributes import CAPABILITY
from ocitui.layers.entry import EntryKind
from ocitui.layers.index import conditions
from ocitui.layers.index.conditions import Comparison, Condition


class Status(Enum):
    """The effect of layers on an entry. The value is the word that is typed."""

    ADDED = "added"
    MODIFIED = "modified"
    UNCHANGED = "unchanged"
    DELETED = "deleted"
    """A later layer deleted it, and it is shipped all the same."""
    REPLACED = "replaced"
    """A later layer has something else at its path, and it is shipped all the same."""


@dataclass(frozen=True, slots=True)
class ConditionFilter:
    """Something that one entry of an index tells by itself."""

    words: str
    condition: Condition
    """The condition that is asked for, or that must not hold."""
    of_inode: Condition | None
    """The part of it that counts for the file that a hard link is another name of; None where none does."""
    is_negated: bool = False

    @property
    def whole(self) -> Condition:
        """The condition that entries must meet."""
        return ~self.condition if self.is_negated else self.condition


@dataclass(frozen=True, slots=True)
class LayerFilter:
    """Only some layers."""

    words: str
    ranges: tuple[tuple[int, int], ...]
    """First and last numbers."""
    is_negated: bool

    def allows(self, number: int) -> bool:
        """True if a layer is searched."""
        return any(first <= number <= last for first, last in self.ranges) is not self.is_negated


@dataclass(frozen=True, slots=True)
class StatusFilter:
    """Only entries that layers did certain things to."""

    words: str
    wanted: frozenset[Status]
    is_negated: bool

    def allows(self, found: frozenset[Status]) -> bool:
        """True if an entry of these statuses is wanted."""
        return bool(self.wanted & found) is not self.is_negated


Filter = ConditionFilter | LayerFilter | StatusFilter

LAST_LAYER = 1 << 31
_UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}
_UNITS |= {f"{letter}i": 1 << (10 * power) for power, letter in enumerate("kmgt", 1)}
_SIZE = re.compile(r"(\d{1,18}(?:\.\d{1,18})?)\s*([kmgt]i?)?b?", re.IGNORECASE)
_NUMBER = re.compile(r"\d{1,18}")
_RANGE = re.compile(r"(\d{0,9})(-?)(\d{0,9})")
_SYMBOLIC = re.compile(r"([ugoa]*)([+=-])([rwxst]*)")
_SPECIAL = {"setuid": 0o4000, "setgid": 0o2000, "sticky": 0o1000}
_CAPABILITY = "capability"
_KINDS: dict[str, tuple[EntryKind, ...]] = {
    "file": (EntryKind.FILE,),
    "dir": (EntryKind.DIRECTORY,),
    "link": (EntryKind.SYMLINK, EntryKind.HARDLINK),
    "symlink": (EntryKind.SYMLINK,),
    "hardlink": (EntryKind.HARDLINK,),
    "device": (EntryKind.CHARACTER_DEVICE, EntryKind.BLOCK_DEVICE),
    "fifo": (EntryKind.FIFO,),
    "whiteout": (EntryKind.WHITEOUT, EntryKind.OPAQUE),
    "opaque": (EntryKind.OPAQUE,),
}
_STATUSES = {status.value: frozenset({status}) for status in Status} | {
    "shipped": frozenset({Status.DELETED, Status.REPLACED})
}
_COMPARED = {"<": "less than", "<=": "at most", "=": "of", ">=": "at least", ">": "more than"}


def read_filter(key: str, comparison: Comparison, value: str, is_negated: bool) -> Filter:
    """Read one filter.

    Args:
        key: one of `KEYS`.
        comparison: the sign after it; ``=`` for a colon.
        value: what follows.
        is_negated: whether it must not hold.

    Raises:
        UsageError: the value is not what the key takes.
    """
    if comparison != "=" and key not in _COMPARABLE:
        raise UsageError(f"{key} cannot be compared: write {key}:VALUE, not {quote(f'{key}{comparison}{value}')}")
    found = KEYS[key](comparison, value)
    if not is_negated:
        return found
    match found:
        case ConditionFilter(words, condition, of_inode):
            return ConditionFilter(f"not {words}", condition, of_inode, True)
        case LayerFilter(words, ranges):
            return LayerFilter(f"not {words}", ranges, True)
        case StatusFilter(words, wanted):
            return StatusFilter(f"not {words}", wanted, True)


def _size(comparison: Comparison, value: str) -> Filter:
    found = _SIZE.fullmatch(value)
    if found is None:
        raise _unexpected("size", comparison, "a number of bytes such as 4k, 10M or 1.5Gi", value)
    whole, _, fraction = found[1].partition(".")
    unit = _UNITS[(found[2] or "").lower()]
    size = int(whole) * unit + (int(fraction) * unit // 10 ** len(fraction) if fraction else 0)
    words = f"files of {format_count(size)} B" if comparison == "=" else f"files of {_COMPARED[comparison]} "
    words += "" if comparison == "=" else f"{format_count(size)} B"
    return ConditionFilter(words, conditions.size(comparison, size), None)


def _type(comparison: Comparison, value: str) -> Filter:
    wanted: list[Condition] = []
    of_inode: list[Condition] = []
    for word in re.split(r"[,|]", value):
        if word in _SPECIAL:
            of_inode.append(conditions.mode_masked(_SPECIAL[word], _SPECIAL[word]))
        elif word == _CAPABILITY:
            of_inode.append(conditions.has_xattr(CAPABILITY))
        elif word in _KINDS:
            wanted.append(conditions.kinds(_KINDS[word]))
        else:
            raise _unexpected("type", comparison, f"one of {', '.join([*_KINDS, *_SPECIAL, _CAPABILITY])}", word)
    return ConditionFilter(
        f"of type {' or '.join(re.split(r'[,|]', value))}",
        conditions.either(wanted + of_inode),
        conditions.either(of_inode) if of_inode else None,
    )


def _layer(comparison: Comparison, value: str) -> Filter:
    ranges = []
    for part in value.split(","):
        found = _RANGE.fullmatch(part)
        if found is None or not (found[1] or found[3]):
            raise _unexpected("layer", comparison, "numbers such as 3, 2-5 or 4-", value)
        first = int(found[1] or 1)
        last = first if not found[2] else int(found[3] or LAST_LAYER)
        ranges.append((first, last))
    return LayerFilter(f"in layer {value}", tuple(ranges), False)


def _status(comparison: Comparison, value: str) -> Filter:
    words = re.split(r"[,|]", value)
    for word in words:
        if word not in _STATUSES:
            raise _unexpected("status", comparison, f"one of {', '.join(_STATUSES)}", word)
    return StatusFilter(" or ".join(words), frozenset().union(*(_STATUSES[word] for word in words)), False)


def _mode(comparison: Comparison, value: str) -> Filter:
    found = re.fullmatch(r"([-/]?)0*([0-7]{1,4})", value)
    if found is not None:
        bits = int(found[2], 8)
        match found[1]:
            case "-":
                return _of_inode(f"mode with all of {bits:04o}", conditions.mode_masked(bits, bits))
            case "/":
                return _of_inode(f"mode with any of {bits:04o}", ~conditions.mode_masked(bits, 0))
        return _of_inode(f"mode {bits:04o}", conditions.mode_masked(0o7777, bits))
    condition = conditions.ANYTHING
    for part in value.split(","):
        symbolic = _SYMBOLIC.fullmatch(part)
        if symbolic is None or not (symbolic[3] or symbolic[2] == "="):
            raise _unexpected("mode", comparison, "4755, -4000 (all of), /6000 (any of) or u+s,o-w", value)
        mask, bits = _symbolic_bits(symbolic[1] or "a", symbolic[3])
        match symbolic[2]:
            case "+":
                condition &= conditions.mode_masked(bits, bits)
            case "-":
                condition &= conditions.mode_masked(bits, 0)
            case _:
                condition &= conditions.mode_masked(mask, bits)
    return _of_inode(f"mode {value}", condition)


def _symbolic_bits(classes: str, letters: str) -> tuple[int, int]:
    """The bits that classes of users have, and those of them that letters name, as ``chmod`` reads both."""
    mask = bits = 0
    for name, shift, special in (("u", 6, 0o4000), ("g", 3, 0o2000), ("o", 0, 0o1000)):
        if name not in classes and "a" not in classes:
            continue
        mask |= 7 << shift | special
        bits |= sum(value << shift for letter, value in (("r", 4), ("w", 2), ("x", 1)) if letter in letters)
        if "s" in letters and name != "o":
            bits |= special
    return mask, bits | (0o1000 if "t" in letters else 0)


def _uid(comparison: Comparison, value: str) -> Filter:
    return _of_inode(f"uid {comparison} {value}", conditions.uid(comparison, _number("uid", comparison, value)))


def _gid(comparison: Comparison, value: str) -> Filter:
    return _of_inode(f"gid {comparison} {value}", conditions.gid(comparison, _number("gid", comparison, value)))


def _owner(comparison: Comparison, value: str) -> Filter:
    user, colon, group = value.partition(":")
    if not _NUMBER.fullmatch(user) or (colon and not _NUMBER.fullmatch(group)):
        raise _unexpected("owner", comparison, "UID or UID:GID", value)
    condition = conditions.uid("=", int(user))
    return _of_inode(f"owner {value}", condition & conditions.gid("=", int(group)) if colon else condition)


def _of_inode(words: str, condition: Condition) -> ConditionFilter:
    """Return the filter of what all names of a file have in common."""
    return ConditionFilter(words, condition, condition)


def _number(key: str, comparison: Comparison, value: str) -> int:
    if not _NUMBER.fullmatch(value):
        raise _unexpected(key, comparison, "a number", value)
    return int(value)


def _unexpected(key: str, comparison: Comparison, expected: str, found: str) -> UsageError:
    sign = ":" if comparison == "=" else comparison
    return UsageError(f"{key}{sign} takes {expected}{f', not {quote(found)}' if found else ''}")


KEYS: dict[str, Callable[[Comparison, str], Filter]] = {
    "size": _size,
    "type": _type,
    "layer": _layer,
    "status": _status,
    "mode": _mode,
    "uid": _uid,
    "gid": _gid,
    "owner": _owner,
}
"""The keys that stand before ``:`` or a comparison, each with the reader of the rest."""

_COMPARABLE = {"size", "uid", "gid"}
