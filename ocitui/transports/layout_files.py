"""What every image layout holds, be it a folder or an archive: which file is where.

Implements image-spec, Image Layout Specification.
"""

import os
from abc import ABC, abstractmethod

from ocitui.display import show
from ocitui.errors import BlobError, BlobMissingError, DocumentError, UsageError
from ocitui.spec.digest import Digest
from ocitui.spec.document import load_object, type_name
from ocitui.transports.blob import BlobLocation
from ocitui.transports.transport import MANIFEST_LIMIT, read_blob

LAYOUT_VERSION = "1.0.0"

MARKS = frozenset({"oci-layout", "index.json", "blobs"})
"""Names by one of which a layout is known, so that a damaged one opens as well."""


class LayoutFiles(ABC):
    """The files of a layout by their names in it."""

    place: str
    """Where it is, as the user typed it."""

    @abstractmethod
    def find(self, name: str, what: str) -> BlobLocation:
        """Where a file's bytes are.

        Args:
            name: its path in the layout, with slashes.
            what: how messages name it.

        Raises:
            BlobMissingError: it is not here.
            BlobError: it is here and may not or cannot be read.
        """

    def read_top(self) -> bytes:
        """The bytes of ``index.json``, or raise `DocumentError`."""
        return self.read_file("index.json")

    def locate(self, digest: Digest) -> BlobLocation:
        """Where a blob's bytes are: ``blobs/<algorithm>/<encoded>``."""
        return self.find(f"blobs/{digest.algorithm}/{digest.encoded}", f"blob {digest}")

    def read_file(self, name: str) -> bytes:
        """The bytes of a document that no digest names, or raise `DocumentError`."""
        try:
            return read_blob(self.find(name, name), name, MANIFEST_LIMIT)
        except BlobMissingError:
            raise DocumentError(f"{name}: expected in {show(self.place)}, found no such file") from None
        except BlobError as error:
            raise DocumentError(str(error)) from None

    def version_problems(self) -> tuple[str, ...]:
        """What is wrong with ``oci-layout``."""
        try:
            version = load_object(self.read_file("oci-layout"), "oci-layout").get("imageLayoutVersion")
        except DocumentError as error:
            return (str(error),)
        if version != LAYOUT_VERSION:
            return (f"oci-layout: expected imageLayoutVersion {LAYOUT_VERSION}, found {type_name(version)}",)
        return ()


def unreadable(place: str, error: OSError | ValueError) -> UsageError:
    """What is said of a place that cannot be opened: there is none, it may not be read, its name cannot be one."""
    if isinstance(error, FileNotFoundError):
        return UsageError(f"{show(place)}: no such file or folder")
    reason = os.strerror(error.errno or 0) if isinstance(error, OSError) else str(error)
    return UsageError(f"{show(place)}: cannot be read: {reason}")
