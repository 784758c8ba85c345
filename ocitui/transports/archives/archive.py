"""A tar archive that holds images: its members, read in place.

One pass over the headers tells what is in it; no data is read. Where it is compressed
from outside, or comes through a pipe, a copy is read instead of it.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO

from ocitui.cache_folder import CacheFolder
from ocitui.display import show
from ocitui.errors import BlobError, BlobMissingError, UsageError
from ocitui.spec import clause
from ocitui.spec.compression import Compression, by_magic
from ocitui.spec.problem import Problem
from ocitui.transports.archives.member_table import KeptTables, Member, MemberKind, MemberTable, NotTarError
from ocitui.transports.archives.spool import CHUNK, Progress, Spool, spool
from ocitui.transports.blob import BlobLocation, identity_of
from ocitui.transports.files import Files, unreadable

_BLOCK = 512
_LINKS_FOLLOWED = 16
_NESTED = 2
"""Compressions around an archive that are taken away: a stream that was compressed twice."""


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
        self._what = what
        self._cache = cache or CacheFolder()
        self._progress = progress
        self._copy = copy
        self._path = path
        try:
            table = self._read()
            self._size = os.stat(self._path).st_size
        except NotTarError as error:
            raise UsageError(f"{show(self.place)}: expected a tar archive with {what}, found {error}") from None
        except (OSError, ValueError) as error:
            raise unreadable(self.place, error) from None
        self._members = table.members
        self.problems = (Problem(f"{show(self.place)}: {table.damage}", clause.TAR),) if table.damage else ()
        self.tops = frozenset(name.partition("/")[0] for name in self._members)
        self._folder = ""

    def enter(self, folder: str) -> None:
        """Take a folder for the top: all names are looked up below it."""
        self._folder = f"{folder}/"
        self.tops = frozenset(self.list(""))

    def find(self, name: str, what: str) -> BlobLocation:
        """Where a member's bytes are in the archive; links to other members are followed."""
        member = self._member(self._folder + name, what)
        if member.kind is not MemberKind.FILE:
            raise BlobError(f"{what}: expected a file, found {member.kind.value}")
        if member.offset + member.size > self._size:
            raise BlobError(
                f"{what}: expected {member.size:,} bytes at offset {member.offset:,} of the archive, "
                f"which ends at {self._size:,}"
            )
        return BlobLocation(self._path, member.offset, member.size)

    def list(self, name: str) -> list[str]:
        """The names of the files and links in a folder."""
        start = f"{self._folder}{name}/" if name else self._folder
        below = (other[len(start) :].partition("/") for other in self._members if other.startswith(start))
        return sorted({top for top, _, _ in below if top})

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

    def _read(self) -> MemberTable:
        """The table of the archive: the one that is kept, else from its headers."""
        status = os.stat(self._path)
        if stat.S_ISDIR(status.st_mode):
            raise UsageError(f"{show(self.place)}: expected an archive with {self._what}, found a folder")
        if not stat.S_ISREG(status.st_mode):
            self._take(spool(_pieces(self._path), self.place, self._cache, self._progress))
            status = os.stat(self._path)
        is_lasting = self._copy is None
        kept, identity = KeptTables(self._cache), identity_of(status)
        table = kept.find(identity) if is_lasting else None
        with self._path.open("rb") as file:
            compression = compression_of(file)
            if compression is Compression.NONE:
                if table is None:
                    table = _read_members(file)
                    if is_lasting:
                        kept.keep(identity, table)
                return table
        copy = kept.find_copy(identity) if table is not None else None
        if copy is not None and table is not None:
            self._path = copy
            return table
        damage = self._unpack(compression)
        with self._path.open("rb") as file:
            try:
                table = _read_members(file)
            except NotTarError:
                if damage:
                    raise UsageError(f"{show(self.place)}: {damage}") from None
                raise
        if damage:
            return MemberTable(table.members, damage)
        if is_lasting and self._copy is not None and not table.damage:
            kept.keep_copy(identity, self._copy)
            self._path = self._copy.path
            kept.keep(identity, table)
        return table

    def _unpack(self, compression: Compression) -> str:
        """Go over to an unpacked copy. Returns what broke it off."""
        from ocitui.transports.archives.unpack import Unpacking

        for _ in range(_NESTED):
            stream = Unpacking(self._path, compression)
            total = os.stat(self._path).st_size
            self._take(spool(stream, self.place, self._cache, self._progress, total, stream.position))
            with self._path.open("rb") as file:
                compression = compression_of(file)
            if stream.damage or compression is Compression.NONE:
                return stream.damage
        raise NotTarError(f"{compression.value} in {compression.value} in something else")

    def _take(self, copy: Spool) -> None:
        self._copy, self._path = copy, copy.path


def _read_members(file: IO[bytes]) -> MemberTable:
    from ocitui.transports.archives.tar_members import read_members  # not needed where the table is kept

    return MemberTable(*read_members(file))


def compression_of(file: IO[bytes]) -> Compression:
    """What an archive is compressed with from outside, told by its first bytes; a tar may begin like any of them."""
    file.seek(0)
    start = file.read(_BLOCK)
    compression = by_magic(start)
    if compression is not Compression.NONE:
        import tarfile

        with suppress(tarfile.TarError):
            tarfile.TarInfo.frombuf(start, "utf-8", "surrogateescape")
            return Compression.NONE
    return compression


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb", buffering=0) as file:
        while piece := file.read(CHUNK):
            yield piece
