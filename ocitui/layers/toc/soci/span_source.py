"""The bytes of a layer that a ztoc vouches for: each span is fetched whole, and checked before any of it is given."""

import hashlib
from bisect import bisect_right
from collections.abc import Sequence

from ocitui.errors import LayerError
from ocitui.layers.compression.seekpoints import SeekPoint
from ocitui.layers.compression.source import BlobSource
from ocitui.layers.toc.soci.checkpoints import span_bounds
from ocitui.transports.blob import Blob


class SpanSource(BlobSource):
    """A blob that is read by spans, each in a request of its own, and nothing beside them."""

    def __init__(self, blob: Blob, points: Sequence[SeekPoint], *, skipped: int = 0) -> None:
        """Open the blob.

        Args:
            blob: where the bytes are.
            points: where spans begin, in order, with their digests.
            skipped: bytes of it that are passed over; offsets are counted from there.

        Raises:
            BlobError: it cannot be opened.
        """
        super().__init__(blob, skipped=skipped)
        self._bounds = list(span_bounds(points, self.size + skipped))
        self._digests = [point.digest for point in points]
        self._held: tuple[int, bytes] = (0, b"")

    def read_at(self, offset: int, size: int) -> bytes:
        """Bytes at any offset, up to ``size`` of them and none of two spans; empty at the end. Does not move.

        Raises:
            LayerError: they have another digest than the ztoc says.
            BlobError: they cannot be read.
        """
        if offset >= self.size:
            return b""
        place = self._skipped + offset
        start, data = self._held
        if not start <= place < start + len(data):
            start, data = self._held = self._fetch_span(place)
        return data[place - start : place - start + size]

    def _fetch_span(self, place: int) -> tuple[int, bytes]:
        number = bisect_right(self._bounds, place, key=lambda bounds: bounds[0]) - 1
        if number < 0:
            raise LayerError(f"the layer's ztoc says nothing of the blob before offset {self._bounds[0][0]:,}")
        start, end = self._bounds[number]
        data = self.read_range(start - self._skipped, end - start)
        digest = hashlib.sha256(data).digest()
        if digest != self._digests[number]:
            expected = f"expected sha256:{(self._digests[number] or b'').hex()}, as the layer's ztoc says"
            raise LayerError(f"{expected}, found sha256:{digest.hex()} (at offset {start:,} of the blob)")
        return start, data
