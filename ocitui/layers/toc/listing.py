"""Makes rows of an index of the entries of a table of contents that is JSON: eStargz and zstd:chunked have the same.

Implements stargz-snapshotter's docs/estargz.md, TOC; and the FileMetadata of containers/storage.
"""

import binascii
import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from ocitui.display import printable, quote
from ocitui.layers.entry import EntryKind
from ocitui.layers.index.chunk import Chunk
from ocitui.layers.index.writer import IndexWriter
from ocitui.layers.summary import Findings
from ocitui.layers.tar.header import INT64_MAX, clamp
from ocitui.layers.tar.sink import Extra
from ocitui.layers.toc.errors import TableError
from ocitui.layers.warnings import LayerWarning
from ocitui.spec.document import type_name

CHUNK_LIMIT = 1 << 27
"""Bytes of a chunk, unpacked: all of it is held in memory, since it is checked before any of it is given."""

_KINDS = {
    "reg": EntryKind.FILE,
    "dir": EntryKind.DIRECTORY,
    "symlink": EntryKind.SYMLINK,
    "hardlink": EntryKind.HARDLINK,
    "char": EntryKind.CHARACTER_DEVICE,
    "block": EntryKind.BLOCK_DEVICE,
    "fifo": EntryKind.FIFO,
}
_DEVICES = (EntryKind.CHARACTER_DEVICE, EntryKind.BLOCK_DEVICE)
_LINKS = (EntryKind.SYMLINK, EntryKind.HARDLINK)
_NO_TIME = "0001-01-01T00:00:00Z"
_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DIGEST = re.compile(r"sha256:([0-9a-f]{64})")
_CHUNKS_HELD = 2048
_LOST = "\N{REPLACEMENT CHARACTER}"


