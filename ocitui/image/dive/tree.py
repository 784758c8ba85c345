"""One layer as dive 0.13.1 sees it: a tree of the names in its tar; see `ocitui.image.dive.efficiency`."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from ocitui.image.squash.layer_names import Key, KeyedRun, LayerNames, NameRun, key_of
from ocitui.layers.entry import EntryKind
from ocitui.layers.index.directories import NOWHERE, ROOT
from ocitui.layers.pathnames import METADATA_PREFIX, WHITEOUT_PREFIX

_DROPPED = (METADATA_PREFIX + b".").decode()
"""The beginning of names that dive leaves out, with everything below."""

_PREFIX = WHITEOUT_PREFIX.decode()
IMPLIED = 0
"""Stands for the entry of a directory that no header describes."""


Entries = KeyedRun | dict[str, Key]
"""Some entries of a folder by name, or where they can be had from."""


_NONE: dict[str, Key] = {}
"""The contents of most folders, until they are needed; it stays empty."""


def _dictionary(entries: Entries) -> dict[str, Key]:
    return entries.keys() if isinstance(entries, KeyedRun) else entries


class DiveFolder:
    """A path that has something below it in any layer. What is in it is not looked at before it matters."""

    __slots__ = ("_entries", "_held", "_held_leaves", "_leaves", "folders", "layers", "name", "parent")

    def __init__(self, name: str, parent: "DiveFolder | None") -> None:
        self.name = name
        self.parent = parent
        self.folders: dict[str, DiveFolder] = {}
        self.layers = 0
        """The layers that have anything in it: one bit for each."""
        self._entries = _NONE
        self._held: list[Entries] = []
        self._leaves = _NONE
        self._held_leaves: list[tuple[int, Entries]] = []

    @property
    def entries(self) -> dict[str, Key]:
        """Dive's entries here of the layers so far, one over the other; `IMPLIED` for those without a header."""
        if self._entries is _NONE:
            self._entries = {}
        for held in self._held:
            self._entries |= _dictionary(held)
        self._held.clear()
        return self._entries

    def put(self, entries: Entries) -> None:
        """Put more over it."""
        self._held.append(entries)

    def clear(self) -> None:
        """Take everything away."""
        self._held.clear()
        self._entries = _NONE

    @property
    def leaves(self) -> dict[str, Key]:
        """The leaves of the layers so far, by name."""
        if self._leaves is _NONE:
            self._leaves = {}
        for number, held in self._held_leaves:
            self._leaves |= self.only_leaves(number, held)
        self._held_leaves.clear()
        return self._leaves

    def hold_leaves(self, number: int, entries: Entries) -> bool:
        """Keep entries of a layer for later, where no other has anything. Returns whether they were kept."""
        if self._leaves or (self._held_leaves and self._held_leaves[0][0] != number):
            return False
        self._held_leaves.append((number, entries))
        return True

    def only_leaves(self, number: int, entries: Entries) -> dict[str, Key]:
        """Those of some entries that have nothing below them in their own layer."""
        found = _dictionary(entries)
        names = found if len(found) < len(self.folders) else self.folders.keys() & found.keys()
        inner = [name for name in names if self.has_in(name, number)] if self.folders else []
        return {name: key for name, key in found.items() if name not in inner} if inner else found

    def has_in(self, name: str, number: int) -> bool:
        """True if a layer has something below a name."""
        below = self.folders.get(name)
        return below is not None and bool(below.layers >> number & 1)

    def below(self, name: str) -> "DiveFolder":
        found = self.folders.get(name)
        if found is None:
            found = self.folders[name] = DiveFolder(name, self)
        return found

    @property
    def path(self) -> tuple[bytes, ...]:
        """The components of its path."""
        parts: list[bytes] = []
        here = self
        while here.parent is not None:
            parts.append(as_bytes(here.name))
            here = here.parent
        return tuple(reversed(parts))


@dataclass(frozen=True, slots=True)
class DiveWhiteout:
    folder: DiveFolder
    name: str
    """The name that it hides."""
    key: Key
    is_inner: bool = False
    """True if something lies below it, so that it is no leaf."""

    @property
    def order(self) -> tuple[bytes, ...]:
        """The key by which leaves are ordered."""
        return (*self.folder.path, WHITEOUT_PREFIX + as_bytes(self.name))


@dataclass(slots=True)
class DiveTree:
    """One layer as dive has it."""

    nodes: list[tuple[DiveFolder, Entries]]
    """Everything but whiteouts, by folder; a folder may come several times."""
    whiteouts: list[DiveWhiteout]
    leaf_bytes: int | None
    """Bytes of all leaves, where they need not be added up one by one."""


def dive_tree(names: LayerNames, number: int, root: DiveFolder) -> DiveTree:
    if names.superseded or names.odd:
        return _odd_tree(names, number, root)
    at = {ROOT: root}
    root.layers |= 1 << number
    for directory in names.directories:
        at[directory.id] = at[directory.parent].below(directory.name.decode("utf-8", "surrogateescape"))
    implied = names.index.table.implied_directories()
    apart = sorted(row.id for row in (*names.whiteouts, *implied))
    nodes: list[tuple[DiveFolder, Entries]] = []
    for run in names.runs:
        if run.directory != NOWHERE and _has_any(run, apart):
            folder = at[run.directory]
            folder.layers |= 1 << number
            nodes.append((folder, KeyedRun(run, number, apart)))
    for row in implied:
        folder = at[row.parent]
        folder.layers |= 1 << number
        nodes.append((folder, {row.name.decode("utf-8", "surrogateescape"): IMPLIED}))
    whiteouts = []
    for each in names.whiteouts:
        if each.kind == EntryKind.WHITEOUT:
            at[each.parent].layers |= 1 << number
            name = each.name.decode("utf-8", "surrogateescape")
            whiteouts.append(DiveWhiteout(at[each.parent], name, key_of(number, each.id)))
    return DiveTree(nodes, whiteouts, names.shown_bytes - sum(row.size for row in names.whiteouts))


def _odd_tree(names: LayerNames, number: int, root: DiveFolder) -> DiveTree:
    """The same for a layer in which paths occur twice, or names that begin like those of whiteouts."""
    at: dict[int, DiveFolder | None] = {ROOT: root}
    root.layers |= 1 << number
    for directory in names.directories:
        above = at[directory.parent]
        name = directory.name.decode("utf-8", "surrogateescape")
        at[directory.id] = None if above is None or name.startswith(_DROPPED) else above.below(name)
    nodes: dict[DiveFolder, dict[str, Key]] = {}
    hiding: dict[tuple[DiveFolder, str], Key] = {}
    for run in names.runs:
        folder = at.get(run.directory)
        if run.directory == NOWHERE or folder is None:
            continue
        for row in names.index.table.plain(range(run.first, run.first + run.length)):
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
                nodes.setdefault(folder, {}).setdefault(name, IMPLIED)
    whiteouts = [
        DiveWhiteout(folder, name, key, is_inner=folder.has_in(_PREFIX + name, number))
        for (folder, name), key in hiding.items()
    ]
    return DiveTree(list(nodes.items()), whiteouts, None)


def _has_any(run: NameRun, apart: Sequence[int]) -> bool:
    """True if a run has more than the entries that are handled apart."""
    end = run.first + run.length
    return bisect_left(apart, end) - bisect_left(apart, run.first) < run.length


def as_bytes(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape")
