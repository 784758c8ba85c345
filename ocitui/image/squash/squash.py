"""The fate of the entries of all layers, found in one sweep from the lowest layer to the highest.

By the rules of `ocitui.image.merged.changeset`, as `ocitui.image.merged.folder` puts layers over
each other a folder at a time; here whole layers meet as sets of names. The sweep follows directories
alone, and notes for each what the layers do in it; then the names of one directory after the other
are looked at, so that those of all are never in memory at once.
"""

from collections.abc import Sequence
from functools import cached_property

from ocitui.image.merged.changeset import hidden_by
from ocitui.image.merged.layer import MergedLayer
from ocitui.image.squash.layer_names import Key, KeyedRun, LayerNames, id_of, key_of, layer_of
from ocitui.layers.index.directories import ROOT
from ocitui.layers.index.id_set import IdSet
from ocitui.layers.index.plain_row import PlainRow
from ocitui.layers.index.table import DirectoryRow

NOTHING = 0
"""Stands for an entry that is not there."""

Removals = dict[Key, tuple[int, Key]]
"""Entries that are gone, each with the layer that took it away, and what that has in its place, or `NOTHING`."""


class _Deletion:
    """The names that a layer deletes from a folder."""

    __slots__ = ("layer", "names")

    def __init__(self, layer: int, names: list[str] | None) -> None:
        self.layer = layer
        """The number of the layer."""
        self.names = names
        """None for all."""


class Folder:
    """A path that is a directory, or was one."""

    __slots__ = ("_deeds", "_entries", "folders", "is_there", "made_in")

    def __init__(self) -> None:
        self._deeds: list[KeyedRun | _Deletion] = []
        self._entries: dict[str, Key] | None = None
        self.folders: dict[str, Folder] = {}
        """The directories that are in it, or were."""
        self.is_there = False
        self.made_in = 0
        """The number of the last layer that has it."""

    @property
    def entries(self) -> dict[str, Key]:
        """The entries in it, by name; directories among them. Once the sweep is over."""
        if self._entries is None:
            self._entries = {}
            for deed in self._deeds:
                _do(self._entries, deed)
        return self._entries

    def put(self, run: KeyedRun) -> None:
        """Note what a layer has here, in place of what has the same names."""
        self._deeds.append(run)

    def delete(self, layer: int, name: str | None = None) -> None:
        """Note that a layer deletes a name, or all."""
        last = self._deeds[-1] if self._deeds else None
        if last is None:
            return
        if name is not None and isinstance(last, _Deletion) and last.layer == layer and last.names is not None:
            last.names.append(name)
        else:
            self._deeds.append(_Deletion(layer, None if name is None else [name]))

    def add_removals(self, removals: Removals, directories: dict[int, IdSet]) -> None:
        """Add the entries that are gone.

        Args:
            removals: what is added to.
            directories: of each layer the entries that are directories.
        """
        if all(isinstance(deed, KeyedRun) and deed.layer == self._deeds[0].layer for deed in self._deeds):
            return
        entries: dict[str, Key] = {}
        lost: dict[str, Key] = {}  # by the last layer with deletions here
        lost_in = 0
        for deed in self._deeds:
            done = _do(entries, deed)
            number = deed.layer
            if isinstance(deed, _Deletion):
                removals.update(dict.fromkeys(done.values(), (number, NOTHING)))
                lost = lost | done if lost_in == number else done
                lost_in = number
                continue
            for name, old in done.items():
                key = entries[name]
                is_directory = id_of(key) in directories[number]
                if not (is_directory and id_of(old) in directories[layer_of(old)]):  # else both are one
                    removals[old] = number, key
            if lost_in == number:
                replaced = lost.keys() & deed.keys().keys()
                removals.update((lost[name], (number, entries[name])) for name in replaced)


def _do(entries: dict[str, Key], deed: KeyedRun | _Deletion) -> dict[str, Key]:
    """Change the entries of a folder as a layer does; return what it deleted or replaced."""
    if isinstance(deed, KeyedRun):
        new = deed.keys()
        done = {name: entries[name] for name in entries.keys() & new.keys()}
        entries.update(new)
        return done
    if deed.names is None:
        done = entries.copy()
        entries.clear()
        return done
    return {name: key for name in deed.names if (key := entries.pop(name, None)) is not None}


class Squash:
    """The entries that no final filesystem shows, and what took each away."""

    def __init__(self, layers: Sequence[tuple[MergedLayer, LayerNames]]) -> None:
        """Sweep over layers.

        Args:
            layers: the lowest first. Where entries below links are must be settled.
        """
        self.gone: Removals = {}
        """For each entry the layer that took it away, and what that has at its path instead, or `NOTHING`."""
        self.left_out: list[Key] = []
        """Entries that unpacking leaves out: called like whiteouts and none, or whiteouts that have contents."""
        self.root = Folder()
        """The final filesystem."""
        self.root.is_there = True
        directories: dict[int, IdSet] = {}
        for layer, names in layers:
            directories[layer.number] = IdSet(row.entry for row in names.directories)
            _LayerSquash(self, layer, names).run()
        pending = [self.root]
        while pending:
            here = pending.pop()
            here.add_removals(self.gone, directories)
            pending += here.folders.values()


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
            else:
                self._replace_directories(folder, held)
                folder.put(held)
        laden = [row.id for row in (*self.names.whiteouts, *self.names.superseded) if row.is_whiteout and row.size]
        self.squash.left_out += [key_of(self.number, id_) for id_ in (*self.names.odd, *laden)]

    def _replace_directories(self, folder: Folder, new: KeyedRun) -> None:
        """Clear the directories of layers below where this one has something else."""
        names = folder.folders.keys() & new.run.names if folder.folders else ()
        lower = {name: below for name in names if (below := folder.folders[name]).made_in < self.number}
        if any(below.is_there for below in lower.values()):
            for name in lower.keys() & new.keys().keys():
                if lower[name].is_there:
                    self._clear(lower[name])

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
        folder.delete(self.number, name)
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
            here.delete(self.number)
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
        below.is_there, below.made_in = True, self.number
        return below
