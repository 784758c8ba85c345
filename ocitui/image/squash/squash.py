"""The fate of the entries of all layers, found in one sweep from the lowest layer to the highest.

By the rules of `ocitui.image.merged.changeset`, as `ocitui.image.merged.folder` puts layers over
each other a folder at a time; here whole layers meet as sets of names.
"""

from collections.abc import Sequence
from functools import cached_property

from ocitui.image.merged.changeset import hidden_by
from ocitui.image.merged.layer import MergedLayer
from ocitui.image.squash.layer_names import Key, KeyedRun, LayerNames, id_of, key_of
from ocitui.layers.index.directories import ROOT
from ocitui.layers.index.plain_row import PlainRow
from ocitui.layers.index.table import DirectoryRow

NOTHING = 0
"""Stands for an entry that is not there."""

_NONE: dict[str, Key] = {}
"""The contents of most folders, until they are needed; it stays empty."""


class Folder:
    """A path that is a directory, or was one: what is there of the layers so far."""

    __slots__ = ("_entries", "_held", "folders", "is_there", "lost", "lost_in")

    def __init__(self) -> None:
        self._entries = _NONE
        self._held: list[KeyedRun] = []  # of one layer; what is in them is not looked at before somebody asks
        self.folders: dict[str, Folder] = {}
        """The directories that are in it, or were."""
        self.is_there = False
        self.lost = _NONE
        """The entries that the last layer with deletions here deleted."""
        self.lost_in = 0
        """The number of that layer."""

    @property
    def entries(self) -> dict[str, Key]:
        """The entries in it, by name; directories among them."""
        if self._entries is _NONE:
            self._entries = {}
        if self._held:
            for held in self._held:
                self._entries |= held.keys()
            self._held = []
        return self._entries

    @property
    def is_empty(self) -> bool:
        """True if it is empty."""
        return not self._entries and not self._held

    def hold(self, held: KeyedRun) -> bool:
        """Keep what a layer has here for later, where no other has anything. Returns whether it was kept."""
        if self._entries or self.lost_in == held.layer or (self._held and self._held[0].layer != held.layer):
            return False
        self._held.append(held)
        return True

    def empty(self) -> dict[str, Key]:
        """Take away what is in it. Returns what that was."""
        gone, self._entries = self.entries, _NONE
        return gone

    def lose(self, layer: int, gone: dict[str, Key]) -> None:
        """Keep what a layer deleted, so that it can be told from what it replaced."""
        if self.lost_in != layer:
            self.lost, self.lost_in = {}, layer
        self.lost |= gone


class Squash:
    """The entries that no final filesystem shows, and what took each away."""

    def __init__(self, layers: Sequence[tuple[MergedLayer, LayerNames]]) -> None:
        """Sweep over layers.

        Args:
            layers: the lowest first. Where entries below links are must be settled.
        """
        self.gone: dict[Key, tuple[int, Key]] = {}
        """For each entry the layer that took it away, and what that has at its path instead, or `NOTHING`."""
        self.left_out: list[Key] = []
        """Entries that unpacking leaves out: called like whiteouts and none, or whiteouts that have contents."""
        self.root = Folder()
        """The final filesystem."""
        self.root.is_there = True
        for layer, names in layers:
            _LayerSquash(self, layer, names).run()


