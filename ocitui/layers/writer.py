"""Writes a layer index while the layer is scanned, so that another process can read the rows so far."""

import sqlite3
from collections.abc import Iterable
from itertools import chain
from pathlib import Path
from time import monotonic
from typing import Any

from ocitui.cache_folder import make_private_file
from ocitui.display import show
from ocitui.layers import schema
from ocitui.layers.directories import NOWHERE, ROOT, Directories
from ocitui.layers.entry import EntryKind
from ocitui.layers.extras import pack_sparse, pack_xattrs
from ocitui.layers.names import pack_names
from ocitui.layers.oddities import Oddity
from ocitui.layers.pathnames import METADATA_PREFIX, OPAQUE_NAME, WHITEOUT_PREFIX, components, hidden_name
from ocitui.layers.seal import seal
from ocitui.layers.seekpoints import SeekPoint
from ocitui.layers.sink import Extra
from ocitui.layers.summary import Findings, LayerSummary
from ocitui.layers.tarheader import clamp

FIRST_INTERVAL = 0.05
"""Seconds between the first rows that others can read, which come at once, and the next."""

COMMIT_INTERVAL = 0.2
"""Seconds between commits after that."""

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
_DIRECTORY = EntryKind.DIRECTORY
_WHITEOUTS = (EntryKind.WHITEOUT, EntryKind.OPAQUE)


