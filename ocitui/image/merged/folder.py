"""One folder of several merged layers, by the rules of `ocitui.image.merged.changeset`."""

from collections.abc import Callable, Sequence
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from ocitui.image.merged.changeset import hide, makes
from ocitui.image.merged.layer import MergedLayer
from ocitui.image.merged.spans import WHOLE, Span
from ocitui.layers.index.plain_row import PlainRow
from ocitui.layers.index.schema import IMPLIED

LayerDirectory = tuple[MergedLayer, int]
"""A directory of one layer, by its id; 0 where the layer reaches the folder through a link only."""

LayerDirectories = Sequence[LayerDirectory]
"""The directories that make up one folder of the merged tree, the lowest layer first."""


class MergedEntry(NamedTuple):
    """The entries of one name in one folder."""

    layer: int
    """Number of the layer that describes it. For a directory the topmost that names it explicitly."""
    row: PlainRow
    directories: list[LayerDirectory] | None
    """For a directory, what makes up its contents."""
    bound: int
    """Bytes of a file; of a directory what is below it, if no layer hid or replaced anything there."""


MergedEntries = dict[bytes, MergedEntry]
"""A folder of the merged tree, by name."""


def merge(
    folder: bytes, directories: LayerDirectories, names: tuple[bytes, ...] = (), span: Span = WHOLE
) -> MergedEntries:
    """Put the layers of a folder over each other.

    Args:
        folder: its path.
        directories: what makes it up.
        names: only these; a folder's opaque whiteouts must then be named too.
        span: only names in it, where none are named.
    """
    return _merge({}, folder, directories, names, span, _append)


def merge_further(
    folder: bytes,
    directories: LayerDirectories,
    names: tuple[bytes, ...] = (),
    span: Span = WHOLE,
    *,
    before: LayerDirectories,
    entries: MergedEntries,
) -> MergedEntries:
    """The same as `merge`, where it is known what other directories came to.

    Args:
        folder: its path.
        directories: what makes it up.
        names: only these, as for ``entries``.
        span: only names in it, as for ``entries``.
        before: perhaps the first of the directories, up to the end of a layer; then only the others are read.
        entries: what those came to; it stays as it is.
    """
    done = len(before)
    is_known = done > 0 and directories[:done] == before
    if not is_known or (done < len(directories) and directories[done][0] is before[-1][0]):
        return merge(folder, directories, names, span)
    return _merge(dict(entries), folder, directories[done:], names, span, _appended)


def _merge(
    entries: MergedEntries,
    folder: bytes,
    directories: LayerDirectories,
    names: tuple[bytes, ...],
    span: Span,
    add: Callable[[list[LayerDirectory], LayerDirectory], list[LayerDirectory]],
) -> MergedEntries:
    for layer, group in groupby(directories, itemgetter(0)):
        rows = layer.rows(folder, [directory for _, directory in group], names, span)
        _apply(entries, layer, folder, rows, add)
    return entries


def _append(directories: list[LayerDirectory], directory: LayerDirectory) -> list[LayerDirectory]:
    directories.append(directory)
    return directories


def _appended(directories: list[LayerDirectory], directory: LayerDirectory) -> list[LayerDirectory]:
    return [*directories, directory]


def _apply(
    entries: MergedEntries,
    layer: MergedLayer,
    folder: bytes,
    rows: Sequence[PlainRow],
    add: Callable[[list[LayerDirectory], LayerDirectory], list[LayerDirectory]],
) -> None:
    hide(entries, rows)
    number, has_superseded = layer.number, layer.has_superseded
    for row in rows:
        if row.is_left_out:
            continue
        name, directory = row.name, row.directory
        if directory is None:
            entries[name] = MergedEntry(number, row, None, row.size)
            continue
        lower = entries.get(name)
        if lower is not None and lower.directories is not None and not (has_superseded and layer.is_fresh(row)):
            shown, described = (lower.layer, lower.row) if row.flags & IMPLIED else (number, row)
            directories = add(lower.directories, (layer, directory))
            entries[name] = MergedEntry(shown, described, directories, lower.bound + (row.below_bytes or 0))
        elif makes(layer, folder, row):
            entries[name] = MergedEntry(number, row, [(layer, directory)], row.below_bytes or 0)
