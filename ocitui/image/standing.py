"""What layers did to the entries that a search found, many at a time."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter

from ocitui.image.changes import Change, Mark
from ocitui.image.fate import Fate, Fates
from ocitui.image.merged_folder import Slots, merge
from ocitui.image.merged_layer import MergedLayer
from ocitui.image.merged_stack import LayerStack, compare_rows
from ocitui.image.query_filters import Status
from ocitui.layers.pathnames import OPAQUE_NAME, WHITEOUT_PREFIX
from ocitui.layers.plain_row import PlainRow

_STATUS = {Mark.ADDED: Status.ADDED, Mark.MODIFIED: Status.MODIFIED, Mark.UNCHANGED: Status.UNCHANGED}
_NAMES_ASKED = 200
"""Names of one folder that are asked for one by one; where more are wanted, the whole folder is read."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What the layer of an entry did at its path, and what a later layer did to the entry."""

    mark: Mark
    change: Change = field(default_factory=Change)
    """In what it was modified."""
    fate: Fate | None = None
    """What took it away again; None where it is in the final filesystem, as far as is known."""

    @property
    def statuses(self) -> frozenset[Status]:
        """What a query may ask for."""
        found = {_STATUS[self.mark]} if self.mark in _STATUS else set()
        if self.fate is not None:
            found.add(Status.REPLACED if self.fate.is_replaced else Status.DELETED)
        return frozenset(found)

    @property
    def word(self) -> str:
        """One word for what counts most: its end, else what its layer did."""
        if self.fate is not None:
            return "replaced" if self.fate.is_replaced else "deleted"
        return self.change_word

    @property
    def change_word(self) -> str:
        """One word for what its own layer did."""
        return "whiteout" if self.mark is Mark.DELETED else _STATUS[self.mark].value

    @property
    def remark(self) -> str:
        """Its end in words: ``deleted by layer 6, still shipped``; nothing where it has none."""
        return f"{self.word} by layer {self.fate.layer}, still shipped" if self.fate is not None else ""


class Standings:
    """Tells of entries of any layer what layers did to them. Layers that are not known are taken to do nothing."""

    def __init__(self, stack: LayerStack) -> None:
        self._stack = stack
        self._fates = Fates(stack)
        self._whole: tuple[int, int, Slots] = (0, 0, {})  # layer and directory of the last folder that was read whole

    def of(self, number: int, rows: Sequence[PlainRow]) -> dict[int, Standing]:
        """Of entries of one layer, by their ids.

        Args:
            number: of the layer.
            rows: the entries; quickest where those of one directory stand together.
        """
        found: dict[int, Standing] = {}
        layer = self._stack.layers[number - 1]
        with self._stack.lock:
            for parent, group in groupby(rows, attrgetter("parent")):
                if layer is None:
                    found |= {row.id: Standing(Mark.ADDED) for row in group}
                else:
                    found |= self._in_directory(layer, parent, list(group))
        return found

    def _in_directory(self, layer: MergedLayer, parent: int, rows: list[PlainRow]) -> dict[int, Standing]:
        stack, number = self._stack, layer.number
        stack.parts(number, b"")  # entries below links are where they belong from here on
        folder = layer.path_of(parent)
        below = self._below(number, parent, folder, rows)
        fates = self._fates.in_directory(number, parent) if any(stack.layers[number:]) else {}
        found: dict[int, Standing] = {}
        for row in rows:
            lower = below.get(row.name)
            if row.is_whiteout:
                found[row.id] = Standing(Mark.DELETED)
            elif row.name[:4] == WHITEOUT_PREFIX:  # unpacking leaves it out
                found[row.id] = Standing(Mark.UNCHANGED)
            elif lower is not None:
                change = compare_rows(stack, (lower.layer, lower.row), (number, row))
                if row.is_implied and lower.parts is not None:
                    change = Change()
                found[row.id] = Standing(change.mark, change, fates.get(row.id))
            elif row.is_implied and not layer.makes_directory(folder, row):
                found[row.id] = Standing(Mark.UNCHANGED)
            else:
                found[row.id] = Standing(Mark.ADDED, fate=fates.get(row.id))
        return found

    def _below(self, number: int, parent: int, folder: bytes, rows: list[PlainRow]) -> Slots:
        """What the layers below have in a folder, as far as these entries need it."""
        if self._whole[:2] == (number, parent):
            return self._whole[2]
        parts = self._stack.parts(number - 1, folder)
        if not parts:
            return {}
        if len(rows) <= _NAMES_ASKED:
            return merge(folder, parts, (*{row.name for row in rows}, OPAQUE_NAME))
        whole = merge(folder, parts)
        self._whole = number, parent, whole
        return whole
