"""Type and permissions of an entry."""

import stat

from ocitui.display import format_mode
from ocitui.layers.entry import Entry, EntryKind

_TYPE_BITS = {
    EntryKind.FILE: stat.S_IFREG,
    EntryKind.HARDLINK: stat.S_IFREG,
    EntryKind.DIRECTORY: stat.S_IFDIR,
    EntryKind.SYMLINK: stat.S_IFLNK,
    EntryKind.CHARACTER_DEVICE: stat.S_IFCHR,
    EntryKind.BLOCK_DEVICE: stat.S_IFBLK,
    EntryKind.FIFO: stat.S_IFIFO,
    EntryKind.WHITEOUT: stat.S_IFREG,
    EntryKind.OPAQUE: stat.S_IFREG,
}


def show_entry_mode(entry: Entry) -> str:
    """Type and permissions as ``ls -l`` writes them; ``?`` where no header describes a directory."""
    if entry.is_implied:
        return "d?????????"
    return format_mode(_TYPE_BITS.get(entry.kind, 0) | entry.mode)
