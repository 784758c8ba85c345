"""The layers as dive 0.13.1 sees them: a tree of the names in their tars; see `ocitui.image.dive.efficiency`."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
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


def dictionary(entries: Entries) -> dict[str, Key]:
    return entries.keys() if isinstance(entries, KeyedRun) else entries


class DiveFolder:
    """A path that has something below it in any layer."""

    __slots__ = ("folders", "held", "layers", "name", "parent", "whiteouts")

    def __init__(self, name: str, parent: "DiveFolder | None") -> None:
        self.name = name
        self.parent = parent
        self.folders: dict[str, DiveFolder] = {}
        self.layers = 0
        """The layers that have anything in it: one bit for each."""
        self.held: list[tuple[int, Entries]] = []
        """Entries of layers in it but whiteouts, the lowest first, each with its number. Nobody has looked at them."""
        self.whiteouts: list[DiveWhiteout] = []
        """Those in it, of the lowest layer first."""

    def only_leaves(self, number: int, entries: Entries) -> dict[str, Key]:
        """Those of some entries that have nothing below them in their own layer."""
        found = dictionary(entries)
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

    def walk(self) -> "Iterator[DiveFolder]":
        """This folder and all below it."""
        pending = [self]
        while pending:
            here = pending.pop()
            yield here
            pending += here.folders.values()


@dataclass(frozen=True, slots=True)
class DiveWhiteout:
    layer: int
    """The number of the layer."""
    folder: DiveFolder
    name: str
    """The name that it hides."""
    key: Key
    is_inner: bool = False
    """True if something lies below it, so that it is no leaf."""

    @property
    def hides_own_layer(self) -> bool:
        """True if what its own layer has of the name goes too: dive goes by name, and that one comes first."""
        name = as_bytes(self.name)
        return name < WHITEOUT_PREFIX + name

    @property
    def order(self) -> tuple[bytes, ...]:
        """The key by which leaves are ordered."""
        return (*self.folder.path, WHITEOUT_PREFIX + as_bytes(self.name))


def grow_tree(names: LayerNames, number: int, root: DiveFolder) -> int | None:
    """Put a layer into the tree of all layers.

    Args:
        names: of the layer.
        number: of the layer.
        root: the top of the tree.

    Returns:
        Bytes of all its leaves but whiteouts, where they need not be added up one by one; else None.
    """
    if names.superseded or names.odd:
        _grow_odd_tree(names, number, root)
        return None
    at = {ROOT: root}
    root.layers |= 1 << number
    for directory in names.directories:
        at[directory.id] = at[directory.parent].below(directory.name.decode("utf-8", "surrogateescape"))
    implied = names.index.table.implied_directories()
    apart = sorted(row.id for row in (*names.whiteouts, *implied))
    for run in names.runs:
        if run.directory != NOWHERE and _has_any(run, apart):
            folder = at[run.directory]
            folder.layers |= 1 << number
            folder.held.append((number, KeyedRun(run, number, apart)))
    for row in implied:
        folder = at[row.parent]
        folder.layers |= 1 << number
        folder.held.append((number, {row.name.decode("utf-8", "surrogateescape"): IMPLIED}))
    for each in names.whiteouts:
        if each.kind == EntryKind.WHITEOUT:
            folder = at[each.parent]
            folder.layers |= 1 << number
            name = each.name.decode("utf-8", "surrogateescape")
            folder.whiteouts.append(DiveWhiteout(number, folder, name, key_of(number, each.id)))
    return names.shown_bytes - sum(row.size for row in names.whiteouts)


def _grow_odd_tree(names: LayerNames, number: int, root: DiveFolder) -> None:
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
    for folder, entries in nodes.items():
        folder.held.append((number, entries))
    for (folder, name), key in hiding.items():
        is_inner = folder.has_in(_PREFIX + name, number)
        folder.whiteouts.append(DiveWhiteout(number, folder, name, key, is_inner))


def _has_any(run: NameRun, apart: Sequence[int]) -> bool:
    """True if a run has more than the entries that are handled apart."""
    end = run.first + run.length
    return bisect_left(apart, end) - bisect_left(apart, run.first) < run.length


def as_bytes(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape")
