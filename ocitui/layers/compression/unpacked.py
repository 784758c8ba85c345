"""The unpacked bytes of one blob, at any offset.

A blob that is not compressed is read in place. In any other a decompressor begins at the
last seek point before the offset, or goes on where one that is open has got to: what is
read in order is unpacked once. The last stretches that were unpacked are kept.
"""

import os
import zlib
from bisect import bisect_right, insort
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from ocitui.display import printable
from ocitui.errors import BlobError, LayerError, OcituiError
from ocitui.layers.compression.detect import MAGIC_LENGTH, detect
from ocitui.layers.compression.opening import open_decompressor
from ocitui.layers.compression.seekpoints import REMOTE_INTERVAL, SeekPoint
from ocitui.layers.compression.source import BlobSource
from ocitui.layers.compression.stream import Decompressor, StreamDamageError
from ocitui.layers.summary import Findings
from ocitui.layers.tar.header import BLOCK, is_header
from ocitui.spec.compression import Compression
from ocitui.transports.blob import Blob
from ocitui.transports.blobs import expect_of

KEPT = 16 << 20
"""Bytes of unpacked stretches that are kept."""

_STRETCH = 1 << 19
_EXACT = 1 << 9
_OPEN = 2
"""Decompressors that are kept: for a file that is read on, and for one looked into meanwhile."""

_DEAR = 6_000_000
"""Bytes of a blob that may be fetched for what is before a file, and nothing is said."""

_SPARE = 1 << 17
"""Bytes that are asked for beside what is estimated."""

_MUCH = 32 << 20
"""Bytes that a decompressor holds from which on no second one is kept beside it."""


class OpenSource(Protocol):
    """Opens a blob to be read from some byte on, as `BlobSource` does."""

    def __call__(self, blob: Blob, *, skipped: int = 0) -> BlobSource:
        """Open it; see `BlobSource`."""


