"""What changed between two texts, in lines, in a time that has a limit."""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import count, takewhile

CONTEXT = 3
"""Lines shown around each change, as ``diff -u`` has it."""

_WORK = 30_000_000
"""Pairs of lines up to which the shortest way is looked for; beyond it all old lines stand before all new ones."""


@dataclass(frozen=True, slots=True)
class Hunk:
    """Changes that are near each other, with the lines around them."""

    before: tuple[int, int]
    """The first line of the old text, from 1, and how many."""
    after: tuple[int, int]
    """The same of the new text."""
    lines: tuple[tuple[str, bytes], ...]
    """Each with a blank, ``-`` or ``+``; a line has its line break, but for the last of a text without one."""

    @property
    def title(self) -> str:
        """The line that begins it: ``@@ -1,3 +1,4 @@``."""
        return f"@@ -{_range(*self.before)} +{_range(*self.after)} @@"


def diff_lines(before: bytes, after: bytes, context: int = CONTEXT) -> Iterator[Hunk]:
    """The changes between two texts.

    Args:
        before: the old one.
        after: the new one.
        context: lines around each change.
    """
    old, new = _lines(before), _lines(after)
    for group in _grouped(changed_runs(old, new), len(old), len(new), context):
        start, end = group[0], group[-1]
        lines: list[tuple[str, bytes]] = []
        at = start[0] - min(context, start[0], start[2])
        new_at = start[2] - (start[0] - at)
        first, new_first = at, new_at
        for old_from, old_to, new_from, new_to in group:
            lines += [(" ", line) for line in old[at:old_from]]
            lines += [("-", line) for line in old[old_from:old_to]]
            lines += [("+", line) for line in new[new_from:new_to]]
            at = old_to
        last = min(end[1] + context, len(old))
        lines += [(" ", line) for line in old[at:last]]
        new_last = end[3] + last - end[1]
        yield Hunk(_place(first, last), _place(new_first, new_last), tuple(lines))


def _lines(text: bytes) -> list[bytes]:
    *whole, rest = text.split(b"\n")
    return [line + b"\n" for line in whole] + ([rest] if rest else [])


Run = tuple[int, int, int, int]
"""Which old lines became which new ones: from, to, from, to."""


def changed_runs(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[Run]:
    """What changed between two sequences, lines or others; what is between the runs is the same in both."""
    shorter = min(len(old), len(new))
    start = sum(1 for _ in takewhile(lambda n: n < shorter and old[n] == new[n], count()))
    left = shorter - start
    end = sum(1 for _ in takewhile(lambda n: n < left and old[-1 - n] == new[-1 - n], count()))
    middle, other = old[start : len(old) - end], new[start : len(new) - end]
    if not middle and not other:
        return []
    if len(middle) * len(other) > _WORK:
        return [(start, start + len(middle), start, start + len(other))]
    matcher = SequenceMatcher(None, middle, other, autojunk=len(middle) * len(other) > _WORK // 100)
    found = []
    for tag, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        if tag != "equal":
            found.append((start + old_from, start + old_to, start + new_from, start + new_to))
    return found


def _grouped(changes: list[Run], old: int, new: int, context: int) -> Iterator[list[Run]]:
    group: list[Run] = []
    for change in changes:
        if group and change[0] - group[-1][1] > 2 * context:
            yield group
            group = []
        group.append(change)
    if group:
        yield group


def _place(start: int, end: int) -> tuple[int, int]:
    """A range as a hunk has it: an empty one is named by the line before it."""
    return (start + 1 if end > start else start), end - start


def _range(start: int, length: int) -> str:
    return str(start) if length == 1 else f"{start},{length}"
