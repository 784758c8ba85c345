"""An image layout: ``oci-layout``, ``index.json`` and ``blobs``, in a folder or in an archive.

Implements image-spec, Image Layout Specification.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Self

from ocitui.display import printable
from ocitui.errors import DocumentError, UsageError
from ocitui.spec import clause
from ocitui.spec.digest import Digest
from ocitui.spec.document import load_object, type_name
from ocitui.spec.fields import Fields
from ocitui.spec.problem import Problem
from ocitui.transports.files import Files, RunOfBytes
from ocitui.transports.folder import Folder
from ocitui.transports.transport import Top

LAYOUT_VERSION = "1.0.0"

MARKS = frozenset({"oci-layout", "index.json", "blobs"})
"""Names by one of which a layout is known, so that a damaged one opens as well."""


class Layout:
    """A layout."""

    top_name = "index.json"

    def __init__(self, files: Files) -> None:
        """
        Args:
            files: what holds it.

        Raises:
            UsageError: it is no layout at all.
        """
        self.place = files.place
        self._files = files
        if files.tops.isdisjoint(MARKS):
            raise UsageError(
                f"{printable(self.place)}: not an OCI layout: oci-layout, index.json and blobs/ are missing"
            )
        self.problems = (*files.problems, *self._version_problems())

    @classmethod
    def open(cls, path: Path, place: str | None = None) -> Self:
        """Open a layout in a folder.

        Args:
            path: the folder.
            place: how the user named it.

        Raises:
            UsageError: there is no such folder, or it is no layout at all.
        """
        return cls(Folder(path, place, what="an OCI layout"))

    def read_top(self) -> Top:
        """``index.json``, or raise `DocumentError`."""
        return Top.of_index(self._files.read(self.top_name))

    def locate(self, digest: Digest) -> RunOfBytes:
        """Return the location of a blob's bytes: ``blobs/<algorithm>/<encoded>``."""
        return self._files.find(f"blobs/{digest.algorithm}/{digest.encoded}", f"blob {digest}")

    def digests(self) -> Iterator[Digest]:
        """Every blob of the layout, in the order of their names."""
        return self._files.blob_digests("blobs")

    def _version_problems(self) -> tuple[str, ...]:
        """Return the problems of ``oci-layout``."""
        try:
            fields = Fields(load_object(self._files.read("oci-layout"), "oci-layout"), "")
        except DocumentError as error:
            return (Problem.of(error, clause.LAYOUT_FILE),)
        version = fields.raw("imageLayoutVersion")
        problems = tuple(Problem.told(each, clause.LAYOUT_FILE, "oci-layout") for each in fields.problems)
        if version != LAYOUT_VERSION:
            found = f"oci-layout: expected imageLayoutVersion {LAYOUT_VERSION}, found {type_name(version)}"
            return (Problem(found, clause.LAYOUT_FILE), *problems)
        return problems
