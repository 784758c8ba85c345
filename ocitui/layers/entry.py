"""One entry of a layer's tar, as the index gives it."""

from dataclasses import dataclass, field
from enum import IntEnum

from ocitui.layers.extras import SparseMap, StoredExtras
from ocitui.layers.pathnames import components


class EntryKind(IntEnum):
    """The type of an entry; the number is the one in the index."""

    FILE = 0
    DIRECTORY = 1
    SYMLINK = 2
    HARDLINK = 3
    CHARACTER_DEVICE = 4
    BLOCK_DEVICE = 5
    FIFO = 6
    WHITEOUT = 7
    """Hides one name of the layers below. image-spec, Layer Filesystem Changeset: Whiteouts."""
    OPAQUE = 8
    """Hides everything that the layers below have in this directory. image-spec: Opaque Whiteout."""
    UNKNOWN = 9
    """A type that this program does not know; its data is stepped over."""

    @property
    def word(self) -> str:
        """The kind as people write it: ``block device``."""
        return self.name.lower().replace("_", " ")


LINK_KINDS = frozenset({int(EntryKind.SYMLINK), int(EntryKind.HARDLINK)})
"""The kinds of entries that have a target."""

DEVICE_KINDS = frozenset({int(EntryKind.CHARACTER_DEVICE), int(EntryKind.BLOCK_DEVICE)})
"""The kinds of entries that have a major and a minor number."""

WHITEOUT_KINDS = frozenset({int(EntryKind.WHITEOUT), int(EntryKind.OPAQUE)})
"""The kinds of entries that hide something of the layers below."""

LAST_TIME = (1 << 63) - 1
"""Nanoseconds since the epoch, in 2262: an index holds no later time, and none before 1677. An entry of a time at
either end is of that or one beyond it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a layer, or a directory that only its children's names imply.

    Raw bytes stay raw: names and links go through `ocitui.display.printable` before a screen sees them.
    """

    id: int
    """Its row in the index. Ids ascend in the order of the tar."""
    parent: int
    """Id of the directory that holds it (see `directory`); 0 for the root itself."""
    name: bytes
    """The last component of its path. For a whiteout, the name that it hides; empty for the root."""
    kind: EntryKind
    mode: int
    """Permission bits with set-user-ID, set-group-ID and sticky; no type bits."""
    uid: int
    gid: int
    size: int
    """Bytes of a file's contents, holes included; 0 for what has no contents."""
    mtime_ns: int
    """Time of modification, nanoseconds since the epoch."""
    link: bytes | None
    """Target of a symbolic link, or path in this layer of a hard link's other name; as written."""
    offset: int | None
    """The start of its data in the unpacked stream, in bytes; None for an entry without data."""
    directory: int | None
    """For a directory, the id by which its children know it; not the same number as `id`."""
    below_entries: int | None
    """For a directory, how many visible entries are below it at any depth; None while the layer is scanned."""
    below_bytes: int | None
    """For a directory, the sum of their sizes."""
    superseded: bool
    """True if a later entry of the same layer took its path, so that it is not visible."""
    is_implied: bool
    """True if no header in the tar describes it: a directory known only from the paths below it."""
    is_described: bool
    """False if nothing says its mode, owner and time: what is implied, and a file that is a blob of an artifact."""
    device: tuple[int, int] | None
    """Major and minor number of a device."""
    extras: StoredExtras | None = field(compare=False, repr=False)
    """The source of its extended attributes and its sparse map; None where it has none."""

    @property
    def xattrs(self) -> dict[bytes, bytes]:
        """Extended attributes. May raise `ocitui.errors.LayerError`."""
        return self.extras.read().xattrs if self.extras is not None else {}

    @property
    def sparse(self) -> SparseMap | None:
        """For a sparse file, which runs of it are stored, one after the other from `offset`.

        May raise `ocitui.errors.LayerError`.
        """
        return self.extras.read().sparse if self.extras is not None else None

    @property
    def raw_name(self) -> bytes:
        """The last component as the tar has it: a whiteout with its ``.wh.`` prefix."""
        return b".wh." + self.name if self.kind is EntryKind.WHITEOUT else self.name

    @property
    def leads_to(self) -> bytes:
        """The target of a symbolic link as written; of a hard link its other name as a path from the root.

        A hard link that climbs over the root leads nowhere: its target is as written. Empty for what is no link.
        """
        written = self.link or b""
        if self.kind is not EntryKind.HARDLINK:
            return written
        parts, climbs = components(written)
        return written if climbs else b"/" + b"/".join(parts)

    @property
    def total_size(self) -> int:
        """Bytes of a file, or of everything below a directory (0 while that is not known)."""
        return self.size if self.directory is None else self.below_bytes or 0

    @property
    def stored_size(self) -> int:
        """Bytes of its data in the unpacked stream: less than its size when it is sparse."""
        sparse = self.sparse
        return self.size if sparse is None else sum(length for _, length in sparse)
