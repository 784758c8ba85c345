"""The contents of files by chunks, as a table of contents says where they are, each checked before it is given.

Offsets are those of the files one after the other, as `ocitui.layers.entry.Entry.offset` counts
them here. Chunks that follow each other in the blob are fetched together: the rest of what was
asked for, and while a file is read on more and more of it. Beyond its end goes only what
comes with other files that are going to be read.
"""

import hashlib
import os
import zlib
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import pairwise

import zstandard

from ocitui.display import printable
from ocitui.errors import BlobError, LayerError
from ocitui.layers.compression.source import BlobSource
from ocitui.layers.index.chunk import Chunk
from ocitui.layers.index.index import LayerIndex
from ocitui.spec.compression import Compression
from ocitui.spec.zstd_frames import MEMORY_LIMIT
from ocitui.transports.blob import Blob

KEPT = 16 << 20
"""Bytes of unpacked chunks that are kept."""

_AHEAD = 1 << 20
_GROWTH = 4
_AHEAD_MOST = 1 << 25
JOINED = 8 << 20
"""Bytes of the blob that are fetched at once for several files, at most."""
GAP = 1 << 15
"""Bytes between two of them that are fetched rather than asked around."""

_CHUNKS_AT_ONCE = 1000
_LEAST = 4096


class ChunkedBlob:
    """Random access to the files of a layer with a table of contents. For one thread at a time."""

    def __init__(self, blob: Blob, index: LayerIndex) -> None:
        """Open the blob.

        Args:
            blob: where it is.
            index: its index, made of the table.

        Raises:
            BlobError: it cannot be opened.
        """
        self._blob = blob
        self._index = index
        self._source = BlobSource(blob)
        self.size = self._source.size
        """Bytes of the blob as stored."""
        self.compression = index.summary.compression
        self._kept: dict[int, bytes] = {}  # unpacked, by offset, those used last at the end
        self._fetched: tuple[int, bytes] = (0, b"")
        self._ahead = 0
        self._next = -1
        """The offset that is read next where a file is read on."""
        self._expected: tuple[Sequence[int], Sequence[int]] = ((), ())
        """The beginnings and ends, in files, of what is going to be read."""

    def read(self, offset: int, size: int) -> bytes:
        """The bytes at an offset: at least one and up to ``size``, or none where no file has any.

        Raises:
            LayerError: they are damaged, or are not what the table says.
            BlobError: the blob cannot be read.
        """
        start = bisect_right(starts := sorted(self._kept), offset) - 1
        if start >= 0 and offset < starts[start] + len(self._kept[starts[start]]):
            return self._given(starts[start], offset, size)
        chunks = self._index.chunks_from(offset, _CHUNKS_AT_ONCE)
        if not chunks or not chunks[0].offset <= offset < chunks[0].offset + chunks[0].size:
            return b""
        self._keep(chunks[0].offset, self._unpack(chunks, offset, size))
        return self._given(chunks[0].offset, offset, size)

    def expect(self, ranges: Sequence[tuple[int, int]]) -> None:
        """See `ocitui.layers.reader.ExpectsRanges`."""
        ascending = sorted((offset, offset + size) for offset, size in set(ranges) if size)
        self._expected = [start for start, _ in ascending], [end for _, end in ascending]

    @property
    def has_changed(self) -> bool:
        """True if the blob is another file by now, was written to, or is gone."""
        try:
            with BlobSource(self._blob) as source:
                return source.identity != self._source.identity
        except BlobError:
            return True

    def rest(self) -> None:
        """Let go of what is held in memory; it is fetched again when it is asked for."""
        self._kept.clear()
        self._fetched = 0, b""

    def close(self) -> None:
        """Close the blob."""
        self._source.close()
        self.rest()

    def _given(self, start: int, offset: int, size: int) -> bytes:
        data = self._kept.pop(start)
        self._kept[start] = data
        found = data[offset - start : offset - start + size]
        self._next = offset + len(found)
        return found

    def _keep(self, start: int, data: bytes) -> None:
        self._kept[start] = data
        while sum(map(len, self._kept.values())) > KEPT and len(self._kept) > 1:
            del self._kept[next(iter(self._kept))]

    def _unpack(self, chunks: Sequence[Chunk], offset: int, size: int) -> bytes:
        chunk = chunks[0]
        if chunk.blob_offset is None:
            return bytes(chunk.size)
        packed = self._packed(chunks, offset, size)
        try:
            data = unpack(packed, chunk, self.compression)
        except (zlib.error, zstandard.ZstdError) as error:
            raise LayerError(f"its contents at offset {chunk.blob_offset:,} of the blob are damaged: {error}") from None
        if hashlib.sha256(data).digest() != chunk.digest:
            expected = f"expected sha256:{(chunk.digest or b'').hex()}, as the layer's table of contents says"
            found = f"found sha256:{hashlib.sha256(data).hexdigest()}"
            raise LayerError(f"{expected}, {found} (at offset {chunk.blob_offset:,} of the blob)")
        return data

    def _packed(self, chunks: Sequence[Chunk], offset: int, size: int) -> bytes:
        """The bytes that the first of these chunks is in; what else is wanted of them is fetched with it."""
        first = chunks[0]
        assert first.blob_offset is not None
        start, fetched = self._fetched
        end = end_of(first)
        if not start <= first.blob_offset <= end <= start + len(fetched):
            is_read_on = offset == self._next
            self._ahead = min(max(self._ahead * _GROWTH, _AHEAD), _AHEAD_MOST) if is_read_on else 0
            start = first.blob_offset
            end = self._joined(chunks, start, _end_of_run(chunks, offset + size, start + self._ahead))
            self._fetched = start, b""
            if self._blob_has_changed():
                raise LayerError(f"the blob {printable(os.fspath(self._blob.path))} has changed since it was opened")
            fetched = self._source.read_range(start, end - start)
            self._fetched = start, fetched
        return fetched[first.blob_offset - start : end_of(first) - start]

    def _joined(self, chunks: Sequence[Chunk], start: int, end: int) -> int:
        """The end of what is fetched, with what else is going to be read of these chunks, and stands by it."""
        starts, ends = self._expected
        for chunk in chunks if starts else ():
            if chunk.blob_offset is None:
                continue
            if chunk.blob_offset > end + GAP or end_of(chunk) > start + JOINED:
                break
            before = bisect_left(starts, chunk.offset + chunk.size) - 1
            if before >= 0 and ends[before] > chunk.offset:
                end = max(end, end_of(chunk))
        return end

    def _blob_has_changed(self) -> bool:
        return not self._blob.is_remote and self.has_changed