class UnpackedBlob:
    """Random access to what a blob unpacks to. For one thread at a time."""

    def __init__(
        self,
        blob: Blob,
        find_point: Callable[[int], SeekPoint | None],
        *,
        compression: Compression | None = None,
        unpacked_size: int | None = None,
        open_source: OpenSource = BlobSource,
    ) -> None:
        """Open the blob.

        Args:
            blob: where it is.
            find_point: gives the last seek point at or before an offset, if there is any.
            compression: of the blob, where it is known; else its first bytes tell.
            unpacked_size: bytes that it unpacks to, where that is known: by it the cost of reading is estimated.
            open_source: opens the blob to be read, where what is read is to be checked.

        Raises:
            BlobError: it cannot be opened.
        """
        self._blob = blob
        self._find_point = find_point
        self._unpacked_size = unpacked_size
        self._open_source = open_source
        self._plain = open_source(blob)
        self._identity = self._plain.identity
        self.size = self._plain.size
        """Bytes of the blob as stored."""
        self.compression = detect(self._plain.peek(MAGIC_LENGTH)) if compression is None else compression
        self._streams: list[_Stream] = []  # the one used last is the last
        self._kept = _Stretches()
        self._damage: tuple[int, str] | None = None
        if self.compression is not Compression.NONE:
            self._plain.close()

    def read(self, offset: int, size: int) -> bytes:
        """The bytes at an offset: at least one and up to ``size``, or none at the end of the stream.

        Raises:
            LayerError: the stream is damaged before this offset, or the blob has changed since it was opened.
            BlobError: the blob cannot be read.
        """
        if self.compression is Compression.NONE:
            return self._plain.read_at(offset, size)
        found = self._kept.find(offset)
        while found is None:
            if self._damage is not None and offset >= self._damage[0]:
                raise LayerError(self._damage[1])
            stream = self._stream_before(offset, size)
            start = stream.position
            data = self._next_stretch(stream)
            if data is None:
                del stream  # its window may be large, and another is opened
                data = self._read_to_damage(start)
            if not data and self._damage is None:
                return b""
            self._kept.add(start, data)
            if start <= offset < start + len(data):
                found = start, data
        start, data = found
        return data[offset - start : offset - start + size]

    @property
    def has_changed(self) -> bool:
        """True if the blob is another file by now, was written to, or is gone."""
        try:
            with BlobSource(self._blob) as source:
                return source.identity != self._identity
        except BlobError:
            return True

    def rest(self) -> None:
        """Let go of what is held in memory; it is unpacked again when it is asked for."""
        self._kept = _Stretches()
        while self._streams:
            self._streams.pop().close()

    def close(self) -> None:
        """Close all files."""
        self._plain.close()
        self.rest()

    @property
    def is_tar(self) -> bool:
        """True if it begins with the header of a tar, or with the blocks of zeros that are an empty one."""
        start = b""
        try:
            while len(start) < BLOCK and (data := self.read(len(start), BLOCK - len(start))):
                start += data
        except LayerError:
            return False
        return is_header(start) or (len(start) == BLOCK and not start.strip(b"\0"))

    def _next_stretch(self, stream: "_Stream") -> bytes | None:
        """The next bytes of a stream; None where it is damaged, and closed."""
        try:
            return stream.read(_STRETCH)
        except StreamDamageError:
            self._streams.remove(stream)
            stream.close()
            return None

    def _stream_before(self, offset: int, size: int) -> "_Stream":
        """An open stream that is at the offset or before it, with no seek point in between."""
        point = self._find_point(offset)
        least = point.unpacked_offset if point is not None else 0
        usable = [stream for stream in self._streams if least <= stream.position <= offset]
        if usable:
            stream = max(usable, key=lambda stream: stream.position)
            self._streams.remove(stream)
            self._say_cost(self._packed(offset - stream.position, point))
        else:
            while len(self._streams) >= _OPEN or any(each.decompressor.memory > _MUCH for each in self._streams):
                self._streams.pop(0).close()
            self._say_cost(self._packed(offset - least, point))
            stream = self._open(point, expected=self._packed(offset - least + size, point) + _SPARE)
        self._streams.append(stream)
        return stream

    def _packed(self, size: int, point: SeekPoint | None) -> int:
        """About how many bytes of the blob unpack to so many from a point on; 0 where it is on this machine.

        No two parts of a layer are packed alike: the next points say best how these are.
        """
        if not self._blob.is_remote or not self._unpacked_size:
            return 0
        begin, start = (point.unpacked_offset, point.blob_bit // 8) if point is not None else (0, 0)
        after = self._find_point(begin + size + REMOTE_INTERVAL)
        if after is None or after.unpacked_offset <= begin:
            return size * self.size // self._unpacked_size
        return size * (after.blob_bit // 8 - start) // (after.unpacked_offset - begin)

    def _say_cost(self, cost: int) -> None:
        """Say first what it costs where much of a blob in a registry is unpacked only to be passed over.

        Zstd can be entered where a frame begins, and most writers make one frame of a layer.
        """
        if cost > _DEAR:
            expect_of(self._blob, cost)

    def _open(self, point: SeekPoint | None, *, expected: int = 0, exact: bool = False) -> "_Stream":
        skipped = point.blob_bit // 8 if point is not None else 0
        source = self._open_source(self._blob, skipped=skipped)
        if source.identity != self._identity:
            source.close()
            raise LayerError(f"the blob {printable(os.fspath(self._blob.path))} has changed since it was opened")
        source.will_read(expected)
        try:
            stream = open_decompressor(self.compression, source, Findings(), exact=exact, point=point)
        except zlib.error as error:
            source.close()
            raise LayerError(f"a seek point of the layer index is damaged: {error}") from None
        except OcituiError:
            source.close()
            raise
        return _Stream(source, stream, point.unpacked_offset if point is not None else 0, skipped)

    def _read_to_damage(self, start: int) -> bytes:
        """Unpack once more, in small steps at the end, to get the bytes right before a damage."""
        parts: list[bytes] = []
        stream = self._open(self._find_point(start), exact=True)
        try:
            while stream.position < start and stream.read(min(_STRETCH, start - stream.position)):
                pass
            while data := stream.read(_EXACT):
                parts.append(data)
        except StreamDamageError as damage:
            where = f"at offset {stream.position:,} of the unpacked layer, {stream.skipped + damage.blob_offset:,}"
            self._damage = stream.position, f"{damage} ({where} of the blob)"
        else:
            self._damage = stream.position, f"the layer is damaged after offset {stream.position:,}"
        finally:
            stream.close()
        return b"".join(parts)


@dataclass(slots=True)
class _Stream:
    """A decompressor on its way."""

    source: BlobSource
    decompressor: Decompressor
    position: int
    skipped: int
    """Bytes of the blob before those it was given."""

    def read(self, size: int) -> bytes:
        data = self.decompressor.read(size)
        self.position += len(data)
        return data

    def close(self) -> None:
        self.source.close()


class _Stretches:
    """The pieces of the stream that were unpacked last."""

    def __init__(self) -> None:
        self._pieces: OrderedDict[int, bytes] = OrderedDict()  # by offset, the least recently used first
        self._offsets: list[int] = []
        self._size = 0

    def find(self, offset: int) -> tuple[int, bytes] | None:
        """The piece that holds an offset, and where it begins."""
        at = bisect_right(self._offsets, offset) - 1
        if at < 0:
            return None
        start = self._offsets[at]
        piece = self._pieces[start]
        if offset >= start + len(piece):
            return None
        self._pieces.move_to_end(start)
        return start, piece

    def add(self, start: int, piece: bytes) -> None:
        """Keep a piece, and forget others when there are too many."""
        if start in self._pieces:
            self._remove(start)
        self._pieces[start] = piece
        insort(self._offsets, start)
        self._size += len(piece)
        while self._size > KEPT and len(self._pieces) > 1:
            self._remove(next(iter(self._pieces)))

    def _remove(self, start: int) -> None:
        self._size -= len(self._pieces.pop(start))
        self._offsets.remove(start)
