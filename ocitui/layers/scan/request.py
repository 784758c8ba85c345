"""One layer blob to read: where it is, and what its documents say of it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Self

from ocitui.layers.toc.table import TableOfContents
from ocitui.spec.digest import Digest
from ocitui.transports.blob import Blob
from ocitui.transports.blobs import from_words, to_words


@dataclass(frozen=True, slots=True)
class LayerRequest:
    """One layer blob to index, or to check. A plain value, so that it can be handed to a worker process."""

    blob: Blob
    """The place of its bytes."""
    digest: Digest
    """The digest that they, or what they unpack to, should have (see `Blob.is_named_by_diff_id`).

    One of an unknown algorithm cannot be verified.
    """
    size: int | None = None
    """Bytes of the blob as its descriptor says; None if nothing says so."""
    diff_id: Digest | None = None
    """The digest of the unpacked stream as the image configuration says; only its algorithm matters here."""
    title: bytes = b""
    """The path of the one file that the blob is, as it is stored; empty for a tar."""
    table: TableOfContents | None = None
    """The table of contents to index it from; None where the blob itself is to be read."""

    compared: TableOfContents | None = None
    """The table of contents to compare it with while it is read; None for none."""

    @property
    def variant(self) -> str:
        """Tells apart the indexes of one digest: see `Blob.variant`, `file_variant` and `TableOfContents.variant`."""
        if self.table is not None:
            return self.table.variant
        return file_variant(self.title) if self.title else self.blob.variant

    @property
    def of_layer(self) -> Self:
        """The same blob, to be read itself, whatever table of contents it has."""
        return replace(self, table=None) if self.table is not None else self

    @property
    def variants(self) -> tuple[str, ...]:
        """Return the variants of the indexes that answer it, the best first."""
        return (self.of_layer.variant, self.variant) if self.table is not None else (self.variant,)

    @property
    def bytes_to_read(self) -> int | None:
        """Bytes that indexing it reads, about; None where nothing says so."""
        return self.table.size if self.table is not None else self.size

    @property
    def diff_id_algorithm(self) -> str:
        """The algorithm for the digest of the unpacked stream."""
        return self.diff_id.algorithm if self.diff_id is not None and self.diff_id.is_known else "sha256"

    def to_args(self) -> list[str]:
        """Return the arguments that describe it on the command line of a worker process."""
        size = "" if self.size is None else str(self.size)
        diff_id = "" if self.diff_id is None else str(self.diff_id)
        tables = ["" if table is None else table.to_text() for table in (self.table, self.compared)]
        return [str(self.digest), size, diff_id, self.title.hex(), *tables, *to_words(self.blob)]

    @classmethod
    def from_args(cls, args: list[str], secret: str = "", say: Callable[[str], object] | None = None) -> Self:
        """Return the request that `to_args` was asked of.

        Args:
            args: of `to_args`.
            secret: of `ocitui.transports.blobs.secret_of`.
            say: is told why reading takes longer, where that may be.

        Raises:
            DocumentError: a digest is none.
        """
        digest, size, diff_id, title, table, compared, *words = args
        return cls(
            from_words(words, secret, say),
            Digest.parse(digest),
            int(size) if size else None,
            Digest.parse(diff_id) if diff_id else None,
            bytes.fromhex(title),
            TableOfContents.from_text(table, secret) if table else None,
            TableOfContents.from_text(compared, secret) if compared else None,
        )


def has_secret(args: list[str]) -> bool:
    """True if `to_args` says that there is more to know, which is told in secret: the blob is in a registry."""
    return args[6:7] == ["http"]


def file_variant(title: bytes) -> str:
    """Return what tells the index of a blob that is one file from one of the same bytes as a tar."""
    return f"blob-{sha256(title).hexdigest()[:16]}"
