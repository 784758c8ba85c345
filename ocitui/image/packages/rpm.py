"""The packages of an rpm database in SQLite: ``rpmdb.sqlite``, since rpm 4.16.

Each row of its table ``Packages`` holds the header of a package: big-endian, the number of
index entries and the bytes of the store; the entries (tag, type, offset into the store,
count); the store. See rpm's own documentation, "RPM v4 header format".
"""

import sqlite3
import struct
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from ocitui.errors import OcituiError

RpmPackage = tuple[bytes, bytes, Iterator[bytes]]
"""Name, version with release, and paths."""

_HEADER_LIMIT = 1 << 24
"""Bytes of one header; those of packages of ten thousand files have a tenth."""

_ENTRIES_LIMIT = 1000
"""Index entries of one header; ordinary ones have a hundred."""

_TEXTS_LIMIT = 500_000
"""Texts of one index entry."""

_STEPS_LIMIT = 200_000_000
"""Instructions of SQLite's machine for one database: it may be made to never end."""

_STEPS = 1_000_000

_NAME, _VERSION, _RELEASE = 1000, 1001, 1002
_DIRECTORY_INDEXES, _BASE_NAMES, _DIRECTORY_NAMES = 1116, 1117, 1118
_INT32, _STRING, _STRING_ARRAY = 4, 6, 8
_TEXTS = frozenset({_NAME, _VERSION, _RELEASE, _BASE_NAMES, _DIRECTORY_NAMES})


def read_rpm_database(data: Iterable[bytes]) -> Iterator[RpmPackage]:
    """The packages of a database.

    A database in SQLite can be a program: a view, a computed column, a table of pages that
    lead to each other. Nothing but the rows of a plain table is read of it, and no more than
    the file has bytes.

    Args:
        data: the file, in pieces.

    Raises:
        OcituiError: it is no such database.
    """
    try:
        with _open(data) as (connection, left):
            _distrust(connection)
            last = 0
            for number, blob in connection.execute("SELECT hnum, blob FROM Packages ORDER BY hnum"):
                left -= len(blob)
                if number <= last or left < 0:
                    raise ValueError("its pages lead to each other")
                last = number
                yield read_rpm_header(blob)
    except (sqlite3.Error, struct.error, IndexError, ValueError, TypeError) as error:
        raise OcituiError(f"expected an rpm database in SQLite, found what cannot be read as one: {error}") from None


@contextmanager
def _open(data: Iterable[bytes]) -> Iterator[tuple[sqlite3.Connection, int]]:
    """A database with this in it, and its bytes; its file is gone as soon as it is open, where that can be."""
    with tempfile.TemporaryDirectory(prefix="ocitui-") as folder:
        copy = Path(folder, "rpmdb.sqlite")
        with copy.open("w+b") as file:
            size = sum(map(file.write, data))
            file.seek(18)
            if file.read(2) == b"\x02\x02":  # it was in use, with a log beside it; without that it reads like any other
                file.seek(18)
                file.write(b"\x01\x01")
        with closing(sqlite3.connect(f"{copy.as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
            connection.execute("PRAGMA schema_version").fetchone()
            with suppress(OSError):
                copy.unlink()
            yield connection, size


def _distrust(connection: sqlite3.Connection) -> None:
    """Take nothing that a schema computes, nor a blob larger than any header, nor an answer that does not end."""
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _HEADER_LIMIT)
    left = _STEPS_LIMIT // _STEPS

    def is_too_long() -> bool:
        nonlocal left
        left -= 1
        return left < 0

    connection.set_progress_handler(is_too_long, _STEPS)
    connection.set_authorizer(_may)


def _may(action: int, table: str | None, column: str | None, database: str | None, view: str | None) -> int:
    """Allow to read the table of packages, and nothing that a view, a trigger or a computed column wants."""
    is_plain = action == sqlite3.SQLITE_SELECT or (action == sqlite3.SQLITE_READ and table == "Packages")
    return sqlite3.SQLITE_OK if is_plain and view is None else sqlite3.SQLITE_DENY


def read_rpm_header(blob: bytes) -> RpmPackage:
    """Name, version and paths of one header.

    Raises:
        struct.error, IndexError, ValueError: it is cut off, or no header.
    """
    count, size = struct.unpack_from(">II", blob)
    if count > _ENTRIES_LIMIT:
        raise ValueError(f"a header with {count:,} index entries is over the limit of {_ENTRIES_LIMIT:,}")
    start = 8 + 16 * count
    store = blob[start : start + size]
    texts: dict[int, list[bytes]] = {}
    numbers: tuple[int, ...] = ()
    for number in range(count):
        tag, kind, offset, items = struct.unpack_from(">IIII", blob, 8 + 16 * number)
        if tag == _DIRECTORY_INDEXES and kind == _INT32:
            numbers = struct.unpack_from(f">{items}I", store, offset)
        elif tag in _TEXTS and tag not in texts and kind in (_STRING, _STRING_ARRAY):
            if items > _TEXTS_LIMIT:
                raise ValueError(f"a header with {items:,} texts is over the limit of {_TEXTS_LIMIT:,}")
            texts[tag] = store[offset:].split(b"\0", items)[:items]
    name, version, release = (texts.get(tag, [b""])[0] for tag in (_NAME, _VERSION, _RELEASE))
    folders = texts.get(_DIRECTORY_NAMES, [])
    names = texts.get(_BASE_NAMES, [])
    if any(at >= len(folders) for at in numbers[: len(names)]):
        raise ValueError("a header names a folder that it does not have")
    paths = (folders[at] + base for at, base in zip(numbers, names, strict=False))
    return name, version + b"-" + release if release else version, paths
