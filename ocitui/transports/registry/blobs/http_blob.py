"""A blob of a registry as readers of blobs know them."""

import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import ClassVar, Self

from ocitui.display import format_size
from ocitui.spec.digest import Digest
from ocitui.transports.blob import BlobFile, FileIdentity
from ocitui.transports.registry.blobs.http_file import DocumentFile, HttpFile
from ocitui.transports.registry.patience import Watch
from ocitui.transports.registry.repository import Repository


class Role(Enum):
    """The part that a document gives a blob: manifests are asked for in another way than all else."""

    MANIFEST = "manifest"
    CONFIG = "config"
    BLOB = "blob"


@dataclass(frozen=True, slots=True)
class HttpBlob:
    """The location of a blob in a registry."""

    KIND: ClassVar[str] = "http"

    digest: Digest
    size: int | None
    """Bytes, as its descriptor says."""
    role: Role
    repository: Repository = field(repr=False, compare=False)
    on_read: Callable[[bytes], object] | None = field(default=None, repr=False, compare=False)
    """Is given the bytes of a manifest, since they say what else there is."""

    @property
    def path(self) -> Path:
        """Registry, repository and digest: there is no file."""
        return Path(f"{self.repository.place}@{self.digest}")

    @property
    def is_named_by_diff_id(self) -> bool:
        """False: registries know nothing of what blobs unpack to."""
        return False

    @property
    def is_remote(self) -> bool:
        """True."""
        return True

    @property
    def variant(self) -> str:
        """Empty: there is only one."""
        return ""

    @property
    def is_copied(self) -> bool:
        """True if a copy is on this machine, so that nothing is fetched."""
        return self.repository.blob(self.digest, self.size).copy is not None

    @contextmanager
    def copied_once(self) -> Iterator[None]:
        """Copy it when all of it is read meanwhile, if it is in no copy yet; see `remove_copy`."""
        blob = self.repository.blob(self.digest, self.size)
        blob.is_copied_once = blob.copy is None
        try:
            yield
        finally:
            blob.is_copied_once = False

    def remove_copy(self) -> None:
        """Remove what `copied_once` made."""
        with suppress(OSError):
            self.repository.kept.copy_path(self.digest, is_passing=True).unlink()

    def open(self) -> BlobFile:
        """Open it; the registry is asked when something is read."""
        if self.role is Role.BLOB:
            return HttpFile(self.repository.blob(self.digest, self.size))
        return DocumentFile(self._read_document, self.size)

    def identity(self) -> FileIdentity:
        """Raise `OSError`: there is no file, and its digest is all that tells it from other blobs."""
        raise FileNotFoundError(errno.ENOENT, "it is in a registry, and in no file")

    def words(self) -> list[str]:
        """Its fields as words; who reads it, and how, is told by `secret`."""
        return [str(self.digest), "" if self.size is None else str(self.size), self.role.value]

    @property
    def secret(self) -> str:
        """Everything that a worker process needs besides, in one line that nobody else may see."""
        return self.repository.to_line()

    @classmethod
    def from_words(cls, words: list[str], secret: str, say: Callable[[str], object] | None = None) -> Self:
        """The opposite of `words` and `secret`; see `Watch` for ``say``."""
        digest, size, role = words
        repository = Repository.from_line(secret, Watch(say))
        return cls(Digest.parse(digest), int(size) if size else None, Role(role), repository)

    def say(self, text: str) -> None:
        """Tell whoever waits for it what another process says that reads it."""
        self.repository.client.watch.say(text)

    def expect(self, size: int) -> None:
        """Say before much is fetched that it will be: about so many bytes. Raises what whoever is told raises."""
        watch = self.repository.client.watch
        watch.on_expect(size)
        watch.say(f"about {format_size(size)} of {self.path} are fetched first: it cannot be unpacked from the middle")

    def _read_document(self) -> bytes:
        documents = self.repository.documents
        if self.role is Role.CONFIG:
            return documents.config(self.digest)
        raw = documents.manifest(self.digest)
        if self.on_read is not None:
            self.on_read(raw)
        return raw
