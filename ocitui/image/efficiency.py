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

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ocitui.image.layer_names import Key, LayerNames, key_of, rows_of, sizes_of
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
    return _Count(layers).result()


class _Folder:
    """A path that has something below it in any layer."""

    __slots__ = ("entries", "folders", "layer", "name", "parent", "seen")

    def __init__(self, name: str, parent: "_Folder | None") -> None:
        self.name = name
        self.parent = parent
        self.folders: dict[str, _Folder] = {}
        self.entries: dict[str, Key] = {}
        """What dive has here of the layers so far, one over the other; `_IMPLIED` for what has no header."""
        self.seen: dict[str, Key] = {}
        """The leaves so far, by name."""
        self.layer = 0
        """The last layer that has anything in it."""

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

    nodes: list[tuple[_Folder, dict[str, Key]]]
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
        smallest = self.discovered - sum(name not in folder.seen for folder, name in self.unseen)
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
                folder.entries.update(entries)
        cut = self._size_whiteouts(tree)
        leaves = list(_leaves(tree, number))
        if cut is not None:
            leaves = [(folder, _before(folder, left, cut)) for folder, left in leaves]
        if cut is not None or tree.leaf_bytes is None:
            self.discovered += self._sum(key for _, left in leaves for key in left.values())
        else:
            self.discovered += tree.leaf_bytes
        for whiteout in tree.whiteouts:
            if not whiteout.is_inner and (cut is None or whiteout.order < cut):
                self.discovered += self.sizes[whiteout.key]
                self._see(whiteout.folder, {whiteout.name: whiteout.key})
        for folder, left in leaves:
            self._see(folder, left)
        self._stack(tree)

    def _see(self, folder: _Folder, leaves: dict[str, Key]) -> None:
        for name in folder.seen.keys() & leaves.keys():
            keys = self.repeated.setdefault((folder, name), [])
            keys += [leaves[name]] if keys else [folder.seen[name], leaves[name]]
        folder.seen.update(leaves)

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
            folder.entries.update(entries)
        for each in tree.whiteouts:  # dive goes by name: what comes before a whiteout of its own layer goes with it
            if _bytes(each.name) < WHITEOUT_PREFIX + _bytes(each.name):
                _remove(each.folder, each.name)

    def _sum(self, keys: Iterable[Key]) -> int:
        return sum(sizes_of(self.layers, [key for key in keys if key != _IMPLIED]).values())


def _tree(names: LayerNames, number: int, root: _Folder) -> _Tree:
    if names.superseded or names.odd:
        return _odd_tree(names, number, root)
    at = {ROOT: root}
    root.layer = number
    for directory in names.directories:
        at[directory.id] = at[directory.parent].below(directory.name.decode("utf-8", "surrogateescape"))
    implied = names.index.implied_directories()
    apart = sorted(row.id for row in (*names.whiteouts, *implied))
    nodes = []
    for run in names.runs:
        if run.directory != NOWHERE and (entries := run.keys(number, apart)):
            folder = at[run.directory]
            folder.layer = number
            nodes.append((folder, entries))
    for row in implied:
        folder = at[row.parent]
        folder.layer = number
        nodes.append((folder, {row.name.decode("utf-8", "surrogateescape"): _IMPLIED}))
    whiteouts = []
    for each in names.whiteouts:
        if each.kind == EntryKind.WHITEOUT:
            at[each.parent].layer = number
            name = each.name.decode("utf-8", "surrogateescape")
            whiteouts.append(_Whiteout(at[each.parent], name, key_of(number, each.id)))
    return _Tree(nodes, whiteouts, names.shown_bytes - sum(row.size for row in names.whiteouts))


def _odd_tree(names: LayerNames, number: int, root: _Folder) -> _Tree:
    """The same for a layer in which paths occur twice, or names that begin like those of whiteouts."""
    at: dict[int, _Folder | None] = {ROOT: root}
    root.layer = number
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
            folder.layer = number
            if row.kind == EntryKind.WHITEOUT:
                hiding[folder, name] = key
            elif name.startswith(_PREFIX):
                hiding.setdefault((folder, name.removeprefix(_PREFIX)), key)
            elif not row.is_implied:
                nodes.setdefault(folder, {})[name] = key
            else:
                nodes.setdefault(folder, {}).setdefault(name, _IMPLIED)
    whiteouts = [
        _Whiteout(folder, name, key, is_inner=_is_inner(folder, _PREFIX + name, number))
        for (folder, name), key in hiding.items()
    ]
    return _Tree(list(nodes.items()), whiteouts, None)


def _is_inner(folder: _Folder, name: str, number: int) -> bool:
    below = folder.folders.get(name)
    return below is not None and below.layer == number


def _leaves(tree: _Tree, number: int) -> Iterator[tuple[_Folder, dict[str, Key]]]:
    for folder, entries in tree.nodes:
        names = entries if len(entries) < len(folder.folders) else folder.folders.keys() & entries.keys()
        inner = [name for name in names if _is_inner(folder, name, number)] if folder.folders else []
        if inner:
            entries = dict(entries)
            for name in inner:
                del entries[name]
        yield folder, entries


def _before(folder: _Folder, leaves: dict[str, Key], cut: tuple[bytes, ...]) -> dict[str, Key]:
    """Those that come before a path in the order in which leaves are visited."""
    path = folder.path
    return {name: key for name, key in leaves.items() if (*path, _bytes(name)) < cut}


def _remove(folder: _Folder, name: str) -> None:
    folder.entries.pop(name, None)
    if name in folder.folders:
        for here in _folders(folder.folders[name]):
            here.entries = {}


def _folders(folder: _Folder) -> Iterator[_Folder]:
    pending = [folder]
    while pending:
        here = pending.pop()
        yield here
        pending += here.folders.values()


def _bytes(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape")
