"""The basis of an index: every byte of its layer, or a table of contents that somebody made of them."""

from dataclasses import dataclass
from enum import Enum

from ocitui.spec.digest import Digest


class Source(Enum):
    """The origin of an index; the value is the word for it in JSON."""

    SCAN = "scan"
    """The whole layer was read."""
    ESTARGZ = "eStargz"
    """The table of contents at the end of an eStargz layer (stargz-snapshotter, docs/estargz.md)."""
    ZSTD_CHUNKED = "zstd:chunked"
    """The table of contents at the end of a zstd:chunked layer (containers/storage, pkg/chunked)."""
    ZTOC = "SOCI"
    """A ztoc of SOCI, which is a blob of its own; the image's documents name it (soci-snapshotter,
    docs/soci-index-manifest-v2.md)."""
    ZTOC_V1 = "SOCI v1"
    """The same of a referrer of the image, which whoever may push can add to it or take away."""


@dataclass(frozen=True, slots=True)
class Basis:
    """The basis of an index. A scan takes the place of all others."""

    source: Source = Source.SCAN
    digest: Digest | None = None
    """The digest of the table that was read, as the image's documents name it; None for a table that they name none of,
    an index of which is looked at once and never kept. Of a scan the digest of the table that the layer was compared
    with; None where it was compared with none."""

    @property
    def is_scan(self) -> bool:
        """True if the layer itself was read: nothing that the index says is only what somebody says of it."""
        return self.source is Source.SCAN

    @property
    def text(self) -> str:
        """The sentence about it, without its end; safe to draw."""
        if self.is_scan:
            return "read from the layer itself"
        return f"listed from the layer's table of contents ({self.format}), contents not checked"

    @property
    def format(self) -> str:
        """The format of the table, and whether it is any that the image's documents mean; safe to draw."""
        if self.digest is None:
            return f"{self.source.value}, which no document names"
        return f"{self.source.value}, which the image does not name" if self.is_of_referrer else self.source.value

    @property
    def is_of_referrer(self) -> bool:
        """True if only a referrer of the image names the table: the image's own digest says nothing of it."""
        return self.source is Source.ZTOC_V1


ZTOCS = frozenset({Source.ZTOC, Source.ZTOC_V1})
"""The sources that are ztocs."""

SCANNED = Basis()
"""Of an index of a layer that was read."""
