"""The sizes that dive 0.13.1 gives to whiteouts: the bytes below the directory that each hides in the layers before."""

from array import array
from collections.abc import Sequence
from itertools import chain

from ocitui.image.dive.tree import DiveFolder, DiveWhiteout, Entries, dictionary
from ocitui.image.squash.layer_names import Key, LayerNames, rows_of, sizes_of
from ocitui.layers.entry import EntryKind

_AT_ONCE = 50_000


class WhiteoutSizes:
    """All whiteouts of an image. One folder after the other is looked at, so that not all names are in memory."""

    def __init__(self, layers: Sequence[LayerNames], root: DiveFolder) -> None:
        """
        Args:
            layers: the lowest first.
            root: the top of the tree of all of them.
        """
        self.sizes: dict[Key, int] = {}
        """Bytes by the key of the whiteout."""
        self.first_idle: dict[int, DiveWhiteout] = {}
        """By the number of a layer, its first leaf that hides nothing: it ends what dive counts of the layer."""
        self._layers = layers
        self._directories: set[Key] = set()  # whiteouts of directories that a header describes
        self._unmeasured: list[tuple[Key, array[int]]] = []  # whiteouts, and entries that they hide
        self._count = 0
        pending: list[tuple[DiveFolder, list[DiveWhiteout]]] = [(root, [])]
        while pending:
            folder, above = pending.pop()
            by_name: dict[str, list[DiveWhiteout]] = {}
            for each in folder.whiteouts:
                by_name.setdefault(each.name, []).append(each)
            if above or by_name:
                self._apply(folder, above)
            for name, below in folder.folders.items():
                here = by_name.get(name)
                pending.append((below, [*above, *here] if here else above))
        self._settle()

    def _apply(self, folder: DiveFolder, above: Sequence[DiveWhiteout]) -> None:
        """Put the layers over each other in a folder, and measure what whiteouts hide there.

        Args:
            folder: the folder.
            above: the whiteouts of directories that it is in.
        """
        entries: dict[str, Key] = {}
        hidden: dict[Key, Key] = {}
        own, outer = _by_layer(folder.whiteouts), _by_layer(above)
        held = iter([*folder.held, (len(self._layers) + 1, {})])
        number, run = next(held)
        for layer in sorted(own.keys() | outer.keys()):
            here: list[Entries] = []
            while number <= layer:
                if number < layer:
                    entries |= dictionary(run)
                else:
                    here.append(run)
                number, run = next(held)
            if layer == 1:  # what stands for "the layers before" is then the layer itself
                _put(entries, here)
            mine, around = own.get(layer, []), outer.get(layer, [])
            for each in mine:
                self._note(each, entries.get(each.name), hidden)
            self._measure(around, entries)
            _remove(entries, mine, is_all=bool(around))
            _put(entries, here)
            late = [each for each in mine if each.hides_own_layer]
            _remove(entries, late, is_all=any(each.hides_own_layer for each in around))
        rows = rows_of(self._layers, set(hidden.values()))
        for key, found in hidden.items():
            row = rows[found]
            if row.kind == EntryKind.DIRECTORY and not row.is_implied:
                self._directories.add(key)

    def _note(self, whiteout: DiveWhiteout, hides: Key | None, hidden: dict[Key, Key]) -> None:
        """Note what a whiteout hides, if that may be a directory; and a whiteout that hides nothing."""
        self.sizes[whiteout.key] = 0
        if hides and whiteout.name in whiteout.folder.folders:
            hidden[whiteout.key] = hides
        if hides is None and not whiteout.is_inner:
            first = self.first_idle.get(whiteout.layer)
            if first is None or whiteout.order < first.order:
                self.first_idle[whiteout.layer] = whiteout

    def _measure(self, whiteouts: Sequence[DiveWhiteout], entries: dict[str, Key]) -> None:
        """Add the bytes of entries to whiteouts of the directory that they are in."""
        for each in whiteouts:
            if each.key in self._directories:
                self._unmeasured.append((each.key, array("q", filter(None, entries.values()))))
                self._count += len(entries)
        if self._count > _AT_ONCE:
            self._settle()

    def _settle(self) -> None:
        """Read the sizes of what whiteouts hide: of many folders at once, which takes less time."""
        sizes = sizes_of(self._layers, chain.from_iterable(keys for _, keys in self._unmeasured))
        for whiteout, keys in self._unmeasured:
            self.sizes[whiteout] += sum(map(sizes.__getitem__, keys))
        self._unmeasured, self._count = [], 0


def _by_layer(whiteouts: Sequence[DiveWhiteout]) -> dict[int, list[DiveWhiteout]]:
    found: dict[int, list[DiveWhiteout]] = {}
    for each in whiteouts:
        found.setdefault(each.layer, []).append(each)
    return found


def _put(entries: dict[str, Key], more: Sequence[Entries]) -> None:
    for each in more:
        entries |= dictionary(each)


def _remove(entries: dict[str, Key], whiteouts: Sequence[DiveWhiteout], *, is_all: bool) -> None:
    if is_all:
        entries.clear()
    for each in whiteouts:
        entries.pop(each.name, None)
