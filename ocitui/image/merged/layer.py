"""One layer as the merged tree sees it: its folders, and what is in them."""

from collections.abc import Mapping, Sequence
from functools import cached_property

from ocitui.image.merged.effect import FolderEffect
from ocitui.image.merged.paths import join
from ocitui.image.merged.spans import WHOLE, Span
from ocitui.layers.index.directories import NOWHERE, ROOT
from ocitui.layers.index.index import LayerIndex
from ocitui.layers.index.path_cache import PathCache
from ocitui.layers.index.plain_row import PlainRow
from ocitui.layers.pathnames import OPAQUE_NAME

_TOPS = {NOWHERE: b"", ROOT: b""}


class MergedLayer:
    """The entries of one layer by where they are in the root filesystem."""

    def __init__(self, number: int, index: LayerIndex) -> None:
        self.number = number
        """From 1, the lowest first."""
        self.index = index
        """The layer, with each entry where its name says."""
        self.placed = index
        """The same, with each entry where unpacking puts it once the stack is settled; see
        `ocitui.layers.index.placing`. Entries have the same ids in both, directories have not."""
        self.targets: Mapping[int, tuple[int, int]] = {}
        """The targets of hard links, found while entries were placed: layer and id, by the ids of the links."""
        self.has_all_targets = False
        """True if a hard link that has none of these is one to nothing."""
        self.effects: dict[bytes, FolderEffect] = {}
        """The effects that `ocitui.image.merged.changeset` keeps here."""
        self._paths = PathCache[int, bytes](lambda _, path: len(path))
        self._has_content: dict[int, bool] = {}

    @property
    def is_in_place(self) -> bool:
        """True if every entry is where its name says, and none below a link."""
        return self.placed is self.index

    def hides_before(self, path: bytes, id_: int) -> bool:
        """True if the layer had hidden or replaced a file of the layers below when the turn of a hard link came.

        Args:
            path: of the file, without links on the way.
            id_: of the hard link, which has no target among `targets`.
        """
        return self.index.hides_before(path, id_) if self.is_in_place else self.has_all_targets

    @cached_property
    def size(self) -> int:
        """As many entries as the layer has at most."""
        return self.placed.table.last_id()

    def count(self, folder: bytes, directory: int) -> int:
        """Return the number of entries the layer has in a folder, whiteouts included.

        Args:
            folder: its path.
            directory: the id of the layer's own directory of this path.
        """
        return self.placed.table.count_in(directory)

    def every_name(self, folder: bytes, directory: int, step: int) -> list[bytes]:
        """Of the names of these entries, each that is ``step`` further than the one before."""
        return self.placed.table.every_name(directory, step)

    def rows(
        self, folder: bytes, directories: Sequence[int], names: tuple[bytes, ...] = (), span: Span = WHOLE
    ) -> list[PlainRow]:
        """Return the layer's entries in a folder, whiteouts included.

        Args:
            folder: its path.
            directories: the ids of the layer's own directories of this path, if it has any.
            names: only entries of these names; all where there are none.
            span: only names in it, where there are none; a folder's opaque whiteout is in each.
        """
        found: list[PlainRow] = []
        table = self.placed.table
        for directory in directories:
            if names or span is WHOLE:
                found += table.plain_rows(directory, names)
            else:
                found += table.plain_rows(directory, (OPAQUE_NAME,))
                found += table.plain_rows_from(directory, *span)
        if self._superseded:
            found = [self._not_hollow(folder, row) for row in found]
        return found

    def replaced(self, folder: bytes, directories: Sequence[int], name: bytes) -> list[list[PlainRow]]:
        """Return the entries, neither directory nor whiteout, that had a name in a folder before a later entry of the
        layer took it.

        Args:
            folder: its path.
            directories: the ids of the layer's own directories of this path, if it has any.
            name: the name.

        Returns:
            For each directory, those in it in the order of the tar.
        """
        if not self._superseded:
            return []
        return [found for each in directories if (found := self._replaced.get((each, name)))]

    def is_fresh(self, row: PlainRow) -> bool:
        """True if the layer first has something else where this directory is: everything below was removed with it."""
        return self.comes_after_other(row.parent, row.name, row.id)

    def comes_after_other(self, parent: int, name: bytes, id_: int) -> bool:
        """True if something that is no directory comes before an entry at its path: see `is_fresh`."""
        earlier = self._superseded.get((parent, name), ()) if self._superseded else ()
        return any(other.id < id_ and other.directory is None and not other.is_whiteout for other in earlier)

    def _not_hollow(self, folder: bytes, row: PlainRow) -> PlainRow:
        """The row, or what stood there before whiteouts below its name implied a directory."""
        before = self.replaced_by(row) if row.is_implied else None
        return before if before is not None and not self.makes_directory(folder, row) else row

    def replaced_by(self, implied: PlainRow) -> PlainRow | None:
        """Return the entry that an implied directory took the place of; None if there was none, or a directory."""
        earlier = self._superseded.get((implied.parent, implied.name), ())
        before = max((other for other in earlier if not (other.is_implied or other.is_whiteout)), default=None)
        return before if before is not None and before.directory is None else None

    @cached_property
    def has_superseded(self) -> bool:
        """True if any entry of the layer was replaced by a later one."""
        return bool(self._superseded)

    @cached_property
    def _superseded(self) -> dict[tuple[int, bytes], list[PlainRow]]:
        """By directory and name; nearly always empty."""
        found: dict[tuple[int, bytes], list[PlainRow]] = {}
        for row in self.placed.table.superseded_rows():
            found.setdefault((row.parent, row.name), []).append(row)
        return found

    @cached_property
    def _replaced(self) -> dict[tuple[int, bytes], list[PlainRow]]:
        """Those of `_superseded` that are neither directory nor whiteout."""
        found: dict[tuple[int, bytes], list[PlainRow]] = {}
        for place, rows in self._superseded.items():
            if kept := [row for row in rows if row.directory is None and not row.is_whiteout]:
                found[place] = kept
        return found

    def path_of(self, directory: int) -> bytes:
        """Return the path of a directory of the layer in the root filesystem, links followed."""
        names: list[bytes] = []
        here = directory
        while (path := _TOPS.get(here, self._paths.get(here))) is None:
            name, here = self.placed.place_of(here)
            names.append(name)
        path = b"/".join([*([path] if path else ()), *reversed(names)])
        self._paths[directory] = path
        return path

    def makes_directory(self, folder: bytes, row: PlainRow) -> bool:
        """True if unpacking the layer makes this directory where it is missing.

        One that is only implied by the whiteouts in it is not made.
        """
        if not row.is_implied:
            return True
        if row.below_bytes:
            return True
        return self._has_more_than_whiteouts(join(folder, row.name), row.directory or NOWHERE)

    def _has_more_than_whiteouts(self, path: bytes, directory: int) -> bool:
        """True if anything in an implied directory makes it; noted for each directory that was looked into for it."""
        known = self._has_content
        above: dict[int, int | None] = {directory: None}
        pending = [(path, directory)]
        while pending:
            path, here = pending.pop()
            is_made = known.get(here)
            if is_made is None:
                for row in self.rows(path, (here,)):
                    if row.is_left_out:
                        continue
                    if row.directory is None or not row.is_implied:
                        is_made = True
                        break
                    above.setdefault(row.directory, here)
                    pending.append((join(path, row.name), row.directory))
            if is_made:
                upwards: int | None = here
                while upwards is not None:  # what makes it makes those that it is in
                    known[upwards] = True
                    upwards = above[upwards]
                return True
        known.update(dict.fromkeys(above, False))
        return False
