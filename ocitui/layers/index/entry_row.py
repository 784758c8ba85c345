"""A row of a layer index as an `Entry`."""

from typing import Any

from ocitui.layers.entry import Entry, EntryKind
from ocitui.layers.extras import ExtrasSource, StoredExtras
from ocitui.layers.index import schema

COLUMNS = (
    "e.id, e.parent, e.name, e.kind, e.mode, e.uid, e.gid, e.size, e.mtime, e.link, e.offset, e.directory,"
    " e.flags, e.hidden, d.entries, d.bytes"
)
"""The columns of which `entry_of` makes an entry, from `FROM`."""

FROM = "FROM entry e LEFT JOIN directory d ON d.id = e.directory"

KINDS = list(EntryKind)
"""The kinds by their numbers in the table."""


def entry_of(row: tuple[Any, ...], execute: Any, source: ExtrasSource) -> Entry:
    """Make an entry of a row; devices are read with ``execute``, what else few entries have is left at its source."""
    id_, parent, name, kind, mode, uid, gid, size, mtime, link, offset, directory, flags, hidden, entries, total = row
    major = minor = None
    if flags & schema.HAS_EXTRA:
        major, minor = execute("SELECT major, minor FROM extra WHERE entry = ?", (id_,)).fetchone() or (None, None)
    return Entry(
        id=id_,
        parent=parent,
        name=name,
        kind=KINDS[kind],
        mode=mode,
        uid=uid,
        gid=gid,
        size=size,
        mtime_ns=mtime,
        link=link,
        offset=offset,
        directory=directory,
        below_entries=entries,
        below_bytes=total,
        superseded=bool(hidden),
        is_implied=bool(flags & schema.IMPLIED),
        is_described=not flags & (schema.IMPLIED | schema.UNDESCRIBED),
        device=None if major is None or minor is None else (major, minor),
        extras=StoredExtras(source, id_) if flags & schema.HAS_EXTRA else None,
    )
