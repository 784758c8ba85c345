"""An archive in a layer, or in another archive."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from ocitui.display import format_size, printable
from ocitui.layers.entry import Entry, EntryKind
from ocitui.layers.nested.data import Data, ReadData
from ocitui.layers.nested.entry import MARK, MemberEntry
from ocitui.layers.nested.errors import ArchiveError
from ocitui.layers.nested.format import Format, HasHoles
from ocitui.layers.nested.hold import hold
from ocitui.layers.nested.kinds import read_archive
from ocitui.layers.nested.members import Members
from ocitui.layers.pathnames import follow_links
from ocitui.layers.tar.sink import FullIndexError

DEPTH = 8
"""Archives in each other that are opened: a jar in a war in a tar is the third."""

UNPACKED_LIMIT = 4 << 30
"""Bytes that are unpacked of one file of a layer for the archives that are packed in it."""

_CHUNK = 1 << 18

LINKS = 100
"""Hard links to hard links that are followed."""


@dataclass
class Budget:
    """The rest that may still be unpacked of a file of a layer."""

    left: int = UNPACKED_LIMIT

    def take(self, size: int) -> None:
        """Use some of it.

        Raises:
            ArchiveError: there is no more.
        """
        self.left -= size
        if self.left < 0:
            raise ArchiveError(f"the archives in it unpack to more than {format_size(UNPACKED_LIMIT)}")


class Archive:
    """The tree of an archive, and the reader of its files. May be used from several threads."""

    def __init__(self, data: Data, path: bytes, *, depth: int = 1, budget: Budget | None = None) -> None:
        """Open it.

        Args:
            data: its bytes.
            path: from the root of the filesystem, without a slash before it; of an archive in another, through that.
            depth: how many archives are around it, itself counted.
            budget: what may be unpacked of the file of the layer that it is in.

        Raises:
            NoArchiveError: it is no archive of a kind that is known.
            ArchiveError: it cannot be read, or is too deep in others, or over a limit.
            OcituiError: its bytes cannot be read.
        """
        self.path = path
        """The path of its file."""
        self._depth = depth
        self._budget = budget or Budget()
        self._lock = threading.RLock()
        if depth > DEPTH:
            raise ArchiveError(f"{self._title}: is not opened, as {DEPTH} archives are around it")
        self._members = Members(self)
        with self._saying():
            try:
                self._format: Format = read_archive(data, path, self._members, self._budget.take)
            except FullIndexError as error:
                raise ArchiveError(str(error)) from None
        self._members.finish()

    @property
    def word(self) -> str:
        """The kind of archive: ``zip``."""
        return self._format.word

    @property
    def root(self) -> MemberEntry:
        """Its root directory."""
        return self._members.root

    @property
    def problems(self) -> list[str]:
        """Its problems, where some of it can be read."""
        return [f"{self._title}: {problem}" for problem in self._members.problems]

    def __len__(self) -> int:
        return len(self._members)

    # Entries.

    def at(self, path: bytes, *, follows_last: bool = False) -> MemberEntry | None:
        """Return the entry at a path in it; symbolic links on the way are followed inside it.

        Args:
            path: without a slash before it.
            follows_last: whether the path itself is followed too.
        """
        found = self._members.at(path)
        if found is not None and not (follows_last and found.kind is EntryKind.SYMLINK):
            return found
        parts = follow_links(path, self._target_at, with_last=follows_last)
        return None if parts is None else self._members.at(b"/".join(parts))

    def leads_in_circle(self, path: bytes) -> bool:
        """True if the symbolic links on the way to a path, or at it, have no end."""
        return follow_links(path, self._target_at, with_last=True) is None

    def _target_at(self, path: bytes) -> bytes | None:
        found = self._members.at(path)
        return found.link or b"" if found is not None and found.kind is EntryKind.SYMLINK else None

    def children(self, directory: int) -> list[MemberEntry]:
        """Return the entries in a directory, by name."""
        with self._lock:
            return self._members.children(directory)

    def walk(self, directory: int) -> Iterator[MemberEntry]:
        """Yield everything below a directory, parents first, each folder by name."""
        return self._members.walk(directory)

    def path_in(self, entry: Entry) -> bytes:
        """Return the path of an entry in the archive."""
        return self._members.path_of(entry)

    def path_of(self, entry: Entry) -> bytes:
        """Return the path of an entry, through the archives it is in: ``app.war!/WEB-INF/web.xml``."""
        return self.path + MARK + b"/" + self.path_in(entry)

    def hard_link_target(self, entry: Entry) -> MemberEntry | None:
        """Return the file that a hard link is another name of; None where it is missing."""
        found: MemberEntry | None = entry if isinstance(entry, MemberEntry) else None
        for _ in range(LINKS):
            if found is None or found.kind is not EntryKind.HARDLINK:
                return found
            found = self.at(found.leads_to.lstrip(b"/"))
        return None

    # Contents.

    def read_stored(self, entry: Entry, offset: int, size: int) -> bytes:
        """Return bytes of the data of a file, as it is stored.

        Raises:
            ArchiveError: they are damaged, missing, or encrypted.
            OcituiError: the bytes of the archive cannot be read.
        """
        with self._lock, self._saying(entry):
            data = self._format.read(entry, offset, size)
            if not data:
                raise ArchiveError(f"ends {entry.stored_size - offset:,} bytes before its header says")
            return data

    def data_runs(self, entry: Entry, offset: int) -> Iterator[tuple[int, int]]:
        """Yield the offsets and lengths of what is no hole in a file without a sparse map, from an offset on.

        Raises:
            ArchiveError: the places of its data are damaged.
            OcituiError: the bytes of the archive cannot be read.
        """
        holed = self._format
        if not isinstance(holed, HasHoles):
            yield offset, max(0, entry.size - offset)
            return
        while offset < entry.size:
            with self._lock, self._saying(entry):
                run = holed.data_run(entry, offset)
            if run is None:
                return
            yield run
            offset = sum(run)

    def open_inner(self, entry: MemberEntry) -> Archive:
        """Open a file of it as an archive.

        Raises:
            NoArchiveError: it is no archive of a kind that is known.
            ArchiveError: it cannot be read, or is too deep in others, or over a limit.
            OcituiError: its bytes cannot be read.
        """
        path = self.path_of(entry)
        if entry.sparse is not None:
            raise ArchiveError(f"/{printable(path)}: is a sparse file, and not opened as an archive")
        with self._lock, self._saying(entry):
            data = self._format.stored(entry)
            if data is None:
                self._budget.take(entry.size)
                data = hold(self._pieces(entry), printable(path))
            else:
                data = ReadData(data.size, self._locked(data.read))
        return Archive(data, path, depth=self._depth + 1, budget=self._budget)

    def _locked(self, read: Callable[[int, int], bytes]) -> Callable[[int, int], bytes]:
        def locked(offset: int, size: int) -> bytes:
            with self._lock:
                return read(offset, size)

        return locked

    def _pieces(self, entry: Entry) -> Iterator[bytes]:
        at = 0
        while at < entry.size:
            piece = self._format.read(entry, at, _CHUNK)
            if not piece:
                raise ArchiveError(f"ends {entry.size - at:,} bytes before its header says")
            at += len(piece)
            yield piece

    @property
    def _title(self) -> str:
        return f"/{printable(self.path)}"

    @contextmanager
    def _saying(self, entry: Entry | None = None) -> Iterator[None]:
        """Say of which archive, or of which file in it, something is wrong."""
        try:
            yield
        except ArchiveError as error:
            title = self._title if entry is None else f"/{printable(self.path_of(entry))}"
            raise type(error)(f"{title}: {error}") from None
