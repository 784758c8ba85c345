"""The summary of a layer that was scanned: its totals, its damage, and its oddities."""

from dataclasses import dataclass
from enum import Enum

from ocitui.display import format_count
from ocitui.layers.basis import SCANNED, Basis
from ocitui.spec.compression import Compression
from ocitui.spec.digest import Digest

WRONG_SIZE = "expected a blob"
"""The beginning of the message about a blob of another size than its descriptor says."""


class DamageKind(Enum):
    """The part that is damaged."""

    SIZE = "size"
    DIGEST = "digest"
    STREAM = "stream"
    """The compressed stream."""
    TAR = "tar"


@dataclass(frozen=True, slots=True)
class Damage:
    """Something in a layer that is not as it must be."""

    message: str
    """One sentence: what was expected, what was found. Safe to draw."""
    unpacked_offset: int | None = None
    """Its place, in bytes of the unpacked stream."""
    blob_offset: int | None = None
    """Its place, in bytes of the blob as stored."""

    @property
    def kind(self) -> DamageKind:
        """The damaged part: only the two of the blob as a whole have no offset, and only a stream's is in the blob."""
        if self.blob_offset is not None:
            return DamageKind.STREAM
        if self.unpacked_offset is not None:
            return DamageKind.TAR
        return DamageKind.SIZE if self.message.startswith(WRONG_SIZE) else DamageKind.DIGEST

    def __str__(self) -> str:
        where = []
        if self.unpacked_offset is not None:
            where.append(f"at offset {format_count(self.unpacked_offset)} of the unpacked layer")
        if self.blob_offset is not None:
            where.append(f"at offset {format_count(self.blob_offset)} of the blob")
        return f"{self.message} ({', '.join(where)})" if where else self.message


@dataclass(frozen=True, slots=True)
class LayerSummary:
    """A layer as a whole. While it is still being scanned only what is known so far."""

    digest: Digest
    """The digest that the layer is known by: what the blob ought to have."""
    diff_id: Digest | None
    """Digest of the unpacked stream, computed; None until the end was reached, or when it was damaged."""
    compression: Compression
    """The compression of the bytes, whatever the media type says."""
    blob_size: int
    """Bytes of the blob: those that were read, or as its descriptor says where only a table of contents was."""
    unpacked_size: int | None
    """Bytes after decompression; None where nothing but a table of contents that does not say it was read."""
    entry_count: int
    """Headers of entries in the tar, superseded ones included, implied directories not."""
    file_count: int
    """Regular files among the visible entries, hard links not counted."""
    verified: bool
    """True if the bytes that the index rests on matched their digest and size."""
    complete: bool
    """True if the scan has ended (damaged or not); False while it is still running."""
    damages: tuple[Damage, ...]
    notes: tuple[str, ...]
    """Sentences about what is odd but does no harm."""
    basis: Basis = SCANNED
    """The basis of the index."""

    @property
    def damage(self) -> Damage | None:
        """The first damage, if there is any."""
        return self.damages[0] if self.damages else None


class Findings:
    """Collects damages and notes during a scan; what repeats is counted, so that no layer can fill the memory."""

    LIMIT = 100
    """Damages and kinds of notes that are kept."""

    def __init__(self) -> None:
        self.damages: list[Damage] = []
        self._notes: dict[str, tuple[str, int]] = {}

    def damage(self, message: str, *, unpacked_offset: int | None = None, blob_offset: int | None = None) -> None:
        """Record a damage; those after the hundredth are dropped."""
        if len(self.damages) < self.LIMIT:
            self.damages.append(Damage(message, unpacked_offset, blob_offset))

    def note(self, kind: str, example: str = "") -> None:
        """Record something odd. The same kind twice is one note that says how often, with its first example."""
        known, count = self._notes.get(kind, (example, 0))
        if count or len(self._notes) < self.LIMIT:
            self._notes[kind] = (known, count + 1)

    @property
    def notes(self) -> tuple[str, ...]:
        """The notes as sentences."""
        return tuple(
            str(kind) + (f": {example}" if example else "") + (f" (and {count - 1:,} more)" if count > 1 else "")
            for kind, (example, count) in self._notes.items()
        )
