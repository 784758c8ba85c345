"""An entry that is more than the common fields of its header."""

from dataclasses import dataclass, field

from ocitui.layers.entry import LINK_KINDS, EntryKind
from ocitui.layers.pathnames import WHITEOUT_PREFIX
from ocitui.layers.tar.header import INT64_MAX, HeaderError, clamp
from ocitui.layers.tar.sink import EntrySink, Extra

KINDS = {
    b"0": EntryKind.FILE,
    b"\0": EntryKind.FILE,
    b"1": EntryKind.HARDLINK,
    b"2": EntryKind.SYMLINK,
    b"3": EntryKind.CHARACTER_DEVICE,
    b"4": EntryKind.BLOCK_DEVICE,
    b"5": EntryKind.DIRECTORY,
    b"6": EntryKind.FIFO,
}
"""The meaning of those type flags of POSIX that unpackers take."""

_NAME_MAX = 255
_PATH_MAX = 4095  # PATH_MAX counts the zero byte at the end, too

OLD_SPARSE = b"S"
"""The type flag of a sparse file in GNU's old format."""

_CONTIGUOUS = b"7"  # to POSIX a file, where there is no such kind
_OLD_DUMP = b"D"  # a directory in GNU's incremental dumps, with a list of names as its data
REFUSED_KINDS = {_CONTIGUOUS: EntryKind.FILE, OLD_SPARSE: EntryKind.FILE, _OLD_DUMP: EntryKind.DIRECTORY}
"""The meaning of other type flags, which Go reads, and none of the programs that unpack layers with it takes."""

_ALL_KINDS = KINDS | REFUSED_KINDS
_PLAIN = (EntryKind.FILE, EntryKind.UNKNOWN)


@dataclass(slots=True)
class TarEntry:
    """An entry on its way to the sink: extended headers and a map of holes may still change it."""

    flag: bytes
    """Its type flag."""
    path: bytes
    mode: int
    uid: int
    gid: int
    size: int
    """Bytes of a file's contents, holes included."""
    mtime_ns: int
    link: bytes
    data: int
    """The start of its data in the stream."""
    kind: EntryKind = EntryKind.UNKNOWN
    stored: int = 0
    """Bytes of its data in the stream, without padding."""
    extra: Extra = field(default_factory=Extra)
    is_miscounted: bool = False
    """True if it is a sparse file whose headers say another number of runs than its map has, or none."""

    @property
    def has_data(self) -> bool:
        """True if data follows its header. Links, directories, devices and pipes have none, whatever their size."""
        return self.kind in _PLAIN or self.flag == _OLD_DUMP

    @property
    def has_rest(self) -> bool:
        """True if it is a sparse file with data that none of its runs refers to."""
        sparse = self.extra.sparse
        return sparse is not None and sum(length for _, length in sparse) < self.stored

    @property
    def longest_path(self) -> int:
        """Bytes of its path or of a link's target, whichever is longer."""
        return max(len(self.path), len(self.link) if self.kind in LINK_KINDS else 0)

    @property
    def is_too_long(self) -> bool:
        """True if Linux takes no such name, path or target. A whiteout's prefix is no part of a name there."""
        if self.longest_path > _PATH_MAX:
            return True
        return any(
            len(name.removeprefix(WHITEOUT_PREFIX)) > _NAME_MAX
            for name in (self.path.split(b"/") if len(self.path) > _NAME_MAX else ())
        )

    def settle(self) -> None:
        """Decide what it is and how much data it has, once its name and size are known.

        A v7 header has no type for directories: there it is the slash at the end of the name.
        """
        if self.flag == b"\0" and self.path.endswith(b"/"):
            self.kind = EntryKind.DIRECTORY
        else:
            self.kind = _ALL_KINDS.get(self.flag, EntryKind.UNKNOWN)
        self.stored = self.size if self.has_data else 0

    def resize(self, size: int) -> None:
        """Give it another size.

        Raises:
            HeaderError: nothing is of that size.
        """
        if not 0 <= size <= INT64_MAX:
            raise HeaderError("the size is out of range")
        self.size = size

    def send(self, sink: EntrySink) -> None:
        """Hand it over."""
        is_plain = self.kind in _PLAIN
        sink.add(
            self.path,
            self.kind,
            self.mode,
            clamp(self.uid),
            clamp(self.gid),
            self.size if is_plain else 0,
            self.mtime_ns,
            self.link if self.kind in LINK_KINDS else None,
            self.data if is_plain else None,
            self.extra or None,
        )
