"""The layers of an image over each other: what is at a path after any of them.

Links are resolved as unpacking resolves them: every symbolic link on the way is followed,
``..`` and absolute targets stay inside the root, the last component is left alone.
"""

import threading
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from operator import itemgetter
from weakref import WeakKeyDictionary, ref

from ocitui.image.layer_numbers import LAYER_NOUN
from ocitui.image.merged.changes import Change, compare
from ocitui.image.merged.folder import LayerDirectories, MergedEntries, MergedEntry, merge_further
from ocitui.image.merged.layer import MergedLayer
from ocitui.image.merged.paths import ends_of_unknown, path_key, split
from ocitui.layers.entry import Entry, EntryKind
from ocitui.layers.index.directories import ROOT
from ocitui.layers.index.index import LayerIndex
from ocitui.layers.index.path_cache import PathCache
from ocitui.layers.index.placed import LinkTargets, Placed
from ocitui.layers.index.placing import link_targets, place_entries
from ocitui.layers.index.plain_row import PlainRow
from ocitui.layers.pathnames import OPAQUE_NAME, components, follow_links

_NESTED_LINKS = 16
"""Hard links on the way to the target of a hard link, which may be other names of symbolic links."""

_KEPT = 20_000
_AFTER_ALL = 2**62
"""An id that no entry has."""
_PLACED: WeakKeyDictionary[LayerIndex, tuple[tuple[ref[LayerIndex] | None, ...], Placed | None]] = WeakKeyDictionary()
"""Of each layer, those that were below it when its entries were placed last, and where they are then."""


@dataclass(frozen=True, slots=True)
class FollowedLink:
    """A symbolic link on the way to a path."""

    path: bytes
    layer: int
    target: bytes


@dataclass(frozen=True, slots=True)
class Resolved:
    """The target of a path, with the links on the way followed."""

    path: bytes
    links: tuple[FollowedLink, ...] = ()


