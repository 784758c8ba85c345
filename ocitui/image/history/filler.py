"""Entries that BuildKit's exporter adds where a history has fewer entries than layers.

It adds as many as are missing, at the end, whatever layers lack them: with ``n`` layers and
``k`` such entries, the last ``k`` layers are described by them, in order. On a base without a
history the entries of the Dockerfile before them then stand for the top layers, each ``k``
higher than in its place; where a tool patched an image (copa) they stand in their place.
"""

import re
from collections.abc import Sequence
from enum import Enum

from ocitui.image.history.origin import Certainty, Origin, Reason, certain, of_several, unplaced
from ocitui.image.history.step import Step, Writer, read_step
from ocitui.spec.history import HistoryEntry

_BASE = re.compile(r"from local|pulled from ")
_EXEC = re.compile(r"mount \S+ from exec (.*)\Z", re.DOTALL)
_STEP = re.compile(r"\[[^\]\n]{1,200}\] ((?:ADD|COPY|RUN|WORKDIR)\b.*)\Z", re.DOTALL)
_FILE_MAKERS = frozenset({"ADD", "COPY", "WORKDIR"})


class _Hint(Enum):
    """What the description of a layer says of the entry that would stand for it if all were ``k`` higher."""

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
    """What made the layers up to the last of some fillers.

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
        both = []
        for layer, filler in enumerate(fillers, known):
            own = below[layer - count].candidates if layer >= count and not was_filled else ()
            both.append(of_several((*own, *filler.candidates), Reason.FILLED_IN))
        return [*unsure, *both]
    own = 0
    while own < known and steps[owners[known - own - 1]].writer is Writer.BUILDKIT:
        own += 1
    without = Origin(Certainty.NONE, (), Reason.BASE_WITHOUT_HISTORY)
    low = [without] * known if own == known else unsure
    return [*low, *fillers][: known + count - own] + list(below[known - own :])


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
