"""The merged root filesystem, or what a layer changed in it, as the Files pane asks for it."""

import threading
from array import array
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

from ocitui.image.filesystem.filesystem import FileEntry
from ocitui.image.filesystem.merged import MergedFilesystem
from ocitui.image.merged.change_counts import ChangeCounts, count_changes, mark_of, reaches_into
from ocitui.image.merged.changes import Mark
from ocitui.image.merged.listing import Listing
from ocitui.image.merged.row import MergedRow
from ocitui.image.merged.totals import MergedTotals, Totals
from ocitui.image.merged.tree import ROOT_FOLDER, MergedTree
from ocitui.tui.files.archive_source import SourceWithArchives
from ocitui.tui.files.archives import Archives, is_member
from ocitui.tui.files.source import Bound, Order, Row, locate_by, row_of

PRESENT = frozenset(Mark) - {Mark.DELETED}
"""The marks of what is there after the last layer."""
CHANGED = frozenset(Mark) - {Mark.UNCHANGED}
"""The marks of what the last layer changed."""
_WHOLE = frozenset({Mark.ADDED, Mark.DELETED})
"""The marks of a folder that hold for all that is in it."""


class TreeSums:
    """A merged tree, and what is known of its folders: bytes below them, contents of several names once; changes."""

    def __init__(self, tree: MergedTree) -> None:
        self.tree = tree
        """The tree."""
        self._totals = MergedTotals(tree)
        self._known: dict[bytes, Totals] = {}
        self._lock = threading.Lock()
        self.changes: Mapping[int, ChangeCounts] | None = None
        """The changes below folders, by their number; None while they are not counted."""

    def count_changes(self, is_cancelled: Callable[[], bool]) -> bool:
        """Count the changes, in a thread; whether that came to an end."""
        with self._lock:
            self.changes = self.changes or count_changes(self.tree, is_cancelled)
        return self.changes is not None

    def of(self, row: MergedRow) -> Totals | None:
        """The sum of a folder; None where it was not added up."""
        return self._known.get(row.path)

    def add_up(self, row: MergedRow, is_cancelled: Callable[[], bool]) -> bool:
        """Add up a folder, in a thread; whether that came to an end."""
        with self._lock:
            found = self._totals.of(row.path, is_cancelled)
        if found is not None:
            self._known[row.path] = found
        return found is not None


