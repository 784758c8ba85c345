"""The comparison of two histories, entry by entry."""

from collections.abc import Sequence
from dataclasses import dataclass

from ocitui.image.diff.lines import changed_runs
from ocitui.image.history.instruction import read_instruction
from ocitui.image.history.pairing import HistoryRow
from ocitui.image.merged.changes import Mark


@dataclass(frozen=True, slots=True)
class HistoryPair:
    """An entry of both histories, or of one."""

    mark: Mark
    before: HistoryRow | None
    after: HistoryRow | None
    changed: tuple[str, ...] = ()
    """In what it was modified: ``created``, ``author``, ``comment``, ``created by``."""


def compare_histories(before: Sequence[HistoryRow], after: Sequence[HistoryRow]) -> tuple[HistoryPair, ...]:
    """Line up two histories by what their instructions say; what stands alone in one was added or deleted."""
    old, new = [_said(row) for row in before], [_said(row) for row in after]
    found: list[HistoryPair] = []
    at = other = 0
    for old_from, old_to, new_from, new_to in [*changed_runs(old, new), (len(old), len(old), len(new), len(new))]:
        found += [_pair(*pair) for pair in zip(before[at:old_from], after[other:new_from], strict=True)]
        found += [HistoryPair(Mark.DELETED, row, None) for row in before[old_from:old_to]]
        found += [HistoryPair(Mark.ADDED, None, row) for row in after[new_from:new_to]]
        at, other = old_to, new_to
    return tuple(found)


def _said(row: HistoryRow) -> tuple[str, bool]:
    """The instruction, and whether it made a layer."""
    text = read_instruction(row.entry).text if row.entry is not None else ""
    return text, row.entry is not None and row.entry.empty_layer


def _pair(before: HistoryRow, after: HistoryRow) -> HistoryPair:
    old, new = before.entry, after.entry
    changed: list[str] = []
    if old is not None and new is not None:
        pairs = {
            "created": (old.created, new.created),
            "created by": (old.created_by, new.created_by),
            "author": (old.author, new.author),
            "comment": (old.comment, new.comment),
        }
        changed = [name for name, (one, other) in pairs.items() if one != other]
    elif old is not new:
        changed = ["entry"]
    return HistoryPair(Mark.MODIFIED if changed else Mark.UNCHANGED, before, after, tuple(changed))
