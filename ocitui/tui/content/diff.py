"""What two texts have in common, line by line. Can run in a process of its own: see `ocitui.tui.content.apart`."""

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

CONTEXT = 3
"""Lines around a change that are shown with it."""

Change = tuple[int, int, int, int]
"""Lines ``[0]`` to ``[1]`` of one text became lines ``[2]`` to ``[3]`` of the other; they differ, or one is none."""


@dataclass(frozen=True, slots=True)
class DiffLine:
    """One line of a hunk."""

    mark: str
    """``+`` added, ``-`` removed, a blank where it is in both."""
    before: int | None
    """Its number (from 0) in the first text."""
    after: int | None
    """Its number (from 0) in the second text."""


@dataclass(frozen=True, slots=True)
class Hunk:
    """Changes that are near each other, with some lines around them."""

    before: range
    """Lines of the first text."""
    after: range
    """Lines of the second text."""
    lines: tuple[DiffLine, ...]


def split_lines(text: str) -> list[str]:
    """The lines of a text, each with its line feed, which the last one may lack."""
    *lines, rest = text.split("\n")
    return [f"{line}\n" for line in lines] + ([rest] if rest else [])


def compare_lines(before: Sequence[str], after: Sequence[str]) -> list[Change]:
    """What changed between two texts. May take long where they are large and unlike each other."""
    from difflib import SequenceMatcher

    head, tail = common_ends(before, after)
    first, second = before[head : len(before) - tail], after[head : len(after) - tail]
    matcher = SequenceMatcher(None, first, second, autojunk=len(first) + len(second) > 2000)
    return [(head + a, head + b, head + c, head + d) for kind, a, b, c, d in matcher.get_opcodes() if kind != "equal"]


def replace_all(before: Sequence[str], after: Sequence[str]) -> list[Change]:
    """A comparison that takes no time: everything between the first and the last difference was replaced."""
    head, tail = common_ends(before, after)
    change = (head, len(before) - tail, head, len(after) - tail)
    return [change] if change[0] < change[1] or change[2] < change[3] else []


def common_ends(before: Sequence[str], after: Sequence[str]) -> tuple[int, int]:
    """How many lines are alike at the beginning and, of the rest, at the end."""
    shorter = min(len(before), len(after))
    head = next((at for at in range(shorter) if before[at] != after[at]), shorter)
    tail = next((at for at in range(shorter - head) if before[-1 - at] != after[-1 - at]), shorter - head)
    return head, tail


def hunks(changes: Sequence[Change], before_count: int, after_count: int) -> Iterator[Hunk]:
    """Changes with the lines around them; those that are near each other together.

    Args:
        changes: in order, and never touching.
        before_count: lines of the first text.
        after_count: lines of the second text.
    """
    group: list[Change] = []
    for change in changes:
        if group and change[0] - group[-1][1] > 2 * CONTEXT:
            yield _hunk(group, before_count, after_count)
            group = []
        group.append(change)
    if group:
        yield _hunk(group, before_count, after_count)


def _hunk(group: Sequence[Change], before_count: int, after_count: int) -> Hunk:
    lead = min(CONTEXT, group[0][0], group[0][2])
    trail = min(CONTEXT, before_count - group[-1][1], after_count - group[-1][3])
    first, second = group[0][0] - lead, group[0][2] - lead
    lines: list[DiffLine] = []
    left, right = first, second
    for begin, end, new_begin, new_end in [*group, (group[-1][1] + trail, group[-1][1] + trail, 0, 0)]:
        shared = begin - left
        lines += [DiffLine(" ", left + at, right + at) for at in range(shared)]
        right += shared
        lines += [DiffLine("-", at, None) for at in range(begin, end)]
        lines += [DiffLine("+", None, at) for at in range(new_begin, new_end)]
        left, right = end, max(right, new_end)
    return Hunk(range(first, left), range(second, right), tuple(lines))


def main(before_size: str) -> int:
    """Read two texts on standard input, the first of so many bytes, and write what changed as JSON."""
    data = sys.stdin.buffer.read()
    cut = int(before_size)
    texts = [split_lines(part.decode("utf-8", "surrogatepass")) for part in (data[:cut], data[cut:])]
    json.dump(compare_lines(*texts), sys.stdout)
    return 0
