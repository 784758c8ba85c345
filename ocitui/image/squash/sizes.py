"""The sizes of the folders of a whole filesystem, added up in one sweep.

Contents that have several names count once: under the name of the file itself, or where
that is gone, under one of the hard links to it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from heapq import nlargest

from ocitui.image.squash.layer_names import Key, id_of, key_of, layer_of
from ocitui.image.squash.squash import Folder
from ocitui.image.squash.stack_names import StackNames


@dataclass(frozen=True, slots=True)
class ShownFile:
    """A file with contents; one that has several names counts under one of them."""

    path: bytes
    """From the root, without a slash at its beginning."""
    size: int
    """Bytes."""
    layer: int
    """The number of the layer that ships it."""
    entry: int
    """Its `Entry.id` there; of a file that is there through a hard link only, that of the file itself."""


@dataclass(frozen=True, slots=True)
class Below:
    """The totals of everything in a folder, at any depth."""

    size: int
    """Bytes."""
    files: int
    """Names of anything that is no directory."""


_ONE = Below(0, 1)


class TreeSizes:
    """The sizes of every folder and file of a tree. Nothing in it changes; use it from any thread.

    Names are text as `ocitui.image.squash.layer_names` has them: UTF-8, with other bytes escaped.
    """

    def __init__(self, names: StackNames, is_cancelled: Callable[[], bool] = lambda: False) -> None:
        """Add everything up.

        Args:
            names: the layers; with one of them alone, the tree is what that layer holds.
            is_cancelled: asked now and then. What was cancelled is not complete, and to be thrown away.
        """
        self.root = names.squash.root
        """The root directory."""
        self._sizes: dict[int, dict[int, int]] = {}
        self._below: dict[Folder, Below] = {}
        self._layers: dict[Folder, dict[int, int]] = {}
        self._linked: dict[Key, int] = {}
        for layer, held in names.layers:
            if not is_cancelled():
                self._sizes[layer.number] = held.index.table.sizes_of_all()
        if not is_cancelled():
            for key, (number, link) in names.linked.items():
                self._linked[key_of(number, link.id)] = names.gone[key].size
            self._add_up(is_cancelled)

    def _add_up(self, is_cancelled: Callable[[], bool]) -> None:
        """Without recursion: images may nest folders deeper than Python calls."""
        order: list[tuple[Folder, int]] = [(self.root, -1)]
        for at, (folder, _) in enumerate(order):
            order += [(below, at) for below in folder.folders.values() if below.is_there]
        sizes, files = [0] * len(order), [0] * len(order)
        shares: list[dict[int, int]] = [{} for _ in order]
        for at in range(len(order) - 1, -1, -1):
            folder, above = order[at]
            if at % 256 == 0 and is_cancelled():
                return
            own = self._own_files(folder)
            by_layer = shares[at]
            for key in own.values():
                by_layer[layer_of(key)] = by_layer.get(layer_of(key), 0) + self._size_of(key)
            self._layers[folder] = by_layer
            size = sizes[at] + sum(map(self._size_of, own.values()))
            count = files[at] + len(own)
            self._below[folder] = Below(size, count)
            if above >= 0:
                sizes[above] += size
                files[above] += count
                for number, part in by_layer.items():
                    shares[above][number] = shares[above].get(number, 0) + part

    def _own_files(self, folder: Folder) -> dict[str, Key]:
        """Return the entries directly in a folder that are no directories."""
        gone = [name for name, below in folder.folders.items() if below.is_there]
        if not gone:
            return folder.entries
        own = dict(folder.entries)
        for name in gone:
            own.pop(name, None)
        return own

    def _size_of(self, key: Key) -> int:
        return self._sizes[layer_of(key)].get(id_of(key), 0) or self._linked.get(key, 0)

    def names(self, folder: Folder) -> list[str]:
        """Return the names in a folder, the largest first, equal ones by name."""
        found = sorted(folder.entries)
        size = self._below
        sizes = {
            name: size[below].size if (below := self.subfolder(folder, name)) is not None else self._size_of(key)
            for name, key in folder.entries.items()
        }
        found.sort(key=sizes.__getitem__, reverse=True)
        return found

    def subfolder(self, folder: Folder, name: str) -> Folder | None:
        """The directory of this name in a folder; None where the name is no directory's."""
        below = folder.folders.get(name)
        return below if below is not None and below.is_there else None

    def below(self, folder: Folder) -> Below:
        """Return the totals of everything in a folder, at any depth."""
        return self._below[folder]

    def layers(self, folder: Folder) -> Mapping[int, int]:
        """Return the bytes that each layer has below a folder, by its number; contents where they are."""
        return self._layers[folder]

    def of(self, folder: Folder, name: str) -> Below:
        """Return the totals of a name in a folder."""
        below = self.subfolder(folder, name)
        if below is not None:
            return self._below[below]
        size = self._size_of(folder.entries[name])
        return Below(size, 1) if size else _ONE

    def layer_of(self, folder: Folder, name: str) -> int:
        """The number of the layer that a name in a folder comes from."""
        return layer_of(folder.entries[name])

    def files(self) -> Iterator[ShownFile]:
        """Every file with contents, in no order."""
        return map(_shown, self._files())

    def largest(self, count: int) -> list[ShownFile]:
        """The largest files, the largest first, and what is equal by path."""
        found = [_shown(each) for each in nlargest(count, self._files())]
        return sorted(found, key=lambda each: (-each.size, each.path))

    def _files(self) -> Iterator[tuple[int, str, str, Key]]:
        """Bytes, folder, name and key."""
        for folder, path in self._folders():
            for name, key in self._own_files(folder).items():
                if size := self._size_of(key):
                    yield size, path, name, key

    def _folders(self) -> Iterator[tuple[Folder, str]]:
        pending = [(self.root, "")]
        while pending:
            here, path = pending.pop()
            yield here, path
            before = f"{path}/" if path else ""
            pending += [(below, before + name) for name, below in here.folders.items() if below.is_there]


def _shown(file: tuple[int, str, str, Key]) -> ShownFile:
    size, folder, name, key = file
    path = f"{folder}/{name}" if folder else name
    return ShownFile(path.encode("utf-8", "surrogateescape"), size, layer_of(key), id_of(key))
