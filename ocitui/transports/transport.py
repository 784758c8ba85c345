"""The interface of every place an image can live in, and what they share."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, Self, runtime_checkable

from ocitui.errors import BLOB_MISSING, BlobError, BlobMissingError, BlobUnreadableError
from ocitui.spec import clause
from ocitui.spec.descriptor import Descriptor
from ocitui.spec.digest import Digest
from ocitui.spec.problem import Problem, Severity
from ocitui.transports.blob import Blob, StoredDamageError

MANIFEST_LIMIT = 4 * 1024 * 1024
"""Bytes of a manifest or an index, as registries limit them (distribution-spec, Pushing Manifests)."""

CONFIG_LIMIT = 8 * 1024 * 1024
"""Bytes of a config, which is read whole; the other containers tools allow 4 MiB."""

DOCUMENT_LIMIT = 64 * 1024 * 1024
"""Bytes of any other document: provenance, SBOMs."""


@dataclass(frozen=True, slots=True)
class Top:
    """The document that everything in a place begins with."""

    raw: bytes
    """As stored."""
    index: bytes
    """The same where it is an image index; else an index that was made of it."""
    workaround: tuple[Problem, ...] = ()
    """The reasons why the document that should stand here cannot be used, where this one was taken in its place."""
    made: frozenset[Digest] = frozenset()
    """The manifests and indexes below that were made of other documents, and are stored nowhere."""
    made_of: str = ""
    """The name of the document that they were made of; empty where it is this one."""

    @classmethod
    def of_index(cls, raw: bytes) -> Self:
        """An image index as it is."""
        return cls(raw, raw)


class Transport(Protocol):
    """A place where one or more images live."""

    @property
    def place(self) -> str:
        """The place, as the user typed it."""

    @property
    def top_name(self) -> str:
        """The name in messages of the document that everything begins with: ``index.json``."""

    @property
    def problems(self) -> tuple[str, ...]:
        """Problems of the place itself, not of its contents."""

    def read_top(self) -> Top:
        """The document that everything begins with, or raise `DocumentError`."""

    def locate(self, digest: Digest) -> Blob:
        """Return the location of a blob's bytes.

        Raises:
            BlobMissingError: it is missing.
            BlobError: it is here and may not or cannot be read.
        """

    def digests(self) -> Iterator[Digest]:
        """Every blob that is here, whether a document names it or not."""


@runtime_checkable
class Speaks(Protocol):
    """A place that says why it takes longer, and what else there is to know of it."""

    @property
    def asked(self) -> Mapping[str, str]:
        """The hosts that were asked, in that order, each with what for: ``registry``, ``token``, ``blobs``."""

    def hear(self, say: Callable[[str], object]) -> None:
        """Say it to somebody from now on, in any thread; what was noted before is said at once."""

    def interrupt(self) -> None:
        """End the pauses that are under way: nobody waits for what comes after them."""

    def stop(self) -> None:
        """End all that is under way and all that is asked for, until somebody hears again."""

    def count(self, on_fetch: Callable[[int], object], on_expect: Callable[[int], object]) -> None:
        """Tell somebody from now on how many bytes of blobs come, in any thread; what that raises ends the reading.

        Args:
            on_fetch: is told of bytes as they come.
            on_expect: is told before something is read about how many bytes it takes, where that is much.
        """


@runtime_checkable
class ListsReferrers(Protocol):
    """A place that knows what refers to a document only if it is asked: a registry."""

    @property
    def unlisted(self) -> Sequence[str]:
        """The reasons why what refers to some documents is not known, though it was asked for."""

    def add_referrers(self, subjects: Iterable[Digest]) -> bool:
        """Look for what refers to some documents; True if that is in `Transport.read_top` from now on."""

    def referrers_of(self, subject: Digest) -> tuple[Descriptor, ...]:
        """Return what refers to a document; none where the place does not say it, which is noted. From any thread."""


@runtime_checkable
class HasTables(Protocol):
    """A place in which tables of contents of layers may be blobs of another image: a registry."""

    def find_table(self, layer: Digest) -> Blob | None:
        """Return the table that there is of a layer; what there is is asked for once. From any thread.

        Raises:
            RegistryCancelledError: the asking was ended.
        """


@runtime_checkable
class KeepsSignatures(Protocol):
    """A place that has signatures in files of their own: a folder of one image, a registry with a lookaside folder."""

    def signature_files(self, digest: Digest | None) -> Iterator[tuple[str, Blob]]:
        """Yield the name and the bytes of each signature of a manifest; None stands for the document of the top."""

    def is_own_name(self, name: str) -> bool | None:
        """True if a signature for an image of this name is one for this image; None where the image has no name."""


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """The bytes of a document as stored, and what is wrong with them."""

    raw: bytes | None
    """None where they could not be read."""
    problems: tuple[str, ...] = ()
    is_missing: bool = False
    """True if the blob is missing, which is no damage of its own."""


def read_document(transport: Transport, descriptor: Descriptor, what: str, limit: int) -> StoredDocument:
    """Read a whole document and check its size and digest (image-spec, Content Descriptors).

    Nothing is raised: bytes that do not match are still given, with what is wrong.
    Bytes embedded in the descriptor are taken first, where they match.

    Args:
        what: what the document is, for messages: ``manifest sha256:…``.
        limit: bytes that it may have.
    """
    content = read_content(transport, descriptor, what, limit)
    return replace(content, problems=(*content.problems, *claim_problems(descriptor, content.raw, what)))


def read_content(transport: Transport, descriptor: Descriptor, what: str, limit: int) -> StoredDocument:
    """Read a whole document and check its digest, and nothing else that this one descriptor says of it."""
    digest = descriptor.digest
    if digest is None:
        return StoredDocument(None, (Problem(f"{what}: its descriptor holds no digest", clause.DESCRIPTOR),))
    if descriptor.data is not None and digest.matches(descriptor.data):
        return StoredDocument(descriptor.data)
    try:
        raw = read_blob(transport.locate(digest), what, limit)
    except BlobMissingError:
        return StoredDocument(None, (Problem(f"{what}: {BLOB_MISSING}", clause.LAYOUT_BLOBS),), is_missing=True)
    except BlobError as error:
        return StoredDocument(None, (Problem.of(error, clause.LAYOUT_BLOBS),))
    if not digest.is_known:
        unknown = f"{what}: cannot be checked, {digest.algorithm} is not an algorithm that ocitui knows"
        return StoredDocument(raw, (Problem(unknown, clause.ALGORITHMS, Severity.WARNING),))
    found = Digest.of(raw, digest.algorithm)
    if found == digest:
        return StoredDocument(raw)
    return StoredDocument(raw, (Problem(f"{what}: expected digest {digest}, found {found}", clause.DIGEST),))


def claim_problems(descriptor: Descriptor, raw: bytes | None, what: str) -> Iterator[Problem]:
    """Yield differences between a descriptor and the bytes it names (image-spec, Content Descriptors: Properties)."""
    if raw is not None and descriptor.size is not None and descriptor.size != len(raw):
        yield Problem(f"{what}: expected {descriptor.size:,} bytes, found {len(raw):,}", clause.DESCRIPTOR)
    digest, data = descriptor.digest, descriptor.data
    if data is not None and digest is not None and digest.is_known and not digest.matches(data):
        found = Digest.of(data, digest.algorithm)
        yield Problem(f"{what}: expected embedded data of digest {digest}, found {found}", clause.EMBEDDED)


def read_blob(blob: Blob, what: str, limit: int) -> bytes:
    """Read all bytes of a blob, or raise `BlobError` when they are more than ``limit``."""
    try:
        file = blob.open()
    except OSError as error:
        raise _error_of(error, what) from None
    try:
        if file.size > limit or (blob.size or 0) > limit:
            size = blob.size or file.size
            raise BlobError(f"{what}: expected at most {limit:,} bytes for such a document, found {size:,}")
        parts: list[bytes] = []
        while part := file.read_at(sum(map(len, parts)), limit):
            parts.append(part)
        return b"".join(parts)
    except OSError as error:
        raise _error_of(error, what) from None
    finally:
        file.close()


def _error_of(error: OSError, what: str) -> BlobError:
    """The reason why the bytes of a blob cannot be had, as its transport says it."""
    if isinstance(error, FileNotFoundError):
        return BlobMissingError(f"{what}: {BLOB_MISSING}")
    message = f"{what}: cannot be read: {error.strerror or error}"
    return BlobError(message) if isinstance(error, StoredDamageError) else BlobUnreadableError(message)
