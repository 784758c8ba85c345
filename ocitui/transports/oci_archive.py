"""An image layout in a tar archive, read in place: what ``skopeo`` and others call ``oci-archive:``.

``docker save`` writes one as well, with a ``manifest.json`` beside the layout's files.
"""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from ocitui.display import show
from ocitui.errors import BlobError, BlobMissingError, DocumentError, UsageError
from ocitui.spec.digest import Digest
from ocitui.transports.blob import BlobLocation
from ocitui.transports.layout_files import MARKS, LayoutFiles, unreadable
from ocitui.transports.tar_members import Member, MemberKind, NotTarError, read_members

_LINKS_FOLLOWED = 16


class OciArchive(LayoutFiles):
    """A layout in an archive. Nothing is unpacked: a blob is a run of the archive's bytes."""

    def __init__(self, path: Path, place: str | None = None) -> None:
        """Read the headers of the archive's members.

        Args:
            path: the archive.
            place: how the user named it.

        Raises:
            UsageError: it cannot be read, or is no archive with a layout in it.
        """
        self.place = place if place is not None else str(path)
        self._path = path
        name = show(self.place)
        try:
            if not stat.S_ISREG(os.stat(path).st_mode):
                raise UsageError(f"{name}: expected an archive with an OCI layout, found no regular file")
            with path.open("rb") as file:
                self._members, damage = read_members(file)
                self._size = os.fstat(file.fileno()).st_size
        except NotTarError as error:
            raise UsageError(f"{name}: expected a tar archive with an OCI layout, found {error}") from None
        except (OSError, ValueError) as error:
            raise unreadable(self.place, error) from None
        tops = {member.partition("/")[0] for member in self._members}
        if tops.isdisjoint(MARKS):
            raise UsageError(self._no_layout(tops))
        self.problems = (*((f"{name}: {damage}",) if damage else ()), *self.version_problems())

    def _no_layout(self, tops: set[str]) -> str:
        expected = f"{show(self.place)}: expected an archive with an OCI layout (oci-layout, index.json, blobs/)"
        if "manifest.json" in tops:
            return f"{expected}, found a docker archive; `skopeo copy docker-archive:… oci:DIR` makes a layout of it"
        return f"{expected}, found an archive with none of them"

    def find(self, name: str, what: str) -> BlobLocation:
        """Where a member's bytes are in the archive; links to other members are followed."""
        member = self._member(name, what)
        if member.kind is not MemberKind.FILE:
            raise BlobError(f"{what}: expected a file, found {member.kind.value}")
        if member.offset + member.size > self._size:
            raise BlobError(
                f"{what}: expected {member.size:,} bytes at offset {member.offset:,} of the archive, "
                f"which ends at {self._size:,}"
            )
        return BlobLocation(self._path, member.offset, member.size)

    def _member(self, name: str, what: str) -> Member:
        for _ in range(_LINKS_FOLLOWED):
            member = self._members.get(name)
            if member is None:
                raise BlobMissingError(f"{what}: not here")
            if member.kind is not MemberKind.LINK:
                return member
            if member.target is None:
                raise BlobError(f"{what}: expected a file of the archive, found a link out of it")
            name = member.target
        raise BlobError(f"{what}: expected a file of the archive, found links that lead in a circle")

    def digests(self) -> Iterator[Digest]:
        """Every blob of the archive, in the order of their names."""
        for name in sorted(self._members):
            top, _, rest = name.partition("/")
            algorithm, _, encoded = rest.partition("/")
            if top == "blobs" and encoded and self._members[name].kind is not MemberKind.FOLDER:
                try:
                    yield Digest.parse(f"{algorithm}:{encoded}")
                except DocumentError:
                    continue  # not a blob
