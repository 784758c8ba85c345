"""Compares the checkpoints of a ztoc with the layer, while that is read: each must lead to what is there.

A span is unpacked once more from its checkpoint. Less would not do: a window or a bit that differs
makes other contents of the very same bytes of the blob.
"""

import hashlib
import zlib
from collections import deque
from collections.abc import Sequence

from ocitui.layers.compression.gzipstream import GzipStream
from ocitui.layers.compression.seekpoints import SeekPoint
from ocitui.layers.compression.stream import StreamDamageError
from ocitui.layers.summary import Findings
from ocitui.layers.toc.soci.checkpoints import span_bounds
from ocitui.layers.toc.soci.ztoc import Ztoc
from ocitui.layers.toc.window import PackedWindow
from ocitui.layers.warnings import LayerWarning
from ocitui.spec.compression import Compression

TOLD = 20
"""Spans of one layer that are told one by one."""

_PIECE = 1 << 20


class SpanComparison:
    """Is given the bytes of the blob by one thread, and what they unpack to, later, by another."""

    def __init__(self, findings: Findings, ztoc: Ztoc, size: int) -> None:
        """
        Args:
            findings: differences go there.
            ztoc: what is compared.
            size: bytes of the blob.
        """
        self._findings = findings
        self._is_gzip = ztoc.compression is Compression.GZIP
        self._points: Sequence[SeekPoint] = ztoc.points
        self._bounds = list(span_bounds(ztoc.points, size))
        self._window = PackedWindow()
        self._hasher = hashlib.sha256()
        """Of what the span unpacks to in the layer, as far as that came."""
        self._unpacked = 0
        self._number = 0
        """The span that is being unpacked."""
        self._digests: deque[tuple[int, bytes]] = deque()
        """Of spans that were unpacked, whose bytes did not all come yet: how many bytes, and their digest."""
        self._count = 0

    def observe(self, data: bytes) -> None:
        """Take the next bytes of the blob. In any thread."""
        self._window.observe(data)

    def take(self, data: bytes) -> None:
        """Take the next bytes of the unpacked layer."""
        view = memoryview(data)
        while view:
            following = self._number + 1
            end = self._points[following].unpacked_offset if following < len(self._points) else None
            step = len(view) if end is None else min(end - self._unpacked, len(view))
            self._hasher.update(view[:step])
            self._unpacked += step
            view = view[step:]
            if self._unpacked == end:
                self._end_span()
        self._check()

    def finish(self) -> None:
        """Tell what is missing, once all bytes came."""
        self._end_span()
        self._check()
        for point in self._points[self._number :]:
            self._tell(f"it has a checkpoint at offset {point.unpacked_offset:,}, beyond the end of the unpacked layer")
        if self._count > TOLD:
            self._findings.note(f"{LayerWarning.TABLE_DIFFERS}: in {self._count - TOLD:,} more spans")

    def _end_span(self) -> None:
        self._digests.append((self._unpacked - self._points[self._number].unpacked_offset, self._hasher.digest()))
        self._hasher = hashlib.sha256()
        self._number += 1

    def _check(self) -> None:
        """Compare the spans whose bytes are all here by now."""
        while self._window.take_in():
            pass
        while self._digests:
            number = self._number - len(self._digests)
            start, end = self._bounds[number]
            if end > self._window.end:
                return
            size, digest = self._digests.popleft()
            self._compare(self._points[number], start, self._window.read(start, end), size, digest)
            self._window.drop_before(self._bounds[number + 1][0] if number + 1 < len(self._bounds) else end)

    def _compare(self, point: SeekPoint, start: int, packed: bytes, size: int, digest: bytes) -> None:
        if hashlib.sha256(packed).digest() != point.digest:
            self._tell(f"the blob has other bytes from offset {start:,} on than the ztoc means")
        elif self._is_gzip and _digest_from(point, packed, size) != digest:
            where = f"offset {point.unpacked_offset:,} of the unpacked layer"
            self._tell(f"what is unpacked from the checkpoint at {where} is not what the layer has there")

    def _tell(self, what: str) -> None:
        self._count += 1
        if self._count <= TOLD:
            self._findings.note(f"{LayerWarning.TABLE_DIFFERS}: {what}")


def _digest_from(point: SeekPoint, packed: bytes, size: int) -> bytes | None:
    """The digest of so many bytes as a span unpacks to from its checkpoint; None where these are not to be had."""
    hasher = hashlib.sha256()
    try:
        stream = GzipStream(_Packed(packed), Findings(), point=point)
        while size > 0:
            data = stream.read(min(size, _PIECE))
            if not data:
                return None
            hasher.update(data)
            size -= len(data)
    except (StreamDamageError, zlib.error):
        return None
    return hasher.digest()


class _Packed:
    """The bytes of a span, to be unpacked."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.position = 0

    def read(self, size: int) -> bytes:
        found = self._data[self.position : self.position + size]
        self.position += len(found)
        return found
