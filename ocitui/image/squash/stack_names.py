"""All layers of an image by the names in them, read once for everything that looks at all of them."""

from collections.abc import Iterable
from functools import cached_property

from ocitui.image.merged.layer import MergedLayer
from ocitui.image.merged.paths import join
from ocitui.image.merged.stack import LayerStack
from ocitui.image.squash.layer_names import Key, LayerNames, key_of, rows_of
from ocitui.image.squash.squash import NOTHING, Squash
from ocitui.layers.entry import EntryKind
from ocitui.layers.index.conditions import kinds
from ocitui.layers.index.plain_row import PlainRow
from ocitui.layers.pathnames import WHITEOUT_PREFIX


class StackNames:
    """The names of all layers, in the final filesystem or not; each found when it is first needed."""

    def __init__(self, stack: LayerStack) -> None:
        self.stack = stack
        self.layers: tuple[tuple[MergedLayer, LayerNames], ...]
        """Those that are known, the lowest first."""
        with stack.settled():
            self.layers = tuple(
                (layer, LayerNames(layer.number, layer.placed)) for layer in stack.layers if layer is not None
            )

    @property
    def as_in_tar(self) -> list[LayerNames]:
        """The names of the same layers where their tars have them: for whoever follows no links, as dive does."""
        return [held if layer.is_in_place else LayerNames(layer.number, layer.index) for layer, held in self.layers]

    def rows(self, keys: Iterable[Key]) -> dict[Key, PlainRow]:
        """The rows of entries."""
        return rows_of((names for _, names in self.layers), keys)

    @cached_property
    def squash(self) -> Squash:
        """Return the entries of the final filesystem, and those that are not in it."""
        with self.stack.settled():
            return Squash(self.layers)

    @cached_property
    def removals(self) -> dict[Key, tuple[int, Key]]:
        """Of all that is not there: the layer that took it away, or 0, and what it has instead, or `NOTHING`."""
        return {**dict.fromkeys(self.squash.left_out, (0, NOTHING)), **self.squash.gone}

    @cached_property
    def gone(self) -> dict[Key, PlainRow]:
        """Every entry that is not there."""
        return self.rows(self.removals)

    @cached_property
    def linked(self) -> dict[Key, tuple[int, PlainRow]]:
        """Those of the files that are gone of which another name is still there: its layer, and the hard link."""
        wanted = {row.name for row in self.gone.values() if row.directory is None}
        found: dict[Key, tuple[int, PlainRow]] = {}
        for layer, held in self.layers if wanted else ():
            links = held.index.table.plain(held.index.table.select(kinds({EntryKind.HARDLINK})))
            for row in (*links, *(row for row in held.superseded if row.kind == EntryKind.HARDLINK)):
                is_about_it = (row.link or b"").rstrip(b"/").rpartition(b"/")[2] in wanted
                if is_about_it and key_of(layer.number, row.id) not in self.removals:
                    inode = self.stack.link_target(layer.number, row)
                    if inode is not None and (key := key_of(inode[0], inode[1].id)) in self.removals:
                        found.setdefault(key, (layer.number, row))
        return found

    def path_of(self, layer: int, row: PlainRow) -> bytes:
        """Return the path of an entry in the root filesystem; a whiteout under its own name."""
        found = self.stack.layers[layer - 1]
        assert found is not None
        name = WHITEOUT_PREFIX + row.name if row.kind == EntryKind.WHITEOUT else row.name
        return join(found.path_of(row.parent), name)
