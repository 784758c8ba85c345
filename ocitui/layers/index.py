"""Reads the index of one layer: folders in any order, entries by id, paths, and the layer as a whole."""

import sqlite3
import threading
from array import array
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import chain
from pathlib import Path
from typing import Any, Literal, NamedTuple

from ocitui.display import show
from ocitui.errors import LayerError
from ocitui.layers import schema
from ocitui.layers.conditions import Condition
from ocitui.layers.directories import NOWHERE, ROOT
from ocitui.layers.entry import Entry, EntryKind
from ocitui.layers.extras import unpack_sparse, unpack_xattrs
from ocitui.layers.names import NamePiece, unpack_names
from ocitui.layers.pathnames import components
from ocitui.layers.plain_row import COLUMNS as _PLAIN_COLUMNS
from ocitui.layers.plain_row import PlainRow, plain_row
from ocitui.layers.seekpoints import SeekPoint
from ocitui.layers.summary import Damage, LayerSummary
from ocitui.spec.compression import Compression
from ocitui.spec.digest import Digest

Order = Literal["name", "size", "time"]

_COLUMNS = (
    "e.id, e.parent, e.name, e.kind, e.mode, e.uid, e.gid, e.size, e.mtime, e.link, e.offset, e.directory,"
    " e.flags, e.hidden, d.entries, d.bytes"
)
_FROM = "FROM entry e LEFT JOIN directory d ON d.id = e.directory"
_BY_ID = f"SELECT {_COLUMNS} {_FROM} WHERE e.id = ?"
_BY_FOLDER = f"SELECT {_COLUMNS} {_FROM} WHERE e.parent = ? AND e.hidden = 0 ORDER BY e.name, e.id"
_BY_NAME = f"SELECT {_COLUMNS} {_FROM} WHERE e.parent = ? AND e.name = ? AND e.hidden = 0 ORDER BY e.id DESC"
_PLAIN = f"SELECT {_PLAIN_COLUMNS} {_FROM} WHERE e.parent = ? AND e.hidden = 0"
_PLAIN_IMPLIED = f"SELECT {_PLAIN_COLUMNS} {_FROM} WHERE e.flags & 1 AND e.hidden = 0 ORDER BY e.directory"
_PLAIN_WHITEOUTS = f"SELECT {_PLAIN_COLUMNS} {_FROM} WHERE e.kind IN (7, 8) AND e.hidden = 0 ORDER BY e.id"
_DIRECTORIES = (
    "SELECT d.id, d.parent, e.name, e.id, e.hidden FROM directory d JOIN entry e ON e.id = d.entry"
    " WHERE d.parent <> ? ORDER BY d.id"
)
_PLAIN_SUPERSEDED = f"SELECT {_PLAIN_COLUMNS} {_FROM} WHERE e.hidden = 1 ORDER BY e.id"
_NAMES = "SELECT first, names, runs, directories FROM names WHERE first > ? ORDER BY first LIMIT 16"
_IDS_AT_ONCE = 500
_LINK_TARGETS_KEPT = 200_000
_BEFORE = (  # asked for the visible one and for those that it replaced, since so the index has them in order
    f"SELECT {_COLUMNS} {_FROM} WHERE e.parent = ? AND e.name = ? AND e.hidden = ? AND e.id < ?"
    f" AND e.kind NOT IN ({int(EntryKind.WHITEOUT)}, {int(EntryKind.OPAQUE)}) ORDER BY e.id DESC LIMIT 1"
)
_LINKS_AND_DEVICES = (
    "SELECT id, parent, name, kind, link FROM entry"
    f" WHERE kind IN ({int(EntryKind.HARDLINK)}, {int(EntryKind.CHARACTER_DEVICE)}, {int(EntryKind.BLOCK_DEVICE)})"
    f" OR (kind = {int(EntryKind.SYMLINK)} AND instr(link, x'2e2e')) ORDER BY id"
)
_HAS_BEFORE = (
    "SELECT 1 FROM entry WHERE parent = ? AND name = ? AND id < ? AND directory IS NULL"
    f" AND kind NOT IN ({int(EntryKind.WHITEOUT)}, {int(EntryKind.OPAQUE)}) LIMIT 1"
)
_POINT = "SELECT * FROM point WHERE unpacked_offset <= ? ORDER BY unpacked_offset DESC LIMIT 1"
_FOLDER = "SELECT e.name, e.parent FROM directory d JOIN entry e ON e.id = d.entry WHERE d.id = ?"
_LIVE_FOLDER = "SELECT name, parent FROM entry WHERE directory = ?"

