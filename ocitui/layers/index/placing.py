"""The entries of a layer where unpacking puts them: one after the other, symbolic links on the way followed.

An index has entries where their names say. That is where they are, but for an entry below a
path that is a symbolic link when its turn comes: unpacking follows the link, whether a layer
below has it or the same tar had it before. Links may be made and replaced on the way, so such
a layer is gone through once more, entry by entry, as ``umoci unpack`` does it. Few layers
need that, and for the others nothing is done.
"""

from collections.abc import Iterable, Iterator
from weakref import WeakKeyDictionary

from ocitui.layers.entry import LINK_KINDS, WHITEOUT_KINDS, Entry, EntryKind
from ocitui.layers.index.conditions import kinds
from ocitui.layers.index.directories import NOWHERE, ROOT
from ocitui.layers.index.index import LayerIndex
from ocitui.layers.index.path_cache import PathCache
from ocitui.layers.index.placed import Lower, Placed, Target
from ocitui.layers.index.plain_row import PlainRow
from ocitui.layers.pathnames import components

_HARD_LINKS = kinds({EntryKind.HARDLINK})


class _Nothing:
    """The empty root filesystem below a layer that is looked at alone."""

    def symlink(self, path: bytes) -> bytes | None:
        """See `Lower`."""
        return None

    def target(self, path: bytes) -> Target | None:
        """See `Lower`."""
        return None


_NOTHING = _Nothing()
_ALONE: "WeakKeyDictionary[LayerIndex, LayerIndex | None]" = WeakKeyDictionary()
"""Of each layer that was looked at alone, the index with its entries placed; None where that is its own."""


def place_alone(index: LayerIndex) -> LayerIndex:
    """Put the entries of a layer where unpacking puts them where there is nothing yet; kept for the next who asks.

    Args:
        index: the layer, with each entry where its name says; finished or still growing.

    Returns:
        The index itself where no entry is below a link of the layer, or it is not known yet.

    Raises:
        LayerError: see `place_entries`.
    """
    if not index.summary.complete:
        return index
    if index not in _ALONE:
        placed = place_entries(index, 1, _NOTHING)
        _ALONE[index] = placed.index if placed is not None else None
        if placed is not None:
            _ALONE[placed.index] = None
    return _ALONE[index] or index


def place_entries(index: LayerIndex, number: int, lower: Lower) -> Placed | None:
    """Put the entries of a layer where unpacking puts them.

    Args:
        index: the layer, with each entry where its name says.
        number: of the layer.
        lower: the layers below.

    Returns:
        None where no entry is below a link, so that everything is where its name says.

    Raises:
        LayerError: the index cannot be read, or the paths that links lead to are beyond the limits.
    """
    if not _follows_links(index, lower):
        return None
    from ocitui.layers.index.placing_writer import place  # few layers need it

    return place(index, _paths(index), number, lower)


def _follows_links(index: LayerIndex, lower: Lower) -> bool:
    """True if any entry may be below a link when its turn comes, or a hard link be made by way of one."""
    links: dict[tuple[int, bytes], int] = {}
    for row in index.table.superseded_rows():
        if row.kind in LINK_KINDS:
            links.setdefault((row.parent, row.name), row.id)
    hard_links = index.table.select(_HARD_LINKS)
    if hard_links and (links or _go_by_links(index, lower, index.table.plain(hard_links))):
        return True
    implied = index.table.every_implied_directory()
    if any(links.get((row.parent, row.name), row.id) < row.id for row in implied):
        return True
    if lower is _NOTHING:
        return False
    paths = _Paths(index)
    return any(lower.symlink(paths.of(row.parent) + row.name) is not None for row in implied)


def _go_by_links(index: LayerIndex, lower: Lower, hard_links: Iterable[PlainRow]) -> bool:
    """True if a folder by way of which a hard link is made is a link. Each is asked for once, after what it is in."""
    own: dict[bytes, int | None] = {}  # the layer's own directory at a path
    for link in hard_links:
        path = b""
        directory: int | None = ROOT
        for name in components(link.link or b"")[0][:-1]:
            path = path + b"/" + name if path else name
            if path not in own:
                rows = index.table.plain_rows(directory, (name,)) if directory is not None else []
                found = next((row for row in rows if row.kind not in WHITEOUT_KINDS), None)
                if (found is not None and found.kind in LINK_KINDS) or lower.symlink(path) is not None:
                    return True
                own[path] = found.directory if found is not None else None
            directory = own[path]
    return False


class _Paths:
    """The paths of directories as the tar has them, with a slash at the end."""

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


def _paths(index: LayerIndex) -> Iterator[tuple[bytes, Entry]]:
    """Every entry with its path as the tar has it."""
    paths = _Paths(index)
    for entry in index.table.as_in_tar():
        yield paths.of(entry.parent) + entry.raw_name if entry.parent != NOWHERE else b".", entry
