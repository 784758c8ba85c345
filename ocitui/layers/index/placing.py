"""The entries of a layer where unpacking puts them: one after the other, symbolic links on the way followed.

An index has entries where their names say. That is where they are, but for an entry below a
path that is a symbolic link when its turn comes: unpacking follows the link, whether a layer
below has it or the same tar had it before. Links may be made and replaced on the way, so such
a layer is gone through once more, entry by entry, as ``umoci unpack`` does it. Few layers
need that, and for the others nothing is done.
"""

from collections.abc import Iterable, Iterator
from weakref import WeakKeyDictionary

from ocitui.errors import LayerError
from ocitui.layers.entry import LINK_KINDS, WHITEOUT_KINDS, Entry, EntryKind
from ocitui.layers.index.conditions import kinds
from ocitui.layers.index.directories import NOWHERE, ROOT
from ocitui.layers.index.directory_paths import DirectoryPaths
from ocitui.layers.index.index import LayerIndex
from ocitui.layers.index.placed import TARGETS_KEPT, LinkTargets, Lower, Placed, Target
from ocitui.layers.index.plain_row import PlainRow
from ocitui.layers.pathnames import components

_HARD_LINKS = kinds({EntryKind.HARDLINK})


class _Nothing:
    """The empty root filesystem below a layer that is looked at alone."""

    def symlink(self, path: bytes) -> bytes | None:
        """See `Lower`."""
        return None

    def is_directory(self, path: bytes) -> bool:
        """See `Lower`."""
        return False

    def target(self, path: bytes) -> Target | None:
        """See `Lower`."""
        return None


_NOTHING = _Nothing()
_ALONE: "WeakKeyDictionary[LayerIndex, Placed | None]" = WeakKeyDictionary()
"""Each layer that was looked at alone, with its entries placed; None where they are where their names say."""


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
    placed = _placed_alone(index)
    return placed.index if placed is not None else index


def _placed_alone(index: LayerIndex) -> Placed | None:
    if index not in _ALONE:
        placed = place_entries(index, 1, _NOTHING)
        _ALONE[index] = placed
        if placed is not None:
            _ALONE[placed.index] = None
            placed.index.followed_targets = placed.links.found
    return _ALONE[index]


def link_targets_alone(index: LayerIndex) -> LinkTargets:
    """Find the targets of hard links as unpacking finds them where there is nothing yet; see `link_targets`."""
    placed = _placed_alone(index)
    return _all_targets(placed) if placed is not None else link_targets(index, 1, _NOTHING)


def link_targets(index: LayerIndex, number: int, lower: Lower) -> LinkTargets:
    """Find the targets of hard links as unpacking finds them: at the turn of each, symbolic links followed.

    Goes through the whole layer, entry by entry.

    Args:
        index: the finished layer, with each entry where its name says.
        number: of the layer.
        lower: the layers below.

    Raises:
        LayerError: see `place_entries`; or the layer has more hard links than are followed.
    """
    from ocitui.layers.index.placing_writer import place  # few layers need it

    placed = place(index, _paths(index), number, lower)
    with placed.index:
        return _all_targets(placed)


def _all_targets(placed: Placed) -> LinkTargets:
    if placed.links.is_full:
        raise LayerError(f"expected fewer hard links in one layer than the limit of {TARGETS_KEPT:,}")
    return placed.links


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
    return lower is not _NOTHING and _go_below_links(index, lower, implied)


def _go_below_links(index: LayerIndex, lower: Lower, implied: Iterable[PlainRow]) -> bool:
    """True if a link of the layers below is where the layer needs a directory. Parents come before children."""
    paths = DirectoryPaths(index)
    absent: set[int | None] = set()  # directories that the layers below do not have, and so nothing in them
    for row in implied:
        if row.parent not in absent:
            path = paths.of(row.parent) + row.name
            if lower.symlink(path) is not None:
                return True
            if lower.is_directory(path):
                continue
        absent.add(row.directory)
    return False


def _go_by_links(index: LayerIndex, lower: Lower, hard_links: Iterable[PlainRow]) -> bool:
    """True if a folder by way of which a hard link is made is a link. Each is asked for once, after what it is in."""
    known: dict[bytes, tuple[int | None, bool]] = {}  # the layer's own directory at a path, and if those below have one
    for link in hard_links:
        path = b""
        directory: int | None = ROOT
        is_below = True
        for name in components(link.link or b"")[0][:-1]:
            path = path + b"/" + name if path else name
            if path not in known:
                rows = index.table.plain_rows(directory, (name,)) if directory is not None else []
                found = next((row for row in rows if row.kind not in WHITEOUT_KINDS), None)
                if found is not None and found.kind in LINK_KINDS:
                    return True
                if is_below and lower.symlink(path) is not None:
                    return True
                known[path] = found.directory if found is not None else None, is_below and lower.is_directory(path)
            directory, is_below = known[path]
            if directory is None and not is_below:
                break
    return False


def _paths(index: LayerIndex) -> Iterator[tuple[bytes, Entry]]:
    """Every entry with its path as the tar has it."""
    paths = DirectoryPaths(index)
    for entry in index.table.as_in_tar():
        yield paths.of(entry.parent) + entry.raw_name if entry.parent != NOWHERE else b".", entry
