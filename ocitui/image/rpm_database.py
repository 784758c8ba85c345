"""The packages of an rpm database in SQLite: ``rpmdb.sqlite``, since rpm 4.16.

Each row of its table ``Packages`` holds the header of a package: big-endian, the number of
index entries and the bytes of the store; the entries (tag, type, offset into the store,
count); the store. See rpm's own documentation, "RPM v4 header format".
"""

import sqlite3
import struct
from collections.abc import Iterator
from contextlib import closing

from ocitui.errors import OcituiError

RpmPackage = tuple[bytes, bytes, list[bytes]]
"""Name, version with release, and paths."""

_NAME, _VERSION, _RELEASE = 1000, 1001, 1002
_DIRECTORY_INDEXES, _BASE_NAMES, _DIRECTORY_NAMES = 1116, 1117, 1118
_INT32, _STRING, _STRING_ARRAY = 4, 6, 8
_LEAST_LIMIT = 1 << 16
_PATHS_LIMIT = 1_000_000
"""Paths of one package that are read."""
_FOLDERS_LIMIT = 1 << 26
"""Bytes of the folders of one package's paths that are read."""
_TEXTS = frozenset({_NAME, _VERSION, _RELEASE, _BASE_NAMES, _DIRECTORY_NAMES})


def read_rpm_database(data: bytes) -> Iterator[RpmPackage]:
    """The packages of a database.

    A database in SQLite can be a program: a view, a computed column, a table of pages that
    lead to each other. Nothing but the rows of a plain table is read of it, and no more than
    the file has bytes.

    Args:
        data: the file.

    Raises:
        OcituiError: it is no such database.
    """
    if data[18:20] == b"\x02\x02":  # it was in use, with a log beside it; without that it reads like any other
        data = data[:18] + b"\x01\x01" + data[20:]
    try:
        if not data:
            raise ValueError("an empty file")
        with closing(sqlite3.connect(":memory:")) as connection:
            connection.deserialize(data)
            connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, max(len(data), _LEAST_LIMIT))
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.set_authorizer(_may)
            last, left = 0, len(data)
            for number, blob in connection.execute("SELECT hnum, blob FROM Packages ORDER BY hnum"):
                left -= len(blob)
                if number <= last or left < 0:
                    raise ValueError("its pages lead to each other")
                last = number
                yield read_rpm_header(blob)
    except (sqlite3.Error, struct.error, IndexError, ValueError, TypeError) as error:
        raise OcituiError(f"expected an rpm database in SQLite, found what cannot be read as one: {error}") from None


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
    start = 8 + 16 * count
    store = blob[start : start + size]
    texts: dict[int, list[bytes]] = {}
    numbers: tuple[int, ...] = ()
    for number in range(count):
        tag, kind, offset, items = struct.unpack_from(">IIII", blob, 8 + 16 * number)
        if tag == _DIRECTORY_INDEXES and kind == _INT32:
            numbers = struct.unpack_from(f">{items}I", store, offset)
        elif tag in _TEXTS and tag not in texts and kind in (_STRING, _STRING_ARRAY):
            if items > _PATHS_LIMIT:
                raise ValueError(f"a header with {items:,} texts is over the limit of {_PATHS_LIMIT:,}")
            texts[tag] = store[offset:].split(b"\0", items)[:items]
    name, version, release = (texts.get(tag, [b""])[0] for tag in (_NAME, _VERSION, _RELEASE))
    folders = texts.get(_DIRECTORY_NAMES, [])
    names = texts.get(_BASE_NAMES, [])
    if sum(len(folders[at]) for at, _ in zip(numbers, names, strict=False)) > _FOLDERS_LIMIT:
        raise ValueError(f"the paths of a package are over the limit of {_FOLDERS_LIMIT:,} bytes")
    paths = [folders[at] + base for at, base in zip(numbers, names, strict=False)]
    return name, version + b"-" + release if release else version, paths
