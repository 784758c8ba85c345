"""The tables of a layer index, one SQLite file for each layer blob."""

VERSION = 11
"""Part of the cache's folder name: another version of the tables is another folder."""

APPLICATION_ID = 0x4F434954
"""Marks the file as an index of this program ("OCIT")."""

TABLES = """
CREATE TABLE entry (
    id INTEGER PRIMARY KEY, -- ascends in the order of the tar
    parent INTEGER NOT NULL, -- directory that holds it
    name BLOB NOT NULL,
    hidden INTEGER NOT NULL, -- 0 visible, 1 superseded by a later entry, 2 likewise and no more told of
    kind INTEGER NOT NULL,
    mode INTEGER NOT NULL,
    uid INTEGER NOT NULL,
    gid INTEGER NOT NULL,
    size INTEGER NOT NULL,
    mtime INTEGER NOT NULL, -- nanoseconds
    link BLOB,
    offset INTEGER, -- of its data in the unpacked stream
    directory INTEGER, -- its own id as a directory
    flags INTEGER NOT NULL -- 1 implied, 2 has a row in extra, 4 a file that no header describes
);
CREATE TABLE directory (
    id INTEGER PRIMARY KEY,
    parent INTEGER NOT NULL,
    entry INTEGER NOT NULL, -- its visible entry
    children INTEGER NOT NULL, -- visible entries in it
    entries INTEGER NOT NULL, -- visible entries below it
    bytes INTEGER NOT NULL -- and the sum of their sizes
);
CREATE TABLE extra (
    entry INTEGER PRIMARY KEY,
    major INTEGER,
    minor INTEGER,
    xattrs BLOB, -- see extras.py
    sparse BLOB -- 64-bit little-endian offset, length, ...
);
CREATE TABLE point ( -- see seekpoints.py
    unpacked_offset INTEGER PRIMARY KEY,
    blob_bit INTEGER NOT NULL,
    digest BLOB, -- SHA-256 of the blob up to the next one, where a ztoc says it
    window BLOB -- compressed; the last, since it is long
);
CREATE TABLE chunks ( -- of files, where a table of contents has them: many in one row, see chunk.py
    first INTEGER PRIMARY KEY, -- offset of the first one, counted as entry.offset is
    chunks BLOB NOT NULL
);
CREATE TABLE names ( -- all of them once more, for a search: see names.py
    nth INTEGER PRIMARY KEY, -- ascends; directories come before what is in them
    first INTEGER NOT NULL, -- id of its first entry
    names BLOB NOT NULL,
    runs BLOB NOT NULL,
    directories BLOB NOT NULL
);
CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE damage (message TEXT NOT NULL, unpacked_offset INTEGER, blob_offset INTEGER);
CREATE TABLE note (message TEXT NOT NULL);
"""

INDEXES = """
CREATE INDEX entry_by_name ON entry (parent, name, hidden);
CREATE INDEX implied_entry ON entry (directory) WHERE flags & 1; -- nearly always empty, and then found so at once
CREATE INDEX superseded_entry ON entry (id) WHERE hidden = 1; -- likewise
"""

IMPLIED = 1
HAS_EXTRA = 2
UNDESCRIBED = 4
