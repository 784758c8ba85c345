"""Layers by their numbers, in words."""

from collections.abc import Sequence
from itertools import pairwise

LAYER_NOUN, BLOB_NOUN = "layer", "blob"
"""The word for a layer, and for what an artifact has instead, which lies over nothing."""

_RUNS = 8
"""Runs of layers that are listed."""


def layers_text(numbers: Sequence[int], noun: str = LAYER_NOUN) -> str:
    """Return layers by their numbers: ``layer 3``, ``layers 1–3, 5``; of many runs, ``150 of layers 1–299``.

    Args:
        numbers: at least one, ascending.
        noun: the word for one of them.
    """
    starts = [numbers[0], *(after for before, after in pairwise(numbers) if after > before + 1)]
    ends = [*(before for before, after in pairwise(numbers) if after > before + 1), numbers[-1]]
    runs = [str(first) if first == last else f"{first}–{last}" for first, last in zip(starts, ends, strict=True)]
    if len(runs) > _RUNS:
        return f"{len(numbers)} of {noun}s {numbers[0]}–{numbers[-1]}"
    return f"{noun}{'' if len(numbers) == 1 else 's'} {', '.join(runs)}"
