"""What several layers make of one folder.

Implements image-spec, Image Layer Filesystem Changeset: Applying Changesets, Whiteouts,
Opaque Whiteout; where the text is silent, as ``umoci unpack`` does it. The order of
entries within a layer does not matter here: a whiteout hides what the layers below have,
wherever it stands.
"""

from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from ocitui.image.merged_layer import MergedLayer
from ocitui.layers.entry import EntryKind
from ocitui.layers.pathnames import WHITEOUT_PREFIX
from ocitui.layers.plain_row import PlainRow

Part = tuple[MergedLayer, int]
"""A directory of one layer, by its id; 0 where the layer reaches the folder through a link only."""

Parts = tuple[Part, ...]
"""The directories that make up one folder of the merged tree, the lowest layer first."""


class Slot(NamedTuple):
    """What has one name in one folder."""

    layer: int
    """Number of the layer that describes it. For a directory the topmost that names it explicitly."""
    row: PlainRow
    parts: Parts | None
    """For a directory, what makes up its contents."""
    bound: int
    """Bytes of a file; of a directory what is below it, if no layer hid or replaced anything there."""


Slots = dict[bytes, Slot]
"""A folder of the merged tree, by name."""


def merge(folder: bytes, parts: Parts, names: tuple[bytes, ...] = ()) -> Slots:
    """Put the layers of a folder over each other.

    Args:
        folder: its path.
        parts: what makes it up.
        names: only these; a folder's opaque whiteouts must then be named too.
    """
    slots: Slots = {}
    for layer, group in groupby(parts, itemgetter(0)):
        apply(slots, layer, folder, layer.rows(folder, [directory for _, directory in group], names))
    return slots


def apply(slots: Slots, layer: MergedLayer, folder: bytes, rows: Sequence[PlainRow]) -> None:
    """Put what one layer has in a folder over what the layers below have there."""
    hide(slots, rows)
    number = layer.number
    for row in rows:
        name = row.name
        if row.directory is None:
            if not row.is_whiteout and name[:4] != WHITEOUT_PREFIX:
                slots[name] = Slot(number, row, None, row.size)
            continue
        part = (layer, row.directory)
        lower = slots.get(name)
        if lower is not None and lower.parts is not None and not layer.is_fresh(row):
            shown = lower[:2] if row.is_implied else (number, row)
            slots[name] = Slot(*shown, (*lower.parts, part), lower.bound + (row.below_bytes or 0))
        elif name[:4] != WHITEOUT_PREFIX and layer.makes_directory(folder, row):
            slots[name] = Slot(number, row, (part,), row.below_bytes or 0)


def hide(slots: dict[bytes, Any], rows: Iterable[PlainRow]) -> None:
    """Take away what the whiteouts among a layer's rows hide."""
    for row in rows:
        if row.kind == EntryKind.WHITEOUT:
            slots.pop(row.name, None)
        elif row.kind == EntryKind.OPAQUE:
            slots.clear()
