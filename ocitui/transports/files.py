"""Files by their names: what a folder and an archive have in common for those that read images in them."""

import os
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Union

from ocitui.display import printable
from ocitui.errors import (
    BlobError,
    BlobMissingError,
    BlobUnreadableError,
    DocumentError,
    DocumentUnreadableError,
    UsageError,
)
from ocitui.spec.digest import Digest
from ocitui.transports.blob import BlobLocation
from ocitui.transports.transport import MANIFEST_LIMIT, read_blob

if TYPE_CHECKING:  # few images are in a packed archive
    from ocitui.transports.archives.packed import PackedMember

RunOfBytes = Union[BlobLocation, "PackedMember"]
"""The location of a file's bytes: in a file, or in an archive that must be unpacked first."""


class Files(ABC):
    """Files that can be found by their names, with slashes."""

    place: str
    """The place they are in, as the user typed it."""
    tops: frozenset[str]
    """The names at the top."""
    problems: tuple[str, ...] = ()
    """Problems of the place they are in."""

    @abstractmethod
    def find(self, name: str, what: str) -> RunOfBytes:
        """Return the location of a file's bytes.

        Args:
            name: its path.
            what: how messages name it.

        Raises:
            BlobMissingError: it is missing.
            BlobError: it exists and may not or cannot be read, or is a link to something missing.
        """

    @abstractmethod
    def list(self, name: str) -> Iterable[str]:
        """The names in a folder, sorted; none where there is no such folder."""

    def blob_digests(self, folder: str) -> Iterator[Digest]:
        """The digests that files go by in ``<folder>/<algorithm>/<encoded>``, in the order of their names."""
        for algorithm in self.list(folder):
            for encoded in self.list(f"{folder}/{algorithm}"):
                try:
                    yield Digest.parse(f"{algorithm}:{encoded}")
                except DocumentError:
                    continue  # not a blob: a temporary file of some tool

    def read(self, name: str, limit: int = MANIFEST_LIMIT) -> bytes:
        """The bytes of a document that no digest names, up to ``limit``, or raise `DocumentError`."""
        try:
            return read_blob(self.find(name, name), name, limit)
        except BlobMissingError:
            raise DocumentError(f"{name}: missing in {printable(self.place)}") from None
        except BlobUnreadableError as error:
            raise DocumentUnreadableError(str(error)) from None
        except BlobError as error:
            raise DocumentError(str(error)) from None


def unreadable(place: str, error: OSError | ValueError) -> UsageError:
    """Return the error for a place that cannot be opened: missing, not permitted, or an impossible name."""
    if isinstance(error, FileNotFoundError):
        return UsageError(f"{printable(place)}: no such file or folder")
    reason = os.strerror(error.errno or 0) if isinstance(error, OSError) else str(error)
    if isinstance(error, PermissionError) and os.name == "posix" and os.geteuid() != 0:
        reason += " (try as root)"
    return UsageError(f"{printable(place)}: cannot be read: {reason}")
