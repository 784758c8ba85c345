"""What several layers make of one folder.

Implements image-spec, Image Layer Filesystem Changeset: Applying Changesets, Whiteouts,
Opaque Whiteout; where the text is silent, as ``umoci unpack`` does it. The order of
entries within a layer does not matter here: a whiteout hides what the layers below have,
wherever it stands.
"""

from collections.abc import Callable, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from ocitui.image.merged.layer import MergedLayer
from ocitui.image.merged.spans import WHOLE, Span
from ocitui.layers.entry import EntryKind
from ocitui.layers.index.plain_row import WHITEOUT_KINDS, PlainRow
from ocitui.layers.index.schema import IMPLIED
from ocitui.layers.pathnames import WHITEOUT_PREFIX

Part = tuple[MergedLayer, int]
"""A directory of one layer, by its id; 0 where the layer reaches the folder through a link only."""

Parts = Sequence[Part]
"""The directories that make up one folder of the merged tree, the lowest layer first."""


class Slot(NamedTuple):
    """What has one name in one folder."""

    layer: int
    """Number of the layer that describes it. For a directory the topmost that names it explicitly."""
    row: PlainRow
    parts: list[Part] | None
    """For a directory, what makes up its contents."""
    bound: int
    """Bytes of a file; of a directory what is below it, if no layer hid or replaced anything there."""


Slots = dict[bytes, Slot]
"""A folder of the merged tree, by name."""


def merge(folder: bytes, parts: Parts, names: tuple[bytes, ...] = (), span: Span = WHOLE) -> Slots:
    """Put the layers of a folder over each other.

    Args:
        folder: its path.
        parts: what makes it up.
        names: only these; a folder's opaque whiteouts must then be named too.
        span: only names in it, where none are named.
    """
    return _merge({}, folder, parts, names, span, _append)


def merge_further(
    folder: bytes, parts: Parts, names: tuple[bytes, ...] = (), span: Span = WHOLE, *, before: Parts, slots: Slots
) -> Slots:
    """The same as `merge`, where it is known what other parts came to.

    Args:
        folder: its path.
        parts: what makes it up.
        names: only these, as for ``slots``.
        span: only names in it, as for ``slots``.
        before: perhaps the first of the parts, up to the end of a layer; then only the others are read.
        slots: what those came to; it stays as it is.
    """
    done = len(before)
    is_known = done > 0 and parts[:done] == before
    if not is_known or (done < len(parts) and parts[done][0] is before[-1][0]):
        return merge(folder, parts, names, span)
    return _merge(dict(slots), folder, parts[done:], names, span, _appended)


def _merge(
    slots: Slots,
    folder: bytes,
    parts: Parts,
    names: tuple[bytes, ...],
    span: Span,
    add: Callable[[list[Part], Part], list[Part]],
) -> Slots:
    for layer, group in groupby(parts, itemgetter(0)):
        rows = layer.rows(folder, [directory for _, directory in group], names, span)
        _apply(slots, layer, folder, rows, add)
    return slots


def _append(parts: list[Part], part: Part) -> list[Part]:
    parts.append(part)
    return parts


def _appended(parts: list[Part], part: Part) -> list[Part]:
    return [*parts, part]


def _apply(
    slots: Slots,
    layer: MergedLayer,
    folder: bytes,
    rows: Sequence[PlainRow],
    add: Callable[[list[Part], Part], list[Part]],
) -> None:
    hide(slots, rows)
    number, has_superseded = layer.number, layer.has_superseded
    for row in rows:
        name, directory = row.name, row.directory
        if directory is None:
            if row.kind not in WHITEOUT_KINDS and name[:4] != WHITEOUT_PREFIX:
                slots[name] = Slot(number, row, None, row.size)
            continue
        lower = slots.get(name)
        if lower is not None and lower.parts is not None and not (has_superseded and layer.is_fresh(row)):
            shown, described = (lower.layer, lower.row) if row.flags & IMPLIED else (number, row)
            parts = add(lower.parts, (layer, directory))
            slots[name] = Slot(shown, described, parts, lower.bound + (row.below_bytes or 0))
        elif name[:4] != WHITEOUT_PREFIX and layer.makes_directory(folder, row):
            slots[name] = Slot(number, row, [(layer, directory)], row.below_bytes or 0)


def hide(slots: dict[bytes, Any], rows: Sequence[PlainRow]) -> None:
    """Take away what the whiteouts among a layer's rows hide."""
    if not slots:
        return
    for row in rows:
        if row.kind in WHITEOUT_KINDS:
            if row.kind == EntryKind.OPAQUE:
                slots.clear()
                return
            slots.pop(row.name, None)
