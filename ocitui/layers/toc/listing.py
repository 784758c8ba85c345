"""Makes an index of a table of contents that is JSON, entry by entry."""

from collections.abc import Iterable
from typing import Any

from ocitui.display import printable
from ocitui.layers.entry import EntryKind
from ocitui.layers.index.writer import IndexWriter
from ocitui.layers.summary import Findings
from ocitui.layers.toc.chunks import Chunks
from ocitui.layers.toc.entry import CHUNK, malformed, read_entry
from ocitui.layers.warnings import LayerWarning

LOST = "\N{REPLACEMENT CHARACTER}"
"""The text that Go writes in JSON for bytes that are no UTF-8."""

_FILE = EntryKind.FILE


class Listing:
    """Takes the entries of one table, in order. Offsets are counted in the contents of its files."""

    def __init__(self, writer: IndexWriter, findings: Findings, end: int) -> None:
        """
        Args:
            writer: of the index.
            findings: what is odd goes there.
            end: offset in the blob of what follows the contents of files, the table for one.
        """
        self._writer = writer
        self._findings = findings
        self._chunks = Chunks(writer.add_chunks, end)
        self._position = 0
        self._lost: set[bytes] = set()

    def add(self, entries: Iterable[dict[str, Any]]) -> None:
        """Take some entries, and further chunks of the files before them.

        Raises:
            TableError: one is not what it must be.
            FullIndexError: the index takes no more.
        """
        chunks, write, note = self._chunks, self._writer.add, self._findings.note
        entry: dict[str, Any] = {}
        try:
            for entry in entries:
                if entry["type"] == CHUNK:
                    chunks.add(entry)
                    continue
                path, kind, mode, uid, gid, size, mtime_ns, link, extra = read_entry(entry)
                if LOST in entry["name"]:
                    note(LayerWarning.LOST_NAME, printable(path[-120:]))
                    if path in self._lost:
                        note(LayerWarning.ONE_NAME, printable(path[-120:]))
                    self._lost.add(path)
                offset = self._position if kind is _FILE else None
                chunks.end()
                write(path, kind, mode, uid, gid, size, mtime_ns, link, offset, extra)
                if size:
                    chunks.begin(entry, size, self._position)
                    self._position += size
        except (KeyError, TypeError, AttributeError) as error:
            raise malformed(entry, error) from None

    def finish(self) -> None:
        """Take no more entries."""
        self._chunks.finish()
