"""The source of an archive's bytes: the file itself, or a copy of it.

One pass over the headers tells what is in it; no data is read. Where it is compressed
from outside, or comes through a pipe, a copy is read instead of it.
"""

import os
import stat
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import IO

from ocitui.cache_folder import CacheFolder
from ocitui.display import printable
from ocitui.errors import UsageError
from ocitui.spec.compression import Compression, by_magic
from ocitui.transports.archives.member_table import KEPT, SMALL, START, KeptTables, MemberKind, MemberTable, NotTarError
from ocitui.transports.archives.spool import CHUNK, Progress, Spool, spool
from ocitui.transports.blob import FileIdentity, identity_of
from ocitui.transports.files import unreadable

_BLOCK = 512
_NESTED = 2
"""Compressions around an archive that are taken away: a stream that was compressed twice."""


class ArchiveSource:
    """A file with an archive in it, made readable."""

    def __init__(
        self, path: Path, place: str, what: str, cache: CacheFolder, progress: Progress | None, copy: Spool | None
    ) -> None:
        """See `ocitui.transports.archives.archive.Archive`.

        Raises:
            UsageError: it cannot be read, or is no archive.
        """
        self.path = path
        """The file that is read; the compressed file itself where it `is_packed`."""
        self.is_packed = False
        """True if it is compressed and there is no copy of it, though its table is known."""
        self._place = place
        self._what = what
        self._cache = cache
        self._progress = progress
        self._copy = copy
        self._lock = threading.Lock()
        try:
            self.table = self._read()
            """The table of its contents."""
        except NotTarError as error:
            raise UsageError(f"{printable(place)}: not a tar archive with {what}: {error}") from None
        except (OSError, ValueError) as error:
            raise unreadable(place, error) from None

    def _read(self) -> MemberTable:
        """The table of the archive: the one that is kept, else from its headers."""
        status = os.stat(self.path)
        if stat.S_ISDIR(status.st_mode):
            raise UsageError(f"{printable(self._place)}: is a folder, not an archive with {self._what}")
        if not stat.S_ISREG(status.st_mode):
            self._take(spool(_pieces(self.path), self._place, self._cache, self._progress))
            status = os.stat(self.path)
        is_lasting = self._copy is None
        kept = KeptTables(self._cache)
        self._identity = identity = identity_of(status)
        table = kept.find(identity) if is_lasting else None
        with self.path.open("rb") as file:
            compression = compression_of(file)
            if compression is Compression.NONE:
                if table is None:
                    table = _read_members(file)
                    if is_lasting:
                        kept.keep(identity, table)
                return table
        if table is not None:
            copy = kept.find_copy(identity)
            self.is_packed = copy is None
            self.path = copy or self.path
            return table
        damage = self._unpack(compression)
        with self.path.open("rb") as file:
            try:
                table = _read_members(file)
            except NotTarError:
                if damage:
                    raise UsageError(f"{printable(self._place)}: {damage}") from None
                raise
            if damage:
                return replace(table, damage=damage)
            table = replace(table, kept=_kept(file, table))
        if is_lasting and not table.damage:
            kept.keep(identity, table)
            self._keep_copy(kept, identity)
        return table

    def unpack_again(self) -> Path:
        """The unpacked copy of an archive whose table is kept, made again. From any thread."""
        with self._lock:
            if not self.is_packed:
                return self.path
            source, identity = self.path, self._identity
            with source.open("rb") as file:
                compression = compression_of(file)
            damage = self._unpack(compression)
            if damage or identity_of(os.stat(source)) != identity:
                raise UsageError(f"{printable(self._place)}: {damage or 'has changed since it was opened'}")
            self._keep_copy(KeptTables(self._cache), identity)
            self.is_packed = False
            return self.path

    def _keep_copy(self, kept: KeptTables, identity: FileIdentity) -> None:
        if self._copy is not None:
            kept.keep_copy(identity, self._copy)
            self.path = self._copy.path

    def _unpack(self, compression: Compression) -> str:
        """Go over to an unpacked copy. Returns what broke it off."""
        from ocitui.transports.archives.unpack import Unpacking

        path, copy = self.path, self._copy
        for _ in range(_NESTED):
            stream = Unpacking(path, compression)
            total = os.stat(path).st_size
            copy = spool(stream, self._place, self._cache, self._progress, total, stream.position)
            path = copy.path
            with path.open("rb") as file:
                compression = compression_of(file)
            if stream.damage or compression is Compression.NONE:
                self._take(copy)
                return stream.damage
        raise NotTarError(f"it is {compression.value} in {compression.value}, and not tar")

    def _take(self, copy: Spool) -> None:
        self._copy, self.path = copy, copy.path


def _read_members(file: IO[bytes]) -> MemberTable:
    from ocitui.transports.archives.tar_members import read_members  # not needed where the table is kept

    members, damage = read_members(file)
    return MemberTable(members, os.fstat(file.fileno()).st_size, damage)


def _kept(file: IO[bytes], table: MemberTable) -> dict[str, bytes]:
    """The first bytes of each file, and small files whole."""
    kept: dict[str, bytes] = {}
    left = KEPT
    for name, member in table.members.items():
        if member.kind is not MemberKind.FILE:
            continue
        size = member.size if member.size <= min(SMALL, left) else min(START, member.size)
        file.seek(member.offset)
        kept[name] = file.read(size)
        left -= size
    return kept


def compression_of(file: IO[bytes]) -> Compression:
    """Return the compression of a whole archive, told by its first bytes; a tar may begin like any of them."""
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
