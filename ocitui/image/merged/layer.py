"""One layer as the merged tree sees it: its folders, and where entries below a symbolic link went."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from operator import attrgetter

from ocitui.image.merged.effect import FolderEffect
from ocitui.image.merged.path_cache import PathCache
from ocitui.image.merged.paths import join, split
from ocitui.image.merged.spans import WHOLE, Span
from ocitui.layers.index.directories import NOWHERE, ROOT
from ocitui.layers.index.index import LayerIndex
from ocitui.layers.index.plain_row import PlainRow
from ocitui.layers.pathnames import OPAQUE_NAME

_id = attrgetter("id")
_TOPS = {NOWHERE: b"", ROOT: b""}


class MergedLayer:
    """The entries of one layer by where they are in the root filesystem.

    That is where the layer has them, except below a directory that only its children's
    names imply, where the layers below have a symbolic link of that name: unpacking
    follows it. `Links` finds those and says so here (`graft`).
    """

    def __init__(self, number: int, index: LayerIndex) -> None:
        self.number = number
        """From 1, the lowest first."""
        self.index = index
        self.effects: dict[bytes, FolderEffect] = {}
        """The effects that `ocitui.image.merged.changeset` keeps here."""
        self._moved: dict[int, bytes] = {}  # directories that are elsewhere, by id
        self._suspended: int | None = None  # id of an implied entry that is being looked into
        self._instead: dict[int, PlainRow] = {}  # by id of an implied entry: the link that it does not replace
        self._grafts: dict[bytes, list[int]] = {}  # what is there too, by path
        self._towards: dict[bytes, dict[bytes, PlainRow]] = {}  # names that lead to grafts, by folder
        self._paths = PathCache[int, bytes](lambda _, path: len(path))
        self._has_content: dict[int, bool] = {}

    @cached_property
    def size(self) -> int:
        """As many entries as the layer has at most."""
        return self.index.table.last_id()

    def count(self, folder: bytes, directory: int) -> int:
        """Return the number of entries the layer has in a folder, whiteouts included.

        Args:
            folder: its path.
            directory: the id of the layer's own directory of this path.
        """
        return sum(map(self.index.table.count_in, self._all(folder, (directory,))))

    def every_name(self, folder: bytes, directory: int, step: int) -> list[bytes]:
        """Of the names of these entries, each that is ``step`` further than the one before."""
        table = self.index.table
        return [name for each in self._all(folder, (directory,)) for name in table.every_name(each, step)]

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
        table = self.index.table
        for directory in self._all(folder, directories):
            if names or span is WHOLE:
                found += table.plain_rows(directory, names)
            else:
                found += table.plain_rows(directory, (OPAQUE_NAME,))
                found += table.plain_rows_from(directory, *span)
        if self._superseded:
            found = [self._not_hollow(folder, row) for row in found]
        if self._moved:
            found = [kept for row in found if (kept := self._in_place(row)) is not None]
            found += [
                row
                for name, row in self._towards.get(folder, {}).items()
                if (name in names if names else span.has(name))
            ]
            found.sort(key=_id)  # what comes last stays, whichever way it came
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
        return [found for each in self._all(folder, directories) if (found := self._replaced.get((each, name)))]

    def is_fresh(self, row: PlainRow) -> bool:
        """True if the layer first has something else where this directory is: everything below was removed with it."""
        earlier = self._superseded.get((row.parent, row.name), ()) if self._superseded else ()
        return any(other.id < row.id and other.directory is None and not other.is_whiteout for other in earlier)

    def _not_hollow(self, folder: bytes, row: PlainRow) -> PlainRow:
        """The row, or what stood there before whiteouts below its name implied a directory."""
        if row.is_implied and (earlier := self._superseded.get((row.parent, row.name))):
            before = max((other for other in earlier if other.id < row.id and not other.is_whiteout), default=None)
            if before is not None and before.directory is None and not self.makes_directory(folder, row):
                return before
        return row

    @property
    def is_in_place(self) -> bool:
        """True if every entry is where the layer has it, and none below a link. True before `LayerStack` looked."""
        return not self._moved

    @property
    def moved(self) -> Mapping[int, bytes]:
        """The directories that are elsewhere because their path is a link: where each is, by its id."""
        return self._moved

    @property
    def links_shown(self) -> Mapping[int, PlainRow]:
        """The layer's own links that stand where their targets' contents were moved from, by id of what was there."""
        return self._instead

    @cached_property
    def has_superseded(self) -> bool:
        """True if any entry of the layer was replaced by a later one."""
        return bool(self._superseded)

    @cached_property
    def _superseded(self) -> dict[tuple[int, bytes], list[PlainRow]]:
        """By directory and name; nearly always empty."""
        found: dict[tuple[int, bytes], list[PlainRow]] = {}
        for row in self.index.table.superseded_rows():
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

    def _all(self, folder: bytes, directories: Sequence[int]) -> list[int]:
        own = [directory for directory in directories if directory != NOWHERE]
        return own + self._grafts.get(folder, []) if self._grafts else own

    def _in_place(self, row: PlainRow) -> PlainRow | None:
        if row.directory in self._moved:
            return self._instead.get(row.id)
        is_later = self._suspended is not None and row.id > self._suspended
        if is_later and row.directory is None and not row.is_whiteout:
            return None  # unpacking does not know of it yet
        return row

    def path_of(self, directory: int) -> bytes:
        """Return the path of a directory of the layer in the root filesystem, links followed."""
        names: list[bytes] = []
        here = directory
        while (path := _TOPS.get(here, self._moved.get(here, self._paths.get(here)))) is None:
            name, here = self.index.place_of(here)
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
        known = {} if self._moved else self._has_content  # what is moved changes what is in it
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

    # For `Links`, which alone knows the layers below.

    def earlier(self, row: PlainRow) -> PlainRow | None:
        """Return the last earlier entry at this path in the same layer, where its entries imply this directory."""
        same = self._superseded.get((row.parent, row.name), ())
        return max((other for other in same if other.id < row.id and not other.is_whiteout), default=None)

    def suspend(self, row: PlainRow, link: PlainRow | None) -> None:
        """Take an implied directory away from its path, and show the layer's own link there if it has one."""
        assert row.directory is not None
        self._moved[row.directory] = b""
        self._suspended = row.id
        if link is not None:
            self._instead[row.id] = link

    def resume(self, row: PlainRow) -> None:
        """Undo `suspend`."""
        assert row.directory is not None
        self._suspended = None
        self._moved.pop(row.directory)
        self._instead.pop(row.id, None)

    def graft(self, row: PlainRow, target: bytes) -> None:
        """Put what is in a suspended directory into another one."""
        assert row.directory is not None
        self._suspended = None
        self._moved[row.directory] = target
        self._grafts.setdefault(target, []).append(row.directory)
        self._paths.clear()
        self.effects.clear()
        path = target
        while path:
            folder, name = split(path)
            there = row._replace(parent=NOWHERE, name=name, directory=NOWHERE)
            self._towards.setdefault(folder, {}).setdefault(name, there)
            path = folder