_CHILDREN = "SELECT e.id {source} WHERE e.parent = ? AND e.hidden = 0 ORDER BY {key}{descending}{tie}"
_KEYS: dict[Order, tuple[str, str]] = {
    "name": ("FROM entry e", "e.name"),
    "size": (_FROM, "coalesce(d.bytes, e.size)"),
    "time": ("FROM entry e", "e.mtime"),
}


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


class LayerIndex:
    """An open index. May be used from several threads; close it, or use it as a context manager.

    Names within a folder sort by their bytes.
    """

    def __init__(self, path: Path, *, is_live: bool = False, remove_on_close: bool = False) -> None:
        """Open an index file.

        Args:
            path: the file.
            is_live: whether another process may still be writing it. Then rows that came
                since are seen by the next call, totals of directories are None, and a
                path that repeats may be listed twice.
            remove_on_close: delete the file when it is closed: it belongs to nobody else.

        Raises:
            LayerError: the file is no index of this version, or (unless it is live) not a finished one.
        """
        self.path = path
        self._remove_on_close = remove_on_close
        self._is_live = is_live
        self._lock = threading.RLock()
        self._cached_summary: LayerSummary | None = None
        self._link_targets: dict[int, int | None] = {}
        uri = path.absolute().as_uri() + ("?mode=ro" if is_live else "?mode=ro&immutable=1")
        try:
            self._connection = sqlite3.connect(
                uri, uri=True, isolation_level=None, timeout=10, check_same_thread=False, cached_statements=64
            )
        except sqlite3.Error as error:
            raise LayerError(f"the layer index {show(str(path))} cannot be opened: {error}") from None
        try:
            self._check()
        except BaseException:
            self._connection.close()
            raise

    def _check(self) -> None:
        with self._reading() as execute:
            (version,) = execute("PRAGMA user_version").fetchone()
            (application,) = execute("PRAGMA application_id").fetchone()
            (pages,) = execute("PRAGMA page_count").fetchone()
            (page_size,) = execute("PRAGMA page_size").fetchone()
        try:
            size = self.path.stat().st_size
        except OSError as error:  # it was finished, and renamed, since it was opened
            raise LayerError(f"the layer index {show(str(self.path))} cannot be opened: {error.strerror}") from None
        finished = application == schema.APPLICATION_ID and size == pages * page_size
        if version != schema.VERSION or not (finished or self._is_live):
            raise LayerError(f"{show(str(self.path))} is no finished layer index")
        if not self._is_live:
            _ = self.summary  # an index that lacks it is as good as none

    @property
    def summary(self) -> LayerSummary:
        """The layer as a whole. Of a live index only what is known so far: ``complete`` is False until the end."""
        if self._cached_summary is None:
            with self._reading() as execute:
                meta: dict[str, Any] = dict(execute("SELECT key, value FROM meta"))
                damages = tuple(Damage(*row) for row in execute("SELECT * FROM damage ORDER BY rowid"))
                notes = tuple(note for (note,) in execute("SELECT message FROM note ORDER BY rowid"))
                if not meta:
                    (count,) = execute("SELECT coalesce(max(id), 0) FROM entry").fetchone()
                    unknown = Digest("unknown", "unknown")
                    return LayerSummary(unknown, None, Compression.NONE, 0, 0, count, 0, False, False, (), ())
            try:
                self._cached_summary = LayerSummary(
                    digest=Digest.parse(meta["digest"]),
                    diff_id=Digest.parse(meta["diff_id"]) if meta["diff_id"] else None,
                    compression=Compression(meta["compression"]),
                    blob_size=meta["blob_size"],
                    unpacked_size=meta["unpacked_size"],
                    entry_count=meta["entry_count"],
                    file_count=meta["file_count"],
                    verified=bool(meta["verified"]),
                    complete=bool(meta["complete"]),
                    damages=damages,
                    notes=notes,
                )
            except KeyError as error:
                raise LayerError(f"the layer index {show(str(self.path))} lacks {error}") from None
        return self._cached_summary

    @property
    def _is_complete(self) -> bool:
        return not self._is_live or self.summary.complete

    @property
    def root(self) -> Entry:
        """The layer's root directory; implied unless the tar has an entry for it."""
        with self._reading() as execute:
            return _entry(execute(_BY_NAME, (NOWHERE, b"")).fetchone(), execute)

    def children(self, directory: int, order: Order = "name", reverse: bool = False) -> "array[int]":
        """Ids of the visible entries in a directory.

        Args:
            directory: an `Entry.directory`, or `ROOT`.
            order: by name, by size (of directories: everything below) or by time, ascending.
            reverse: descending; what is equal stays in order of name.
        """
        source, key = _KEYS[order]
        tie = ", e.name" if order != "name" else ""  # the index has names in order, and then nothing is sorted
        query = _CHILDREN.format(source=source, key=key, descending=" DESC" if reverse else "", tie=tie)
        with self._reading() as execute:
            rows = execute(query, (directory,)).fetchall()
        return array("q", chain.from_iterable(rows))

    def rows(self, ids: Sequence[int]) -> list[Entry]:
        """The entries with these ids, in this order.

        Raises:
            LayerError: there is no such entry.
        """
        with self._reading() as execute:
            found = [execute(_BY_ID, (id_,)).fetchone() for id_ in ids]
            if None in found:
                raise LayerError(f"the layer has no entry {ids[found.index(None)]}")
            return [_entry(row, execute) for row in found]

    def many_rows(self, ids: Sequence[int]) -> Iterator[Entry]:
        """The entries with these ids, in the order of the ids; for those who read very many of them."""
        for start in range(0, len(ids), _IDS_AT_ONCE):
            some = ids[start : start + _IDS_AT_ONCE]
            query = f"SELECT {_COLUMNS} {_FROM} WHERE e.id IN ({', '.join('?' * len(some))}) ORDER BY e.id"
            with self._reading() as execute:
                found = [_entry(row, execute) for row in execute(query, tuple(some)).fetchall()]
            yield from found

    def entries(self, directory: int) -> list[Entry]:
        """The visible entries in a directory, by name."""
        with self._reading() as execute:
            return [_entry(row, execute) for row in execute(_BY_FOLDER, (directory,)).fetchall()]

    def plain_rows(self, directory: int, names: Sequence[bytes] = ()) -> list[PlainRow]:
        """The entries in a directory, whiteouts among them, by name; the quick way to read very many.

        Args:
            directory: an `Entry.directory`, or `ROOT`.
            names: only entries of these names; all where there are none.
        """
        query = f"{_PLAIN} AND e.name IN ({', '.join('?' * len(names))})" if names else _PLAIN
        with self._reading() as execute:
            return list(map(plain_row, execute(f"{query} ORDER BY e.name", (directory, *names))))

    def implied_directories(self) -> list[PlainRow]:
        """The directories that no header describes, parents before children; the root is not among them."""
        with self._reading() as execute:
            return [row for row in map(plain_row, execute(_PLAIN_IMPLIED)) if row.parent != NOWHERE]

    def superseded_rows(self) -> list[PlainRow]:
        """The entries that a later one of the layer replaced, and what was in directories among them."""
        with self._reading() as execute:
            return list(map(plain_row, execute(_PLAIN_SUPERSEDED)))

    def whiteout_rows(self) -> list[PlainRow]:
        """The whiteouts and opaque whiteouts, in the order of the tar."""
        with self._reading() as execute:
            return list(map(plain_row, execute(_PLAIN_WHITEOUTS)))

    def directory_rows(self) -> list[DirectoryRow]:
        """All directories but the root, parents before children. Of a growing index none."""
        with self._reading() as execute:
            return list(map(DirectoryRow._make, execute(_DIRECTORIES, (NOWHERE,))))

    def place_of(self, directory: int) -> tuple[bytes, int]:
        """The name of a directory, and the id of the one that holds it.

        Raises:
            LayerError: there is no such directory.
        """
        with self._reading() as execute:
            row = execute(_FOLDER if self._is_complete else _LIVE_FOLDER, (directory,)).fetchone()
        if row is None:
            raise LayerError(f"the layer index {show(str(self.path))} lacks directory {directory}")
        return bytes(row[0]), int(row[1])

    def folders(self, directory: int) -> dict[int, int]:
        """Those visible entries of a directory that are directories: id of the entry, id as a directory."""
        query = "SELECT id, directory FROM entry WHERE parent = ? AND hidden = 0 AND directory IS NOT NULL"
        with self._reading() as execute:
            return dict(execute(query, (directory,)).fetchall())

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

    def name_pieces(self, after: int = 0) -> Iterator[NamePiece]:
        """All names, whiteouts' and superseded ones' among them, in the order of the ids.

        Args:
            after: only pieces that begin after this id: what came since, of an index that is still growing.
        """
        while True:
            with self._reading() as execute:
                pieces = execute(_NAMES, (after,)).fetchall()
            for piece in pieces:
                yield unpack_names(*piece)
            if not pieces:
                return
            after = pieces[-1][0]

    def superseded_ids(self) -> frozenset[int]:
        """The entries that a later one of the layer replaced."""
        with self._reading() as execute:
            return frozenset(number for (number,) in execute("SELECT id FROM entry WHERE hidden = 1"))

    def select(self, condition: Condition, among: Sequence[int] | None = None, after: int = 0) -> "array[int]":
        """The ids of the visible entries for which a condition holds, in order; not the root's.

        Args:
            condition: see `ocitui.layers.conditions`.
            among: only these entries; all where it is None.
            after: only those with a higher id.
        """
        query = f"SELECT id FROM entry WHERE hidden = 0 AND parent <> {NOWHERE} AND id > ? AND {condition.sql}"
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

    def directories(self) -> list[int]:
        """The ids by which entries know the directories that hold them. Of a growing index none."""
        with self._reading() as execute:
            return [number for (number,) in execute("SELECT id FROM directory")]

    def plain(self, ids: Sequence[int]) -> list[PlainRow]:
        """The entries with these ids, in the order of the ids; one that is not here is left out."""
        found: list[PlainRow] = []
        with self._reading() as execute:
            for start in range(0, len(ids), _IDS_AT_ONCE):
                some = ids[start : start + _IDS_AT_ONCE]
                query = f"SELECT {_PLAIN_COLUMNS} {_FROM} WHERE e.id IN ({', '.join('?' * len(some))}) ORDER BY e.id"
                found += map(PlainRow._make, execute(query, tuple(some)))
        return found

    def sizes(self, ids: Sequence[int]) -> list[tuple[int, int]]:
        """The entries with these ids, each with its bytes; one that is not here is left out."""
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

    def lookup(self, path: bytes) -> Entry | None:
        """The visible entry at a path, or None. Links are not followed, whiteouts are not found: see `whiteout`.

        Args:
            path: absolute or relative to the layer's root, which is the same here.
        """
        parts, _ = components(path)
        if not parts:
            return self.root
        *folders, name = parts
        parent = ROOT
        for folder in folders:
            found = self._named(parent, folder, is_whiteout=False)
            if found is None or found.directory is None:
                return None
            parent = found.directory
        return self._named(parent, name, is_whiteout=False)

    def directory_id(self, path: bytes) -> int | None:
        """The id of the directory at a path, or None when there is none."""
        found = self.lookup(path)
        return found.directory if found else None

    def hard_link_target(self, link: Entry) -> Entry | None:
        """What a hard link is another name of: the file that its path named when the link was made, or None.

        That file stands before the link in the tar. It may have been superseded since, and
        may be in a layer below: then it is not found.
        """
        found: Entry | None = link
        followed: list[int] = []
        while found is not None and found.kind is EntryKind.HARDLINK:
            if found.id in self._link_targets:
                known = self._link_targets[found.id]
                found = None if known is None else self.rows([known])[0]
            else:
                followed.append(found.id)
                found = self._named_by(found)
        if len(self._link_targets) + len(followed) > _LINK_TARGETS_KEPT:
            self._link_targets.clear()
        self._link_targets.update(dict.fromkeys(followed, None if found is None else found.id))
        return found

    def _named_by(self, link: Entry) -> Entry | None:
        """The entry that a hard link names, which may be a hard link too."""
        parts, _ = components(link.link or b"")
        parent, target = ROOT, None
        with self._reading() as execute:
            for part in parts:
                rows = [execute(_BEFORE, (parent, part, hidden, link.id)).fetchone() for hidden in (0, 1)]
                found = max(filter(None, rows), default=None)
                if found is None:
                    return None
                target = _entry(found, execute)
                parent = NOWHERE if target.directory is None else target.directory
        return None if target is None or target.directory is not None else target

    def links_and_devices(self) -> "list[tuple[int, int, bytes, EntryKind, bytes]]":
        """What may lead out of the layer: hard links, devices, and symbolic links with ``..`` in them.

        Returns:
            Of each entry, superseded ones too, in the order of the tar: id, parent, name, kind, and target.
        """
        with self._reading() as execute:
            rows = execute(_LINKS_AND_DEVICES).fetchall()
        return [(id_, parent, name, _KINDS[kind], link or b"") for id_, parent, name, kind, link in rows]

    def has_before(self, directory: int, name: bytes, id_: int) -> bool:
        """Whether something of this name that is no directory stands in the tar before an entry."""
        with self._reading() as execute:
            return execute(_HAS_BEFORE, (directory, name, id_)).fetchone() is not None

    def seek_point(self, offset: int) -> SeekPoint | None:
        """The last point at or before an offset of the unpacked stream; None for the beginning of the blob."""
        with self._reading() as execute:
            row = execute(_POINT, (offset,)).fetchone()
        return SeekPoint(*row) if row else None

    def whiteout(self, directory: int, name: bytes) -> Entry | None:
        """The whiteout in a directory that hides this name in lower layers, or None."""
        return self._named(directory, name, is_whiteout=True)

    def opaque(self, directory: int) -> Entry | None:
        """The opaque whiteout of a directory, or None."""
        return self._named(directory, b".wh..wh..opq", is_whiteout=True)

    def path_of(self, entry: Entry) -> bytes:
        """The full path of an entry without a leading slash; a whiteout's is the path it hides."""
        parts = [entry.name]
        parent = entry.parent
        while parent > ROOT:
            name, parent = self.place_of(parent)
            parts.append(name)
        return b"/".join(reversed(parts))

    def walk(self, directory: int = ROOT) -> Iterator[tuple[bytes, Entry]]:
        """Everything below a directory, parents before children, each folder by name.

        Yields:
            The path relative to that directory, and the entry.
        """
        pending = [iter(self.entries(directory))]
        folder = b""  # of the last of them, with a slash
        while pending:
            entry = next(pending[-1], None)
            if entry is None:
                pending.pop()
                folder = folder[: folder.rfind(b"/", 0, -1) + 1]
                continue
            path = folder + entry.name
            yield path, entry
            if entry.directory is not None:
                folder = path + b"/"
                pending.append(iter(self.entries(entry.directory)))

    def close(self) -> None:
        """Close the file, and delete it when it was only for this."""
        with self._lock:
            self._connection.close()
        if self._remove_on_close:
            with suppress(OSError):
                self.path.unlink()

    def __enter__(self) -> "LayerIndex":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def _reading(self) -> Iterator[Any]:
        with self._lock:
            try:
                yield self._connection.execute
            except (sqlite3.Error, OSError) as error:
                raise LayerError(f"the layer index {show(str(self.path))} cannot be read: {error}") from None

    def _named(self, parent: int, name: bytes, is_whiteout: bool) -> Entry | None:
        with self._reading() as execute:
            for row in execute(_BY_NAME, (parent, name)).fetchall():
                entry = _entry(row, execute)
                if (entry.kind in (EntryKind.WHITEOUT, EntryKind.OPAQUE)) is is_whiteout:
                    return entry
        return None


def _entry(row: tuple[Any, ...], execute: Any) -> Entry:
    id_, parent, name, kind, mode, uid, gid, size, mtime, link, offset, directory, flags, hidden, entries, total = row
    major = minor = xattrs = sparse = None
    if flags & schema.HAS_EXTRA:
        extra = execute("SELECT major, minor, xattrs, sparse FROM extra WHERE entry = ?", (id_,)).fetchone()
        major, minor, xattrs, sparse = extra or (None,) * 4
    return Entry(
        id=id_,
        parent=parent,
        name=name,
        kind=_KINDS[kind],
        mode=mode,
        uid=uid,
        gid=gid,
        size=size,
        mtime_ns=mtime,
        link=link,
        offset=offset,
        directory=directory,
        below_entries=entries,
        below_bytes=total,
        superseded=bool(hidden),
        is_implied=bool(flags & schema.IMPLIED),
        device=None if major is None or minor is None else (major, minor),
        xattrs=unpack_xattrs(xattrs),
        sparse=unpack_sparse(sparse),
    )


_KINDS = list(EntryKind)
