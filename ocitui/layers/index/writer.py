"""Writes a layer index while the layer is scanned, so that another process can read the rows so far."""

import sqlite3
from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path
from time import monotonic
from typing import Any

from ocitui.cache_folder import make_private_file
from ocitui.display import printable
from ocitui.layers.compression.seekpoints import SeekPoint
from ocitui.layers.entry import WHITEOUT_KINDS, EntryKind
from ocitui.layers.extras import pack_sparse, pack_xattrs
from ocitui.layers.index import schema
from ocitui.layers.index.checksum import append_checksum
from ocitui.layers.index.chunk import Row, pack_chunks
from ocitui.layers.index.directories import NOWHERE, ROOT, Directories
from ocitui.layers.index.names import Named, pack_names
from ocitui.layers.index.superseded import SupersededEntries
from ocitui.layers.pathnames import METADATA_PREFIX, OPAQUE_NAME, WHITEOUT_PREFIX, components, hidden_name
from ocitui.layers.summary import Findings, LayerSummary
from ocitui.layers.tar.header import clamp
from ocitui.layers.tar.sink import Extra, FullIndexError
from ocitui.layers.warnings import LayerWarning

FIRST_INTERVAL = 0.05
"""Seconds between the first rows that others can read, which come at once, and the next."""

COMMIT_INTERVAL = 0.2
"""Seconds between commits after that."""

DIRECTORIES_LIMIT = 500_000
"""Folders of one layer: each takes a few hundred bytes of memory while the index is built."""

PATHS_LIMIT = 1 << 28
"""Bytes of the paths of all folders of one layer: they grow with the square of how deep folders are in each other."""

ENTRIES_LIMIT = 2_000_000
"""Entries of one layer: a folder that is looked into is held in memory with all that is in it."""

SIZE_LIMIT = 2_000_000_000
"""Bytes of one index, about: as much as the whole cache has."""

_CHECKED_EVERY = 100
"""Entries after which it is looked whether there are too many."""

_HELD = 8 << 20
"""Bytes of rows that are held in memory before others may see them."""

_ROW_SIZE = 96
"""Bytes of a row and of its place in the order of names, without its name."""

_ROW = "(?, ?, ?, 0, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_ROWS_AT_ONCE = 64
"""Rows in one statement. Each statement gives up Python's lock, and getting it back from busy threads takes long."""

_ROWS_HELD = 2048
"""Rows that wait to be written together, if it is not time for others to see them."""

_INSERT = f"INSERT INTO entry VALUES {_ROW}"
_INSERT_MANY = f"INSERT INTO entry VALUES {', '.join([_ROW] * _ROWS_AT_ONCE)}"
_PATHS_KEPT = 1 << 21
"""Bytes of the paths of folders that are remembered, with what each takes beside it."""

_PATH_COSTS = 100
_FILE, _DIRECTORY = EntryKind.FILE, EntryKind.DIRECTORY


