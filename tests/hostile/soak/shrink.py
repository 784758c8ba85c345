"""The shortest steps that still lead to a failure: delta debugging, the same each time.

Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", 2002.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")


def shrink(steps: Sequence[T], fails: Callable[[list[T]], bool]) -> list[T]:
    """Leave out what is not needed.

    Args:
        steps: those that fail.
        fails: whether these steps fail in the same way.

    Returns:
        Steps that fail, and of which none can be left out.
    """
    kept = list(steps)
    size = max(1, len(kept) // 2)
    while kept:
        at, before = 0, len(kept)
        while at < len(kept):
            shorter = kept[:at] + kept[at + size :]
            if fails(shorter):
                kept = shorter
            else:
                at += size
        if size == 1 and len(kept) == before:
            break
        if len(kept) == before or size > len(kept):
            size = max(1, size // 2)
    return kept
