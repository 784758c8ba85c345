"""The efficiency of an image as dive 0.13.1 counts it, so that people can compare.

dive looks at each layer's tar by itself, as a tree of names, and counts the leaves of those
trees: files, links, empty directories, and whiteouts. For each path it adds up the sizes in
all layers and keeps the smallest. The score is the sum of the smallest sizes through the sum
of all; a path that is a leaf in two layers or more is inefficient with all its bytes, the
copy that is still there included. What differs from our own counting:

- A whiteout counts at the path that it hides: of a file as 0 bytes, of a directory as the
  bytes below it in the layers before; so a deleted folder is paid for once more.
- A whiteout of something that is in none of the layers before ends the counting of its layer:
  what comes later in the order of names is not counted, and such a path takes one byte off the
  sum of the smallest sizes where no layer has it.
- Opaque whiteouts hide nothing. Links on the way to a path are not followed.
- A directory that no header describes is none when it is deleted: its whiteout counts 0.
- A file in place of a directory does not hide what the directory held.
- The size of a hard link is 0, also where its header says more (dive takes what it says).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from ocitui.image.dive.tree import IMPLIED, DiveFolder, DiveTree, as_bytes, dive_tree
from ocitui.image.squash.collector import without_collector
from ocitui.image.squash.layer_names import Key, LayerNames, layer_of, rows_of, sizes_of
from ocitui.layers.entry import EntryKind
from ocitui.layers.pathnames import WHITEOUT_PREFIX


@dataclass(frozen=True, slots=True)
class InefficientPath:
    """A path that is a leaf in several layers."""

    path: bytes
    """From the root, with a slash at its beginning, as dive writes it."""
    count: int
    """In how many it is one; a whiteout and an entry of the same layer are two."""
    size: int
    """Bytes of all of them."""
    smallest: int = 0
    """Bytes of the smallest of them, the only ones that do not lower the score."""
    last_layer: int = 0
    """The last of those layers."""


@dataclass(frozen=True, slots=True)
class Efficiency:
    """The numbers of ``dive --ci`` and ``dive --json`` for an image."""

    score: float
    """From 0 to 1; ``efficiencyScore``."""
    wasted: int
    """Bytes of all inefficient paths; ``inefficientBytes``."""
    layer_sizes: tuple[int, ...]
    """Bytes of the files of each layer; ``sizeBytes``."""
    paths: tuple[InefficientPath, ...]
    """The most bytes first; ``fileReference``. Equals by path, which dive leaves to chance."""
    discovered: int = 0
    """Bytes of all leaves of all layers, which the score is a part of."""

    @property
    def size(self) -> int:
        """Bytes of all layers."""
        return sum(self.layer_sizes)

    @property
    def user_wasted(self) -> float:
        """``userWastedPercent``: wasted bytes to the bytes of all layers but the first, as a ratio.

        Infinite where only the first layer has any; not a number where nothing is wasted either.
        """
        user = sum(self.layer_sizes[1:])
        if user:
            return float(self.wasted) / float(user)
        return float("inf") if self.wasted else float("nan")

    def without(self, is_left_out: Callable[[bytes], bool]) -> "Efficiency":
        """The same where nothing is wasted at some paths.

        Args:
            is_left_out: whether a path, with a slash at its beginning, is one of them.
        """
        kept = tuple(each for each in self.paths if not is_left_out(each.path))
        wasted = sum(each.size for each in kept)
        lowering = sum(each.size - each.smallest for each in kept)
        lowered = sum(each.size - each.smallest for each in self.paths)
        score = self.score
        if self.discovered and len(kept) < len(self.paths):
            score = min(1.0, score + float(lowered - lowering) / float(self.discovered))
        return Efficiency(score, wasted, self.layer_sizes, kept, self.discovered)


def measure_efficiency(layers: Sequence[LayerNames]) -> Efficiency:
    """Count as dive does.

    Args:
        layers: all layers of the image, the lowest first.
    """
    with without_collector():
        return _Count(layers).result()


class _Count:
    def __init__(self, layers: Sequence[LayerNames]) -> None:
        self.layers = layers
        self.root = DiveFolder("", None)
        self.sizes: dict[Key, int] = {}  # of whiteouts
        self.repeated: dict[tuple[DiveFolder, str], list[Key]] = {}
        self.discovered = 0
        self.unseen: set[tuple[DiveFolder, str]] = set()  # paths that whiteouts name and no layer before has
        for number, names in enumerate(layers, 1):
            self._add(number, names)

    def result(self) -> Efficiency:
        """Return the result of the count."""
        keys = {key for keys in self.repeated.values() for key in keys} - self.sizes.keys()
        sizes = sizes_of(self.layers, keys) | self.sizes | {IMPLIED: 0}
        smallest = self.discovered - sum(name not in folder.leaves for folder, name in self.unseen)
        found = []
        before: dict[DiveFolder, bytes] = {}
        for (folder, name), same in self.repeated.items():
            copies = [sizes[key] for key in same]
            total = sum(copies)
            smallest -= total - min(copies)
            if folder not in before:
                before[folder] = b"".join(b"/" + part for part in folder.path) + b"/"
            path = before[folder] + as_bytes(name)
            found.append(InefficientPath(path, len(copies), total, min(copies), layer_of(max(same))))
        found.sort(key=lambda each: (-each.size, each.path))
        score = float(smallest) / float(self.discovered) if self.discovered else 1.0
        layer_sizes = tuple(names.shipped_bytes for names in self.layers)
        wasted = sum(each.size for each in found)
        return Efficiency(score, wasted, layer_sizes, tuple(found), self.discovered)

    def _add(self, number: int, names: LayerNames) -> None:
        tree = dive_tree(names, number, self.root)
        if number == 1:  # what stands for "the layers before" is then the layer itself
            for folder, entries in tree.nodes:
                folder.put(entries)
        cut = self._size_whiteouts(tree)
        leaves = tree.nodes
        if cut is not None:
            leaves = [(folder, _before(folder, folder.only_leaves(number, held), cut)) for folder, held in leaves]
        if cut is None and tree.leaf_bytes is not None:
            self.discovered += tree.leaf_bytes
        else:
            every = (folder.only_leaves(number, held) for folder, held in leaves)
            self.discovered += self._sum(key for found in every for key in found.values())
        for whiteout in tree.whiteouts:
            if not whiteout.is_inner and (cut is None or whiteout.order < cut):
                self.discovered += self.sizes[whiteout.key]
                self._see(whiteout.folder, {whiteout.name: whiteout.key})
        for folder, held in leaves:
            if not folder.hold_leaves(number, held):
                self._see(folder, folder.only_leaves(number, held))
        self._stack(tree)

    def _see(self, folder: DiveFolder, leaves: dict[str, Key]) -> None:
        before = folder.leaves
        for name in before.keys() & leaves.keys():
            keys = self.repeated.setdefault((folder, name), [])
            keys += [leaves[name]] if keys else [before[name], leaves[name]]
        before.update(leaves)

    # Whiteouts, and what they hide in the layers before.

    def _size_whiteouts(self, tree: DiveTree) -> tuple[bytes, ...] | None:
        """Give each whiteout its size. Returns the order of the first that hides nothing, which ends the layer."""
        hidden = {id(each): each.folder.entries.get(each.name) for each in tree.whiteouts}
        rows = rows_of(self.layers, [key for key in hidden.values() if key])
        ends = []
        for each in tree.whiteouts:
            key = hidden[id(each)]
            row = rows.get(key) if key else None
            is_directory = row is not None and row.kind == EntryKind.DIRECTORY and not row.is_implied
            below = each.folder.folders.get(each.name)
            self.sizes[each.key] = self._size_below(below) if is_directory and below is not None else 0
            if key is None and not each.is_inner:
                ends.append(each)
        if not ends:
            return None
        first = min(ends, key=lambda each: each.order)
        self.unseen.add((first.folder, first.name))
        return first.order

    def _size_below(self, folder: DiveFolder) -> int:
        return self._sum(key for here in _folders(folder) for key in here.entries.values())

    def _stack(self, tree: DiveTree) -> None:
        """Put a layer over those before it."""
        for each in tree.whiteouts:
            _remove(each.folder, each.name)
        for folder, entries in tree.nodes:
            folder.put(entries)
        for each in tree.whiteouts:  # dive goes by name: what comes before a whiteout of its own layer goes with it
            if as_bytes(each.name) < WHITEOUT_PREFIX + as_bytes(each.name):
                _remove(each.folder, each.name)

    def _sum(self, keys: Iterable[Key]) -> int:
        return sum(sizes_of(self.layers, [key for key in keys if key != IMPLIED]).values())


def _before(folder: DiveFolder, leaves: dict[str, Key], cut: tuple[bytes, ...]) -> dict[str, Key]:
    """Those that come before a path in the order in which leaves are visited."""
    path = folder.path
    return {name: key for name, key in leaves.items() if (*path, as_bytes(name)) < cut}


def _remove(folder: DiveFolder, name: str) -> None:
    folder.entries.pop(name, None)
    if name in folder.folders:
        for here in _folders(folder.folders[name]):
            here.clear()


def _folders(folder: DiveFolder) -> Iterator[DiveFolder]:
    pending = [folder]
    while pending:
        here = pending.pop()
        yield here
        pending += here.folders.values()