class IndexWriter:
    """Takes entries in the order of the tar and writes them in batches.

    No journal and no syncing: the file is temporary until it is complete, and thrown away
    when anything goes wrong. Another process may read it between two commits.
    """

    def __init__(self, path: Path | None, findings: Findings, *, is_quick: bool = False) -> None:
        """Create the file.

        Args:
            path: of the file; None for a database of this process alone, which goes when it is closed.
            findings: what is odd or damaged goes there.
            is_quick: whether all entries come within a moment: then names are put in order once they are there.

        Raises:
            sqlite3.Error: it cannot be created.
        """
        self._path = path
        self._findings = findings
        self._is_quick = is_quick
        self._rows: list[tuple[Any, ...]] = []
        self._extras: list[tuple[object, ...]] = []
        self._directories = Directories()
        self._known: dict[bytes, int] = {}  # folders as the tar spells them, so that most paths need no splitting
        self._known_bytes = 0
        self._next_id = 1
        self.entry_count = 0
        self._file_count = 0
        self._commits = 0
        self._commit_due = 0.0
        self._size = 0
        self._size_committed = 0
        self._check_at = 0
        try:
            if path is not None:
                make_private_file(path)
        except OSError as error:
            raise sqlite3.OperationalError(f"unable to open database file: {error.strerror}") from None
        self._connection = sqlite3.connect(path or "", isolation_level=None, timeout=30, check_same_thread=False)
        try:
            for pragma in ("page_size=8192", "journal_mode=OFF", "synchronous=OFF", "temp_store=MEMORY"):
                self._connection.execute(f"PRAGMA {pragma}")
            # A spill would lock readers out from then until the commit.
            self._connection.execute("PRAGMA cache_size=-16384")
            self._connection.execute("PRAGMA cache_spill=OFF")
            indexes = "" if is_quick else schema.INDEXES
            self._connection.executescript(
                f"BEGIN; {schema.TABLES}; {indexes}; PRAGMA user_version={schema.VERSION}; COMMIT"
            )
            self._connection.execute("BEGIN")
        except sqlite3.Error:
            self._connection.close()
            raise
        self._insert_implied(NOWHERE, b"", ROOT)

    def add(
        self,
        path: bytes,
        kind: EntryKind,
        mode: int,
        uid: int,
        gid: int,
        size: int,
        mtime_ns: int,
        link: bytes | None,
        offset: int | None,
        extra: Extra | None,
    ) -> None:
        """Take one entry; see `ocitui.layers.tar.sink.EntrySink`."""
        if self.entry_count >= self._check_at:
            self._check_limits()
        self.entry_count += 1
        if path[-1:] == b"/":  # as most directories are spelled
            path = path[:-1]
        folder, _, name = path.rpartition(b"/")
        parent = self._known.get(folder)
        is_plain = True
        if parent is None or name in (b"", b".", b".."):
            raw_name = name
            parent, name = self._place(path)
            is_plain = name == raw_name
            if parent == NOWHERE and kind is not _DIRECTORY:
                self._findings.note(LayerWarning.ROOT_ENTRY, printable(path))
                return
        directories = self._directories
        directory = None
        if name[:4] == WHITEOUT_PREFIX:
            kind, name = self._whiteout(kind, name)
        if kind is _DIRECTORY:
            directory = ROOT if parent == NOWHERE else directories.find(parent, name)
            if directory is None:
                directory = self._make_directory(parent, name)
            directories.entries[directory] = self._next_id
            if is_plain:
                self._know(path, directory)
        elif kind not in WHITEOUT_KINDS and directories.find(parent, name) is not None:
            directories.replace(parent, name)
            self._known.clear()
            self._known_bytes = 0
        if kind is _FILE:
            self._file_count += 1
        directories.children[parent] += 1
        if size:
            directories.sizes[parent] += size
        flags = 0
        self._size += _ROW_SIZE + 3 * len(name) + (len(link) if link is not None else 0)
        if extra is not None and not extra.is_described:
            flags = schema.UNDESCRIBED
        elif extra is not None:
            flags = schema.HAS_EXTRA
            major, minor = extra.device or (None, None)
            xattrs, sparse = pack_xattrs(extra.xattrs), pack_sparse(extra.sparse)
            self._size += len(xattrs or b"") + len(sparse or b"")
            self._extras.append((self._next_id, major, minor, xattrs, sparse))
        self._rows.append(
            (self._next_id, parent, name, int(kind), mode, uid, gid, size, mtime_ns, link, offset, directory, flags)
        )
        self._next_id += 1

    def add_points(self, points: Iterable[SeekPoint]) -> None:
        """Take seek points, in order."""
        rows = [(point.unpacked_offset, point.blob_bit, point.digest, point.window) for point in points]
        if rows:
            self._connection.executemany("INSERT INTO point VALUES (?, ?, ?, ?)", rows)

    def add_chunks(self, chunks: Sequence[Row]) -> None:
        """Take chunks of files, in order."""
        if chunks:
            self._connection.execute("INSERT INTO chunks VALUES (?, ?)", (chunks[0][0], pack_chunks(chunks)))

    def flush(self) -> None:
        """Write what has come, where that is much, and let others see it when it is time for that."""
        now = monotonic()
        is_due = now >= self._commit_due or self._size - self._size_committed > _HELD
        if is_due or len(self._rows) >= _ROWS_HELD:
            self._write()
        if is_due:
            self._commit()
            self._commits += 1
            self._commit_due = now + (FIRST_INTERVAL if self._commits == 1 else COMMIT_INTERVAL)

    def finish(self) -> int:
        """Mark what later entries superseded and add up the directories. Returns the number of visible files."""
        self._write()
        self._commit()
        if self._is_quick:
            self._connection.executescript(f"BEGIN; {schema.INDEXES}")
        superseded = SupersededEntries(self._connection, self._directories, self._findings)
        gone = superseded.hide()
        self._file_count -= superseded.file_count
        parents, children = self._directories.parents, self._directories.children
        entries, sizes = self._directories.total(gone)
        shown = self._directories.entries
        self._connection.executemany(
            "INSERT INTO directory VALUES (?, ?, ?, ?, ?, ?)",
            (
                (directory, parents[directory], shown[directory], children[directory], entries[directory], clamp(size))
                for directory, size in enumerate(sizes)
                if directory != NOWHERE
            ),
        )
        return self._file_count

    def show_all(self, summary: LayerSummary) -> None:
        """Let others see all of the finished rows, and what is known of the layer before its digest is.

        No page that they read is written to after this: they need no lock, and nobody waits for them.
        """
        self._write_known(summary)
        self._commit()

    def write_summary(self, summary: LayerSummary) -> None:
        """Write what is known of the layer as a whole, commit for the last time, and append the checksum."""
        execute = self._connection.execute
        self._write_known(summary)
        # Last, so that a file without it was never finished.
        execute(f"PRAGMA application_id={schema.APPLICATION_ID}")
        execute("COMMIT")
        self.close()
        assert self._path is not None, "a database of this process has no summary"
        try:
            append_checksum(self._path)
        except OSError as error:
            raise sqlite3.OperationalError(error.strerror) from None

    def _write_known(self, summary: LayerSummary) -> None:
        values = {
            "digest": str(summary.digest),
            "diff_id": str(summary.diff_id) if summary.diff_id else None,
            "compression": summary.compression.value,
            "blob_size": summary.blob_size,
            "unpacked_size": summary.unpacked_size,
            "entry_count": summary.entry_count,
            "file_count": summary.file_count,
            "verified": int(summary.verified),
            "complete": int(summary.complete),
            "source": summary.basis.source.value,
            "source_digest": str(summary.basis.digest) if summary.basis.digest else None,
        }
        damages = ((each.message, each.unpacked_offset, each.blob_offset) for each in summary.damages)
        write = self._connection.executemany
        for table in ("damage", "note"):  # of `show_all`
            self._connection.execute(f"DELETE FROM {table}")
        write("INSERT OR REPLACE INTO meta VALUES (?, ?)", values.items())
        write("INSERT INTO damage VALUES (?, ?, ?)", damages)
        write("INSERT INTO note VALUES (?)", ((note,) for note in summary.notes))

    def close(self) -> None:
        """Let go of the file, finished or not."""
        self._connection.close()

    def _write(self) -> None:
        rows = self._rows
        if rows:
            self._write_names([(row[0], row[1], row[2], row[11]) for row in rows])
        whole = len(rows) - len(rows) % _ROWS_AT_ONCE
        for start in range(0, whole, _ROWS_AT_ONCE):
            self._connection.execute(_INSERT_MANY, tuple(chain.from_iterable(rows[start : start + _ROWS_AT_ONCE])))
        self._connection.executemany(_INSERT, rows[whole:])
        rows.clear()
        if self._extras:
            self._connection.executemany("INSERT INTO extra VALUES (?, ?, ?, ?, ?)", self._extras)
            self._extras.clear()

    def _write_names(self, entries: Sequence[Named]) -> None:
        """Write a piece; the ids of its entries follow each other."""
        query = "INSERT INTO names (first, names, runs, directories) VALUES (?, ?, ?, ?)"
        self._connection.execute(query, pack_names(entries))

    def _place(self, path: bytes) -> tuple[int, bytes]:
        """Find the parent and the last component of a path, making the directories it implies."""
        parts, escapes = components(path)
        if escapes:
            self._findings.note(LayerWarning.CLIMBS, printable(path))
        if path[:1] == b"/":
            self._findings.note(LayerWarning.ABSOLUTE, printable(path))
        if not parts:
            return NOWHERE, b""
        *folders, name = parts
        parent = self._make_directories(folders)
        raw_folder, _, raw_name = path.rpartition(b"/")
        if raw_name == name:
            self._know(raw_folder, parent)
        return parent, name

    def _make_directories(self, folders: list[bytes]) -> int:
        """The directory of these components; those that nothing describes yet are implied."""
        parent = ROOT
        for folder in folders:
            found = self._directories.find(parent, folder)
            if found is None:
                found = self._make_directory(parent, folder)
                if folder[:4] == WHITEOUT_PREFIX:
                    is_aufs = parent == ROOT and folder.startswith(METADATA_PREFIX)
                    self._findings.note(
                        LayerWarning.AUFS if is_aufs else LayerWarning.WHITEOUT_FOLDER, printable(folder)
                    )
                self._insert_implied(parent, folder, found)
                self._directories.children[parent] += 1
            parent = found
        return parent

    def _make_directory(self, parent: int, name: bytes) -> int:
        if len(self._directories) > DIRECTORIES_LIMIT:
            raise FullIndexError(f"the layer has more folders than the limit of {DIRECTORIES_LIMIT:,}")
        if self._directories.paths_size > PATHS_LIMIT:
            raise FullIndexError(f"the paths of the layer's folders are over the limit of {PATHS_LIMIT:,} bytes")
        return self._directories.make(parent, name)

    def _check_limits(self) -> None:
        """Look now and then, which costs less than for each entry."""
        if self._size > SIZE_LIMIT:
            raise FullIndexError(f"the index of the layer is over the limit of {SIZE_LIMIT:,} bytes")
        if self.entry_count >= ENTRIES_LIMIT:
            raise FullIndexError(f"the layer has more entries than the limit of {ENTRIES_LIMIT:,}")
        self._check_at = min(self.entry_count + _CHECKED_EVERY, ENTRIES_LIMIT)

    def _know(self, folder: bytes, directory: int) -> None:
        self._known_bytes += len(folder) + _PATH_COSTS
        if self._known_bytes > _PATHS_KEPT:
            self._known.clear()
            self._known_bytes = len(folder)
        self._known[folder] = directory

    def _insert_implied(self, parent: int, name: bytes, directory: int) -> None:
        id_ = self._directories.entries[directory] = self._take_implied_id()
        self._size += _ROW_SIZE + 3 * len(name)
        self._rows.append((id_, parent, name, int(_DIRECTORY), 0o755, 0, 0, 0, 0, None, None, directory, 1))
        if len(self._rows) >= _ROWS_HELD:  # of a path with very many components
            self._write()

    def _take_implied_id(self) -> int:
        """The id of the next directory that is only implied."""
        self._next_id += 1
        return self._next_id - 1

    def _whiteout(self, kind: EntryKind, name: bytes) -> tuple[EntryKind, bytes]:
        """Return the meaning of an entry whose name starts with ``.wh.``. image-spec: Whiteouts, Opaque Whiteout."""
        if name == OPAQUE_NAME:
            return EntryKind.OPAQUE, name
        hidden = hidden_name(name)
        if hidden is not None:
            return EntryKind.WHITEOUT, hidden
        if name.startswith(METADATA_PREFIX):
            self._findings.note(LayerWarning.AUFS, printable(name))
        else:
            self._findings.note(LayerWarning.EMPTY_WHITEOUT, printable(name))
        return kind, name

    def _commit(self) -> None:
        self._connection.execute("COMMIT")
        self._connection.execute("BEGIN")
        self._size_committed = self._size
