"""The index of a zstd:chunked layer from its tar-split, which has the headers of the tar as they are.

The table has lost the bytes of names that are no UTF-8; the tar-split has them, and the offsets in
the tar. The table says where in the blob contents are. Both must say the same of each entry.
"""

from collections.abc import Iterator
from typing import Any

from ocitui.display import quote
from ocitui.errors import DocumentError
from ocitui.layers.compression.source import BlobSource
from ocitui.layers.entry import EntryKind
from ocitui.layers.index.writer import IndexWriter
from ocitui.layers.summary import Findings
from ocitui.layers.tar.header import clamp
from ocitui.layers.tar.scanner import TarScanner
from ocitui.layers.tar.sink import Extra
from ocitui.layers.toc.chunks import Chunks
from ocitui.layers.toc.differences import differing_field
from ocitui.layers.toc.entry import CHUNK, read_entry, well_formed
from ocitui.layers.toc.errors import TableError
from ocitui.layers.toc.json_entries import JsonEntries
from ocitui.layers.toc.json_table import JsonTable
from ocitui.layers.toc.packed import check_digest, zstd_pieces
from ocitui.layers.toc.table import Part
from ocitui.layers.toc.zstd_chunked import read_part
from ocitui.spec.digest import Digest
from ocitui.transports.containers_storage.split_runs import SplitPart, split_parts

_PIECE = 1 << 16


def read_split(source: BlobSource, part: Part, digest: Digest) -> Iterator[SplitPart]:
    """Read a tar-split, and check its digest.

    Args:
        source: the layer's blob.
        part: its place.
        digest: what the table says of its compressed bytes.

    Raises:
        TableError: it is not what it must be.
        BlobError: the blob cannot be read.
    """
    packed = read_part(source, part)
    check_digest(digest, iter([packed]), "the table of contents")
    return _parts(packed)


def split_digest(table: JsonTable) -> Digest | None:
    """Return the digest of the tar-split that a table names; None where it names none that can be checked."""
    entries = table.entries()
    for _ in entries:  # it stands behind them
        pass
    try:
        found = Digest.parse(entries.members.get("tarSplitDigest"))
    except DocumentError:
        return None
    return found if found.is_known else None


def _parts(packed: bytes) -> Iterator[SplitPart]:
    try:
        yield from split_parts(zstd_pieces(packed))
    except OSError as error:
        raise TableError(str(error.strerror)) from None


class SplitListing:
    """Puts a tar-split and the table beside it together; a `ocitui.layers.tar.sink.EntrySink` of its own scanner."""

    def __init__(self, writer: IndexWriter, entries: JsonEntries, end: int) -> None:
        """
        Args:
            writer: of the index.
            entries: of the table.
            end: offset in the blob of what follows the contents of files.
        """
        self._writer = writer
        self._entries = iter(entries)
        self._waiting: dict[str, Any] | None = None
        self._chunks = Chunks(writer.add_chunks, end)

    def read(self, parts: Iterator[SplitPart], findings: Findings) -> int:
        """Take the whole tar-split.

        Returns:
            Bytes of the tar.

        Raises:
            TableError: it is damaged, or the table says something else.
        """
        scanner = TarScanner(self, findings)
        for part in parts:
            if part.name is None:
                for at in range(0, len(part.data), _PIECE):
                    scanner.feed(part.data[at : at + _PIECE])
            elif not scanner.pass_over(part.size):
                raise TableError(
                    f"the tar-split has the contents of {quote(part.name, 120)} where the tar has a header"
                )
            self._writer.flush()
        scanner.finish()
        if (left := self._next()) is not None:
            raise TableError(f"{quote(str(left.get('name')), 120)}: is in the table, and not in the tar-split")
        self._chunks.finish()
        return scanner.position

    def add(
        self,
        path: bytes,
        kind: EntryKind,
        mode: int,
        uid: int,
        gid: int,
        size: int,
        mtime_ns: int,
        link: bytes | None,
        offset: int | None,
        extra: Extra | None,
    ) -> None:
        """Take an entry of the tar; see `ocitui.layers.tar.sink.EntrySink`."""
        entry = self._next()
        if entry is None:
            raise TableError(f"{quote(path, 120)}: is in the tar-split, and not in the table")
        with well_formed(entry):
            said = read_entry(entry)
            different = differing_field(said, path, kind, mode, clamp(uid), clamp(gid), size, mtime_ns, link, extra)
            if different:
                raise TableError(f"{quote(path, 120)}: the tar-split and the table differ in {different}")
            self._writer.add(path, kind, mode, uid, gid, size, mtime_ns, link, offset, extra)
            if size:
                assert offset is not None
                self._chunks.begin(entry, size, offset)
                while (following := self._peek()) is not None and following["type"] == CHUNK:
                    self._chunks.add(following)
                    self._waiting = None
                self._chunks.end()

    def _peek(self) -> dict[str, Any] | None:
        if self._waiting is None:
            self._waiting = next(self._entries, None)
        return self._waiting

    def _next(self) -> dict[str, Any] | None:
        found, self._waiting = self._peek(), None
        return found
