"""An rpm database as rpm writes it."""

import sqlite3
import struct
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path


def rpm_header(name: str, version: str, release: str, paths: Sequence[str]) -> bytes:
    """A header with some more in it than is read."""
    folders = sorted({path.rpartition("/")[0] + "/" for path in paths})
    bases = [path.rpartition("/")[2] for path in paths]
    indexes = [folders.index(path.rpartition("/")[0] + "/") for path in paths]
    values: list[tuple[int, int, bytes, int]] = [
        (1000, 6, name.encode() + b"\0", 1),
        (1001, 6, version.encode() + b"\0", 1),
        (1002, 6, release.encode() + b"\0", 1),
        (1004, 9, b"a summary\0", 1),
        (1117, 8, b"".join(base.encode() + b"\0" for base in bases), len(bases)),
        (1118, 8, b"".join(folder.encode() + b"\0" for folder in folders), len(folders)),
        (1116, 4, struct.pack(f">{len(indexes)}I", *indexes), len(indexes)),
    ]
    entries, store = b"", b""
    for tag, kind, data, count in values:
        entries += struct.pack(">IIII", tag, kind, len(store), count)
        store += data
    return struct.pack(">II", len(values), len(store)) + entries + store


def rpm_database(folder: Path, *headers: bytes, wal: bool = False) -> bytes:
    """``rpmdb.sqlite`` with these packages; with ``wal`` as one that was in use."""
    path = folder / "made.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE Packages (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)")
        connection.executemany("INSERT INTO Packages (blob) VALUES (?)", [(header,) for header in headers])
        connection.commit()
        if wal:
            connection.execute("PRAGMA journal_mode=WAL")
    return path.read_bytes()
