"""Entries that BuildKit's exporter adds where a history has fewer entries than layers.

It adds as many as are missing, at the end, whatever layers lack them: with ``n`` layers and
``k`` such entries, the last ``k`` layers are described by them, in order. On a base without a
history the entries of the Dockerfile before them then stand for the top layers, each ``k``
higher than in its place; where a tool patched an image (copa) they stand in their place.
"""

import re
from collections.abc import Sequence
from datetime import timedelta
from enum import Enum

from ocitui.image.history.origin import Certainty, Origin, Reason, certain, of_several, unplaced
from ocitui.image.history.step import Step, Writer, read_step
from ocitui.spec.history import HistoryEntry

_BASE = re.compile(r"from local|pulled from ")
_EXEC = re.compile(r"mount \S+ from exec (.*)\Z", re.DOTALL)
_STEP = re.compile(r"\[[^\]\n]{1,200}\] ((?:ADD|COPY|RUN|WORKDIR)\b.*)\Z", re.DOTALL)
_FILE_MAKERS = frozenset({"ADD", "COPY", "WORKDIR"})
_ONE_BUILD = timedelta(hours=1)


class _Hint(Enum):
    """A hint, from a layer's description, at the entry that would stand for it if all were ``k`` higher."""

    FITS = 1
    SILENT = 0
    CONTRADICTS = -1
    OPEN = None
    """It is the base's, and so must the entry be: which one that is cannot be told."""


def fill_in(steps: Sequence[Step], owners: Sequence[int], origins: Sequence[Origin]) -> list[Origin]:
    """Tell what made each layer, the lowest first, of a history that was filled in.

    Args:
        steps: the whole history.
        owners: places of the entries that say they made a layer, as many as there are layers.
        origins: what made the layer of each, if all stood in their place.
    """
    layers: list[Origin] = []
    at = 0
    was_filled = False
    while at < len(owners):
        end = at
        while end < len(owners) and steps[owners[end]].writer is Writer.FILLER:
            end += 1
        if end == at:
            layers.append(origins[at])
            at += 1
        else:
            layers = _settle(steps, owners[:end], layers, end - at, was_filled)
            at, was_filled = end, True
    return layers


def _settle(
    steps: Sequence[Step], owners: Sequence[int], below: Sequence[Origin], count: int, was_filled: bool
) -> list[Origin]:
    """Return the origins of the layers up to the last of some fillers.

    Args:
        steps: the whole history.
        owners: places of the entries that say they made a layer, the fillers last.
        below: what made the layers of those before the fillers, if they stand in their place.
        count: how many fillers there are.
        was_filled: whether there are fillers among those before.
    """
    known, fillers = len(below), [certain(place) for place in owners[-count:]]
    hints = {_hint(steps, owners, known, count, layer) for layer in range(known, known + count)} if known else set()
    if not known or (_Hint.CONTRADICTS in hints and not hints & {_Hint.FITS, _Hint.OPEN}):
        return [*below, *fillers]
    unsure = [unplaced(below, layer, known + count, Reason.FILLED_IN) for layer in range(known)]
    if was_filled or _Hint.FITS not in hints or hints & {_Hint.OPEN, _Hint.CONTRADICTS}:
        higher = [below[layer - count] if layer >= count else None for layer in range(known, known + count)]
        return [*unsure, *(_of_either(own, filler) for own, filler in zip(higher, fillers, strict=True))]
    top = _count_at_end(steps, owners[:known])
    without = Origin(Certainty.NONE, (), Reason.BASE_WITHOUT_HISTORY)
    low = [without] * known if top == known else unsure
    return [*low, *fillers][: known + count - top] + list(below[known - top :])


def _of_either(own: Origin | None, filler: Origin) -> Origin:
    return of_several((*(own.candidates if own is not None else ()), *filler.candidates), Reason.FILLED_IN)


def _count_at_end(steps: Sequence[Step], owners: Sequence[int]) -> int:
    """Return how many of the last entries are of the Dockerfile that BuildKit built, as far as can be told."""
    count = 0
    while count < len(owners) and _is_of_build(steps[owners[-count - 1]], steps[owners[-1]]):
        count += 1
    return count


def _is_of_build(step: Step, last: Step) -> bool:
    """True if BuildKit wrote an entry, and not for a base that it built on another day."""
    times = step.entry.created, last.entry.created
    is_near = times[0] is None or times[1] is None or abs(times[1] - times[0]) < _ONE_BUILD
    return step.writer is Writer.BUILDKIT and is_near


def _hint(steps: Sequence[Step], owners: Sequence[int], known: int, count: int, layer: int) -> _Hint:
    said = steps[owners[layer]].entry.created_by
    own = steps[owners[layer - count]] if layer >= count else None
    if _BASE.match(said):
        return _Hint.FITS if own is None else _Hint.OPEN
    if own is None:
        return _Hint.SILENT
    if said.startswith("fileop "):
        return _Hint.SILENT if own.keyword in _FILE_MAKERS else _Hint.CONTRADICTS
    if found := _STEP.match(said):
        return _Hint.FITS if _words(found[1]) == _words(f"{own.keyword} {own.arguments}") else _Hint.OPEN
    if found := _EXEC.match(said):
        return _Hint.FITS if own.keyword == "RUN" and _command(found[1]) == own.arguments else _Hint.CONTRADICTS
    return _Hint.SILENT


def _words(instruction: str) -> list[str]:
    """The words of an instruction without its flags, of which an entry has but some."""
    return [word for word in instruction.split() if not word.startswith("--")]


def _command(run: str) -> str:
    """A command without the shell before it, as of the entry of a ``RUN``."""
    return read_step(HistoryEntry(None, f"RUN {run} # buildkit", "", "", False, {}, ())).arguments
