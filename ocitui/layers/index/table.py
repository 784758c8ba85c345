"""Reads very many entries of a layer index at once: all of a kind, all names, all that meet a condition."""

from array import array
from collections.abc import Collection, Iterator, Sequence
from operator import itemgetter
from typing import NamedTuple

from ocitui.layers.entry import Entry, EntryKind
from ocitui.layers.index.conditions import Condition
from ocitui.layers.index.directories import NOWHERE, ROOT
from ocitui.layers.index.entry_row import COLUMNS, FROM, KINDS, entry_of
from ocitui.layers.index.file import IndexFile
from ocitui.layers.index.id_set import IdSet
from ocitui.layers.index.names import NamePiece, unpack_names
from ocitui.layers.index.plain_row import COLUMNS as PLAIN_COLUMNS
from ocitui.layers.index.plain_row import PlainRow, plain_row

_PLAIN = f"SELECT {PLAIN_COLUMNS} {FROM} WHERE e.parent = ? AND e.hidden = 0"
_ENTRIES_AT_ONCE = 1000
_IMPLIED = f"SELECT {PLAIN_COLUMNS} {FROM} WHERE e.flags & 1 AND e.hidden = 0 ORDER BY e.directory"
_EVERY_IMPLIED = f"SELECT {PLAIN_COLUMNS} {FROM} WHERE e.flags & 1 ORDER BY e.directory"
_AS_IN_TAR = f"SELECT {COLUMNS} {FROM} WHERE e.flags & 1 = 0 AND e.id > ? ORDER BY e.id LIMIT {_ENTRIES_AT_ONCE}"
_WHITEOUTS = f"SELECT {PLAIN_COLUMNS} {FROM} WHERE e.kind IN (7, 8) AND e.hidden = 0 ORDER BY e.id"
_SUPERSEDED = f"SELECT {PLAIN_COLUMNS} {FROM} WHERE e.hidden = 1 ORDER BY e.id"
_DIRECTORIES = (
    "SELECT d.id, d.parent, e.name, e.id, e.hidden FROM directory d JOIN entry e ON e.id = d.entry"
    " WHERE d.parent <> ? ORDER BY d.id"
)
_NAMES = "SELECT nth, first, names, runs, directories FROM names WHERE nth > ? ORDER BY nth LIMIT 16"
_LINKS_AND_DEVICES = (
    "SELECT id, parent, name, kind, link, mode, uid, gid,"
    f" kind = {int(EntryKind.CHARACTER_DEVICE)}"
    " AND EXISTS (SELECT 1 FROM extra WHERE extra.entry = entry.id AND major = 0 AND minor = 0) FROM entry"
    f" WHERE kind IN ({int(EntryKind.HARDLINK)}, {int(EntryKind.CHARACTER_DEVICE)}, {int(EntryKind.BLOCK_DEVICE)})"
    f" OR (kind = {int(EntryKind.SYMLINK)} AND (instr(link, x'2e2e') OR length(link) = 0)) ORDER BY id"
)
_NO_WHITEOUT = f"kind NOT IN ({int(EntryKind.WHITEOUT)}, {int(EntryKind.OPAQUE)})"
_OTHER_BEFORE = ", ".join(  # one for each value of `hidden`, since so the index has them in order
    "coalesce((SELECT f.id FROM entry f WHERE f.parent = d.parent AND f.name = d.name AND f.id < d.id"
    f" AND f.hidden = {hidden} AND f.directory IS NULL AND f.{_NO_WHITEOUT} ORDER BY f.id DESC LIMIT 1), 0)"
    for hidden in (0, 1, 2)
)
_BLOCKED = (
    f"SELECT d.directory, d.id, max({_OTHER_BEFORE}) AS other FROM entry d"
    " WHERE d.flags & 1 AND other > 0 ORDER BY d.id"
)
_ROW_BEFORE = (
    f"SELECT {PLAIN_COLUMNS} {FROM} WHERE e.parent = ? AND e.name = ? AND e.hidden = ? AND e.id < ?"
    f" AND e.{_NO_WHITEOUT} ORDER BY e.id DESC LIMIT 1"
)
_WHITEOUT = f"kind = {int(EntryKind.WHITEOUT)}"
_BESIDE_WHITEOUTS = (
    f"SELECT parent, name, max(CASE WHEN {_WHITEOUT} THEN id END) AS last, sum({_WHITEOUT}),"
    f" min(CASE WHEN NOT ({_WHITEOUT} OR flags & 1) THEN id END), max(directory)"
    f" FROM entry WHERE (parent, name) IN (SELECT parent, name FROM entry WHERE {_WHITEOUT})"
    " GROUP BY parent, name HAVING last > min(id) OR max(flags & 1) ORDER BY min(id)"
)
_SPANS_BELOW = "SELECT parent, min(id), max(id) FROM entry WHERE NOT flags & 1 GROUP BY parent"
_REPEATED = (
    "SELECT parent, name FROM entry WHERE (parent, name) IN (SELECT parent, name FROM entry WHERE hidden <> 0)"
    f" AND NOT flags & 1 GROUP BY parent, name, {_NO_WHITEOUT} HAVING count(*) > 1 ORDER BY min(id)"
)
_IDS_AT_ONCE = 500


