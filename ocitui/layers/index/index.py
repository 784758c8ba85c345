"""Reads the index of one layer: folders in any order, entries by id, paths, and the layer as a whole."""

from array import array
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from ocitui.display import printable
from ocitui.errors import LayerError
from ocitui.layers.entry import WHITEOUT_KINDS, Entry, EntryKind
from ocitui.layers.index.chunk import Chunk, unpack_chunks
from ocitui.layers.index.directories import NOWHERE, ROOT
from ocitui.layers.index.entry_row import COLUMNS, FROM, entry_of
from ocitui.layers.index.file import IndexFile
from ocitui.layers.index.table import EntryTable
from ocitui.layers.pathnames import OPAQUE_NAME, components
from ocitui.layers.summary import LayerSummary

if TYPE_CHECKING:  # loaded where contents are read
    from ocitui.layers.compression.seekpoints import SeekPoint

Order = Literal["name", "size", "time"]

_BY_ID = f"SELECT {COLUMNS} {FROM} WHERE e.id = ?"
_BY_FOLDER = (
    f"SELECT {COLUMNS} {FROM} WHERE e.parent = ? AND e.hidden = 0 AND (e.name, e.id) > (?, ?)"
    " ORDER BY e.name, e.id LIMIT ?"
)
_ENTRIES_AT_ONCE = 1000
_NO_WHITEOUT = f"kind NOT IN ({int(EntryKind.WHITEOUT)}, {int(EntryKind.OPAQUE)})"
_BY_NAME = f"SELECT {COLUMNS} {FROM} WHERE e.parent = ? AND e.name = ? AND e.hidden = 0 ORDER BY e.id DESC"
# Asked for the visible one and for those that it replaced, since so the index has them in order.
_NAMED = f"entry WHERE parent = ? AND name = ? AND hidden = ? AND id < ? AND {_NO_WHITEOUT}"
_BEFORE = f"SELECT id, directory FROM {_NAMED} ORDER BY id DESC LIMIT 1"
_DESCRIBED_BEFORE = f"SELECT id, directory FROM {_NAMED} AND NOT flags & 1 ORDER BY id DESC LIMIT 1"
_COVER_BEFORE = "SELECT 1 FROM entry WHERE parent = ? AND name = ? AND directory IS NULL AND id < ? LIMIT 1"
_LINK_TARGETS_KEPT = 200_000
_FILE_BEFORE = (
    "SELECT hidden, kind, mode, uid, gid FROM entry WHERE parent = ? AND name = ? AND id < ?"
    f" AND directory IS NULL AND {_NO_WHITEOUT} ORDER BY hidden LIMIT 1"
)
_POINT = (
    "SELECT unpacked_offset, blob_bit, window, digest FROM point WHERE unpacked_offset <= ?"
    " ORDER BY unpacked_offset DESC LIMIT 1"
)
_CHUNKS = "SELECT chunks FROM chunks WHERE first >= (SELECT max(first) FROM chunks WHERE first <= ?) ORDER BY first"
_FOLDER = "SELECT e.name, e.parent FROM directory d JOIN entry e ON e.id = d.entry WHERE d.id = ?"
_LIVE_FOLDER = "SELECT name, parent FROM entry WHERE directory = ?"

_CHILDREN = "SELECT e.id {source} WHERE e.parent = ? AND e.hidden = 0 ORDER BY {key}{descending}{tie}"
_KEYS: dict[Order, tuple[str, str]] = {
    "name": ("FROM entry e", "e.name"),
    "size": (FROM, "coalesce(d.bytes, e.size)"),
    "time": ("FROM entry e", "e.mtime"),
}


class FileBefore(NamedTuple):
    """An entry that stands before another in the tar."""

    superseded: int
    """0 where it is visible, and so the last of its name."""
    kind: int
    """An `EntryKind`."""
    mode: int
    uid: int
    gid: int


