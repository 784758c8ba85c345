"""The fate of a layer's entries: later layers deleted or replaced them, though their bytes are still stored."""

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ocitui.image.merged.changeset import FolderChanges, adds_to_directory, effect_on_folder
from ocitui.image.merged.effect import FolderEffect
from ocitui.image.merged.layer import MergedLayer
from ocitui.image.merged.spans import WHOLE, Span, spans
from ocitui.image.merged.stack import LayerStack
from ocitui.layers.index.directories import NOWHERE
from ocitui.layers.index.plain_row import PlainRow
from ocitui.layers.pathnames import OPAQUE_NAME

_KEPT_DIRECTORIES = 64

Key = tuple[int, int]
"""An entry: the number of its layer, and its id there."""


@dataclass(frozen=True, slots=True)
class Removal:
    """The end of an entry that is missing from the final filesystem."""

    layer: int
    """The number of the layer that removed it."""
    is_replaced: bool
    """True if that layer has something else at its path; otherwise it deleted it."""


@dataclass(slots=True)
class _Alive:
    """An entry that no layer has removed yet."""

    layer: int
    row: PlainRow
    is_made: bool = True
    """True if unpacking makes it: a directory that only holds whiteouts is not made."""


@dataclass(slots=True)
class FolderHistory:
    """The fate of the entries of a folder, and what was there before each: one walk from the lowest layer up."""

    removals: dict[Key, Removal] = field(default_factory=dict)
    """Of those that a later layer removed."""
    before: dict[Key, tuple[int, PlainRow]] = field(default_factory=dict)
    """The entry that the layers below have at the path, with its layer."""
    _alive: dict[bytes, list[_Alive]] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """The number of entries it holds."""
        return len(self.removals) + len(self.before) + 1

    def goes_on(self, lower: tuple[int, PlainRow], number: int) -> bool:
        """True if something is a directory to which a layer above adds, rather than putting its own there."""
        removal = self.removals.get((lower[0], lower[1].id))
        return lower[1].directory is not None and (removal is None or removal.layer > number)

    @classmethod
    def of(cls, stack: LayerStack, folder: bytes, names: Sequence[bytes] = ()) -> "FolderHistory":
        """Follow a folder through all layers.

        Args:
            stack: the layers; those that are not known are treated as empty. Hold them settled.
            folder: the path in the root filesystem.
            names: only entries of these names; all where there are none.
        """
        history = cls()
        wanted = (*names, OPAQUE_NAME) if names else ()
        effects = [(layer, effect_on_folder(layer, folder)) for layer in stack.layers if layer is not None]
        directories = [(layer, directory) for layer, effect in effects for directory in effect.directories]
        for span in (WHOLE,) if names else spans((folder, directories)):
            history._alive.clear()
            for layer, changes in _changes(effects, folder, wanted, span):
                history._remember(layer.number, changes)
                history._remove(layer, changes)
                for name, entries in changes.own.items():
                    is_made = name in changes.made
                    history._alive.setdefault(name, []).extend(_Alive(layer.number, row, is_made) for row in entries)
        history._alive.clear()
        return history

    @classmethod
    def of_directory(cls, stack: LayerStack, top: int, number: int, directory: int) -> "FolderHistory":
        """Follow the entries of one directory of a layer through the layers above it.

        Args:
            stack: the layers; those that are not known are treated as empty. Hold them settled.
            top: the number of the last layer that counts.
            number: of the layer.
            directory: the `Entry.parent` of the entries.
        """
        history = cls()
        layer = stack.layers[number - 1]
        if layer is None:
            return history
        folder = layer.path_of(directory)
        effects = [(each, effect_on_folder(each, folder)) for each in stack.layers[number:top] if each is not None]
        for span in spans((folder, [(layer, directory)])):
            rows = layer.rows(folder, (directory,), span=span)
            own = [row for row in rows if row.parent == directory and not row.is_left_out]
            history._alive = {row.name: [_Alive(number, row)] for row in own}
            for later, changes in _changes(effects, folder, (), span):
                if not history._alive:
                    break
                history._remove(later, changes)
        history._alive.clear()
        return history

    def _remove(self, layer: MergedLayer, changes: FolderChanges) -> None:
        """Remove what a layer hides or replaces. Of what is there only directories stay, where the layer adds."""
        alive = self._alive
        hidden = set(alive) if changes.hides_all else changes.hidden
        for name in (hidden | changes.made.keys()) & alive.keys():
            made = changes.made.get(name)
            adds = made is not None and name not in hidden and adds_to_directory(layer, made)
            removal = Removal(layer.number, made is not None)
            stays = [each for each in alive[name] if adds and each.row.directory is not None]
            gone = [each for each in alive[name] if not adds or each.row.directory is None]
            self.removals.update(((each.layer, each.row.id), removal) for each in gone)
            if stays:
                alive[name] = stays
            else:
                del alive[name]

    def _remember(self, number: int, changes: FolderChanges) -> None:
        """Keep what the layers below have at the paths of a layer's entries."""
        for name, entries in changes.own.items():
            there = [each for each in self._alive.get(name, ()) if each.is_made and each.row.directory != NOWHERE]
            if there:
                explicit = (each for each in reversed(there) if not each.row.is_implied)
                lower = next(explicit, there[0])
                self.before.update(((number, row.id), (lower.layer, lower.row)) for row in entries)


def _changes(
    effects: Sequence[tuple[MergedLayer, FolderEffect]], folder: bytes, names: tuple[bytes, ...], span: Span
) -> Iterator[tuple[MergedLayer, FolderChanges]]:
    """Yield the changes that each layer makes to a folder, or to a piece of it; nothing for layers without changes."""
    for layer, effect in effects:
        rows = layer.rows(folder, effect.directories, names, span) if effect.directories else []
        if rows or effect.cause is not None:
            yield layer, FolderChanges.of(layer, folder, rows, hides_all=effect.cause is not None)


class Removals:
    """Tells what became of the entries of layers, a directory at a time.

    Layers that are not known are treated as empty; directories that were asked for lately are kept.
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
        """Return the removal of an entry; None where it is still there.

        Args:
            number: of the layer.
            directory: the `Entry.parent` of the entry, as any index of the layer has it.
            entry: the `Entry.id`.
        """
        with self._stack.settled():
            layer = self._stack.layers[number - 1]
            if layer is not None and not layer.is_in_place:  # then the layer's own index has it in another directory
                (row,) = layer.placed.table.plain([entry]) or (None,)
                if row is None or (row.is_implied and row.parent != directory):
                    return None  # implied directories are those of one index only
                directory = row.parent
            return self.in_directory(number, directory).get(entry)

    def in_directory(self, number: int, directory: int) -> dict[int, Removal]:
        """The entries of one directory of a layer, as unpacked, that later layers removed, by `Entry.id`.

        A directory that a later layer names again is still there. Whiteouts are never removed.
        """
        key = number, directory
        with self._stack.settled():
            found = self._kept.pop(key, None)
            if found is None:
                history = FolderHistory.of_directory(self._stack, self._top, number, directory)
                found = {id_: removal for (_, id_), removal in history.removals.items()}
            self._kept[key] = found
            if len(self._kept) > _KEPT_DIRECTORIES:
                self._kept.popitem(last=False)
            return found
