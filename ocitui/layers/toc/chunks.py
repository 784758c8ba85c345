"""The chunks of files, as a table of contents lists them: checked, and made rows of an index.

Implements stargz-snapshotter's docs/estargz.md, and the FileMetadata of containers/storage: the
first chunk of a file stands in its own entry, each further one in an entry after it.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any

from ocitui.display import quote
from ocitui.layers.index.chunk import Row
from ocitui.layers.tar.header import INT64_MAX
from ocitui.layers.toc.entry import are_whole, whole
from ocitui.layers.toc.errors import TableError

CHUNK_LIMIT = 1 << 27
"""Bytes of a chunk, unpacked: all of it is held in memory, since it is checked before any of it is given."""

_DIGEST = re.compile(r"sha256:([0-9a-f]{64})")
_HELD = 2048

_Open = tuple[int, int, int | None, int, bool, bytes | None]
"""A `Row` without its end."""


def chunk_of(entry: dict[str, Any], at: int, file_size: int) -> tuple[int, bytes | None]:
    """Return the size of a chunk, and its SHA-256; None for zeros.

    Args:
        entry: of the chunk.
        at: bytes of its file before it.
        file_size: bytes of the file.

    Raises:
        TableError: it is not what it must be.
    """
    size, begin = entry.get("chunkSize", 0), entry.get("chunkOffset", 0)
    if not are_whole(size, begin):
        size, begin = whole(entry, "chunkSize"), whole(entry, "chunkOffset")
    size = size or file_size - at
    if begin != at or not 0 < size <= file_size - at:
        raise TableError(f"{quote(entry['name'], 120)}: its chunks overlap, or leave gaps")
    if size > CHUNK_LIMIT:
        said = f"a chunk of {size:,} bytes is over the limit of {CHUNK_LIMIT:,}"
        raise TableError(f"{quote(entry['name'], 120)}: {said}")
    if entry.get("chunkType") == "zeros":
        return size, None
    digest = entry.get("chunkDigest") or (entry.get("digest") if size == file_size else None)
    found = _DIGEST.fullmatch(digest or "")
    if found is None:
        said = f"expected the SHA-256 of a chunk, found {quote(str(digest), 80)}"
        raise TableError(f"{quote(entry['name'], 120)}: {said}")
    return size, bytes.fromhex(found[1])


class Chunks:
    """Takes the chunks of one file after the other, in the order of the table."""

    def __init__(self, write: Callable[[Sequence[Row]], object], end: int) -> None:
        """
        Args:
            write: takes some of them, which ascend.
            end: offset in the blob of what follows the contents of files, the table for one.
        """
        self._write = write
        self._end = end
        self._file = ""
        self._position = 0
        """The offset of the file whose chunks come, as the index counts them."""
        self._size = 0
        """Bytes of it."""
        self._covered = 0
        """Bytes of it that chunks were found for."""
        self._rows: list[_Open] = []
        self._due = _HELD
        """The number of those that are written."""
        self._start = -1
        """The offset in the blob at which the member or frame begins that came last."""

    def begin(self, entry: dict[str, Any], size: int, position: int) -> None:
        """Take the first chunk of a file that is not empty.

        Args:
            entry: of the file.
            size: bytes of it.
            position: its offset, as the index counts them.

        Raises:
            TableError: the file before it has no chunks for all of its bytes; or the chunk is not what it must be.
        """
        self.end()
        if position > INT64_MAX - size:
            raise TableError("its files are of more bytes than there can be")
        self._file, self._position, self._size = entry["name"], position, size
        self.add(entry)

    def add(self, entry: dict[str, Any]) -> None:
        """Take a chunk of the file that began; see `begin`."""
        name = entry["name"]
        if name != self._file or not self._size:
            raise TableError(f"{quote(name, 120)}: a chunk of it stands by another file")
        at = self._covered
        size, digest = chunk_of(entry, at, self._size)
        self._covered = covered = at + size
        if digest is None:
            self._rows.append((self._position + at, size, None, 0, covered == self._size, None))
            return
        start, inner = entry.get("offset", 0), entry.get("innerOffset", 0)
        if not are_whole(start, inner):
            start, inner = whole(entry, "offset"), whole(entry, "innerOffset")
        if start >= self._end or inner > CHUNK_LIMIT:
            raise TableError(f"{quote(name, 120)}: its contents are outside of the layer")
        if start < self._start:
            raise TableError(f"{quote(name, 120)}: its contents overlap those of files before it")
        self._start = start
        self._rows.append((self._position + at, size, start, inner, covered == self._size, digest))

    def end(self) -> None:
        """Check that the chunks of the file before are all of it."""
        if self._covered != self._size:
            said = f"expected chunks of {self._size:,} bytes, found {self._covered:,}"
            raise TableError(f"{quote(self._file, 120)}: {said}")
        self._size = self._covered = 0
        if len(self._rows) >= self._due:
            self._write_rows()

    def finish(self) -> None:
        """Take no more files."""
        self.end()
        self._write_rows(is_all=True)

    def _write_rows(self, *, is_all: bool = False) -> None:
        """Write those of which it is known where their member or frame ends: where the next one begins."""
        rows, end, following = self._rows, self._end, self._end
        self._rows = []
        if not is_all:
            end = following = self._start
            known = next((nth for nth, row in enumerate(rows) if row[2] == end), len(rows))
            self._rows = rows[known:]
            del rows[known:]
            self._due = max(_HELD, 2 * len(self._rows))
        written: list[Row] = []
        for offset, size, start, inner, is_last, digest in reversed(rows):
            if start is not None and start < following:
                end, following = following, start
            written.append((offset, size, start, end if start is not None else None, inner, is_last, digest))
        written.reverse()
        self._write(written)
