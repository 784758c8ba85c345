"""What later layers did to the entries of a layer: deleted or replaced, and shipped all the same."""

from collections import OrderedDict
from dataclasses import dataclass

from ocitui.image.merged.folder import hide
from ocitui.image.merged.layer import MergedLayer
from ocitui.image.merged.reach import effect_on_folder, is_fresh
from ocitui.image.merged.spans import Span, spans
from ocitui.image.merged.stack import LayerStack
from ocitui.layers.index.plain_row import PlainRow
from ocitui.layers.pathnames import WHITEOUT_PREFIX

_KEPT_DIRECTORIES = 64


@dataclass(frozen=True, slots=True)
class Removal:
    """The end of an entry that is in no final filesystem."""

    layer: int
    """The number of the layer that took it away."""
    is_replaced: bool
    """Whether that layer has something else at its path; else it deleted it."""


class Removals:
    """Tells what became of the entries of layers, a directory at a time.

    Layers that are not known are taken to do nothing; those that were asked for lately are kept.
    """

    def __init__(self, stack: LayerStack, top: int | None = None) -> None:
        """Over a stack.

        Args:
            stack: the layers.
            top: the number of the last layer that counts; all of them unless given.
        """
        self._stack = stack
        self._top = len(stack) if top is None else top
        self._kept: OrderedDict[tuple[int, int], dict[int, Removal]] = OrderedDict()

    def of(self, number: int, directory: int, entry: int) -> Removal | None:
        """What became of an entry; None where it is still there.

        Args:
            number: of the layer.
            directory: the `Entry.parent` of the entry.
            entry: the `Entry.id`.
        """
        return self.in_directory(number, directory).get(entry)

    def in_directory(self, number: int, directory: int) -> dict[int, Removal]:
        """The entries of one directory of a layer that later layers took away, by `Entry.id`.

        A directory that a later layer names again is still there. Whiteouts have no removal.
        """
        key = number, directory
        with self._stack.settled():
            found = self._kept.pop(key, None)
            if found is None:
                found = self._find(number, directory)
            self._kept[key] = found
            if len(self._kept) > _KEPT_DIRECTORIES:
                self._kept.popitem(last=False)
            return found

    def _find(self, number: int, directory: int) -> dict[int, Removal]:
        layer = self._stack.layers[number - 1]
        if layer is None:
            return {}
        folder = layer.path_of(directory)
        found: dict[int, Removal] = {}
        for span in spans((folder, [(layer, directory)])):
            left = {
                row.name: row
                for row in layer.rows(folder, (directory,), span=span)
                if row.parent == directory and not row.is_whiteout and row.name[:4] != WHITEOUT_PREFIX
            }
            for later in self._stack.layers[number : self._top]:
                if not left:
                    break
                if later is not None:
                    found |= _take_away(left, later, folder, span)
        return found


def _take_away(left: dict[bytes, PlainRow], later: MergedLayer, folder: bytes, span: Span) -> dict[int, Removal]:
    """What a later layer takes away of a folder's entries, which are then gone from ``left``."""
    reached = effect_on_folder(later, folder)
    rows = later.rows(folder, reached.directories, span=span) if reached.directories else []
    stays = dict(left)
    if reached.cause is not None:
        stays.clear()
    hide(stays, rows)
    own: dict[bytes, list[PlainRow]] = {}
    for row in rows:
        if not row.is_whiteout and (row.directory is None or later.makes_directory(folder, row)):
            own.setdefault(row.name, []).append(row)
    for name, entries in own.items():
        lower = stays.get(name)
        if lower is not None:
            is_merged = lower.directory is not None and entries[-1].directory is not None
            if not is_merged or is_fresh(later, entries):
                del stays[name]
    found = {}
    for name in left.keys() - stays.keys():
        found[left.pop(name).id] = Removal(later.number, name in own)
    return found
