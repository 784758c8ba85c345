"""The place of a layer's table of contents, and the digest that it must have."""

import json
from dataclasses import dataclass
from typing import NamedTuple, Self

from ocitui.layers.basis import Basis, Source
from ocitui.spec.digest import Digest
from ocitui.transports.blob import Blob
from ocitui.transports.blobs import from_words, to_words

LIMIT = 150 << 20
"""Bytes of a table of contents, as stored and unpacked: as much as containers/storage takes."""


class Part(NamedTuple):
    """A compressed part of a blob."""

    offset: int
    """The offset of its first byte in the blob."""
    size: int
    """Bytes of it."""
    unpacked: int
    """Bytes that it unpacks to."""


@dataclass(frozen=True, slots=True)
class TableOfContents:
    """A table of contents that has not been read yet. A plain value, so that it can be handed to a worker process."""

    source: Source
    """The format."""
    digest: Digest | None
    """The digest that it must have, as the manifest says; None where nothing says it."""
    size: int
    """Bytes that reading it takes, about."""
    part: Part | None = None
    """Its place in the layer's blob, where that is known without reading."""
    split: Part | None = None
    """The place of the tar-split, which has the headers of the tar as they are; None where there is none."""
    blob: Blob | None = None
    """The blob that it is, where it is no part of the layer's."""

    @classmethod
    def zstd_chunked(cls, digest: Digest | None, part: Part, split: Part | None) -> Self:
        """The table of a zstd:chunked layer; the tar-split counts, though it is read only where names are lost."""
        return cls(Source.ZSTD_CHUNKED, digest, part.size + (split.size if split is not None else 0), part, split)

    @property
    def basis(self) -> Basis:
        """The basis of an index that is made of it."""
        return Basis(self.source, self.digest)

    @property
    def variant(self) -> str:
        """Tells an index that is made of it from those of the layer itself, and of other tables."""
        word = "toc-v1" if self.source is Source.ZTOC_V1 else "toc"
        return f"{word}-{self.digest.encoded[:64]}" if self.digest is not None else word

    def to_text(self) -> str:
        """Return one word of a worker's command line that describes it."""
        digest = str(self.digest) if self.digest is not None else None
        blob = to_words(self.blob) if self.blob is not None else None
        return json.dumps([self.source.value, digest, self.size, self.part, self.split, blob])

    @classmethod
    def from_text(cls, text: str, secret: str = "") -> Self:
        """The opposite of `to_text`; see `ocitui.transports.blobs.from_words` for ``secret``."""
        source, digest, size, part, split, blob = json.loads(text)
        return cls(
            Source(source),
            Digest.parse(digest) if digest is not None else None,
            size,
            Part(*part) if part is not None else None,
            Part(*split) if split is not None else None,
            from_words(blob, secret) if blob is not None else None,
        )