class MergedSource(SourceWithArchives):
    """The entries of a merged tree: of what the last layer made of them, those with some marks, and the way to them."""

    outer: MergedFilesystem

    def __init__(self, sums: TreeSums, marks: frozenset[Mark] = PRESENT, archives: Archives | None = None) -> None:
        """
        Args:
            sums: the layers up to the one that is shown, and what is known of its folders.
            marks: what is shown; folders with such entries below stay, to lead there.
            archives: those that are open as folders.
        """
        self.sums = sums
        self.tree = sums.tree
        self.outer = MergedFilesystem(sums.tree)
        self.archives = archives or Archives()
        self.marks = marks
        """The marks of what is shown."""

    @property
    def root(self) -> int:
        """The root directory."""
        return ROOT_FOLDER

    def outer_children(self, directory: int, order: Order, reverse: bool) -> "array[int]":
        """Ids of the entries in a folder, ordered."""
        ids = array("q")
        keys: list[int] = []
        for listing in self.tree.listings(directory):
            shown = [n for n, name in enumerate(listing.names) if self._is_shown(listing, name)]
            ids.extend(map(listing.row_id, shown))
            if order != "name":
                keys += [_key(listing, n, order) for n in shown]
        if order != "name":
            sorted_places = sorted(range(len(ids)), key=keys.__getitem__, reverse=reverse)
            ids = array("q", map(ids.__getitem__, sorted_places))
        elif reverse:
            ids.reverse()
        return ids

    def outer_folders(self, directory: int) -> Mapping[int, int]:
        """The entries of a folder that are folders: ids of the entries, ids of their directories."""
        found = {}
        for listing in self.tree.listings(directory):
            for position, name in enumerate(listing.names):
                if self._is_shown(listing, name):
                    number = self.tree.subfolder(listing, name)
                    if number is not None:
                        found[listing.row_id(position)] = number
        return found

    def outer_rows(self, ids: Sequence[int]) -> Sequence[Row]:
        """The rows of these entries, in the order of their ids here."""
        return [self._row(row) for row in self.tree.rows(ids)]

    def outer_locate(self, path: bytes) -> tuple[list[int], int] | None:
        """The way to a path: directories below the root, and the id of its entry."""
        return locate_by(path, self.tree.find_folder, self._id_at, ROOT_FOLDER)

    def _id_at(self, path: bytes, directory: int) -> int | None:
        found = self.tree.find(path)
        return found.id if found is not None else None

    def outer_entry(self, id_: int) -> FileEntry:
        """The entry of a row."""
        return self.outer.entry_of(self.tree.rows([id_])[0])

    def outer_find(self, text: str, is_exact: bool) -> Mapping[int, Collection[int]]:
        """Ids of the entries whose names hold a text, by folder; walks the folders that are shown."""
        wanted = (
            text.encode("utf-8", "surrogateescape") if is_exact else text.lower().encode("utf-8", "surrogateescape")
        )
        found: dict[int, list[int]] = {ROOT_FOLDER: []}
        above: dict[int, int] = {}
        waiting = [ROOT_FOLDER]
        while waiting:
            directory = waiting.pop()
            for listing in self.tree.listings(directory):
                for position, name in enumerate(listing.names):
                    if not self._is_shown(listing, name):
                        continue
                    if wanted in (name if is_exact else name.lower()):
                        found.setdefault(directory, []).append(listing.row_id(position))
                    number = self.tree.subfolder(listing, name)
                    if number is not None:
                        above[number] = directory
                        waiting.append(number)
        for directory in list(found):
            while directory != ROOT_FOLDER and (directory := above[directory]) not in found:
                found[directory] = []
        return found

    def _is_shown(self, listing: Listing, name: bytes) -> bool:
        if self.marks >= PRESENT:
            return name in listing.now or Mark.DELETED in self.marks
        mark = mark_of(self.tree, listing, name)
        return mark in self.marks or (mark not in _WHOLE and self._leads_on(listing, name))

    def _leads_on(self, listing: Listing, name: bytes) -> bool:
        """True if a folder has something below it that is shown; or may have, until that is known."""
        if not reaches_into(self.tree, listing, name):
            return False
        counts = self._changes_below(self.tree.subfolder(listing, name))
        return counts is None or any(map(counts.has, self.marks))

    def _changes_below(self, number: int | None) -> ChangeCounts | None:
        """Return the changes below a folder; None where there are none, or none are counted yet."""
        changes = self.sums.changes
        return changes.get(number) if changes is not None and number is not None else None

    def unsummed(self, ids: Sequence[int]) -> list[MergedRow]:
        """The folders among these rows of which only a bound is known of what is below."""
        rows = self.tree.rows([id_ for id_ in ids if not is_member(id_)])
        return [
            row for row in rows if not row.size_is_exact and row.mark is not Mark.DELETED and self.sums.of(row) is None
        ]

    def open_rows(self, ids: Sequence[int]) -> list[int]:
        """Those of these rows of which only the contents can tell if they were modified."""
        return [
            row.id for row in self.tree.rows([id_ for id_ in ids if not is_member(id_)]) if row.change.content_is_open
        ]

    def _row(self, row: MergedRow) -> Row:
        label, detail = str(row.layer), row.change.words
        if row.mark is Mark.DELETED:
            label, detail = f"{self.tree.top} ← {row.layer}", "deleted"
        elif row.before is not None:
            label = f"{row.layer} ← {row.before[0]}"
        mark = Mark.MODIFIED if row.change.content_is_open else row.mark
        counts = self._changes_below(row.directory)
        below = counts.text if counts is not None and mark not in _WHOLE else ""
        if below and mark is Mark.UNCHANGED:
            mark = Mark.MODIFIED
        sums = self.sums.of(row) if row.directory is not None else None
        below_bytes = sums.bytes if sums is not None else row.size
        described = replace(
            self.outer.described(self.outer.entry_of(row)),
            size=row.size,
            below_entries=sums.entries if sums is not None else None,
            below_bytes=below_bytes if row.directory is not None else None,
        )
        return row_of(
            described,
            row.id,
            row.directory,
            mark=mark.value,
            label=label,
            detail=detail,
            changes_below=below,
            bound=self._bound(row, is_summed=sums is not None),
        )

    def _bound(self, row: MergedRow, *, is_summed: bool) -> Bound:
        if row.directory is not None and (self.tree.unknown or self.tree.damaged):
            return "?"
        return "" if row.size_is_exact or is_summed else "≤"


def _key(listing: Listing, position: int, order: Order) -> int:
    merged = listing.merged_entry(position)
    match order:
        case "size":
            return merged.bound
        case "time":
            return merged.row.mtime_ns
    return merged.layer
