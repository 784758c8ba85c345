"""A tar archive that holds images: its members, read in place."""

from pathlib import Path

from ocitui.cache_folder import CacheFolder
from ocitui.display import printable
from ocitui.errors import BlobError, BlobMissingError
from ocitui.spec import clause
from ocitui.spec.problem import Problem
from ocitui.transports.archives.member_table import Member, MemberKind
from ocitui.transports.archives.packed import PackedMember
from ocitui.transports.archives.source import ArchiveSource
from ocitui.transports.archives.spool import Progress, Spool
from ocitui.transports.blob import BlobLocation
from ocitui.transports.files import Files, RunOfBytes

_LINKS_FOLLOWED = 16


class Archive(Files):
    """An open archive."""

    def __init__(
        self,
        path: Path,
        place: str | None = None,
        *,
        what: str = "an image",
        cache: CacheFolder | None = None,
        progress: Progress | None = None,
        copy: Spool | None = None,
    ) -> None:
        """Read the headers of its members.

        Args:
            path: the file.
            place: how the user named it.
            what: what it ought to hold, for messages: ``an OCI layout``.
            cache: where its table is kept, and a copy where one is needed.
            progress: is told how far the copying is.
            copy: what the file is where it is a temporary one; it lives as long as this.

        Raises:
            UsageError: it cannot be read, or is no archive.
        """
        self.place = place if place is not None else str(path)
        self._source = ArchiveSource(path, self.place, what, cache or CacheFolder(), progress, copy)
        self._table = self._source.table
        damage = self._table.damage
        self.problems = (Problem(f"{printable(self.place)}: {damage}", clause.TAR),) if damage else ()
        self.tops = frozenset(name.partition("/")[0] for name in self._table.members)
        self._folder = ""

    def enter(self, folder: str) -> None:
        """Take a folder for the top: all names are looked up below it."""
        self._folder = f"{folder}/"
        self.tops = frozenset(self.list(""))

    def find(self, name: str, what: str) -> RunOfBytes:
        """Return the location of a member's bytes in the archive; links to other members are followed."""
        name, member = self._member(self._folder + name, what)
        if member.kind is not MemberKind.FILE:
            raise BlobError(f"{what}: expected a file, found {member.kind.value}")
        if member.offset + member.size > self._table.size:
            raise BlobError(
                f"{what}: expected {member.size:,} bytes at offset {member.offset:,} of the archive, "
                f"which ends at {self._table.size:,}"
            )
        source = self._source
        if source.is_packed:
            kept = self._table.kept.get(name, b"")
            return PackedMember(source.path, member.offset, member.size, kept, source.unpack_again)
        return BlobLocation(source.path, member.offset, member.size)

    def list(self, name: str) -> list[str]:
        """The names of the files and links in a folder."""
        start = f"{self._folder}{name}/" if name else self._folder
        below = (other[len(start) :].partition("/") for other in self._table.members if other.startswith(start))
        return sorted({top for top, _, _ in below if top})

    def _member(self, name: str, what: str) -> tuple[str, Member]:
        """A member that is no link, and its name."""
        for _ in range(_LINKS_FOLLOWED):
            member = self._table.members.get(name)
            if member is None:
                raise BlobMissingError(f"{what}: missing")
            if member.kind is not MemberKind.LINK:
                return name, member
            if member.target is None:
                raise BlobError(f"{what}: expected a file of the archive, found a link out of it")
            name = member.target
        raise BlobError(f"{what}: expected a file of the archive, found links that lead in a circle")
