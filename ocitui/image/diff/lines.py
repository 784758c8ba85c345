"""The changes between two texts, in lines. Can run in a process of its own: see `main`."""

import json
import sys
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import count, takewhile

CONTEXT = 3
"""Lines shown around each change, as ``diff -u`` has it."""

_WORK = 30_000_000
"""Pairs of lines up to which the shortest way is searched for; beyond it all old lines stand before all new ones."""

Run = tuple[int, int, int, int]
"""Lines ``[0]`` to ``[1]`` of one text became lines ``[2]`` to ``[3]`` of the other; they differ, or one is none."""


@dataclass(frozen=True, slots=True)
class DiffLine:
    """One line of a hunk."""

    sign: str
    """``+`` added, ``-`` removed, a blank where it is in both."""
    before: int | None
    """Its number, from 0, in the first text."""
    after: int | None
    """Its number, from 0, in the second text."""

    def of(self, before: Sequence[bytes], after: Sequence[bytes]) -> bytes:
        """Return the line itself out of the lines of both texts."""
        return before[self.before] if self.before is not None else after[self.after or 0]


@dataclass(frozen=True, slots=True)
class Hunk:
    """Changes that are near each other, with the lines around them."""

    before: range
    """Lines of the first text."""
    after: range
    """Lines of the second text."""
    lines: tuple[DiffLine, ...]

    @property
    def title(self) -> str:
        """The line that begins it in a unified diff: ``@@ -1,3 +1,4 @@``."""
        return f"@@ -{_place(self.before)} +{_place(self.after)} @@"


def split_lines(data: bytes) -> list[bytes]:
    """Return the lines of a text, each with its line feed, which the last one may lack."""
    *whole, rest = data.split(b"\n")
    return [line + b"\n" for line in whole] + ([rest] if rest else [])


def changed_runs(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[Run]:
    """Return what changed between two sequences; what is between the runs is the same in both."""
    run = replaced_run(old, new)
    if run is None:
        return []
    start, old_end, _, new_end = run
    middle, other = old[start:old_end], new[start:new_end]
    if len(middle) * len(other) > _WORK:
        return [run]
    matcher = SequenceMatcher(None, middle, other, autojunk=len(middle) * len(other) > _WORK // 100)
    return [
        (start + old_from, start + old_to, start + new_from, start + new_to)
        for tag, old_from, old_to, new_from, new_to in matcher.get_opcodes()
        if tag != "equal"
    ]


def replaced_run(old: Sequence[Hashable], new: Sequence[Hashable]) -> Run | None:
    """Return everything between the first and the last difference as one run, which takes no time; None for none."""
    shorter = min(len(old), len(new))
    start = sum(1 for _ in takewhile(lambda at: at < shorter and old[at] == new[at], count()))
    left = shorter - start
    end = sum(1 for _ in takewhile(lambda at: at < left and old[-1 - at] == new[-1 - at], count()))
    run = (start, len(old) - end, start, len(new) - end)
    return run if run[0] < run[1] or run[2] < run[3] else None


def hunks(runs: Sequence[Run], old: int, new: int, context: int = CONTEXT) -> Iterator[Hunk]:
    """Put changes together that are near each other, with the lines around them.

    Args:
        runs: in order, and never touching.
        old: lines of the first text.
        new: lines of the second text.
        context: lines around each change.
    """
    group: list[Run] = []
    for run in runs:
        if group and run[0] - group[-1][1] > 2 * context:
            yield _hunk(group, old, new, context)
            group = []
        group.append(run)
    if group:
        yield _hunk(group, old, new, context)


def _hunk(group: Sequence[Run], old: int, new: int, context: int) -> Hunk:
    lead = min(context, group[0][0], group[0][2])
    trail = min(context, old - group[-1][1], new - group[-1][3])
    first, second = group[0][0] - lead, group[0][2] - lead
    lines: list[DiffLine] = []
    left, right = first, second
    end = group[-1][1] + trail
    for old_from, old_to, new_from, new_to in [*group, (end, end, 0, 0)]:
        shared = old_from - left
        lines += [DiffLine(" ", left + at, right + at) for at in range(shared)]
        right += shared
        lines += [DiffLine("-", at, None) for at in range(old_from, old_to)]
        lines += [DiffLine("+", None, at) for at in range(new_from, new_to)]
        left, right = old_to, max(right, new_to)
    return Hunk(range(first, left), range(second, right), tuple(lines))


def _place(lines: range) -> str:
    """A range as a unified diff has it: an empty one is named by the line before it."""
    start = lines.start + 1 if lines else lines.start
    return str(start) if len(lines) == 1 else f"{start},{len(lines)}"


def main(before_size: str) -> int:
    """Read two texts on standard input, the first of a given number of bytes, and write what changed as JSON."""
    data = sys.stdin.buffer.read()
    cut = int(before_size)
    json.dump(changed_runs(split_lines(data[:cut]), split_lines(data[cut:])), sys.stdout)
    return 0
