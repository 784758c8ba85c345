"""The totals below a folder of a merged tree, exactly; for when there is time for it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ocitui.image.merged.folder import LayerDirectory, MergedEntry, merge
from ocitui.image.merged.layer import MergedLayer
from ocitui.image.merged.paths import join, path_key
from ocitui.image.merged.spans import spans
from ocitui.image.merged.tree import MergedTree
from ocitui.layers.entry import EntryKind
from ocitui.layers.index.conditions import kinds

_NOT_PLAIN = kinds({EntryKind.WHITEOUT, EntryKind.OPAQUE, EntryKind.HARDLINK})


@dataclass(frozen=True, slots=True)
class Totals:
    """The totals of everything below a folder, at any depth."""

    entries: int = 0
    """Names of anything."""
    bytes: int = 0
    """Contents that have several names count once: where the file itself is, else where a hard link to it is."""

    def __add__(self, other: "Totals") -> "Totals":
        return Totals(self.entries + other.entries, self.bytes + other.bytes)


class MergedTotals:
    """Adds up folders of one merged tree, and keeps what was added up. Use it from one thread."""

    def __init__(self, tree: MergedTree) -> None:
        self._tree = tree
        self._stack = tree.stack
        self._kept: dict[bytes, Totals] = {}
        self._is_plain: dict[int, bool] = {}
        self._linked: set[tuple[int, int]] = set()  # files that a hard link was counted for

    def of(self, path: bytes, is_cancelled: Callable[[], bool] = lambda: False) -> Totals | None:
        """Return the totals below the directory at a path; None where cancelled.

        Args:
            path: from the root, without a slash at its beginning; the root's is empty.
            is_cancelled: asked for each folder that has to be read.

        Returns:
            The totals; None where there is no directory, or it was cancelled.
        """
        known = self._kept.get(path_key(path))
        if known is not None:
            return known
        directories = self._stack.directories(self._tree.top, path)
        if directories is None:
            return None
        open_sums = [self._open(path, len(path), directories)]
        while True:  # without recursion: images may nest folders deeper than Python calls
            here = open_sums[-1]
            if here.folders:
                name, merged = here.folders.pop()
                below = join(path, name)
                known = self._kept.get(path_key(below)) or self._at_once(merged)
                if known is not None:
                    here.totals += known
                elif is_cancelled():
                    return None
                else:
                    open_sums.append(self._open(below, len(path), merged.directories or ()))
                    path = below
                continue
            self._kept[path_key(path)] = here.totals
            path = path[: here.above]
            open_sums.pop()
            if not open_sums:
                return here.totals
            open_sums[-1].totals += here.totals

    def _at_once(self, merged: MergedEntry) -> Totals | None:
        """Return the totals that the index of the only layer of a folder has, where they are the whole truth."""
        if merged.directories is None or len(merged.directories) != 1 or not self._is_whole(merged.directories[0][0]):
            return None
        entry = self._stack.entry(merged.layer, merged.row.id)
        if entry.below_entries is None or entry.below_bytes is None:
            return None
        return Totals(entry.below_entries, entry.below_bytes)

    def _is_whole(self, layer: MergedLayer) -> bool:
        """True if everything a layer's index counts is there, and counts."""
        found = self._is_plain.get(layer.number)
        if found is None:
            found = layer.is_in_place and not layer.has_superseded and not layer.placed.table.select(_NOT_PLAIN)
            self._is_plain[layer.number] = found
        return found

    def _open(self, path: bytes, above: int, directories: Sequence[LayerDirectory]) -> "_Sum":
        found = _Sum(above, [], Totals())
        with self._stack.settled(self._tree.top):
            for span in spans((path, directories)):
                entries = merge(path, directories, span=span)
                size = sum(self._size(merged) for merged in entries.values() if merged.directories is None)
                found.totals += Totals(len(entries), size)
                found.folders += [(name, merged) for name, merged in entries.items() if merged.directories is not None]
        return found

    def _size(self, merged: MergedEntry) -> int:
        if merged.row.kind != EntryKind.HARDLINK:
            return merged.row.size
        inode = self._stack.link_target(merged.layer, merged.row)
        if inode is None:
            return 0
        number, row = inode
        layer = self._stack.layers[number - 1]
        assert layer is not None
        shown = self._stack.merged_entry(self._tree.top, join(layer.path_of(row.parent), row.name))
        key = number, row.id
        if key in self._linked or (shown is not None and (shown.layer, shown.row.id) == key):
            return 0
        self._linked.add(key)
        return row.size


@dataclass(slots=True)
class _Sum:
    """A folder that is being added up."""

    above: int
    """Bytes of the path of the folder it is in."""
    folders: list[tuple[bytes, MergedEntry]]
    """Those in it that are still to be added."""
    totals: Totals
