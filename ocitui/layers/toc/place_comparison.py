"""Compares the places that a table of contents says with the layer, while that is read: contents must be had there.

Each chunk is unpacked once more from where its member or frame is said to begin, as it is for whoever
reads a file through the table, and must have the digest that the table says. Nothing is fetched for
it. A place that cannot be (outside of the layer, or before that of the file before) ends this: no
reader uses such a table, so that the other places are not looked at then.
"""

import hashlib
import zlib
from collections import deque
from collections.abc import Iterator
from itertools import groupby

import zstandard

from ocitui.display import quote
from ocitui.layers.entry import EntryKind
from ocitui.layers.index.chunk import Chunk, Row
from ocitui.layers.toc.chunked_blob import end_of, unpack
from ocitui.layers.toc.chunks import Chunks
from ocitui.layers.toc.entry import CHUNK, KINDS, well_formed, whole
from ocitui.layers.toc.errors import TableError
from ocitui.layers.toc.json_table import JsonTable
from ocitui.layers.toc.window import PackedWindow
from ocitui.spec.compression import Compression

KEPT = 100_000
"""Files of one layer whose places are wrong that are held in memory; after so many no more are looked for."""


class PlaceComparison:
    """Is given the bytes of the blob by one thread, and compares them in another."""

    def __init__(self, table: JsonTable, compression: Compression) -> None:
        """
        Args:
            table: what is compared.
            compression: of its layer.
        """
        self._compression = compression
        self._paths: deque[tuple[int, bytes]] = deque()
        """Of files whose chunks are not compared yet: their offsets as the chunks count them, and their paths."""
        self._path = b""
        """The file that was read from the table last."""
        self._members = self._read(table)
        self._window = PackedWindow()
        self._wrong: dict[bytes, str] = {}
        self._next = self._following()

    def observe(self, data: bytes) -> None:
        """Take the next bytes of the blob. In any thread."""
        self._window.observe(data)

    def compare(self) -> None:
        """Compare the chunks whose bytes are all here by now."""
        while self._window.take_in():
            end = self._window.end
            while (chunks := self._next) and _end(chunks) <= end:
                self._compare(chunks, self._window.read(_start(chunks), _end(chunks)))
                self._next = self._following()
            self._window.drop_before(_start(chunks) if chunks else end)

    def finish(self) -> dict[bytes, str]:
        """Compare what is left, and return what is wrong by path; once all bytes came."""
        self.compare()
        return self._wrong

    def _following(self) -> list[Chunk]:
        """The chunks of the next member or frame that has any; none after the last."""
        if len(self._wrong) >= KEPT:
            return []
        try:
            return next(self._members, [])
        except TableError as error:
            self._wrong.setdefault(self._path, str(error).removeprefix(f"{quote(self._path, 120)}: "))
            return []

    def _compare(self, chunks: list[Chunk], packed: bytes) -> None:
        whole_of_it = chunks[0]._replace(inner=0, size=max(chunk.inner + chunk.size for chunk in chunks))
        try:
            data = unpack(packed, whole_of_it, self._compression)
        except (zlib.error, zstandard.ZstdError):
            data = b""
        view = memoryview(data)
        left = 2 * whole_of_it.size  # chunks of one member follow each other; many that overlap would take long
        for chunk in chunks:
            path = self._path_of(chunk.offset)
            if (left := left - chunk.size) < 0:
                self._wrong.setdefault(path, "its place in the table of contents overlaps those of other files")
            elif hashlib.sha256(view[chunk.inner : chunk.inner + chunk.size]).digest() != chunk.digest:
                self._wrong.setdefault(path, "its contents are not where the table of contents says")

    def _path_of(self, offset: int) -> bytes:
        while len(self._paths) > 1 and self._paths[1][0] <= offset:
            self._paths.popleft()
        return self._paths[0][1]

    def _read(self, table: JsonTable) -> Iterator[list[Chunk]]:
        """The chunks of one member or frame after the other, as a reader of files has them."""
        rows: list[Row] = []
        chunks = Chunks(rows.extend, table.end)
        position = 0
        for entry in table.entries():
            with well_formed(entry):
                if entry["type"] == CHUNK:
                    chunks.add(entry)
                    continue
                size = whole(entry, "size") if KINDS.get(entry["type"]) is EntryKind.FILE else 0
                chunks.end()
                if size:
                    self._path = entry["name"].encode("utf-8", "surrogatepass")
                    self._paths.append((position, self._path))
                    chunks.begin(entry, size, position)
                    position += size
            yield from _members(rows)
        chunks.finish()
        yield from _members(rows)


def _members(rows: list[Row]) -> Iterator[list[Chunk]]:
    """Take these rows away, by the member or frame that they are in, without zeros."""
    stored = [Chunk(*row) for row in rows if row[2] is not None]
    rows.clear()
    for _, chunks in groupby(stored, key=lambda chunk: chunk.blob_offset):
        yield list(chunks)


def _start(chunks: list[Chunk]) -> int:
    return chunks[0].blob_offset or 0


def _end(chunks: list[Chunk]) -> int:
    return max(map(end_of, chunks))
