"""Entries of a layer that a later entry of the same path replaced: told of, and counted no more."""

import sqlite3

from ocitui.layers.entry import WHITEOUT_KINDS, EntryKind
from ocitui.layers.index.directories import NOWHERE, ROOT, Directories
from ocitui.layers.summary import Findings

SUPERSEDED_LIMIT = 100_000
"""Entries of one layer that a later one of the same path replaced and that are still told of."""

_AT_ONCE = 50_000
"""Rows that are changed in one transaction, which is held in memory."""

_REPEATED = (
    "SELECT parent, name FROM entry WHERE (parent, name) > (?, ?)"
    " GROUP BY parent, name HAVING count(*) > 1 ORDER BY parent, name LIMIT 1000"
)
_WHITEOUT_NUMBERS = ", ".join(str(kind) for kind in sorted(WHITEOUT_KINDS))


class SupersededEntries:
    """Hides all but the last entry of each path once all rows of an index are written.

    A whiteout and an entry of the same name stand side by side: the whiteout is about the
    layers below.

    Attributes:
        file_count: regular files among the entries hidden so far.
    """

    def __init__(self, connection: sqlite3.Connection, directories: Directories, findings: Findings) -> None:
        """Take an index in the middle of a transaction.

        Args:
            connection: of the index; transactions are committed and begun anew.
            directories: of the layer; counts and sizes of what is hidden are taken from theirs.
            findings: where too many are left out, that goes there.
        """
        self._connection = connection
        self._directories = directories
        self._findings = findings
        self._changed = 0
        self.file_count = 0

    def hide(self) -> bytearray:
        """Hide them, and all below directories that something else replaced.

        Returns:
            For each directory id 1 where the directory is gone.

        Raises:
            sqlite3.Error: the index cannot be written to.
        """
        gone = bytearray(len(self._directories))
        after: tuple[int, bytes] = (NOWHERE - 1, b"")
        while repeated := self._connection.execute(_REPEATED, after).fetchall():
            for parent, name in repeated:
                for is_whiteout in (False, True):
                    self._hide_earlier(parent, name, is_whiteout, gone)
            after = repeated[-1]
        self._directories.mark_below(gone)
        self._hide_below(gone)
        self._drop_first()
        return gone

    def _hide_earlier(self, parent: int, name: bytes, is_whiteout: bool, gone: bytearray) -> None:
        same = f"parent = ? AND name = ? AND kind {'IN' if is_whiteout else 'NOT IN'} ({_WHITEOUT_NUMBERS})"
        execute = self._connection.execute
        directories = self._directories
        is_root = parent == NOWHERE
        there = None if is_whiteout or is_root else directories.find(parent, name)
        if there is not None:
            shown = directories.entries[there]
        else:  # a directory is there no more, whatever its id
            other = "" if is_root else " AND directory IS NULL"
            (shown,) = execute(f"SELECT max(id) FROM entry WHERE {same}{other}", (parent, name)).fetchone()
            if shown is None:
                return
        query = f"SELECT id, kind, size, directory FROM entry WHERE {same}"
        for id_, kind, size, directory in execute(query, (parent, name)):
            if id_ == shown:
                continue
            if parent != NOWHERE:
                directories.children[parent] -= 1
                directories.sizes[parent] -= size
            if kind == EntryKind.FILE:
                self.file_count += 1
            if directory is not None and directory != there and parent != NOWHERE:
                gone[directory] = 1
        self._change("hidden = 1", f"{same} AND id <> ? AND hidden = 0", (parent, name, shown))

    def _hide_below(self, gone: bytearray) -> None:
        """Hide what directories hold that are gone."""
        directories = [directory for directory in range(ROOT, len(gone)) if gone[directory]]
        for directory in directories:
            self.file_count += self._count_files(directory)
        for directory in directories:
            self._change("hidden = 1", "parent = ? AND hidden = 0", (directory,))

    def _count_files(self, directory: int) -> int:
        """Visible files right in a directory."""
        query = "SELECT count(*) FROM entry WHERE parent = ? AND hidden = 0 AND kind = ?"
        (count,) = self._connection.execute(query, (directory, int(EntryKind.FILE))).fetchone()
        return int(count)

    def _drop_first(self) -> None:
        """Of very many superseded entries, tell of the last ones only: others keep all of them in memory."""
        execute = self._connection.execute
        (count,) = execute("SELECT count(*) FROM entry WHERE hidden = 1").fetchone()
        if count > SUPERSEDED_LIMIT:
            query = "SELECT id, offset FROM entry WHERE hidden = 1 ORDER BY id DESC LIMIT 1 OFFSET ?"
            last, offset = execute(query, (SUPERSEDED_LIMIT,)).fetchone()
            self._change("hidden = 2", "hidden = 1 AND id <= ?", (last,))
            what = f"{count:,} entries were replaced by later ones of the same path"
            self._findings.damage(
                f"{what}; the first {count - SUPERSEDED_LIMIT:,} are left out, the limit is {SUPERSEDED_LIMIT:,}",
                unpacked_offset=offset or 0,
            )

    def _change(self, what: str, which: str, values: tuple[object, ...]) -> None:
        """Change all rows for which something holds until then, a part of them in each transaction."""
        query = f"UPDATE entry SET {what} WHERE id IN (SELECT id FROM entry WHERE {which} LIMIT {_AT_ONCE})"
        changed = self._connection.execute(query, values).rowcount
        self._changed += changed
        while changed == _AT_ONCE:
            self._begin_anew()
            changed = self._connection.execute(query, values).rowcount
        if self._changed > _AT_ONCE:
            self._begin_anew()
            self._changed = 0

    def _begin_anew(self) -> None:
        self._connection.execute("COMMIT")
        self._connection.execute("BEGIN")
