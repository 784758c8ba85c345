"""The paths of the directories of one layer, where very many are asked for."""

from ocitui.layers.index.directories import ROOT
from ocitui.layers.index.index import LayerIndex
from ocitui.layers.index.path_cache import PathCache


class DirectoryPaths:
    """The paths of directories as the tar has them, with a slash at the end; those that were asked for last are kept.

    So the paths of folders that are deep in each other are made one of the other.
    """

    def __init__(self, index: LayerIndex) -> None:
        self._index = index
        self._known = PathCache[int, bytes](lambda _, path: len(path))

    def of(self, directory: int) -> bytes:
        """The path of a directory; the root's is empty."""
        names: list[bytes] = []
        here = directory
        while here > ROOT and (known := self._known.get(here)) is None:
            name, here = self._index.place_of(here)
            names.append(name + b"/")
        found = (known if here > ROOT and known is not None else b"") + b"".join(reversed(names))
        if names:
            self._known[directory] = found
        return found
