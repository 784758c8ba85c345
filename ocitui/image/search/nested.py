"""Searches the archives in the layers of an image, and the archives in those."""

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Protocol

from ocitui.display import format_count, printable
from ocitui.errors import CancelledError, OcituiError
from ocitui.image.merged.holes import ContentReader
from ocitui.image.merged.stack import LayerStack
from ocitui.image.search.filters import ConditionFilter
from ocitui.image.search.hit import Hit
from ocitui.image.search.holes import search_file
from ocitui.image.search.path_term import PathTerm
from ocitui.image.search.query import Query
from ocitui.image.search.search import Search
from ocitui.layers.entry import Entry, EntryKind
from ocitui.layers.index import schema
from ocitui.layers.nested.archive import Archive
from ocitui.layers.nested.entry import MemberEntry
from ocitui.layers.nested.errors import NoArchiveError
from ocitui.layers.nested.names import ARCHIVE_NAME, is_archive_name
from ocitui.layers.nested.search_limit import ENTRIES, not_opened_text

ARCHIVES = 2000
"""Archives that are opened in one file of a layer."""

_COLUMNS = "id, parent, kind, mode, uid, gid, size, flags"


class ArchiveReader(ContentReader, Protocol):
    """Reads files of layers, and opens archives among them: see `ocitui.image.contents.ImageContents`."""

    def open_archive(
        self, layer_number: int, entry: Entry, path: bytes, is_cancelled: Callable[[], bool] = ...
    ) -> Archive:
        """Open a file of a layer, or of an archive, as an archive; may raise `OcituiError`."""
        ...


class NestedSearch:
    """One query over what is in archives: files that have the name of one. See `ocitui.image.search.search.Search`."""

    def __init__(
        self,
        query: Query,
        stack: LayerStack,
        contents: ArchiveReader,
        is_cancelled: Callable[[], bool] = lambda: False,
    ) -> None:
        """
        Args:
            query: what is looked for. Its layers and statuses are those of the file that is in the layer.
            stack: the layers.
            contents: reads their files.
            is_cancelled: asked often; once it says yes, nothing more is given.
        """
        self.problems: list[str] = []
        """The archives that could not be searched, or not to their ends, as they come up."""
        self._query = query
        self._contents = contents
        self._is_cancelled = is_cancelled
        filters = tuple(each for each in query.filters if not isinstance(each, ConditionFilter))
        names = PathTerm(ARCHIVE_NAME, "regex", is_name_only=True)
        self._files = Search(Query("", (names,), filters), stack, is_cancelled=is_cancelled)
        self._conditions = _Conditions(query)
        self._left = ARCHIVES
        """Archives that may still be opened in the file that is searched."""
        self._entries = ENTRIES
        """Entries that may still be looked at."""
        self._is_full = False

    def run(self) -> Iterator[Hit]:
        """Every hit in an archive, layer by layer from the lowest, archive by archive."""
        for number in range(1, len(self._files.stack) + 1):
            for file in self.archives_in(number):
                yield from self.in_archive(file)

    def archives_in(self, number: int) -> Iterator[Hit]:
        """The files of a layer that are to be searched: those with the names of archives, which not all of them are.

        Raises:
            LayerError: its index cannot be read.
        """
        for found in self._files.in_layer(number):
            for file in self._files.hits(found):
                if file.entry.kind is EntryKind.FILE and file.entry.size:
                    yield file

    def in_archive(self, file: Hit) -> Iterator[Hit]:
        """Every hit in a file that `archives_in` gave, and in the archives in it."""
        self._left = ARCHIVES
        archive = None if self._is_cancelled() else self._open(file.layer, file.entry, file.path)
        if isinstance(archive, Archive):
            yield from self._in(archive, file)

    def _in(self, archive: Archive, file: Hit) -> Iterator[Hit]:
        """The hits in an archive and those in it, of a file of a layer."""
        assert archive.root.directory is not None
        for entry in archive.walk(archive.root.directory):
            if self._is_cancelled():
                return
            path = archive.path_of(entry)
            if self._matches(path, entry):
                yield from self._holding(Hit(file.layer, path, entry, file.status, noun=file.noun, archive=file.path))
            if entry.kind is EntryKind.FILE and entry.size and is_archive_name(entry.name):
                inner = self._open(file.layer, entry, path)
                if isinstance(inner, Archive):
                    yield from self._in(inner, file)

    def _open(self, layer: int, entry: Entry, path: bytes) -> Archive | None:
        if self._entries <= 0:
            if not self._is_full:
                self.problems.append(not_opened_text(path, ENTRIES))
                self._is_full = True
            return None
        self._left -= 1
        if self._left < 0:
            if self._left == -1:
                self.problems.append(
                    f"/{printable(path)}: is not opened, nor others: more than {format_count(ARCHIVES)} archives "
                    "are in one file"
                )
            return None
        try:
            archive = self._contents.open_archive(layer, entry, path, self._is_cancelled)
        except (NoArchiveError, CancelledError):
            return None  # but for its name
        except OcituiError as error:
            self.problems.append(str(error))
            return None
        self.problems += archive.problems
        self._entries -= len(archive)
        return archive

    def _matches(self, path: bytes, entry: MemberEntry) -> bool:
        text = path.decode("utf-8", "surrogateescape")
        return all(term.matches(text) for term in self._query.paths) and self._conditions.allow(entry)

    def _holding(self, hit: Hit) -> Iterator[Hit]:
        """The hit, if its contents are wanted too."""
        entry, wanted = hit.entry, self._query.contents
        if not wanted:
            yield hit
        elif entry.kind is EntryKind.FILE:
            try:
                match = search_file(self._contents, hit.layer, entry, wanted, self._is_cancelled)
            except OcituiError as error:
                self.problems.append(str(error))
                return
            if match is not None and not self._is_cancelled():
                yield replace(hit, match=match)


class _Conditions:
    """Asks SQLite, as an index does, whether an entry of an archive meets the conditions of a query."""

    def __init__(self, query: Query) -> None:
        self._condition = query.condition if query.conditions else None
        if self._condition is not None:
            self._table = sqlite3.connect(":memory:", check_same_thread=False)
            self._table.execute(f"CREATE TABLE entry ({_COLUMNS})")
            self._table.execute("CREATE TABLE extra (entry, xattrs)")

    def allow(self, entry: MemberEntry) -> bool:
        """True if it meets them all."""
        if self._condition is None:
            return True
        flags = 0 if entry.is_described else schema.IMPLIED
        row = (0, 0, int(entry.kind), entry.mode, entry.uid, entry.gid, entry.size, flags)
        self._table.execute("DELETE FROM entry")
        self._table.execute(f"INSERT INTO entry ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
        asked = f"SELECT 1 FROM entry WHERE {self._condition.sql}"
        return self._table.execute(asked, self._condition.values).fetchone() is not None
