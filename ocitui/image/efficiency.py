"""How well an image uses its bytes as dive 0.13.1 counts it, so that people can compare.

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

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ocitui.image.collector import without_collector
from ocitui.image.layer_names import Held, Key, LayerNames, Run, key_of, rows_of, sizes_of
from ocitui.layers.directories import NOWHERE, ROOT
from ocitui.layers.entry import EntryKind
from ocitui.layers.pathnames import METADATA_PREFIX, WHITEOUT_PREFIX

_DROPPED = (METADATA_PREFIX + b".").decode()
"""What names begin with that dive leaves out, with everything below."""

_PREFIX = WHITEOUT_PREFIX.decode()
_IMPLIED = 0
"""Stands for the entry of a directory that no header describes."""


@dataclass(frozen=True, slots=True)
class InefficientPath:
    """A path that is a leaf in several layers."""

    path: bytes
    """From the root, with a slash at its beginning, as dive writes it."""
    count: int
    """In how many it is one; a whiteout and an entry of the same layer are two."""
    size: int
    """Bytes of all of them."""


@dataclass(frozen=True, slots=True)
class Efficiency:
    """What ``dive --ci`` and ``dive --json`` say of an image."""

    score: float
    """From 0 to 1; ``efficiencyScore``."""
    wasted: int
    """Bytes of all inefficient paths; ``inefficientBytes``."""
    layer_sizes: tuple[int, ...]
    """Bytes of the files of each layer; ``sizeBytes``."""
    paths: tuple[InefficientPath, ...]
    """The most bytes first; ``fileReference``. Equals by path, which dive leaves to chance."""

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


def measure_efficiency(layers: Sequence[LayerNames]) -> Efficiency:
    """Count as dive does.

    Args:
        layers: all layers of the image, the lowest first.
    """
    with without_collector():
        return _Count(layers).result()


_Entries = Held | dict[str, Key]
"""Some entries of a folder by name, or where they can be had from."""


def _dictionary(entries: _Entries) -> dict[str, Key]:
    return entries.keys() if isinstance(entries, Held) else entries


class _Folder:
    """A path that has something below it in any layer. What is in it is not looked at before it matters."""

    __slots__ = ("_entries", "_held", "_held_leaves", "_leaves", "folders", "layers", "name", "parent")

    def __init__(self, name: str, parent: "_Folder | None") -> None:
        self.name = name
        self.parent = parent
        self.folders: dict[str, _Folder] = {}
        self.layers = 0
        """The layers that have anything in it: one bit for each."""
        self._entries: dict[str, Key] = {}
        self._held: list[_Entries] = []
        self._leaves: dict[str, Key] = {}
        self._held_leaves: list[tuple[int, _Entries]] = []

    @property
    def entries(self) -> dict[str, Key]:
        """What dive has here of the layers so far, one over the other; `_IMPLIED` for what has no header."""
        for held in self._held:
            self._entries |= _dictionary(held)
        self._held.clear()
        return self._entries

    def put(self, entries: _Entries) -> None:
        """Put more over it."""
        self._held.append(entries)

    def clear(self) -> None:
        """Take everything away."""
        self._held.clear()
        self._entries = {}

    @property
    def leaves(self) -> dict[str, Key]:
        """The leaves of the layers so far, by name."""
        for number, held in self._held_leaves:
            self._leaves |= self.only_leaves(number, held)
        self._held_leaves.clear()
        return self._leaves

    def hold_leaves(self, number: int, entries: _Entries) -> bool:
        """Keep entries of a layer for later, where no other has anything. Returns whether they were kept."""
        if self._leaves or (self._held_leaves and self._held_leaves[0][0] != number):
            return False
        self._held_leaves.append((number, entries))
        return True

    def only_leaves(self, number: int, entries: _Entries) -> dict[str, Key]:
        """Those of some entries that have nothing below them in their own layer."""
        found = _dictionary(entries)
        names = found if len(found) < len(self.folders) else self.folders.keys() & found.keys()
        inner = [name for name in names if self.has_in(name, number)] if self.folders else []
        return {name: key for name, key in found.items() if name not in inner} if inner else found

    def has_in(self, name: str, number: int) -> bool:
        """Whether a layer has something below a name."""
        below = self.folders.get(name)
        return below is not None and bool(below.layers >> number & 1)

    def below(self, name: str) -> "_Folder":
        found = self.folders.get(name)
        if found is None:
            found = self.folders[name] = _Folder(name, self)
        return found

    @property
    def path(self) -> tuple[bytes, ...]:
        """The components of its path."""
        parts: list[bytes] = []
        here = self
        while here.parent is not None:
            parts.append(_bytes(here.name))
            here = here.parent
        return tuple(reversed(parts))


@dataclass(frozen=True, slots=True)
class _Whiteout:
    folder: _Folder
    name: str
    """What it hides."""
    key: Key
    is_inner: bool = False
    """Whether something lies below it, so that it is no leaf."""

    @property
    def order(self) -> tuple[bytes, ...]:
        """What leaves are visited in the order of."""
        return (*self.folder.path, WHITEOUT_PREFIX + _bytes(self.name))


@dataclass(slots=True)
class _Tree:
    """One layer as dive has it."""

    nodes: list[tuple[_Folder, _Entries]]
    """Everything but whiteouts, by folder; a folder may come several times."""
    whiteouts: list[_Whiteout]
    leaf_bytes: int | None
    """Bytes of all leaves, where they need not be added up one by one."""


class _Count:
    def __init__(self, layers: Sequence[LayerNames]) -> None:
        self.layers = layers
        self.root = _Folder("", None)
        self.sizes: dict[Key, int] = {}  # of whiteouts
        self.repeated: dict[tuple[_Folder, str], list[Key]] = {}
        self.discovered = 0
        self.unseen: set[tuple[_Folder, str]] = set()  # paths that whiteouts name and no layer before has
        for number, names in enumerate(layers, 1):
            self._add(number, names)

    def result(self) -> Efficiency:
        """What was counted."""
        keys = {key for keys in self.repeated.values() for key in keys} - self.sizes.keys()
        sizes = sizes_of(self.layers, keys) | self.sizes | {_IMPLIED: 0}
        smallest = self.discovered - sum(name not in folder.leaves for folder, name in self.unseen)
        found = []
        before: dict[_Folder, bytes] = {}
        for (folder, name), same in self.repeated.items():
            copies = [sizes[key] for key in same]
            total = sum(copies)
            smallest -= total - min(copies)
            if folder not in before:
                before[folder] = b"".join(b"/" + part for part in folder.path) + b"/"
            path = before[folder] + _bytes(name)
            found.append(InefficientPath(path, len(copies), total))
        found.sort(key=lambda each: (-each.size, each.path))
        score = float(smallest) / float(self.discovered) if self.discovered else 1.0
        layer_sizes = tuple(names.shipped_bytes for names in self.layers)
        return Efficiency(score, sum(each.size for each in found), layer_sizes, tuple(found))

    def _add(self, number: int, names: LayerNames) -> None:
        tree = _tree(names, number, self.root)
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

    def _see(self, folder: _Folder, leaves: dict[str, Key]) -> None:
        before = folder.leaves
        for name in before.keys() & leaves.keys():
            keys = self.repeated.setdefault((folder, name), [])
            keys += [leaves[name]] if keys else [before[name], leaves[name]]
        before.update(leaves)

    # Whiteouts, and what they hide in the layers before.

    def _size_whiteouts(self, tree: _Tree) -> tuple[bytes, ...] | None:
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

    def _size_below(self, folder: _Folder) -> int:
        return self._sum(key for here in _folders(folder) for key in here.entries.values())

    def _stack(self, tree: _Tree) -> None:
        """Put a layer over those before it."""
        for each in tree.whiteouts:
            _remove(each.folder, each.name)
        for folder, entries in tree.nodes:
            folder.put(entries)
        for each in tree.whiteouts:  # dive goes by name: what comes before a whiteout of its own layer goes with it
            if _bytes(each.name) < WHITEOUT_PREFIX + _bytes(each.name):
                _remove(each.folder, each.name)

    def _sum(self, keys: Iterable[Key]) -> int:
        return sum(sizes_of(self.layers, [key for key in keys if key != _IMPLIED]).values())


def _tree(names: LayerNames, number: int, root: _Folder) -> _Tree:
    if names.superseded or names.odd:
        return _odd_tree(names, number, root)
    at = {ROOT: root}
    root.layers |= 1 << number
    for directory in names.directories:
        at[directory.id] = at[directory.parent].below(directory.name.decode("utf-8", "surrogateescape"))
    implied = names.index.implied_directories()
    apart = sorted(row.id for row in (*names.whiteouts, *implied))
    nodes: list[tuple[_Folder, _Entries]] = []
    for run in names.runs:
        if run.directory != NOWHERE and _has_any(run, apart):
            folder = at[run.directory]
            folder.layers |= 1 << number
            nodes.append((folder, Held(run, number, apart)))
    for row in implied:
        folder = at[row.parent]
        folder.layers |= 1 << number
        nodes.append((folder, {row.name.decode("utf-8", "surrogateescape"): _IMPLIED}))
    whiteouts = []
    for each in names.whiteouts:
        if each.kind == EntryKind.WHITEOUT:
            at[each.parent].layers |= 1 << number
            name = each.name.decode("utf-8", "surrogateescape")
            whiteouts.append(_Whiteout(at[each.parent], name, key_of(number, each.id)))
    return _Tree(nodes, whiteouts, names.shown_bytes - sum(row.size for row in names.whiteouts))


def _odd_tree(names: LayerNames, number: int, root: _Folder) -> _Tree:
    """The same for a layer in which paths occur twice, or names that begin like those of whiteouts."""
    at: dict[int, _Folder | None] = {ROOT: root}
    root.layers |= 1 << number
    for directory in names.directories:
        above = at[directory.parent]
        name = directory.name.decode("utf-8", "surrogateescape")
        at[directory.id] = None if above is None or name.startswith(_DROPPED) else above.below(name)
    nodes: dict[_Folder, dict[str, Key]] = {}
    hiding: dict[tuple[_Folder, str], Key] = {}
    for run in names.runs:
        folder = at.get(run.directory)
        if run.directory == NOWHERE or folder is None:
            continue
        for row in names.index.plain(range(run.first, run.first + len(run.names))):
            name = row.name.decode("utf-8", "surrogateescape")
            key = key_of(number, row.id)
            if row.kind == EntryKind.OPAQUE or (row.kind != EntryKind.WHITEOUT and name.startswith(_DROPPED)):
                continue
            folder.layers |= 1 << number
            if row.kind == EntryKind.WHITEOUT:
                hiding[folder, name] = key
            elif name.startswith(_PREFIX):
                hiding.setdefault((folder, name.removeprefix(_PREFIX)), key)
            elif not row.is_implied:
                nodes.setdefault(folder, {})[name] = key
            else:
                nodes.setdefault(folder, {}).setdefault(name, _IMPLIED)
    whiteouts = [
        _Whiteout(folder, name, key, is_inner=folder.has_in(_PREFIX + name, number))
        for (folder, name), key in hiding.items()
    ]
    return _Tree(list(nodes.items()), whiteouts, None)


def _has_any(run: Run, apart: Sequence[int]) -> bool:
    """Whether a run has more than what is looked at apart."""
    end = run.first + len(run.names)
    return bisect_left(apart, end) - bisect_left(apart, run.first) < len(run.names)


def _before(folder: _Folder, leaves: dict[str, Key], cut: tuple[bytes, ...]) -> dict[str, Key]:
    """Those that come before a path in the order in which leaves are visited."""
    path = folder.path
    return {name: key for name, key in leaves.items() if (*path, _bytes(name)) < cut}


def _remove(folder: _Folder, name: str) -> None:
    folder.entries.pop(name, None)
    if name in folder.folders:
        for here in _folders(folder.folders[name]):
            here.clear()


def _folders(folder: _Folder) -> Iterator[_Folder]:
    pending = [folder]
    while pending:
        here = pending.pop()
        yield here
        pending += here.folders.values()


def _bytes(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape")
