"""The subject of rules: an image, its files, and its numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from ocitui.image.dive.efficiency import Efficiency
from ocitui.image.glob import PathGlobs
from ocitui.image.image import Image
from ocitui.image.merged.matching import matching_by_layer, matching_paths
from ocitui.image.merged.paths import join
from ocitui.image.merged.row import MergedRow
from ocitui.image.merged.stack import LayerStack
from ocitui.image.merged.tree import MergedTree
from ocitui.layers.entry import Entry, EntryKind

_MANY = 1000
"""Paths from which it is quicker to look at the whole filesystem than to look for each."""


@dataclass(frozen=True)
class Subject:
    """An image whose layers are all known and whole."""

    image: Image
    stack: LayerStack
    efficiency: Efficiency
    """As dive counts it, without what is ignored."""
    ignored: tuple[bytes, ...] = ()
    """Patterns of paths that no rule looks at; from the root, without a slash at the beginning."""
    base_unpacked_size: int | None = None
    """Bytes of the layers of the base image, unpacked; None where there is no base."""

    @cached_property
    def tree(self) -> MergedTree:
        """The final filesystem."""
        return MergedTree(self.stack)

    @cached_property
    def unpacked_sizes(self) -> tuple[int, ...]:
        """Bytes of each layer, unpacked."""
        summaries = (layer.index.summary if layer is not None else None for layer in self.stack.layers)
        return tuple((summary.unpacked_size or 0) if summary is not None else 0 for summary in summaries)

    @cached_property
    def _ignoring(self) -> PathGlobs:
        return PathGlobs(self.ignored)

    def is_ignored(self, path: bytes) -> bool:
        """True if rules ignore a path."""
        return self._ignoring.cover(path)

    def present(self, pattern: bytes) -> list[MergedRow]:
        """Return the matches of a pattern in the final filesystem, parents before children."""
        paths = [path for path in matching_paths(self.stack, pattern) if not self.is_ignored(path)]
        if len(paths) > _MANY:
            wanted = set(paths)
            return [row for row in self.tree.walk() if row.path in wanted]
        return [row for path in paths if (row := self.tree.find_now(path)) is not None]

    def shipped(self, pattern: bytes) -> list[tuple[int, bytes]]:
        """Return the matches of a pattern in any layer, each with the layer's number: deleted and replaced ones too."""
        found = dict.fromkeys(matching_by_layer(self.stack, pattern)) | dict.fromkeys(self._replaced_at_once(pattern))
        return sorted(each for each in found if not self.is_ignored(each[1]))

    def files_of(
        self, rows: Sequence[MergedRow], *, are_deep: bool = False
    ) -> dict[tuple[int, int], tuple[MergedRow, int]]:
        """The files among rows and below them, each once, however many names it has.

        Args:
            rows: parents before children.
            are_deep: whether all that is below them is among them already.

        Returns:
            By layer and entry of what holds the contents: a row that names it, and its bytes.
        """
        found: dict[tuple[int, int], tuple[MergedRow, int]] = {}
        seen: set[bytes] = set()
        for row in rows:
            if row.path in seen:
                continue
            below = self.tree.walk(row.directory) if row.directory is not None and not are_deep else ()
            for each in (row, *below):
                if each.path in seen or (each is not row and self.is_ignored(each.path)):
                    continue
                seen.add(each.path)
                inode: tuple[int, Entry] | None = (each.layer, each.entry)
                if each.entry.kind is EntryKind.HARDLINK:
                    inode = self.tree.link_target(each.layer, each.entry)
                if inode is not None and inode[1].kind is EntryKind.FILE:
                    found.setdefault((inode[0], inode[1].id), (each, inode[1].size))
        return found

    def _replaced_at_once(self, pattern: bytes) -> list[tuple[int, bytes]]:
        """Return the matches that a layer holds and replaces itself, later in its own tar."""
        globs = PathGlobs([pattern])
        found: list[tuple[int, bytes]] = []
        with self.stack.settled():
            for layer in self.stack.layers:
                for row in layer.placed.table.superseded_rows() if layer is not None else ():
                    if layer is None or row.is_left_out:
                        continue
                    path = join(layer.path_of(row.parent), row.name)
                    if globs.match(path):
                        found.append((layer.number, path))
        return found
