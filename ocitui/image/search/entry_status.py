"""The effects of layers on the entries that a search found, many at a time."""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter

from ocitui.image.merged.changes import Change, Mark
from ocitui.image.merged.changeset import effect_on_folder, makes
from ocitui.image.merged.layer import MergedLayer
from ocitui.image.merged.removal import FolderHistory, Removal, Removals
from ocitui.image.merged.stack import LayerStack, compare_rows
from ocitui.image.search.filters import Status
from ocitui.layers.index.plain_row import PlainRow

_STATUS = {Mark.ADDED: Status.ADDED, Mark.MODIFIED: Status.MODIFIED, Mark.UNCHANGED: Status.UNCHANGED}
_NAMES_ASKED = 200
"""Names of one folder that are asked for one by one; where more are wanted, the whole folder is read."""
_KEPT = 500_000
"""Entries in histories of folders that are kept."""


@dataclass(frozen=True, slots=True)
class EntryStatus:
    """The effect of an entry's layer on its path, and of a later layer on the entry."""

    mark: Mark
    change: Change = field(default_factory=Change)
    """In what it was modified."""
    removal: Removal | None = None
    """The removal of it; None where it is in the final filesystem, as far as is known."""

    @property
    def statuses(self) -> frozenset[Status]:
        """The statuses that a query may ask for."""
        found = {_STATUS[self.mark]} if self.mark in _STATUS else set()
        if self.removal is not None:
            found.add(Status.REPLACED if self.removal.is_replaced else Status.DELETED)
        return frozenset(found)

    @property
    def word(self) -> str:
        """One word for what counts most: its end, else what its layer did."""
        if self.removal is not None:
            return "replaced" if self.removal.is_replaced else "deleted"
        return self.change_word

    @property
    def change_word(self) -> str:
        """One word for what its own layer did."""
        return "whiteout" if self.mark is Mark.DELETED else _STATUS[self.mark].value

    def short_remark(self, noun: str) -> str:
        """Its end in words: ``deleted by layer 6``; nothing where it has none."""
        return f"{self.word} by {noun} {self.removal.layer}" if self.removal is not None else ""


class EntryStatuses:
    """Tells of entries of any layer what layers did to them. Layers that are not known are taken to do nothing."""

    def __init__(self, stack: LayerStack) -> None:
        self._stack = stack
        self._removals = Removals(stack)
        self._histories: OrderedDict[bytes, FolderHistory] = OrderedDict()
        self._kept = 0

    def of(self, number: int, rows: Sequence[PlainRow], *, of_all: bool = False) -> dict[int, EntryStatus]:
        """Of entries of one layer, by their ids.

        Args:
            number: of the layer.
            rows: the entries; those of one directory stand together.
            of_all: whether the other entries of the same folders will be asked for too, in this layer and others.
        """
        found: dict[int, EntryStatus] = {}
        layer = self._stack.layers[number - 1]
        with self._stack.settled():
            for parent, group in groupby(rows, attrgetter("parent")):
                if layer is None:
                    found |= {row.id: EntryStatus(Mark.ADDED) for row in group}
                else:
                    found |= self._in_directory(layer, parent, list(group), of_all)
        return found

    def directories_with(self, number: int, wanted: frozenset[Status]) -> list[int] | None:
        """The directories of a layer in which an entry may have one of these statuses.

        Returns:
            None where all may, or where it costs too much to tell.
        """
        layer = self._stack.layers[number - 1]
        if layer is None or not wanted <= {Status.DELETED, Status.REPLACED}:
            return None
        with self._stack.settled():
            later = [each for each in self._stack.layers[number:] if each is not None]
            return [each for each in layer.placed.table.directories() if _is_touched(later, layer.path_of(each))]

    def _in_directory(
        self, layer: MergedLayer, parent: int, rows: list[PlainRow], of_all: bool
    ) -> dict[int, EntryStatus]:
        folder, number = layer.path_of(parent), layer.number
        history = self._history(folder, rows, of_all)
        # What is below a link, or below what is no directory in the end, is not where others look for it.
        is_elsewhere = parent not in effect_on_folder(layer, folder).directories
        removals = self._removals.in_directory(number, parent) if is_elsewhere else None
        found: dict[int, EntryStatus] = {}
        for row in rows:
            removal = removals.get(row.id) if removals is not None else history.removals.get((number, row.id))
            lower = history.before.get((number, row.id))
            if row.is_whiteout:
                found[row.id] = EntryStatus(Mark.DELETED)
            elif row.is_left_out:
                found[row.id] = EntryStatus(Mark.UNCHANGED)
            elif lower is not None and row.is_implied and history.goes_on(lower, number):
                found[row.id] = EntryStatus(Mark.UNCHANGED, removal=removal)
            elif lower is not None:
                change = compare_rows(self._stack, lower, (number, row))
                found[row.id] = EntryStatus(change.mark, change, removal)
            elif not makes(layer, folder, row):
                found[row.id] = EntryStatus(Mark.UNCHANGED)
            else:
                found[row.id] = EntryStatus(Mark.ADDED, removal=removal)
        return found

    def _history(self, folder: bytes, rows: list[PlainRow], of_all: bool) -> FolderHistory:
        known = self._histories.get(folder)
        if known is not None:
            self._histories.move_to_end(folder)
            return known
        if not of_all and len(rows) <= _NAMES_ASKED:
            return FolderHistory.of(self._stack, folder, [*{row.name for row in rows}])
        made = self._histories[folder] = FolderHistory.of(self._stack, folder)
        self._kept += made.size
        while self._kept > _KEPT and len(self._histories) > 1:
            self._kept -= self._histories.popitem(last=False)[1].size
        return made


def _is_touched(later: Iterable[MergedLayer], folder: bytes) -> bool:
    """True if a layer has anything in a folder, or hides it."""
    return any(found.directories or found.cause for found in (effect_on_folder(layer, folder) for layer in later))
