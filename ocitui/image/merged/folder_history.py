"""What all layers did in one folder, found in one walk from the lowest to the highest.

`ocitui.image.merged.removal.Removals` answers for one directory of one layer; a search asks for the
same folder in layer after layer, and walks over them once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from ocitui.image.merged.layer import MergedLayer
from ocitui.image.merged.reach import effect_on_folder, is_fresh
from ocitui.image.merged.removal import Removal
from ocitui.image.merged.spans import WHOLE, spans
from ocitui.image.merged.stack import LayerStack
from ocitui.layers.entry import EntryKind
from ocitui.layers.index.directories import NOWHERE
from ocitui.layers.index.plain_row import PlainRow
from ocitui.layers.pathnames import OPAQUE_NAME, WHITEOUT_PREFIX

Key = tuple[int, int]
"""An entry: the number of its layer, and its id there."""


@dataclass(slots=True)
class _Alive:
    """An entry that no layer took away yet."""

    layer: int
    row: PlainRow
    is_made: bool
    """Whether unpacking makes it: a directory that only holds whiteouts is not made."""


@dataclass(slots=True)
class FolderHistory:
    """What became of the entries of a folder, and what was there before each."""

    removals: dict[Key, Removal] = field(default_factory=dict)
    """Of those that a later layer took away."""
    before: dict[Key, tuple[int, PlainRow]] = field(default_factory=dict)
    """Where the layers below have something at the path: which layer, and what."""

    @property
    def size(self) -> int:
        """How much it holds."""
        return len(self.removals) + len(self.before) + 1

    def goes_on(self, lower: tuple[int, PlainRow], number: int) -> bool:
        """Whether something is a directory to which a layer above adds, rather than putting its own there."""
        removal = self.removals.get((lower[0], lower[1].id))
        return lower[1].directory is not None and (removal is None or removal.layer > number)

    @classmethod
    def of(cls, stack: LayerStack, folder: bytes, names: Sequence[bytes] = ()) -> "FolderHistory":
        """Walk over the layers.

        Args:
            stack: the layers; those that are not known are taken to do nothing. Hold them settled.
            folder: the path in the root filesystem.
            names: only entries of these names; all where there are none.
        """
        history = cls()
        wanted = (*names, OPAQUE_NAME) if names else ()
        known = [(layer, effect_on_folder(layer, folder)) for layer in stack.layers if layer is not None]
        directories = [(layer, directory) for layer, reached in known for directory in reached.directories]
        for span in (WHOLE,) if names else spans((folder, directories)):
            alive: dict[bytes, list[_Alive]] = {}
            for layer, reached in known:
                rows = layer.rows(folder, reached.directories, wanted, span) if reached.directories else []
                if rows or reached.cause is not None:
                    history._apply(layer, folder, rows, reached.cause is not None, alive)
        return history

    def _apply(
        self,
        layer: MergedLayer,
        folder: bytes,
        rows: Sequence[PlainRow],
        hides_all: bool,
        alive: dict[bytes, list[_Alive]],
    ) -> None:
        own: dict[bytes, list[PlainRow]] = {}
        made: dict[bytes, list[PlainRow]] = {}
        for row in rows:
            if row.is_whiteout or row.name[:4] == WHITEOUT_PREFIX:
                hides_all = hides_all or row.kind == EntryKind.OPAQUE
                continue
            own.setdefault(row.name, []).append(row)
            if row.directory is None or layer.makes_directory(folder, row):
                made.setdefault(row.name, []).append(row)
        self._remember(layer.number, own, alive)
        hidden = set(alive) if hides_all else {row.name for row in rows if row.kind == EntryKind.WHITEOUT}
        for name in hidden.union(made):
            if name not in alive:
                continue
            entries = made.get(name, [])
            # Of what is there only directories stay, where the layer adds to them.
            adds = name not in hidden and entries[-1].directory is not None and not is_fresh(layer, entries)
            removal = Removal(layer.number, bool(entries))
            gone = [each for each in alive[name] if not (adds and each.row.directory is not None)]
            self.removals.update(((each.layer, each.row.id), removal) for each in gone)
            alive[name] = [each for each in alive[name] if adds and each.row.directory is not None]
        for name, entries in own.items():
            is_made = name in made
            alive.setdefault(name, []).extend(_Alive(layer.number, row, is_made) for row in entries)

    def _remember(self, number: int, own: dict[bytes, list[PlainRow]], alive: dict[bytes, list[_Alive]]) -> None:
        """Keep what the layers below have at the paths of a layer's entries."""
        for name, entries in own.items():
            there = [each for each in alive.get(name, ()) if each.is_made and each.row.directory != NOWHERE]
            if there:
                explicit = (each for each in reversed(there) if not each.row.is_implied)
                lower = next(explicit, there[0])
                self.before.update(((number, row.id), (lower.layer, lower.row)) for row in entries)