def end_of(chunk: Chunk) -> int:
    """The offset in the blob after a chunk: no more is read than its bytes can take, whatever follows them."""
    assert chunk.blob_offset is not None
    assert chunk.blob_end is not None
    unpacked = chunk.inner + chunk.size
    return min(chunk.blob_end, chunk.blob_offset + unpacked + (unpacked >> 10) + _LEAST)


def _end_of_run(chunks: Sequence[Chunk], wanted: int, ahead: int) -> int:
    """The offset in the blob after the last chunk to fetch.

    Args:
        chunks: the first of them, and those after it.
        wanted: the offset, in files, up to which something is wanted now.
        ahead: the offset in the blob up to which more may be fetched, as far as the file goes.
    """
    end = end_of(chunks[0])
    for before, chunk in pairwise(chunks):
        if before.is_last:
            break
        if (
            chunk.blob_offset is None
        ):  # zeros, which are not stored: what follows them comes right behind what is before
            continue
        if chunk.offset >= wanted and end_of(chunk) > ahead:
            break
        end = max(end, end_of(chunk))
    return end


def unpack(packed: bytes, chunk: Chunk, compression: Compression) -> bytes:
    """The bytes of a chunk, as many as come of it; nothing is checked.

    Args:
        packed: what is stored, from the member or frame that it is in to its end.
        chunk: its place.
        compression: of the layer, gzip or zstd.

    Raises:
        zlib.error: the gzip is damaged.
        zstandard.ZstdError: the zstd is damaged.
    """
    return _unpack_gzip(packed, chunk) if compression is Compression.GZIP else _unpack_zstd(packed, chunk)


def _unpack_gzip(packed: bytes, chunk: Chunk) -> bytes:
    return zlib.decompressobj(31).decompress(packed, chunk.inner + chunk.size)[chunk.inner :]


def _unpack_zstd(packed: bytes, chunk: Chunk) -> bytes:
    library = zstandard.ZstdDecompressor(max_window_size=MEMORY_LIMIT)
    reader = library.stream_reader(packed, read_across_frames=True)
    parts: list[bytes] = []
    left = chunk.inner + chunk.size
    while left > 0 and (piece := reader.read(left)):
        parts.append(piece)
        left -= len(piece)
    return b"".join(parts)[chunk.inner :]
