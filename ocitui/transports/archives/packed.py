"""Members of an archive that is compressed from outside and was unpacked before, but is not unpacked now."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from ocitui.transports.blob import BlobFile, BlobLocation, FileIdentity, identity_of


@dataclass(frozen=True, slots=True)
class PackedMember:
    """A member; the archive is unpacked when more of it is read than is kept."""

    KIND: ClassVar[str] = BlobLocation.KIND

    path: Path
    """The archive."""
    offset: int
    """Bytes of the unpacked archive before the member's first."""
    size: int
    """Bytes of it."""
    kept: bytes
    """Its first bytes, or all of them."""
    unpack: Callable[[], Path] = field(compare=False)
    """Gives the unpacked archive; may raise `UsageError`."""
    is_named_by_diff_id: bool = False

    @property
    def is_remote(self) -> bool:
        """False: it is in a file."""
        return False

    @property
    def variant(self) -> str:
        """See `Blob.variant`."""
        return str(self.size) if self.is_named_by_diff_id else ""

    def start(self, size: int) -> bytes:
        """The first bytes, up to ``size`` of those that are kept."""
        return self.kept[:size]

    def open(self) -> BlobFile:
        """See `Blob.open`."""
        if len(self.kept) == self.size:
            return _Kept(self.kept, identity_of(os.stat(self.path)))
        return self._run().open()

    def identity(self) -> FileIdentity:
        """See `Blob.identity`."""
        return identity_of(os.stat(self.path))

    def words(self) -> list[str]:
        """See `Blob.words`."""
        return self._run().words()

    def _run(self) -> BlobLocation:
        return BlobLocation(self.unpack(), self.offset, self.size, self.is_named_by_diff_id)


class _Kept:
    """Bytes that are kept, as a file."""

    def __init__(self, data: bytes, identity: FileIdentity) -> None:
        self._data = data
        self.size = len(data)
        self.identity = identity

    def read_at(self, offset: int, size: int) -> bytes:
        return self._data[offset : offset + size]

    def close(self) -> None:
        pass