class DirectoryRow(NamedTuple):
    """A directory of a layer, for those who read all of them."""

    id: int
    """The id by which its children know it."""
    parent: int
    """Id of the directory that holds it."""
    name: bytes
    entry: int
    """Id of the `Entry` that describes it."""
    superseded: int
    """1 where something else of the layer took its place later, else 0."""


class BlockedDirectory(NamedTuple):
    """A directory that only the paths below it imply, though something else was there when the first of them came."""

    directory: int
    """The id by which its children know it."""
    implied: int
    """The id of its implied entry."""
    other: int
    """The id of what was there last: no directory and no whiteout."""


class HiddenName(NamedTuple):
    """A name that a layer has and a whiteout of it too."""

    parent: int
    """Id of the directory that holds it."""
    name: bytes
    last: int
    """The id of the last whiteout of it."""
    whiteouts: int
    """The number of them."""
    first: int | None
    """The id of the first entry of that name that is no whiteout; None where only paths below it have the name."""
    directory: int | None
    """The id by which its children know it; None where it was never a directory."""


class EntryTable:
    """The entries of an index as a table. May be used from several threads, like its file."""

    def __init__(self, file: IndexFile) -> None:
        """Read from this file, for as long as it is open."""
        self._file = file
        self._reading = file.reading

    def plain_rows(self, directory: int, names: Sequence[bytes] = ()) -> list[PlainRow]:
        """The entries in a directory, whiteouts among them, by name; the quick way to read very many.

        Args:
            directory: an `Entry.directory`, or `ROOT`.
            names: only entries of these names; all where there are none.
        """
        return self._plain_rows(directory, f"AND e.name IN ({', '.join('?' * len(names))})" if names else "", *names)

    def plain_rows_from(self, directory: int, first: bytes, end: bytes | None) -> list[PlainRow]:
        """The same of the names from one up to another, without that; to the last where it is None."""
        if end is None:
            return self._plain_rows(directory, "AND e.name >= ?", first)
        return self._plain_rows(directory, "AND e.name >= ? AND e.name < ?", first, end)

    def _plain_rows(self, directory: int, condition: str, *values: bytes) -> list[PlainRow]:
        with self._reading() as execute:
            return list(map(plain_row, execute(f"{_PLAIN} {condition} ORDER BY e.name", (directory, *values))))

    def last_id(self) -> int:
        """The highest id of all; there are no more entries."""
        with self._reading() as execute:
            (found,) = execute("SELECT max(id) FROM entry").fetchone()
        return int(found or 0)

    def count_in(self, directory: int) -> int:
        """Return the number of entries in a directory, whiteouts included."""
        with self._reading() as execute:
            (found,) = execute("SELECT count(*) FROM entry WHERE parent = ? AND hidden = 0", (directory,)).fetchone()
        return int(found)

    def every_name(self, directory: int, step: int) -> list[bytes]:
        """Of the names in a directory, by their bytes, each that is ``step`` entries further than the one before."""
        query = "SELECT name FROM entry WHERE parent = ? AND hidden = 0 AND name > ? ORDER BY name LIMIT 1 OFFSET ?"
        found = [b""]
        with self._reading() as execute:
            while row := execute(query, (directory, found[-1], step - 1)).fetchone():
                found.append(row[0])
        return found[1:]

    def plain(self, ids: Sequence[int]) -> list[PlainRow]:
        """The entries with these ids, in the order of the ids; missing ones are left out."""
        found: list[PlainRow] = []
        with self._reading() as execute:
            for start in range(0, len(ids), _IDS_AT_ONCE):
                some = ids[start : start + _IDS_AT_ONCE]
                query = f"SELECT {PLAIN_COLUMNS} {FROM} WHERE e.id IN ({', '.join('?' * len(some))}) ORDER BY e.id"
                found += map(PlainRow._make, execute(query, tuple(some)))
        return found

    def many_rows(self, ids: Sequence[int]) -> Iterator[Entry]:
        """The entries with these ids, in the order of the ids; for those who read very many of them."""
        for start in range(0, len(ids), _IDS_AT_ONCE):
            some = ids[start : start + _IDS_AT_ONCE]
            query = f"SELECT {COLUMNS} {FROM} WHERE e.id IN ({', '.join('?' * len(some))}) ORDER BY e.id"
            with self._reading() as execute:
                found = [entry_of(row, execute, self._file) for row in execute(query, tuple(some)).fetchall()]
            yield from found

    def implied_directories(self) -> list[PlainRow]:
        """The directories that no header describes, parents before children; the root is not among them."""
        with self._reading() as execute:
            return [row for row in map(plain_row, execute(_IMPLIED)) if row.parent != NOWHERE]

    def every_implied_directory(self) -> list[PlainRow]:
        """The same, those among them that a later entry of the layer described or replaced."""
        with self._reading() as execute:
            return [row for row in map(plain_row, execute(_EVERY_IMPLIED)) if row.parent != NOWHERE]

    def as_in_tar(self) -> Iterator[Entry]:
        """Every entry that a header describes, superseded ones among them, in the order of the tar."""
        last = 0
        while True:
            with self._reading() as execute:
                found = [entry_of(row, execute, self._file) for row in execute(_AS_IN_TAR, (last,)).fetchall()]
            yield from found
            if len(found) < _ENTRIES_AT_ONCE:
                return
            last = found[-1].id

    def superseded_rows(self) -> list[PlainRow]:
        """The entries that a later one of the layer replaced, and what was in directories among them."""
        with self._reading() as execute:
            return list(map(plain_row, execute(_SUPERSEDED)))

    def superseded_ids(self) -> IdSet:
        """The entries that a later one of the layer replaced."""
        with self._reading() as execute:
            found = IdSet(number for (number,) in execute("SELECT id FROM entry WHERE hidden = 1"))
            if found:  # only then there may be those that are told of no more, which are looked for everywhere
                return IdSet(number for (number,) in execute("SELECT id FROM entry WHERE hidden <> 0"))
        return found

    def whiteout_rows(self) -> list[PlainRow]:
        """The whiteouts and opaque whiteouts, in the order of the tar."""
        with self._reading() as execute:
            return list(map(plain_row, execute(_WHITEOUTS)))

    def links_and_devices(self) -> "list[tuple[int, int, bytes, EntryKind, bytes, tuple[int, int, int], bool]]":
        """Return the entries that may lead out of the layer or nowhere.

        Those are hard links, devices, and symbolic links with ``..`` in them or without a target.

        Returns:
            Of each entry, superseded ones too, in the order of the tar: id, parent, name, kind, and target; then its
            mode, user and group; and whether it is a character device with the numbers 0 and 0.
        """
        with self._reading() as execute:
            rows = execute(_LINKS_AND_DEVICES).fetchall()
        return [
            (id_, parent, name, KINDS[kind], link or b"", (mode, uid, gid), bool(is_zero))
            for id_, parent, name, kind, link, mode, uid, gid, is_zero in rows
        ]

    def blocked_directories(self) -> "list[BlockedDirectory]":
        """The implied directories in whose place something else stood when the first entry below them came."""
        with self._reading() as execute:
            return list(map(BlockedDirectory._make, execute(_BLOCKED)))

    def row_before(self, directory: int, name: bytes, id_: int) -> PlainRow | None:
        """Return what has a name when the turn of an entry comes, whiteouts left out; None for nothing."""
        with self._reading() as execute:  # one by one, since so the index has them in order
            rows = [execute(_ROW_BEFORE, (directory, name, hidden, id_)).fetchone() for hidden in (0, 1, 2)]
        return max(map(plain_row, filter(None, rows)), key=itemgetter(0), default=None)

    def holds_other_than(self, directory: int, kinds: Collection[int]) -> bool:
        """True if an entry in a directory is of another kind."""
        query = f"SELECT 1 FROM entry WHERE parent = ? AND kind NOT IN ({', '.join(str(int(kind)) for kind in kinds)})"
        with self._reading() as execute:
            return execute(f"{query} LIMIT 1", (directory,)).fetchone() is not None

    def beside_whiteouts(self) -> "list[HiddenName]":
        """Return the names that a whiteout hides though the layer had them before it, or entries below them at all."""
        with self._reading() as execute:
            return list(map(HiddenName._make, execute(_BESIDE_WHITEOUTS)))

    def spans_below(self) -> dict[int, tuple[int, int]]:
        """Return the ids of the first and the last entry that the tar has in each directory, not deeper."""
        with self._reading() as execute:
            return {parent: (first, last) for parent, first, last in execute(_SPANS_BELOW)}

    def repeated_names(self) -> list[tuple[int, bytes]]:
        """Return the paths that the tar has more than once, each as the directory that holds it, and its name."""
        with self._reading() as execute:
            if execute("SELECT 1 FROM entry WHERE hidden = 1 LIMIT 1").fetchone() is None:  # which is found at once
                return []
            return list(execute(_REPEATED))

    def directories(self) -> list[int]:
        """The ids by which entries know the directories that hold them. Of a growing index none."""
        with self._reading() as execute:
            return [number for (number,) in execute("SELECT id FROM directory")]

    def directory_rows(self) -> list[DirectoryRow]:
        """All directories but the root, parents before children. Of a growing index none."""
        with self._reading() as execute:
            return list(map(DirectoryRow._make, execute(_DIRECTORIES, (NOWHERE,))))

    def name_pieces(self) -> Iterator[NamePiece]:
        """All names, whiteouts' and superseded ones' among them, directories before what is in them."""
        after = 0
        while True:
            with self._reading() as execute:
                pieces = execute(_NAMES, (after,)).fetchall()
            for _, *piece in pieces:
                yield unpack_names(*piece)
            if not pieces:
                return
            after = pieces[-1][0]

    def named_like(self, text: str, *, is_exact: bool) -> dict[int, list[int]]:
        """Every visible entry whose name holds a text.

        Args:
            text: what names are searched for.
            is_exact: whether case matters; else ASCII letters match in either case.

        Returns:
            For each directory with a match in it or anywhere below it, the root included:
            the ids of the entries right in it that match, possibly none.
        """
        wanted: bytes | str = text.encode("utf-8", "surrogateescape")
        name = "name"
        if not is_exact:
            name, wanted = "lower(CAST(name AS TEXT))", text.lower()
        found: dict[int, list[int]] = {ROOT: []}
        with self._reading() as execute:
            query = f"SELECT id, parent FROM entry WHERE hidden = 0 AND parent <> ? AND instr({name}, ?)"
            for number, parent in execute(query, (NOWHERE, wanted)).fetchall():
                found.setdefault(parent, []).append(number)
            parents = dict(execute("SELECT id, parent FROM directory").fetchall())
            if not parents:  # it is being written; the totals come last
                query = "SELECT directory, parent FROM entry WHERE directory IS NOT NULL"
                parents = dict(execute(query).fetchall())
        for directory in list(found):
            while directory != ROOT and (directory := parents.get(directory, ROOT)) not in found:
                found[directory] = []
        return found

    def select(
        self,
        condition: Condition,
        among: Sequence[int] | None = None,
        after: int = 0,
        *,
        with_superseded: bool = False,
    ) -> "array[int]":
        """The ids of the visible entries for which a condition holds, in order; not the root's.

        Args:
            condition: see `ocitui.layers.index.conditions`.
            among: only these entries; all where it is None.
            after: only those with a higher id.
            with_superseded: those that a later entry of the layer replaced, too.
        """
        visible = "TRUE" if with_superseded else "hidden = 0"
        query = f"SELECT id FROM entry WHERE {visible} AND parent <> {NOWHERE} AND id > ? AND ({condition.sql})"
        found = array("q")
        with self._reading() as execute:
            if among is None:
                found.extend(number for (number,) in execute(f"{query} ORDER BY id", (after, *condition.values)))
                return found
            for start in range(0, len(among), _IDS_AT_ONCE):
                some = among[start : start + _IDS_AT_ONCE]
                holders = ", ".join("?" * len(some))
                rows = execute(f"{query} AND id IN ({holders}) ORDER BY id", (after, *condition.values, *some))
                found.extend(number for (number,) in rows)
        return found

    def sizes(self, ids: Sequence[int]) -> list[tuple[int, int]]:
        """The entries with these ids, each with its bytes; missing ones are left out."""
        found: list[tuple[int, int]] = []
        with self._reading() as execute:
            for start in range(0, len(ids), _IDS_AT_ONCE):
                some = ids[start : start + _IDS_AT_ONCE]
                found += execute(f"SELECT id, size FROM entry WHERE id IN ({', '.join('?' * len(some))})", tuple(some))
        return found

    def sizes_of_all(self) -> dict[int, int]:
        """The bytes of every entry that holds any, by id: no hard link, whatever it claims. The quick way to all."""
        with self._reading() as execute:
            query = "SELECT id, size FROM entry WHERE size > 0 AND kind <> ?"
            return dict(execute(query, (int(EntryKind.HARDLINK),)).fetchall())
