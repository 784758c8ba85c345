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

from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter

from ocitui.image.dive.tree import IMPLIED, DiveFolder, DiveWhiteout, Entries, as_bytes, grow_tree
from ocitui.image.dive.whiteouts import WhiteoutSizes
from ocitui.image.squash.collector import without_collector
from ocitui.image.squash.layer_names import Key, LayerNames, layer_of, sizes_of

_AT_ONCE = 50_000


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
    """Counts one folder after the other, so that the names of all are never in memory at once."""

    def __init__(self, layers: Sequence[LayerNames]) -> None:
        self.layers = layers
        self.root = DiveFolder("", None)
        leaf_bytes = [grow_tree(names, number, self.root) for number, names in enumerate(layers, 1)]
        self.whiteouts = WhiteoutSizes(layers, self.root)
        self.cuts = {number: each.order for number, each in self.whiteouts.first_idle.items()}
        self.discovered = 0
        self.single = set(self.cuts)
        """The layers whose leaves are added up one by one."""
        for number, size in enumerate(leaf_bytes, 1):
            if size is None:
                self.single.add(number)
            elif number not in self.single:
                self.discovered += size
        self._idle: dict[DiveFolder, set[str]] = {}  # the names that such whiteouts hide
        for each in self.whiteouts.first_idle.values():
            self._idle.setdefault(each.folder, set()).add(each.name)
        self.unseen = 0
        """Paths that whiteouts name and no layer has."""
        self.found: list[InefficientPath] = []
        self._repeated: list[tuple[bytes, list[Key]]] = []  # of the last folders, until their sizes are read
        self._apart = array("q")  # leaves that are added up one by one, likewise
        for folder in self.root.walk():
            self._count(folder)
            if len(self._repeated) > _AT_ONCE:
                self._settle_repeated()
        self._settle_repeated()
        self._settle_apart()

    def result(self) -> Efficiency:
        """Return the result of the count."""
        found = sorted(self.found, key=lambda each: (-each.size, each.path))
        smallest = self.discovered - self.unseen - sum(each.size - each.smallest for each in found)
        score = float(smallest) / float(self.discovered) if self.discovered else 1.0
        layer_sizes = tuple(names.shipped_bytes for names in self.layers)
        wasted = sum(each.size for each in found)
        return Efficiency(score, wasted, layer_sizes, tuple(found), self.discovered)

    def _count(self, folder: DiveFolder) -> None:
        """Find the names in a folder that are leaves in several layers."""
        numbers = {number for number, _ in folder.held}
        if len(numbers) < 2 and not folder.whiteouts and numbers.isdisjoint(self.single):
            return
        path = folder.path
        leaves: dict[str, Key] = {}
        repeated: dict[str, list[Key]] = {}
        for new in self._leaves(folder, path):
            for name in leaves.keys() & new.keys():
                keys = repeated.setdefault(name, [])
                keys += [new[name]] if keys else [leaves[name], new[name]]
            leaves |= new
        self.unseen += len(self._idle.get(folder, set()) - leaves.keys())
        before = b"".join(b"/" + part for part in path) + b"/"
        self._repeated += [(before + as_bytes(name), keys) for name, keys in repeated.items()]

    def _leaves(self, folder: DiveFolder, path: tuple[bytes, ...]) -> Iterator[dict[str, Key]]:
        """The leaves in a folder, the lowest layer first, and of a layer the whiteouts first."""
        every: list[tuple[int, DiveWhiteout | Entries]] = [
            *((each.layer, each) for each in folder.whiteouts if not each.is_inner),
            *folder.held,
        ]
        for number, held in sorted(every, key=itemgetter(0)):
            cut = self.cuts.get(number)
            if isinstance(held, DiveWhiteout):
                if cut is None or held.order < cut:
                    self.discovered += self.whiteouts.sizes[held.key]
                    yield {held.name: held.key}
                continue
            leaves = folder.only_leaves(number, held)
            if cut is not None:
                leaves = {name: key for name, key in leaves.items() if (*path, as_bytes(name)) < cut}
            if number in self.single:
                self._apart.extend(key for key in leaves.values() if key != IMPLIED)
                if len(self._apart) > _AT_ONCE:
                    self._settle_apart()
            yield leaves

    def _settle_apart(self) -> None:
        """Add the sizes of leaves up."""
        self.discovered += sum(sizes_of(self.layers, self._apart).values())
        self._apart = array("q")

    def _settle_repeated(self) -> None:
        """Give paths that are leaves in several layers their sizes."""
        whiteouts = self.whiteouts.sizes
        wanted = {key for _, keys in self._repeated for key in keys if key not in whiteouts}
        sizes = {**sizes_of(self.layers, wanted), IMPLIED: 0}
        for path, keys in self._repeated:
            copies = [whiteouts[key] if key in whiteouts else sizes[key] for key in keys]
            self.found.append(InefficientPath(path, len(copies), sum(copies), min(copies), layer_of(max(keys))))
        self._repeated = []