class IndexWriter:
    """Takes entries in the order of the tar and writes them in batches.

    No journal and no syncing: the file is temporary until it is complete, and thrown away
    when anything goes wrong. Another process may read it between two commits.
    """

    def __init__(self, path: Path, findings: Findings) -> None:
        """Create the file.

        Raises:
            sqlite3.Error: it cannot be created.
        """
        self._path = path
        self._findings = findings
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
        try:
            make_private_file(path)
        except OSError as error:
            raise sqlite3.OperationalError(f"unable to open database file: {error.strerror}") from None
        self._connection = sqlite3.connect(path, isolation_level=None, timeout=30, check_same_thread=False)
        try:
            for pragma in ("page_size=8192", "journal_mode=OFF", "synchronous=OFF", "temp_store=MEMORY"):
                self._connection.execute(f"PRAGMA {pragma}")
            # A spill would lock readers out from then until the commit.
            self._connection.execute("PRAGMA cache_size=-16384")
            self._connection.execute("PRAGMA cache_spill=OFF")
            self._connection.executescript(f"BEGIN; {schema.TABLES}; PRAGMA user_version={schema.VERSION}; COMMIT")
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
        """Take one entry; see `ocitui.layers.sink.EntrySink`."""
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
                self._findings.note(Oddity.ROOT_ENTRY, show(path))
                return
        directories = self._directories
        directory = None
        if name[:4] == WHITEOUT_PREFIX:
            kind, name = self._whiteout(kind, name)
        if kind is _DIRECTORY:
            directory = ROOT if parent == NOWHERE else directories.find(parent, name)
            if directory is None:
                directory = directories.make(parent, name)
            directories.entries[directory] = self._next_id
            if is_plain:
                self._know(path, directory)
        elif kind not in _WHITEOUTS and directories.find(parent, name) is not None:
            directories.replace(parent, name)
            self._known.clear()
            self._known_bytes = 0
        if kind is EntryKind.FILE:
            self._file_count += 1
        directories.children[parent] += 1
        if size:
            directories.sizes[parent] += size
        flags = 0
        if extra is not None:
            flags = schema.HAS_EXTRA
            major, minor = extra.device or (None, None)
            self._extras.append((self._next_id, major, minor, pack_xattrs(extra.xattrs), pack_sparse(extra.sparse)))
        self._rows.append(
            (self._next_id, parent, name, int(kind), mode, uid, gid, size, mtime_ns, link, offset, directory, flags)
        )
        self._next_id += 1

    def add_points(self, points: Iterable[SeekPoint]) -> None:
        """Take seek points, in order."""
        rows = [(point.unpacked_offset, point.blob_bit, point.window) for point in points]
        if rows:
            self._connection.executemany("INSERT INTO point VALUES (?, ?, ?)", rows)

    def flush(self) -> None:
        """Write what has come, where that is much, and let others see it when it is time for that."""
        now = monotonic()
        is_due = now >= self._commit_due
        if is_due or len(self._rows) >= _ROWS_HELD:
            self._write()
        if is_due:
            self._connection.execute("COMMIT")
            self._connection.execute("BEGIN")
            self._commits += 1
            self._commit_due = now + (FIRST_INTERVAL if self._commits == 1 else COMMIT_INTERVAL)

    def finish(self) -> int:
        """Mark what later entries superseded and add up the directories. Returns the number of visible files."""
        self._write()
        gone = self._supersede()
        entries, sizes = self._directories.total(gone)
        parents, children = self._directories.parents, self._directories.children
        if any(gone):
            for directory in range(ROOT, len(gone)):
                if gone[directory]:
                    self._file_count -= self._count_files(directory)
            self._connection.executemany(
                "UPDATE entry SET hidden = 1 WHERE parent = ? AND hidden = 0",
                ((directory,) for directory in range(len(gone)) if gone[directory]),
            )
        shown = self._directories.entries
        self._connection.executemany(
            "INSERT INTO directory VALUES (?, ?, ?, ?, ?, ?)",
            [
                (directory, parents[directory], shown[directory], children[directory], entries[directory], clamp(size))
                for directory, size in enumerate(sizes)
                if directory != NOWHERE
            ],
        )
        return self._file_count

    def write_summary(self, summary: LayerSummary) -> None:
        """Write what is known of the layer as a whole, commit for the last time, and seal the file."""
        execute = self._connection.execute
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
        }
        self._connection.executemany("INSERT INTO meta VALUES (?, ?)", values.items())
        for damage in summary.damages:
            execute("INSERT INTO damage VALUES (?, ?, ?)", (damage.message, damage.unpacked_offset, damage.blob_offset))
        self._connection.executemany("INSERT INTO note VALUES (?)", ((note,) for note in summary.notes))
        # Last, so that a file without it was never finished.
        execute(f"PRAGMA application_id={schema.APPLICATION_ID}")
        execute("COMMIT")
        self.close()
        try:
            seal(self._path)
        except OSError as error:
            raise sqlite3.OperationalError(error.strerror) from None

    def close(self) -> None:
        """Let go of the file, finished or not."""
        self._connection.close()

    def _write(self) -> None:
        rows = self._rows
        if rows:
            names = pack_names(rows[0][0], [(row[1], row[2], row[11]) for row in rows])
            self._connection.execute("INSERT INTO names VALUES (?, ?, ?, ?)", names)
        whole = len(rows) - len(rows) % _ROWS_AT_ONCE
        for start in range(0, whole, _ROWS_AT_ONCE):
            self._connection.execute(_INSERT_MANY, tuple(chain.from_iterable(rows[start : start + _ROWS_AT_ONCE])))
        self._connection.executemany(_INSERT, rows[whole:])
        rows.clear()
        if self._extras:
            self._connection.executemany("INSERT INTO extra VALUES (?, ?, ?, ?, ?)", self._extras)
            self._extras.clear()

    def _place(self, path: bytes) -> tuple[int, bytes]:
        """Find the parent and the last component of a path, making the directories it implies."""
        parts, escapes = components(path)
        if escapes:
            self._findings.note(Oddity.CLIMBS, show(path))
        if path[:1] == b"/":
            self._findings.note(Oddity.ABSOLUTE, show(path))
        if not parts:
            return NOWHERE, b""
        *folders, name = parts
        parent = ROOT
        for folder in folders:
            found = self._directories.find(parent, folder)
            if found is None:
                found = self._directories.make(parent, folder)
                self._insert_implied(parent, folder, found)
                self._directories.children[parent] += 1
            parent = found
        raw_folder, _, raw_name = path.rpartition(b"/")
        if raw_name == name:
            self._know(raw_folder, parent)
        return parent, name

    def _know(self, folder: bytes, directory: int) -> None:
        self._known_bytes += len(folder) + _PATH_COSTS
        if self._known_bytes > _PATHS_KEPT:
            self._known.clear()
            self._known_bytes = len(folder)
        self._known[folder] = directory

    def _insert_implied(self, parent: int, name: bytes, directory: int) -> None:
        self._directories.entries[directory] = self._next_id
        self._rows.append((self._next_id, parent, name, int(_DIRECTORY), 0o755, 0, 0, 0, 0, None, None, directory, 1))
        self._next_id += 1
        if len(self._rows) >= _ROWS_HELD:  # of a path with very many components
            self._write()

    def _whiteout(self, kind: EntryKind, name: bytes) -> tuple[EntryKind, bytes]:
        """What an entry whose name starts with ``.wh.`` is. image-spec: Whiteouts, Opaque Whiteout."""
        if name == OPAQUE_NAME:
            return EntryKind.OPAQUE, name
        hidden = hidden_name(name)
        if hidden is not None:
            return EntryKind.WHITEOUT, hidden
        if name.startswith(METADATA_PREFIX):
            self._findings.note(Oddity.AUFS, show(name))
        else:
            self._findings.note(Oddity.EMPTY_WHITEOUT, show(name))
        return kind, name

    def _supersede(self) -> bytearray:
        """Hide all but the last entry of each path. Returns for each directory id whether it is gone.

        A whiteout and an entry of the same name stand side by side: the whiteout is about
        the layers below.
        """
        gone = bytearray(len(self._directories))
        repeated = self._connection.execute(
            "SELECT parent, name FROM entry GROUP BY parent, name HAVING count(*) > 1"
        ).fetchall()
        for parent, name in repeated:
            entries = self._connection.execute(
                "SELECT id, kind, size, directory FROM entry WHERE parent = ? AND name = ? ORDER BY id DESC",
                (parent, name),
            ).fetchall()
            hidden: list[tuple[int]] = []
            for is_whiteout in (False, True):
                same = [entry for entry in entries if (entry[1] in _WHITEOUTS) is is_whiteout]
                hidden += self._hide_earlier(parent, same, gone)
            self._connection.executemany("UPDATE entry SET hidden = 1 WHERE id = ?", hidden)
        return gone

    def _hide_earlier(
        self, parent: int, entries: list[tuple[int, int, int, int | None]], gone: bytearray
    ) -> Iterable[tuple[int]]:
        directories = self._directories
        for number, kind, size, directory in entries[1:]:
            if parent != NOWHERE:
                directories.children[parent] -= 1
                directories.sizes[parent] -= size
            if kind == EntryKind.FILE:
                self._file_count -= 1
            if directory is not None and directory != entries[0][3]:
                gone[directory] = 1
            yield (number,)

    def _count_files(self, directory: int) -> int:
        """Visible files right in a directory."""
        query = "SELECT count(*) FROM entry WHERE parent = ? AND hidden = 0 AND kind = ?"
        (count,) = self._connection.execute(query, (directory, int(EntryKind.FILE))).fetchone()
        return int(count)
