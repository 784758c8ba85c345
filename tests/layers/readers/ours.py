"""What ocitui says of a tar: its scanner in the order of the tar, its index as the tree that it makes."""

from ocitui.layers.entry import Entry, EntryKind
from ocitui.layers.index.index import LayerIndex
from tests.layers.readers.row import Answer, Row
from tests.layers.scanning import scan


def listing(data: bytes, piece: int = 1 << 20) -> Answer:
    """What the scanner finds in a stream that arrives in pieces of this many bytes."""
    entries, findings = scan(data, piece)
    rows = []
    for path, kind, mode, uid, gid, size, mtime_ns, link, _, extra in entries:
        device = extra.device if extra else None
        rows.append(Row(path.rstrip(b"/"), kind, size, mode, uid, gid, mtime_ns, link, device))
    complaints = [damage.message for damage in findings.damages] + list(findings.notes)
    return Answer(tuple(rows), "\n".join(complaints))


def tree(index: LayerIndex) -> dict[bytes, Row]:
    """Every path that something describes; a hard link is what it is another name of."""
    return {path: _row(path, entry, index) for path, entry in index.walk() if not entry.is_implied}


def _row(path: bytes, entry: Entry, index: LayerIndex) -> Row:
    if entry.kind is EntryKind.HARDLINK:
        entry = index.hard_link_target(entry) or entry
    link = entry.link if entry.kind in (EntryKind.SYMLINK, EntryKind.HARDLINK) else None
    return Row(path, entry.kind, entry.size, entry.mode, entry.uid, entry.gid, entry.mtime_ns, link, entry.device)
