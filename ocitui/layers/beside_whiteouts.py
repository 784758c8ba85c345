"""Names that a layer has and hides as well, told apart by what unpacking makes of them."""

from collections.abc import Iterator, Mapping, Sequence
from enum import Enum, auto

from ocitui.layers.index.index import LayerIndex
from ocitui.layers.index.table import DirectoryRow, HiddenName


class Beside(Enum):
    """The entries beside a whiteout."""

    FOLDER = auto()
    """Before it a folder with an entry of its own, at the name or below it, to which nothing comes later.

    Who deletes it at the whiteout and sets the times of folders in the end does not find it then.
    """
    WHITEOUT = auto()
    """Another whiteout of the name."""
    ENTRY = auto()
    """Something else before it, at the name or below it."""
    BELOW = auto()
    """Nothing before it, but later entries below the name."""


def beside_whiteouts(index: LayerIndex) -> Iterator[tuple[Beside, HiddenName]]:
    """Iterate over the names that a whiteout hides though the layer had them before it, or entries below them at all.

    Args:
        index: finished, with each entry where unpacking puts it.
    """
    names = index.table.beside_whiteouts()
    if not names:
        return
    rows, spans = index.table.directory_rows(), index.table.spans_below()
    for row in reversed(rows):  # children before parents
        if row.id in spans:
            first, last = spans[row.id]
            lowest, highest = spans.get(row.parent, (first, last))
            spans[row.parent] = min(first, lowest), max(last, highest)
    implied = {row.id for row in index.table.every_implied_directory()}
    deleted = _deleted_folders(names, rows, implied, spans)
    for name in names:
        firsts = [name.first] if name.first is not None else []
        if name.directory in spans:
            firsts.append(spans[name.directory][0])
        if name.directory in deleted:
            yield Beside.FOLDER, name
        elif name.whiteouts > 1:
            yield Beside.WHITEOUT, name
        else:
            yield Beside.ENTRY if min(firsts, default=name.last) < name.last else Beside.BELOW, name


def _deleted_folders(
    names: Sequence[HiddenName], rows: Sequence[DirectoryRow], implied: set[int], spans: Mapping[int, tuple[int, int]]
) -> set[int]:
    """Return the directories of the names at whose whiteout a described folder is deleted, and not made again.

    Args:
        names: the hidden ones.
        rows: all directories, parents before children.
        implied: the ids of the entries of directories that no header describes.
        spans: the first and the last entry below each directory.
    """
    hidden = {name.directory: name for name in names if name.directory is not None}
    over: dict[int, tuple[HiddenName, ...]] = {}
    deleted: set[int] = set()
    for row in rows:
        above = over.get(row.parent, ())
        over[row.id] = (*above, hidden[row.id]) if row.id in hidden else above
        if row.entry not in implied:
            last = max(row.entry, spans.get(row.id, (0, 0))[1])
            deleted.update(name.directory for name in over[row.id] if name.directory and last < name.last)
    return deleted
