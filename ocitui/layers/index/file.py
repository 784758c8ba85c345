"""The file of a layer index: opened, checked, read by one thread at a time, and closed."""

import os
import sqlite3
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from ocitui.display import printable
from ocitui.errors import LayerError
from ocitui.layers.basis import Basis, Source
from ocitui.layers.extras import Extras, unpack_sparse, unpack_xattrs
from ocitui.layers.index import checksum, schema
from ocitui.layers.summary import Damage, LayerSummary
from ocitui.spec.compression import Compression
from ocitui.spec.digest import Digest


class IndexFile:
    """An open index file. May be used from several threads; close it."""

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
        self.path = path
        self._remove_on_close = remove_on_close
        self.is_live = is_live
        self.is_listed = is_listed
        self._lock = threading.RLock()
        self._cached_summary: LayerSummary | None = None
        self._last_extras: tuple[int, Extras] | None = None
        self._connection, size = _connect(path, is_live)
        try:
            self._check(size)
        except BaseException:
            self._connection.close()
            raise

    @classmethod
    def of_connection(cls, connection: sqlite3.Connection, path: Path, summary: LayerSummary) -> "IndexFile":
        """A database of this process alone, with the tables of an index, as if it were a file.

        It goes with the last that refers to it, closed or not.

        Args:
            connection: to it; closed with this.
            path: what messages name.
            summary: of the layer.
        """
        file = cls.__new__(cls)
        file.path, file.is_live, file.is_listed, file._remove_on_close = path, False, False, False
        file._lock = threading.RLock()
        file._cached_summary, file._last_extras = summary, None
        file._connection = connection
        weakref.finalize(file, connection.close)
        return file

    def _check(self, size: int) -> None:
        with self.reading() as execute:
            (version,) = execute("PRAGMA user_version").fetchone()
            (application,) = execute("PRAGMA application_id").fetchone()
            (pages,) = execute("PRAGMA page_count").fetchone()
            (page_size,) = execute("PRAGMA page_size").fetchone()
        finished = application == schema.APPLICATION_ID and size == pages * page_size + checksum.SIZE
        if version != schema.VERSION or not (finished or self.is_live or self.is_listed):
            raise LayerError(f"{printable(str(self.path))} is no finished layer index")
        if not self.is_live and not self.summary.complete:  # an index that lacks it is as good as none
            raise LayerError(f"the layer index {printable(str(self.path))} lacks its summary")

    @property
    def summary(self) -> LayerSummary:
        """The layer as a whole. Of a live index only what is known so far: ``complete`` is False until the end."""
        if self._cached_summary is None:
            with self.reading() as execute:
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
                    basis=_basis(meta),
                )
            except KeyError as error:
                raise LayerError(f"the layer index {printable(str(self.path))} lacks {error}") from None
        return self._cached_summary

    def extras_of(self, id_: int) -> Extras:
        """Return the properties that few entries have, separately, since they may be megabytes."""
        with self.reading() as execute:
            if self._last_extras is None or self._last_extras[0] != id_:
                row = execute("SELECT xattrs, sparse FROM extra WHERE entry = ?", (id_,)).fetchone()
                xattrs, sparse = row or (None, None)
                self._last_extras = id_, Extras(unpack_xattrs(xattrs), unpack_sparse(sparse))
            return self._last_extras[1]

    @property
    def is_complete(self) -> bool:
        """True if nothing more will come."""
        return not self.is_live or self.summary.complete

    def close(self) -> None:
        """Close the file, and delete it when it was only for this."""
        with self._lock:
            self._connection.close()
        if self._remove_on_close:
            with suppress(OSError):
                self.path.unlink()

    @contextmanager
    def reading(self) -> Iterator[Any]:
        """Give what executes a query; what the database says against it is a `LayerError`.

        Fetch within the context: what others read waits until then.
        """
        with self._lock:
            try:
                yield self._connection.execute
            except (sqlite3.Error, OSError) as error:
                raise LayerError(f"the layer index {printable(str(self.path))} cannot be read: {error}") from None


def _basis(meta: dict[str, Any]) -> Basis:
    digest = meta["source_digest"]
    return Basis(Source(meta["source"]), Digest.parse(digest) if digest else None)


def _connect(path: Path, is_live: bool) -> tuple[sqlite3.Connection, int]:
    """Open the database of an index; return the bytes of the file, too.

    Other processes that read the same layer put their index in its place at any moment. They
    differ in size, so it is looked for again where the file was another before than after.
    """
    uri = path.absolute().as_uri() + ("?mode=ro" if is_live else "?mode=ro&immutable=1")
    try:
        while True:
            before = path.stat()
            connection = sqlite3.connect(
                uri, uri=True, isolation_level=None, timeout=10, check_same_thread=False, cached_statements=64
            )
            try:
                after = path.stat()
            except BaseException:
                connection.close()
                raise
            if os.path.samestat(before, after):
                return connection, after.st_size
            connection.close()
    except OSError as error:  # perhaps it was finished, and renamed
        reason = error.strerror
    except sqlite3.Error as error:
        reason = str(error)
    raise LayerError(f"the layer index {printable(str(path))} cannot be opened: {reason}")
