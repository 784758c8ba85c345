"""Hard links in a search: each is another name of a file, and has that file's mode, owner and capabilities."""

from collections import defaultdict
from collections.abc import Iterable

from ocitui.image.merged.stack import LayerStack
from ocitui.image.search.filters import ConditionFilter
from ocitui.layers.entry import EntryKind
from ocitui.layers.index.conditions import Condition, kinds
from ocitui.layers.index.index import LayerIndex

HARD_LINKS = kinds({EntryKind.HARDLINK})

Inode = tuple[int, int]
"""The number of a layer, and the id of an entry there."""


class HardLinks:
    """Some hard links of one layer."""

    def __init__(self, stack: LayerStack, number: int, index: LayerIndex, ids: Iterable[int]) -> None:
        """
        Args:
            stack: the layers.
            number: of the layer.
            index: of the layer, with each entry where unpacking puts it.
            ids: of the links.
        """
        self._stack = stack
        self._index = index
        self._ids = sorted(ids)
        self._links: defaultdict[int, defaultdict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
        """Ids of links by the layer and the id of what they are other names of."""
        for row in index.table.plain(self._ids):
            if (inode := stack.link_target(number, row)) is not None:
                self._links[inode[0]][inode[1].id].append(row.id)

    def meeting(self, filters: Iterable[ConditionFilter]) -> set[int]:
        """Return those that pass all filters.

        The header of a link has a mode and an owner of its own, which containers/storage gives to the file, and
        umoci does not. So a link passes where either does.
        """
        left = set(self._ids)
        for wish in filters:
            found = set(self._index.table.select(wish.condition, sorted(left)))
            if wish.of_inode is not None:
                found |= left & self._with_inodes(wish.of_inode)
            left = left - found if wish.is_negated else found
        return left

    def _with_inodes(self, condition: Condition) -> set[int]:
        found: set[int] = set()
        for number, links in self._links.items():
            layer = self._stack.layers[number - 1]
            if layer is not None:
                table = layer.placed.table
                for id_ in table.select(condition, sorted(links), with_superseded=True):
                    found.update(links[id_])
        return found
