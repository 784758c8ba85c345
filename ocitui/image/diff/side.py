"""One of two filesystems that are compared, and what both are known to share."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ocitui.image.merged.changeset import described_root
from ocitui.image.merged.folder import LayerDirectories, MergedEntry
from ocitui.image.merged.holes import ContentReader
from ocitui.image.merged.layer import MergedLayer
from ocitui.image.merged.stack import LayerStack
from ocitui.layers.entry import Entry, EntryKind
from ocitui.layers.index.conditions import kinds
from ocitui.layers.index.plain_row import PlainRow
from ocitui.spec.digest import Digest

_HARD_LINKS = kinds({EntryKind.HARDLINK})
_LINKS_LOOKED_AT = 5000
"""Hard links of a layer up to which it is looked where they lead; folders of one with more are compared row by row."""


class Found(NamedTuple):
    """The entry that one side has at a path."""

    layer: int
    """The layer that has it."""
    row: PlainRow
    inode_layer: int
    """The layer of what holds its metadata and its contents: the same, but for a hard link."""
    inode: PlainRow

    @property
    def size(self) -> int:
        """Bytes of a file's contents, 0 for anything else."""
        return self.inode.size if self.inode.kind == EntryKind.FILE else 0

    @property
    def is_directory(self) -> bool:
        """True if it is a directory."""
        return self.row.directory is not None


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """The layers of an image up to one of them."""

    stack: LayerStack
    top: int
    """The number of the last layer that counts; 0 for none."""
    digests: Sequence[Digest | None]
    """Of each layer's blob, as the manifest says; tells layers that are not known from each other."""
    reader: ContentReader
    """Reads the files of the layers."""

    def find(self, merged: MergedEntry) -> Found:
        """Return the entry of a folder, for a hard link its target."""
        row = merged.row
        if row.kind != EntryKind.HARDLINK or merged.directories is not None:
            return Found(merged.layer, row, merged.layer, row)
        return Found(merged.layer, row, *(self.stack.link_target(merged.layer, row) or (merged.layer, row)))

    @property
    def root(self) -> Found | None:
        """The root itself, as the topmost layer has it that describes it; None where none does."""
        with self.stack.settled(self.top):
            found = described_root(self.stack.layers[: self.top])
        return Found(*found, *found) if found is not None else None

    def entry(self, found: Found) -> tuple[int, Entry]:
        """The entry that holds the metadata and the contents, with its layer."""
        return found.inode_layer, self.stack.entry(found.inode_layer, found.inode.id)


class Common:
    """The parts of two sides that are identical.

    Two layers whose tars have one digest have the same entries with the same ids. Where a
    folder is made up of the same directories of the same layers, all below it is the same,
    but for entries that depend on other layers: hard links, and entries below a link. A
    layer with such entries counts as the same only where they lead to the same.
    """

    def __init__(self, before: Side, after: Side) -> None:
        self._sides = before, after
        self._tars = _tars(before), _tars(after)
        pairs = zip(*self._tars, strict=False)
        self._shared = next((at for at, (one, other) in enumerate(pairs) if one != other), min(map(len, self._tars)))
        both = set(self._tars[0]) & set(self._tars[1])
        self._keys = tuple(self._keys_of(number, side, both) for number, side in enumerate(self._sides))

    def is_same_folder(self, before: LayerDirectories, after: LayerDirectories) -> bool:
        """True if two folders consist of the same directories, so that nothing below them differs."""
        if len(before) != len(after):
            return False
        old, new = self._keys
        return all(
            directory == other and old[layer.number - 1] == new[twin.number - 1]
            for (layer, directory), (twin, other) in zip(before, after, strict=True)
        )

    def is_same_entry(self, before: Found, after: Found) -> bool:
        """True if both are one entry of one tar."""
        old, new = self._tars
        return before.inode.id == after.inode.id and old[before.inode_layer - 1] == new[after.inode_layer - 1]

    def _keys_of(self, number: int, side: Side, both: set[Hashable]) -> list[Hashable]:
        with side.stack.settled(side.top):
            return [self._key(number, layer, both) for layer in range(1, side.top + 1)]

    def _key(self, number: int, layer: int, both: set[Hashable]) -> Hashable:
        tar = self._tars[number][layer - 1]
        found = self._sides[number].stack.layers[layer - 1]
        if layer <= self._shared or tar not in both or found is None:
            return tar
        if not found.is_in_place or found.has_superseded:
            return number, layer
        links = found.placed.table.select(_HARD_LINKS)
        if len(links) > _LINKS_LOOKED_AT:
            return number, layer
        return tar, tuple(self._lead(number, found, row) for row in found.placed.table.plain(links))

    def _lead(self, number: int, layer: MergedLayer, row: PlainRow) -> Hashable:
        """Return the target of a hard link."""
        inode = self._sides[number].stack.link_target(layer.number, row)
        return (self._tars[number][inode[0] - 1], inode[1].id) if inode is not None else None


def is_same_stack(before: Side, after: Side) -> bool:
    """True if both sides are the same layers in the same order, by their digests or their contents."""
    old, new = (list(side.digests[: side.top]) for side in (before, after))
    return (old == new and None not in old) or _tars(before) == _tars(after)


def _tars(side: Side) -> list[Hashable]:
    return [_tar_of(side, number) for number in range(1, side.top + 1)]


def _tar_of(side: Side, number: int) -> Hashable:
    """Return a key that is the same for two layers only where their tars are the same."""
    layer, digest = side.stack.layers[number - 1], side.digests[number - 1]
    if layer is None:
        return digest if digest is not None else (id(side), number)
    summary = layer.index.summary
    if summary.complete and not summary.damages and summary.diff_id is not None:
        return summary.diff_id
    return digest if digest is not None else layer.index