class _LayerSquash:
    """One layer over the others."""

    def __init__(self, squash: Squash, layer: MergedLayer, names: LayerNames) -> None:
        self.squash = squash
        self.gone = squash.gone
        self.layer = layer
        self.names = names
        self.number = layer.number
        self.skipped = {row.id for row in names.whiteouts} | {row.id for row in names.superseded} | set(names.odd)

    @cached_property
    def parents(self) -> dict[int, tuple[int, str]]:
        """Of each directory what it is in, and its name."""
        return {row.id: (row.parent, row.name.decode("utf-8", "surrogateescape")) for row in self.names.directories}

    @cached_property
    def is_directory(self) -> set[int]:
        """The ids of entries that are directories."""
        return {row.entry for row in self.names.directories}

    def run(self) -> None:
        """Hide what its whiteouts hide, then put everything it has in its place."""
        self._hide()
        self._supersede()
        at = self._make_directories()
        skipped = sorted(self.skipped)
        for run in self.names.runs:
            folder, held = at.get(run.directory), KeyedRun(run, self.number, skipped)
            if folder is None:
                self.squash.left_out += held.keys().values()
            elif not folder.is_there or not folder.hold(held):
                self._put(folder, held.keys())
        laden = [row.id for row in (*self.names.whiteouts, *self.names.superseded) if row.is_whiteout and row.size]
        self.squash.left_out += [key_of(self.number, id_) for id_ in (*self.names.odd, *laden)]

    def _put(self, folder: Folder, new: dict[str, Key]) -> None:
        for name in folder.entries.keys() & new.keys():
            old, key = folder.entries[name], new[name]
            if id_of(key) in self.is_directory:  # in place of a directory; what else was there is gone already
                continue
            below = folder.folders.get(name)
            if below is not None and below.is_there:
                self._clear(below)
            self.gone[old] = self.number, key
        if folder.lost_in == self.number:
            self.gone.update((folder.lost[name], (self.number, new[name])) for name in folder.lost.keys() & new.keys())
        folder.entries.update(new)

    # What the layer hides of those below.

    def _hide(self) -> None:
        by_folder: dict[int, list[PlainRow]] = {}
        for row in self.names.whiteouts:
            by_folder.setdefault(row.parent, []).append(row)
        for directory, rows in by_folder.items():
            folder = self._find(directory)
            if folder is None or not folder.is_there:
                continue
            hides_all, names = hidden_by(rows)
            if hides_all:
                self._empty(folder)
            for name in names:
                self._remove(folder, name.decode("utf-8", "surrogateescape"))

    def _find(self, directory: int) -> Folder | None:
        """The folder of a directory as the layers below have it."""
        path: list[str] = []
        while directory != ROOT:
            directory, name = self.parents[directory]
            path.append(name)
        folder: Folder | None = self.squash.root
        for name in reversed(path):
            folder = folder.folders.get(name) if folder is not None else None
            if folder is None or not folder.is_there:
                return None
        return folder

    def _remove(self, folder: Folder, name: str) -> None:
        key = folder.entries.pop(name, None)
        if key is not None:
            self.gone[key] = self.number, NOTHING
            folder.lose(self.number, {name: key})
        below = folder.folders.get(name)
        if below is not None and below.is_there:
            self._clear(below)

    def _clear(self, folder: Folder) -> None:
        """Delete a directory and all below it."""
        folder.is_there = False
        self._empty(folder)

    def _empty(self, folder: Folder) -> None:
        pending = [folder]
        while pending:
            here = pending.pop()
            gone = here.empty()
            self.gone.update(dict.fromkeys(gone.values(), (self.number, NOTHING)))
            here.lose(self.number, gone)
            for below in here.folders.values():
                if below.is_there:
                    below.is_there = False
                    pending.append(below)

    # What the layer has itself.

    def _supersede(self) -> None:
        """Record the entries that a later entry of the layer replaced: they were in no filesystem."""
        hollow = self._hollow()
        for row in self.names.superseded:
            if row.id in hollow:
                self.skipped.discard(row.id)
            elif row.directory is None and not row.is_whiteout:
                self.gone[key_of(self.number, row.id)] = self.number, NOTHING

    def _hollow(self) -> set[int]:
        """Leave out directories that only hold whiteouts; give the entries that stand in their places."""
        instead: set[int] = set()
        for row in self.names.index.table.implied_directories():
            folder = self.layer.path_of(row.parent)
            if not self.layer.makes_directory(folder, row):
                self.skipped.add(row.id)
                if (before := self.layer.replaced_by(row)) is not None:
                    instead.add(before.id)
        return instead

    def _make_directories(self) -> dict[int, Folder | None]:
        """Find or make the folder of each directory; None for what nothing can be in."""
        at: dict[int, Folder | None] = {ROOT: self.squash.root}
        for row in self.names.directories:
            at[row.id] = self._make_directory(row, at[row.parent])
        return at

    def _make_directory(self, row: DirectoryRow, parent: Folder | None) -> Folder | None:
        name = row.name.decode("utf-8", "surrogateescape")
        if parent is None or row.superseded:
            return None
        below = parent.folders.get(name)
        if row.entry in self.skipped:
            return below if below is not None and below.is_there else None
        if below is None:
            below = parent.folders[name] = Folder()
        if below.is_there and self.layer.comes_after_other(row.parent, row.name, row.entry):
            self._empty(below)
        elif not below.is_there and not parent.is_empty and (old := parent.entries.pop(name, None)) is not None:
            self.gone[old] = self.number, key_of(self.number, row.entry)
        below.is_there = True
        return below
