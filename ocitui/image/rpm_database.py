"""The packages of an rpm database in SQLite: ``rpmdb.sqlite``, since rpm 4.16.

Each row of its table ``Packages`` holds the header of a package: big-endian, the number of
index entries and the bytes of the store; the entries (tag, type, offset into the store,
count); the store. See rpm's own documentation, "RPM v4 header format".
"""

import sqlite3
import struct
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from ocitui.errors import OcituiError

RpmPackage = tuple[bytes, bytes, list[bytes]]
"""Name, version with release, and paths."""

_NAME, _VERSION, _RELEASE = 1000, 1001, 1002
_DIRECTORY_INDEXES, _BASE_NAMES, _DIRECTORY_NAMES = 1116, 1117, 1118
_INT32, _STRING, _STRING_ARRAY = 4, 6, 8
_TEXTS = frozenset({_NAME, _VERSION, _RELEASE, _BASE_NAMES, _DIRECTORY_NAMES})


def read_rpm_database(data: bytes) -> Iterator[RpmPackage]:
    """The packages of a database.

    Args:
        data: the file.

    Raises:
        OcituiError: it is no such database.
    """
    with tempfile.TemporaryDirectory(prefix="ocitui-rpm-") as folder:
        copy = Path(folder, "rpmdb.sqlite")
        # A database that was in use is in WAL mode, and cannot be opened for reading alone without its other files.
        copy.write_bytes(data[:18] + b"\x01\x01" + data[20:] if data[18:20] == b"\x02\x02" else data)
        try:
            with closing(sqlite3.connect(f"{copy.as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
                connection.execute("PRAGMA trusted_schema = OFF")
                for (blob,) in connection.execute("SELECT blob FROM Packages ORDER BY hnum"):
                    yield read_rpm_header(blob)
        except (sqlite3.Error, struct.error, IndexError, ValueError, TypeError) as error:
            raise OcituiError(
                f"expected an rpm database in SQLite, found what cannot be read as one: {error}"
            ) from None


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
        elif tag in _TEXTS and kind in (_STRING, _STRING_ARRAY):
            texts[tag] = store[offset:].split(b"\0", items)[:items]
    name, version, release = (texts.get(tag, [b""])[0] for tag in (_NAME, _VERSION, _RELEASE))
    folders = texts.get(_DIRECTORY_NAMES, [])
    paths = [folders[at] + base for at, base in zip(numbers, texts.get(_BASE_NAMES, []), strict=False)]
    return name, version + b"-" + release if release else version, paths
