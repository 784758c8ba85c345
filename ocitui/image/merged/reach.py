"""What one layer alone has to say of a path: its entry there, and whether it hides what is below."""

from collections.abc import Sequence
from itertools import takewhile

from ocitui.image.merged.effect import Cause, FolderEffect, PathEffect, Reason
from ocitui.image.merged.layer import MergedLayer
from ocitui.image.merged.paths import ends_of_unknown, path_key, split
from ocitui.layers.entry import EntryKind
from ocitui.layers.index.directories import NOWHERE, ROOT
from ocitui.layers.index.plain_row import PlainRow
from ocitui.layers.pathnames import OPAQUE_NAME, WHITEOUT_PREFIX

_ROOT = FolderEffect((ROOT,))
_KEPT_FOLDERS = 20_000


def effect_on_folder(layer: MergedLayer, folder: bytes) -> FolderEffect:
    """What a layer does to a folder; what was asked for is kept with the layer."""
    known, ends = ends_of_unknown(folder, lambda path: path_key(path) in layer.effects)
    here = layer.effects[path_key(known)] if known else _ROOT
    for end in reversed(ends):
        here = _effect_on_folder(layer, folder[:end], here)
        if len(layer.effects) >= _KEPT_FOLDERS:
            layer.effects.clear()
        layer.effects[path_key(folder[:end])] = here
    return here


def _effect_on_folder(layer: MergedLayer, folder: bytes, parent: FolderEffect) -> FolderEffect:
    if not parent.directories:
        return parent
    entries, cause = _entries(layer, folder, parent, Reason.PARENT_DELETED)
    if not entries:
        return FolderEffect((), cause)
    if entries[-1].directory is None:
        return FolderEffect((), cause or Cause(Reason.PARENT_REPLACED, folder))
    directories = tuple(row.directory for row in entries if row.directory is not None)
    return FolderEffect(
        directories, cause or (Cause(Reason.PARENT_REPLACED, folder) if is_fresh(layer, entries) else None)
    )


def effect_on_path(layer: MergedLayer, path: bytes) -> PathEffect:
    """What a layer does to a path. The root of a layer that does not describe it is not its entry."""
    if not path:
        (root,) = layer.index.table.plain_rows(NOWHERE, (b"",))
        empties = _is_opaque(layer, b"", (ROOT,))
        return PathEffect(None if root.is_implied else root, None, empties)
    folder, _ = split(path)
    parent = effect_on_folder(layer, folder)
    if not parent.directories:
        return PathEffect(None, parent.cause)
    entries, cause = _entries(layer, path, parent, Reason.WHITEOUT)
    if not entries or entries[-1].directory is None:
        return PathEffect(entries[-1] if entries else None, cause)
    run = list(takewhile(lambda entry: entry.directory is not None, reversed(entries)))
    explicit = (entry for entry in run if not entry.is_implied)
    implied = (entry for entry in reversed(run) if layer.makes_directory(folder, entry))
    row = next(explicit, None) or next(implied, None)
    if is_fresh(layer, entries):
        cause = cause or Cause(Reason.PARENT_REPLACED, path)
    directories = [entry.directory for entry in run if entry.directory is not None]
    empties = cause is not None or _is_opaque(layer, path, directories)
    return PathEffect(row, cause, empties)


def is_fresh(layer: MergedLayer, entries: Sequence[PlainRow]) -> bool:
    """Whether the last of a layer's entries of one path is a directory that comes after something else."""
    *others, last = entries
    if last.directory is None:
        return False
    return any(row.directory is None for row in others) or any(layer.is_fresh(row) for row in entries)


def _entries(
    layer: MergedLayer, path: bytes, parent: FolderEffect, reason: Reason
) -> tuple[Sequence[PlainRow], Cause | None]:
    """The layer's own entries of a path, and why it hides what is below."""
    folder, name = split(path)
    cause = parent.cause
    rows = layer.rows(folder, parent.directories, (name, OPAQUE_NAME))
    for row in rows:
        if row.kind == EntryKind.OPAQUE:
            cause = cause or Cause(Reason.OPAQUE, folder)
    for row in rows:
        if row.kind == EntryKind.WHITEOUT:
            cause = cause or Cause(reason, path)
    if name[:4] == WHITEOUT_PREFIX:
        return [], cause
    return [row for row in rows if row.name == name and not row.is_whiteout], cause


def _is_opaque(layer: MergedLayer, folder: bytes, directories: Sequence[int]) -> bool:
    """Whether a folder has an opaque whiteout; a directory of that name, which only its children imply, is none."""
    return any(row.kind == EntryKind.OPAQUE for row in layer.rows(folder, directories, (OPAQUE_NAME,)))