class LayerStack:
    """The indexes of an image's layers, the lowest first. May be used from several threads.

    A layer that is not known (its blob is missing, or not read yet) leaves the others as
    they are; whoever shows an answer says which are missing (`unknown`).
    """

    def __init__(self, indexes: Sequence[LayerIndex | None], noun: str = LAYER_NOUN) -> None:
        """
        Args:
            indexes: of the layers, the lowest first; None for one that is not known.
            noun: the word for one of them, as `ocitui.image.image.Image.layer_noun` has it.
        """
        self.noun = noun
        self.layers: tuple[MergedLayer | None, ...] = tuple(
            MergedLayer(number, index) if index is not None else None for number, index in enumerate(indexes, 1)
        )
        """From layer 1 on; None for one that is not known."""
        self._roots: LayerDirectories = tuple((layer, ROOT) for layer in self.layers if layer is not None)
        self._lock = threading.RLock()
        self._folders = PathCache[tuple[int, bytes], LayerDirectories | None](lambda key, _: len(key[1]))
        # What was made of the layers when a path was asked for last.
        self._last = PathCache[bytes, tuple[LayerDirectories, MergedEntries]](lambda path, _: len(path))
        self._link_targets: dict[tuple[int, int], tuple[int, PlainRow] | None] = {}
        self._sole: dict[tuple[int, bytes], PlainRow | None] = {}
        self._following: list[tuple[int, int]] = []  # hard links whose targets are being looked for
        self._settled = 0

    def __len__(self) -> int:
        return len(self.layers)

    @property
    def unknown(self) -> tuple[int, ...]:
        """The numbers of the layers that are not known."""
        return tuple(number for number, layer in enumerate(self.layers, 1) if layer is None)

    @property
    def damaged(self) -> tuple[int, ...]:
        """The numbers of the layers that are known in part: their blobs are damaged.

        A layer whose bytes have the digest of its descriptor, and another diff ID than the config says, is none of
        them: its contents are certain, and so are figures made of them. It is the config that is wrong.
        """
        return tuple(layer.number for layer in self.layers if layer is not None and layer.index.summary.damages)

    def index_of(self, number: int) -> LayerIndex | None:
        """The index of a layer; None where it is not known."""
        layer = self.layers[number - 1]
        return layer.index if layer is not None else None

    def is_in_place(self, number: int) -> bool:
        """True if every entry of a layer is where its name says, as far as the stack is settled."""
        layer = self.layers[number - 1]
        return layer is None or layer.is_in_place

    def entry(self, layer: int, id_: int) -> Entry:
        """An entry of a layer by its id."""
        found = self.layers[layer - 1]
        assert found is not None
        return found.placed.rows([id_])[0]

    def entries(self, layer: int, ids: Sequence[int]) -> dict[int, Entry]:
        """Entries of a layer by their ids, read at once."""
        found = self.layers[layer - 1]
        assert found is not None
        return {entry.id: entry for entry in found.placed.table.many_rows(ids)}

    @contextmanager
    def settled(self, top: int | None = None) -> Iterator[None]:
        """Hold the layers for one thread, with every entry where unpacking puts it.

        Whoever reads rows of `layers` does it within this context: an entry below a symbolic
        link is found where the link leads only from then on.

        Args:
            top: the number of the last layer that counts; all of them unless given.
        """
        with self._lock:
            self._settle(len(self) if top is None else top)
            yield

    # The merged tree by path. ``top`` is the number of the last layer that counts; 0 for none.

    def merged_entry(self, top: int, path: bytes) -> MergedEntry | None:
        """Return the entry at a path after layer ``top``; no link is followed.

        Args:
            top: the number of the layer.
            path: from the root, without a slash at its beginning, not empty.
        """
        with self.settled(top):
            return self._merged_entry(top, path)

    def directories(self, top: int, path: bytes) -> LayerDirectories | None:
        """Return the directories that a folder consists of after layer ``top``; None where there is no folder."""
        with self.settled(top):
            return self._directories(top, path)

    def resolve(self, top: int, path: bytes, *, with_last: bool = False) -> Resolved | None:
        """Follow the symbolic links on the way to a path.

        Args:
            top: the number of the last layer that counts.
            path: any path, which may lead to nothing.
            with_last: also follow a link that the path itself is.

        Returns:
            The path without links on the way; None where links lead in a circle.
        """
        with self.settled(top):
            return self._resolve(top, path, with_last)

    def located(self, top: int, path: bytes) -> tuple[bytes, MergedEntry | None] | None:
        """Locate a path after layer ``top``: the links on the way to it are followed, not the path itself.

        Returns:
            The path without links on the way, and what is there: nothing, too, at the root. None where links
            lead in a circle.
        """
        with self.settled(top):
            resolved = self._resolve(top, path, False)
            if resolved is None:
                return None
            return resolved.path, self._merged_entry(top, resolved.path) if resolved.path else None

    def link_target(self, layer: int, row: PlainRow) -> tuple[int, PlainRow] | None:
        """The entry that holds the contents and the metadata of a row: what a hard link is another name of.

        Unpacking links to what has the name at that moment: an earlier entry of the same
        layer, else what the layers below have. An entry that comes later in the layer is
        taken where there is no other, though a strict program would stop there.

        Returns:
            The number of the layer and the row; None for a hard link to nothing.
        """
        with self.settled(layer):
            return self._link_target(layer, row)

    def strict_targets(self, number: int) -> LinkTargets:
        """Find the targets of all hard links of a layer as a strict program does, which stops at one to nothing.

        Raises:
            LayerError: see `ocitui.layers.index.placing.link_targets`.
        """
        layer = self.layers[number - 1]
        if layer is None:
            return LinkTargets({}, set())
        with self.settled(number - 1):
            return link_targets(layer.index, number, _Lower(self, number - 1))

    def _link_target(self, layer: int, row: PlainRow) -> tuple[int, PlainRow] | None:
        """See `link_target`. A name that can only be found by way of itself is a link to nothing."""
        chain: dict[tuple[int, int], None] = {}
        found: tuple[int, PlainRow] | None = (layer, row)
        while found is not None and found[1].kind == EntryKind.HARDLINK:
            key = found[0], found[1].id
            if key in self._link_targets:
                found = self._link_targets[key]
            elif key in chain or key in self._following or len(self._following) == _NESTED_LINKS:
                found = None
            else:
                chain[key] = None
                self._following.append(key)
                found = self._named_by(*found)
                self._following.pop()
        if found is not None and found[1].directory is not None:
            found = None
        if not self._following:
            if len(self._link_targets) >= _KEPT:
                self._link_targets.clear()
            self._link_targets.update(dict.fromkeys(chain, found))
        return found

    def _symlink(self, merged: MergedEntry | None) -> PlainRow | None:
        """The symbolic link that an entry is, even under another name; None where it is something else."""
        if merged is None or merged.directories is not None:
            return None
        found = self._link_target(merged.layer, merged.row)
        return found[1] if found is not None and found[1].kind == EntryKind.SYMLINK else None

    def _named_by(self, number: int, row: PlainRow) -> tuple[int, PlainRow] | None:
        layer = self.layers[number - 1]
        if layer is not None and (target := layer.targets.get(row.id)) is not None:
            return target[0], self._row(*target)
        parts, _ = components(row.link or b"")
        if not parts or layer is None:
            return None
        resolved = self._resolve(number, b"/".join(parts), False)
        for path in dict.fromkeys((b"/".join(parts), *((resolved.path,) if resolved is not None else ()))):
            if (earlier := self._named_before(number, path, row.id)) is not None:
                return number, earlier
        if resolved is None:
            return None
        lower = self._merged_entry(number - 1, resolved.path)
        if lower is not None and not layer.hides_before(resolved.path, row.id):
            return lower.layer, lower.row
        folder, name = split(resolved.path)
        directories = [id_ for each, id_ in self._directories(number, folder) or () if each is layer]
        visible = layer.rows(folder, directories, (name,))
        now = [other for other in visible if other.directory is None and not other.is_whiteout]
        runs = [*([other] for other in now), *layer.replaced(folder, directories, name)]
        later = [other for run in runs for other in run[bisect_right(run, row.id, key=itemgetter(0)) :][:1]]
        return (number, min(later)) if later else None

    def _named_before(self, number: int, path: bytes, id_: int) -> PlainRow | None:
        """The entry at a path when the turn of another came; asked for once of a layer that has each path once."""
        layer = self.layers[number - 1]
        assert layer is not None
        if layer.has_superseded:
            found = layer.placed.named_before(path, id_)
            return None if found is None else self._row(number, found)
        if (number, path) not in self._sole:
            if len(self._sole) >= _KEPT:
                self._sole.clear()
            sole = layer.placed.named_before(path, _AFTER_ALL)
            self._sole[number, path] = None if sole is None else self._row(number, sole)
        row = self._sole[number, path]
        return row if row is not None and row.id < id_ else None

    def _row(self, number: int, id_: int) -> PlainRow:
        layer = self.layers[number - 1]
        assert layer is not None
        return layer.placed.table.plain([id_])[0]

    def _merged_entry(self, top: int, path: bytes) -> MergedEntry | None:
        """See `merged_entry`. Asked of one layer after the other it puts one more layer over the others each time."""
        directories = self._directories(top, split(path)[0])
        return self._merged_entry_in(directories, path) if directories else None

    def _merged_entry_in(self, directories: LayerDirectories, path: bytes) -> MergedEntry | None:
        """The same, where it is known what makes up the folder of the path."""
        folder, name = split(path)
        names = (name, OPAQUE_NAME)
        key = path_key(path)
        before, entries = self._last.get(key, ((), {}))
        entries = merge_further(folder, directories, names, before=before, entries=entries)
        self._last[key] = directories, entries
        return entries.get(name)

    def _directories(self, top: int, path: bytes) -> LayerDirectories | None:
        known, ends = ends_of_unknown(path, lambda folder: (top, path_key(folder)) in self._folders)
        if known:
            directories = self._folders.get((top, path_key(known)))
        else:
            directories = self._roots[: sum(layer is not None for layer in self.layers[:top])]
        for end in reversed(ends):
            if directories:
                merged = self._merged_entry_in(directories, path[:end])
                found = merged.directories if merged is not None else None
                directories = tuple(found) if found is not None else None
            self._folders[top, path_key(path[:end])] = directories
        return directories

    def _resolve(self, top: int, path: bytes, with_last: bool) -> Resolved | None:
        links: list[FollowedLink] = []

        def target_at(here: bytes) -> bytes | None:
            merged = self._merged_entry(top, here)
            link = self._symlink(merged)
            if merged is None or link is None:
                return None
            links.append(FollowedLink(here, merged.layer, link.link or b""))
            return links[-1].target

        found = follow_links(path, target_at, with_last=with_last)
        return Resolved(b"/".join(found), tuple(links)) if found is not None else None

    def _settle(self, top: int) -> None:
        """Put the entries of each layer where unpacking puts them over the layers below."""
        while self._settled < top:
            layer = self.layers[self._settled]
            placed = self._placed(layer) if layer is not None else None
            if layer is not None and placed is not None:
                layer.placed, layer.targets = placed.index, placed.links.found
                layer.has_all_targets = not placed.links.is_full
            self._settled += 1  # not where it failed: whoever asks again is told again

    def _placed(self, layer: MergedLayer) -> Placed | None:
        """Place the entries of a layer over the layers below; kept for other stacks of the same layers."""
        number = layer.number
        below = tuple(ref(each.index) if each is not None else None for each in self.layers[: number - 1])
        known = _PLACED.get(layer.index)
        if known is not None and known[0] == below:
            return known[1]
        placed = place_entries(layer.index, number, _Lower(self, number - 1))
        if layer.index.summary.complete:
            _PLACED[layer.index] = below, placed
        return placed

    # For `_Lower`, which is asked while layers settle.

    def lower_symlink(self, top: int, path: bytes) -> bytes | None:
        """The target of the symbolic link at a path after layer ``top``, which is settled."""
        link = self._symlink(self._merged_entry(top, path)) if path else None
        return link.link or b"" if link is not None else None

    def lower_directory(self, top: int, path: bytes) -> bool:
        """True if a directory is at a path after layer ``top``, which is settled."""
        merged = self._merged_entry(top, path) if path else None
        return merged is not None and merged.directories is not None

    def lower_target(self, top: int, path: bytes) -> tuple[int, int] | None:
        """Layer and id of what is at a path after layer ``top``, which is settled, and is no directory."""
        merged = self._merged_entry(top, path) if path else None
        return (merged.layer, merged.row.id) if merged is not None and merged.directories is None else None


class _Lower:
    """The layers up to one, which another is unpacked over."""

    def __init__(self, stack: LayerStack, top: int) -> None:
        self._stack, self._top = stack, top

    def symlink(self, path: bytes) -> bytes | None:
        """See `ocitui.layers.index.placed.Lower`."""
        return self._stack.lower_symlink(self._top, path)

    def is_directory(self, path: bytes) -> bool:
        """See `ocitui.layers.index.placed.Lower`."""
        return self._stack.lower_directory(self._top, path)

    def target(self, path: bytes) -> tuple[int, int] | None:
        """See `ocitui.layers.index.placed.Lower`."""
        return self._stack.lower_target(self._top, path)


def compare_rows(stack: LayerStack, before: tuple[int, PlainRow], after: tuple[int, PlainRow]) -> Change:
    """Compare two versions of a path, hard links by what they are names of."""
    old, new = stack.link_target(*before) or before, stack.link_target(*after) or after
    if before[1].directory is not None:
        old = before
    if after[1].directory is not None:
        new = after
    if old == new:
        return Change()
    return compare(old[1], new[1], lambda: (stack.entry(old[0], old[1].id), stack.entry(new[0], new[1].id)))