class LayerIndex:
    """An open index. May be used from several threads; close it, or use it as a context manager.

    Names within a folder sort by their bytes.
    """

    def __init__(
        self, path: Path, *, is_live: bool = False, is_listed: bool = False, remove_on_close: bool = False
    ) -> None:
        """Open an index file.

        Args:
            path: the file.
            is_live: whether another process may still be writing it. Then rows that came
                since are seen by the next call, totals of directories are None, and a
                path that repeats may be listed twice.
            is_listed: whether another process has written all rows, and only the digest is still to come.
            remove_on_close: delete the file when it is closed: it belongs to nobody else.

        Raises:
            LayerError: the file is no index of this version, or (unless it is live) not a finished one.
        """
        self._read(IndexFile(path, is_live=is_live, is_listed=is_listed, remove_on_close=remove_on_close))

    @classmethod
    def of_file(cls, file: IndexFile) -> "LayerIndex":
        """An index of a file that is open already; it is closed with this."""
        index = cls.__new__(cls)
        index._read(file)
        return index

    def _read(self, file: IndexFile) -> None:
        self.path = file.path
        self._file = file
        self._reading = file.reading
        self._link_targets: dict[int, int | None] = {}
        self.followed_targets: Mapping[int, tuple[int, int]] = {}
        """The targets of hard links that were found by following links: number of this layer and entry, by their ids;
        see `ocitui.layers.index.placing.place_alone`."""
        self.table = EntryTable(file)
        """The table for reading very many entries at once."""

    @property
    def summary(self) -> LayerSummary:
        """The layer as a whole. Of a live index only what is known so far: ``complete`` is False until the end."""
        return self._file.summary

    @property
    def is_listed(self) -> bool:
        """True if only the digest of the layer was still to come when it was opened."""
        return self._file.is_listed

    @property
    def root(self) -> Entry:
        """The layer's root directory; implied unless the tar has an entry for it."""
        with self._reading() as execute:
            return entry_of(execute(_BY_NAME, (NOWHERE, b"")).fetchone(), execute, self._file)

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
            return [entry_of(row, execute, self._file) for row in found]

    def entries(self, directory: int) -> Iterator[Entry]:
        """The visible entries in a directory, by name; read in parts, so that a million are not too much."""
        name, id_ = b"", 0
        while True:
            with self._reading() as execute:
                rows = execute(_BY_FOLDER, (directory, name, id_, _ENTRIES_AT_ONCE)).fetchall()
                found = [entry_of(row, execute, self._file) for row in rows]
            yield from found
            if len(found) < _ENTRIES_AT_ONCE:
                return
            name, id_ = found[-1].name, found[-1].id

    def place_of(self, directory: int) -> tuple[bytes, int]:
        """The name of a directory, and the id of the one that holds it.

        Raises:
            LayerError: there is no such directory.
        """
        with self._reading() as execute:
            row = execute(_FOLDER if self._file.is_complete else _LIVE_FOLDER, (directory,)).fetchone()
        if row is None:
            raise LayerError(f"the layer index {printable(str(self.path))} lacks directory {directory}")
        return bytes(row[0]), int(row[1])

    def folders(self, directory: int) -> dict[int, int]:
        """Those visible entries of a directory that are directories: id of the entry, id as a directory."""
        query = "SELECT id, directory FROM entry WHERE parent = ? AND hidden = 0 AND directory IS NOT NULL"
        with self._reading() as execute:
            return dict(execute(query, (directory,)).fetchall())

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
        """Return the target of a hard link: the file that its path named when the link was made, or None.

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
        _, found = self.followed_targets.get(link.id) or (0, self.named_before(link.link or b"", link.id))
        return self.rows([found])[0] if found is not None else None

    def named_before(self, path: bytes, id_: int) -> int | None:
        """The id of what was at a path, and no directory, when the turn of an entry came; links are not followed.

        A directory that is only implied there does not count: nothing but whiteouts may be in it.
        """
        *folders, name = components(path)[0] or [b""]
        parent: int | None = ROOT
        with self._reading() as execute:
            for folder in folders:
                _, parent = _last_before(execute, _BEFORE, parent, folder, id_)
                if parent is None:
                    return None
            found, directory = _last_before(execute, _DESCRIBED_BEFORE, parent, name, id_)
        return found if directory is None else None

    def hides_before(self, path: bytes, id_: int) -> bool:
        """True if the layer had hidden or replaced a file of the layers below when the turn of an entry came.

        Args:
            path: of the file; links are not followed.
            id_: of the entry.
        """
        parent: int | None = ROOT
        *folders, name = components(path)[0]
        with self._reading() as execute:
            for folder in folders:
                if _is_covered(execute, parent, folder, id_):
                    return True
                _, parent = _last_before(execute, _BEFORE, parent, folder, id_)
                if parent is None:
                    return False
            _, directory = _last_before(execute, _DESCRIBED_BEFORE, parent, name, id_)
            return directory is not None or _is_covered(execute, parent, name, id_)

    def file_before(self, directory: int, name: bytes, id_: int) -> FileBefore | None:
        """Return an entry of this name that is no directory and stands in the tar before another; None for none."""
        with self._reading() as execute:
            row = execute(_FILE_BEFORE, (directory, name, id_)).fetchone()
        return FileBefore(*row) if row is not None else None

    def seek_point(self, offset: int) -> "SeekPoint | None":
        """The last point at or before an offset of the unpacked stream; None for the beginning of the blob."""
        from ocitui.layers.compression.seekpoints import SeekPoint

        with self._reading() as execute:
            row = execute(_POINT, (offset,)).fetchone()
        return SeekPoint(*row) if row else None

    def places(self) -> Iterator[tuple[int, int]]:
        """Of every file where its contents begin, and bytes of it, in the order of the tar."""
        with self._reading() as execute:
            yield from execute("SELECT offset, size FROM entry WHERE offset IS NOT NULL ORDER BY offset")

    @property
    def has_spans(self) -> bool:
        """True if what is read of the blob is to be checked by spans: the index is made of a ztoc."""
        with self._reading() as execute:
            row = execute("SELECT digest FROM point ORDER BY unpacked_offset LIMIT 1").fetchone()
            return row is not None and row[0] is not None

    @property
    def spans(self) -> "list[SeekPoint]":
        """All points, in order and without windows: of an index that rests on a ztoc."""
        from ocitui.layers.compression.seekpoints import SeekPoint

        with self._reading() as execute:
            rows = execute("SELECT unpacked_offset, blob_bit, NULL, digest FROM point ORDER BY unpacked_offset")
            return [SeekPoint(*row) for row in rows]

    @property
    def has_chunks(self) -> bool:
        """True if contents are to be read by chunks: see `chunks_from`."""
        with self._reading() as execute:
            return execute("SELECT 1 FROM chunks LIMIT 1").fetchone() is not None

    def chunks_from(self, offset: int, count: int) -> list[Chunk]:
        """The chunk that holds an offset, if there is one, and those after it; see `ocitui.layers.index.schema`.

        Args:
            offset: counted as `Entry.offset` is.
            count: chunks at most.
        """
        found: list[Chunk] = []
        with self._reading() as execute:
            for (stored,) in execute(_CHUNKS, (offset,)):
                found += unpack_chunks(stored)
                if found[0].offset <= offset:
                    del found[: bisect_right(found, offset, key=lambda chunk: chunk.offset) - 1]
                if len(found) >= count:
                    break
        return found[:count]

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
        pending = [self.entries(directory)]
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
                pending.append(self.entries(entry.directory))

    def close(self) -> None:
        """Close the file, and delete it when it was only for this."""
        self._file.close()

    def __enter__(self) -> "LayerIndex":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _named(self, parent: int, name: bytes, is_whiteout: bool) -> Entry | None:
        with self._reading() as execute:
            for row in execute(_BY_NAME, (parent, name)).fetchall():
                entry = entry_of(row, execute, self._file)
                if (entry.kind in WHITEOUT_KINDS) is is_whiteout:
                    return entry
        return None


def _last_before(execute: Any, query: str, parent: int | None, name: bytes, id_: int) -> tuple[int | None, int | None]:
    """The id of the last entry of a name before another, and its id as a directory; None for each that there is not."""
    rows = [execute(query, (parent, name, hidden, id_)).fetchone() for hidden in (0, 1)]
    found: tuple[int | None, int | None] = max(filter(None, rows), default=(None, None))
    return found


def _is_covered(execute: Any, parent: int | None, name: bytes, id_: int) -> bool:
    """True if something before an entry leaves nothing of the layers below under a name."""
    covering = (name, OPAQUE_NAME)
    return any(execute(_COVER_BEFORE, (parent, each, id_)).fetchone() is not None for each in covering)
