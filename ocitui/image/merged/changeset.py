"""The rules of a changeset: what one layer makes, hides and replaces of what the layers below have.

Implements image-spec, Image Layer Filesystem Changeset: Applying Changesets, Whiteouts,
Opaque Whiteout; where the text is silent, as ``umoci unpack`` does it. The order of entries
within a layer does not matter for whiteouts: each hides what the layers below have, wherever
it stands. Three walks follow these rules: over a folder (`ocitui.image.merged.folder`,
`ocitui.image.merged.removal`), along one path (`ocitui.image.merged.timeline`), and over all
layers at once as sets of names (`ocitui.image.squash.squash`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from ocitui.image.merged.effect import Cause, FolderEffect, PathEffect, Reason
from ocitui.image.merged.layer import MergedLayer
from ocitui.image.merged.paths import ends_of_unknown, path_key, split
from ocitui.layers.entry import WHITEOUT_KINDS, EntryKind
from ocitui.layers.index.directories import NOWHERE, ROOT
from ocitui.layers.index.plain_row import PlainRow
from ocitui.layers.pathnames import OPAQUE_NAME

_ROOT = FolderEffect((ROOT,))
_KEPT_FOLDERS = 20_000


def makes(layer: MergedLayer, folder: bytes, row: PlainRow) -> bool:
    """True if unpacking a layer puts an entry at its path; a directory that only holds whiteouts is not made."""
    return not row.is_left_out and (row.directory is None or layer.makes_directory(folder, row))


def hide(entries: dict[bytes, Any], rows: Sequence[PlainRow]) -> None:
    """Drop from what the layers below have in a folder what the whiteouts among a layer's rows hide."""
    if not entries:
        return
    hides_all, names = hidden_by(rows)
    if hides_all:
        entries.clear()
    for name in names:
        entries.pop(name, None)


def hidden_by(rows: Sequence[PlainRow]) -> tuple[bool, list[bytes]]:
    """Return what the whiteouts among a layer's rows of a folder hide of the layers below: all of it, or some names."""
    names: list[bytes] = []
    for row in rows:
        if row.kind in WHITEOUT_KINDS:
            if row.kind == EntryKind.OPAQUE:
                return True, []
            names.append(row.name)
    return False, names


def adds_to_directory(layer: MergedLayer, entries: Sequence[PlainRow]) -> bool:
    """True if a layer adds to the directory of the layers below at a path, rather than replacing it.

    Args:
        layer: the layer.
        entries: its entries of the path, in the order of the tar; at least one.
    """
    return entries[-1].directory is not None and not is_fresh(layer, entries)


@dataclass(slots=True)
class FolderChanges:
    """The changes that one layer makes to the entries of a folder."""

    hides_all: bool
    """True if it hides everything that the layers below have there."""
    hidden: set[bytes]
    """The names that its whiteouts hide."""
    own: dict[bytes, list[PlainRow]]
    """Its entries by name, directories that only hold whiteouts among them."""
    made: dict[bytes, list[PlainRow]]
    """Those of them that unpacking makes."""

    @classmethod
    def of(cls, layer: MergedLayer, folder: bytes, rows: Sequence[PlainRow], *, hides_all: bool) -> "FolderChanges":
        """Sort a layer's rows of a folder.

        Args:
            layer: the layer.
            folder: the path in the root filesystem.
            rows: what the layer has there.
            hides_all: whether it hides the folder of the layers below as a whole.
        """
        own_hides_all, names = hidden_by(rows)
        changes = cls(hides_all or own_hides_all, set(names), {}, {})
        for row in rows:
            if not row.is_left_out:
                changes.own.setdefault(row.name, []).append(row)
                if makes(layer, folder, row):
                    changes.made.setdefault(row.name, []).append(row)
        return changes


def effect_on_folder(layer: MergedLayer, folder: bytes) -> FolderEffect:
    """Return the effect of a layer on a folder; results are kept with the layer."""
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
    """Return the effect of a layer on a path. The root of a layer that does not describe it is not its entry."""
    if not path:
        (root,) = layer.placed.table.plain_rows(NOWHERE, (b"",))
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


def described_root(layers: Sequence[MergedLayer | None]) -> tuple[int, PlainRow] | None:
    """Return the root's entry in the topmost layer that has one, with the layer's number; None where none has."""
    for layer in reversed(layers):
        row = effect_on_path(layer, b"").row if layer is not None else None
        if layer is not None and row is not None:
            return layer.number, row
    return None


def is_fresh(layer: MergedLayer, entries: Sequence[PlainRow]) -> bool:
    """True if the last of a layer's entries of one path is a directory that comes after something else."""
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
    return [row for row in rows if row.name == name and not row.is_left_out], cause


def _is_opaque(layer: MergedLayer, folder: bytes, directories: Sequence[int]) -> bool:
    """True if a folder has an opaque whiteout; a directory of that name, which only its children imply, is none."""
    return any(row.kind == EntryKind.OPAQUE for row in layer.rows(folder, directories, (OPAQUE_NAME,)))
