"""The entries that made a layer: its own, or those before it that claim to have made none.

buildah makes one layer of a stage unless it is told ``--layers``, and marks as empty all
entries of it but the last, whatever that is.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from ocitui.image.history.origin import Certainty, Origin, Reason, certain, of_several
from ocitui.image.history.step import MAKERS, METADATA, Step, Writer, read_step
from ocitui.spec.history import HistoryEntry

_FOREIGN = frozenset({Writer.BUILDKIT, Writer.FILLER, Writer.CLASSIC, Writer.OTHER})
_IMAGE_ID = re.compile(r"[0-9a-f]{12}")
_STEP_BEFORE = re.compile(r"[0-9a-f]{12,64}")
"""A base as buildah names it with ``--layers``: the image that the step before made, which nobody has."""


def stage_origin(steps: Sequence[Step], owner: int, lowest: int) -> Origin:
    """Tell what made the layer of an entry, on any system but Windows.

    Args:
        steps: the whole history.
        owner: the place of the entry, which says that it made a layer.
        lowest: the place after the entry before it that says so.
    """
    step = steps[owner]
    if step.is_squash:
        return _of_makers(steps, lowest, owner, Reason.SQUASHED)
    if step.writer in _FOREIGN:
        if step.writer is not Writer.FILLER and step.keyword in METADATA:
            return _of_makers(steps, lowest, owner, Reason.ONE_LAYER)
        return certain(owner)
    start = _start(steps, owner, lowest)
    if step.keyword in METADATA:
        return _of_makers(steps, start, owner, Reason.ONE_LAYER)
    made = _makers(steps, start, owner)
    if made and _is_one_layer(steps, start, owner):
        return of_several((*made, owner), Reason.ONE_LAYER)
    return certain(owner)


def squashed_origin(steps: Sequence[Step], owner: int, origin: Origin) -> Origin:
    """Tell of the lowest layer whether it holds the files of a base too: buildah drops the base's entries then.

    Args:
        steps: the whole history.
        owner: the place of the first entry that says it made a layer.
        origin: what made the layer of that entry, without the base.
    """
    start = _start(steps, owner, 0)
    base = _base(steps, start, owner)
    if start or not base:
        return origin
    # With --layers each step but the first names the one before it; from scratch that has no files.
    may_be_step = owner == 1 and _IMAGE_ID.fullmatch(base) is not None
    reason = Reason.MAY_BE_SQUASHED if may_be_step else Reason.SQUASHED
    if origin.certainty is Certainty.UNKNOWN:
        return replace(origin, reason=reason, base=base)
    return of_several(origin.candidates, reason, base)


def first_base(steps: Sequence[Step], owner: int) -> str:
    """Return the name of the base on which the first layer of the history was built; empty where that is not said.

    Args:
        steps: the whole history.
        owner: the place of the first entry that says it made a layer.
    """
    bases = [step.base for step in steps[: owner + 1] if step.base]
    return bases[0] if bases and _IMAGE_ID.fullmatch(bases[0]) is None else ""


def named_bases(history: Sequence[HistoryEntry]) -> dict[int, str]:
    """Return the bases that a history names, each by the place of the first entry of what was built on it."""
    steps = [read_step(entry) for entry in history]
    bases: dict[int, str] = {}
    lowest = 0
    for place, step in enumerate(steps):
        if step.base and not _STEP_BEFORE.fullmatch(step.base):
            # Only an entry with a layer can be the last one of a stage.
            bases[place if step.entry.empty_layer else _start(steps, place, lowest)] = step.base
        if not step.entry.empty_layer:
            lowest = place + 1
    return bases


def _of_makers(steps: Sequence[Step], start: int, owner: int, reason: Reason) -> Origin:
    """Return the origin of a layer whose entry makes no files: the entries before it that do."""
    made = _makers(steps, start, owner)
    return of_several(made, reason) if made else Origin(Certainty.UNKNOWN, (owner,), Reason.ONLY_METADATA)


def _makers(steps: Sequence[Step], start: int, end: int) -> tuple[int, ...]:
    return tuple(place for place in range(start, end) if steps[place].keyword in MAKERS)


def _start(steps: Sequence[Step], owner: int, lowest: int) -> int:
    """The place of the first entry that may be of the same stage.

    ``FROM`` in the comment stands at the last entry of a stage up to buildah 1.37 and at the
    first from 1.38 on; with ``--layers`` at each.
    """
    start = owner
    while start > lowest:
        before = steps[start - 1]
        is_older = before.is_before_buildah and not steps[owner].is_before_buildah
        if is_older or before.writer in _FOREIGN or (before.base and steps[owner].base):
            break
        start -= 1
        if before.base:
            break
    return start


def _base(steps: Sequence[Step], start: int, owner: int) -> str:
    return next((step.base for step in steps[start : owner + 1] if step.base), "")


def _is_one_layer(steps: Sequence[Step], start: int, owner: int) -> bool:
    """True if entries marked as empty may have made the layer of a later one that makes files itself.

    Docker's classic builder marks truly a ``COPY`` or ``RUN`` that changed nothing.
    """
    if steps[owner].is_before_buildah:
        return False
    is_instruction = steps[owner].keyword in MAKERS - {"VOLUME"}  # else committed by buildah
    from_scratch = start == 0  # only then is there no FROM, but before August 2020
    is_named = bool(_base(steps, start, owner))
    return from_scratch or is_named or not is_instruction or any(s.is_buildah_metadata for s in steps[start:owner])