class Listing:
    """Takes the entries of one table, in order."""

    def __init__(self, writer: IndexWriter, findings: Findings, end: int) -> None:
        """
        Args:
            writer: of the index.
            findings: what is odd goes there.
            end: offset in the blob of what follows the contents of files, the table for one.
        """
        self._writer = writer
        self._findings = findings
        self._end = end
        self._position = 0
        """Bytes of all files so far: where the next one's are counted from."""
        self._file = ""
        self._size = 0
        """Bytes of the file whose chunks come."""
        self._covered = 0
        """Bytes of it that chunks were found for."""
        self._digest: bytes | None = None
        self._rows: list[Chunk] = []
        self._waiting: list[Chunk] = []
        """Chunks of the member or frame that came last, whose end is where the next one begins."""
        self._start = -1
        """Where that begins, in the blob."""

    def add(self, entry: dict[str, Any]) -> None:
        """Take an entry, or a further chunk of the file before it.

        Raises:
            TableError: it is not what it must be.
            FullIndexError: the index takes no more.
        """
        try:
            name = entry["name"]
            if entry["type"] == "chunk":
                self._add_chunk(name, entry)
            else:
                self._add_entry(name, entry)
        except KeyError as error:
            raise TableError(f"an entry lacks {error}") from None
        except (TypeError, AttributeError):
            raise TableError(f"{quote(str(entry.get('name')), 120)}: a value of it is of the wrong type") from None

    def finish(self) -> None:
        """Take no more entries."""
        self._end_file()
        self._settle(self._end)
        self._write_chunks()

    def _add_entry(self, name: str, entry: dict[str, Any]) -> None:
        self._end_file()
        kind = _KINDS.get(entry["type"])
        if kind is None:
            raise TableError(f"{quote(name, 120)}: expected a type of files, found {quote(str(entry['type']), 40)}")
        get = entry.get
        extra = None
        xattrs = get("xattrs")
        if xattrs or kind in _DEVICES:
            device = (_whole(entry, "devMajor"), _whole(entry, "devMinor")) if kind in _DEVICES else None
            extra = Extra(device, _xattrs(xattrs or {}))
        size = _whole(entry, "size") if kind is EntryKind.FILE else 0
        if _LOST in name:
            self._findings.note(LayerWarning.LOST_NAME, printable(name[-120:]))
        self._writer.add(
            name.encode("utf-8", "surrogatepass"),
            kind,
            _whole(entry, "mode") & 0o7777,
            clamp(_whole(entry, "uid")),
            clamp(_whole(entry, "gid")),
            size,
            parse_time(get("modtime")),
            (get("linkName") or "").encode("utf-8", "surrogatepass") if kind in _LINKS else None,
            self._position if kind is EntryKind.FILE else None,
            extra,
        )
        if size:
            self._file, self._size, self._covered = name, size, 0
            self._add_chunk(name, entry)

    def _add_chunk(self, name: str, entry: dict[str, Any]) -> None:
        if name != self._file or not self._size:
            raise TableError(f"{quote(name, 120)}: a chunk of it stands by another file")
        at = _whole(entry, "chunkOffset")
        size = _whole(entry, "chunkSize") or self._size - at
        if at != self._covered or not 0 < size <= self._size - at:
            raise TableError(f"{quote(name, 120)}: its chunks overlap, or leave gaps")
        if size > CHUNK_LIMIT:
            raise TableError(f"{quote(name, 120)}: a chunk of {size:,} bytes is over the limit of {CHUNK_LIMIT:,}")
        self._covered += size
        is_last = self._covered == self._size
        if entry.get("chunkType") == "zeros":
            self._rows.append(Chunk(self._position + at, size, None, None, 0, is_last, None))
            return
        start, inner = _whole(entry, "offset"), _whole(entry, "innerOffset")
        if start >= self._end or inner > CHUNK_LIMIT:
            raise TableError(f"{quote(name, 120)}: its contents are outside of the layer")
        if start < self._start:
            raise TableError(f"{quote(name, 120)}: its contents overlap those of files before it")
        digest = entry.get("chunkDigest") or (entry.get("digest") if not at and is_last else None)
        found = _DIGEST.fullmatch(digest or "")
        if found is None:
            raise TableError(f"{quote(name, 120)}: expected the SHA-256 of a chunk, found {quote(str(digest), 80)}")
        if start > self._start:
            self._settle(start)
        self._start = start
        self._waiting.append(Chunk(self._position + at, size, start, None, inner, is_last, bytes.fromhex(found[1])))

    def _end_file(self) -> None:
        """Check that a file's chunks are all of it."""
        if self._covered != self._size:
            raise TableError(
                f"{quote(self._file, 120)}: expected chunks of {self._size:,} bytes, found {self._covered:,}"
            )
        self._position += self._size
        if self._position > INT64_MAX:
            raise TableError("its files are of more bytes than there can be")
        self._size = self._covered = 0
        if len(self._rows) >= _CHUNKS_HELD:
            self._write_chunks()

    def _settle(self, end: int) -> None:
        """Say where the member or frame ends that came last."""
        self._rows += [chunk._replace(blob_end=end) for chunk in self._waiting]
        self._waiting.clear()

    def _write_chunks(self) -> None:
        self._writer.add_chunks(self._rows)
        self._rows.clear()


def _whole(entry: dict[str, Any], name: str) -> int:
    """A number that is not negative; 0 where nothing says it."""
    value = entry.get(name)
    if value is None:
        return 0
    if type(value) is not int or not 0 <= value <= INT64_MAX:
        raise TableError(
            f"{quote(str(entry.get('name')), 120)}: {name}: expected a number from 0 on, found {type_name(value)}"
        )
    return value


def _xattrs(values: dict[str, str]) -> dict[bytes, bytes]:
    try:
        return {
            name.encode("utf-8", "surrogatepass"): binascii.a2b_base64(value, strict_mode=True)
            for name, value in values.items()
        }
    except ValueError:
        raise TableError("expected extended attributes in base64, found something else") from None


def parse_time(text: str | None) -> int:
    """Return a time of RFC 3339 as Go writes it in nanoseconds since the epoch; 0 where there is none.

    Raises:
        TableError: it is no time.
    """
    if not text or text == _NO_TIME:
        return 0
    found = _TIME.fullmatch(text)
    if found is None:
        raise TableError(f"expected a time, found {quote(text, 60)}")
    fraction = int(found[2].ljust(9, "0")) if found[2] else 0
    return clamp(_seconds(found[1] + found[3]) * 1_000_000_000 + fraction)


@lru_cache(maxsize=4096)
def _seconds(text: str) -> int:
    try:
        since = datetime.fromisoformat(text) - _EPOCH
    except (ValueError, OverflowError):
        raise TableError(f"expected a time, found {quote(text, 60)}") from None
    return since.days * 86_400 + since.seconds
