"""Places where a compressed layer can be entered without unpacking what is before them.

A beginning of a gzip member or of a zstd frame is such a place as it is. Inside a deflate
stream it is the beginning of a block together with the 32 KiB unpacked before it. Those
are found while the layer is scanned, since a pass of its own would unpack everything again
(`indexed_gzip` takes 2.3 s for the layer below), and no library tells from Python where it
meets a block. Feeding the decompressor a few bytes at a time until it gives nothing finds
blocks as well, but at 0.9 ms a point for ``gzip -6`` and 3.6 for ``igzip``. So:

1. Every `INTERVAL` bytes of the unpacked stream the compressed bytes that come next are
   searched for what looks like a block (see `ocitui.layers.compression.deflate`).
2. The decompressor is fed up to that place, and then some bytes more. If a block does begin
   there, it gives nothing for these, since they only describe codes: no symbol is longer
   than six bytes, and inside a stored block every byte gives one. So a gzip file that the
   layer stores as it is does not mislead. It also says which byte of the unpacked stream
   the block begins with. Where blocks are stored, the first byte of one tells where its
   length is, and that is where the next one begins.
3. A second decompressor is started there and must give the same bytes as the first for a
   while.

On a layer of 712 MB this makes 72 points that take 0.5 % of the blob, for 2 to 3 % of the
scan's processor time. A stream of one endless block (``igzip -0``) has none.
"""

import sys
import zlib
from collections import deque
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

from ocitui.layers.compression.deflate import WINDOW, find_dynamic_blocks, find_lengths, resume, stored_length

INTERVAL = 8 << 20
"""Bytes of the unpacked stream between points: unpacking half of it is the cost of a random read."""

REMOTE_INTERVAL = 4 << 20
"""The same for a blob in a registry, where what is before a file must be fetched."""

_BUDGET = 64
"""The part of the blob's bytes that may be spent on points: one in this number."""

_SEARCHED_AT_ONCE = 1 << 14
_SEARCHED = 1 << 19
_AT_ONCE = 1 << 19
_BEFORE = 8
_SILENT = 24
_LENGTH = 4
_COMPARED = 1 << 13
_ROOM = 1 << 14
"""Bytes that must follow what is searched: a header's, and those that are compared."""

_OVERHEAD = 32


@dataclass(frozen=True, slots=True)
class SeekPoint:
    """One place."""

    unpacked_offset: int
    """The offset of the first byte there in the unpacked stream."""
    blob_bit: int
    """Its place in the blob, in bits: the lowest bit of a byte comes first."""
    window: bytes | None
    """For a block of deflate the unpacked bytes before it, in zlib's format; None where a member or frame begins."""
    digest: bytes | None = None
    """SHA-256 of the blob's bytes from the one that it is in up to the next point, where a ztoc says it."""


Steps = Generator[int, bytes, None]
"""Asks for a number of bytes to be unpacked next, and is sent the result."""


class PointRecorder:
    """Collects points while a blob is unpacked: it says where to pause, and is told what came up to there."""

    def __init__(self, is_wanted: bool = True, *, is_remote: bool = False) -> None:
        """
        Args:
            is_wanted: whether points are wanted at all; else the blob is only read in pieces as large.
            is_remote: whether the blob is in a registry.
        """
        self._interval = REMOTE_INTERVAL if is_remote else INTERVAL
        self.found: deque[SeekPoint] = deque()
        """Points, in order. Another thread may take them away at the front."""
        self._library: Any = zlib
        self._unpacked = 0
        self._due = self._interval if is_wanted else sys.maxsize
        self._spent = 0
        self._recent: deque[bytes] = deque()  # at least a window of what was unpacked
        self._recent_size = 0
        self._steps: Steps | None = None
        self._wanted = 0

    @property
    def is_due(self) -> bool:
        """True if it is time for the next point."""
        return self._unpacked >= self._due

    @property
    def room(self) -> int:
        """Bytes to unpack at once, at most, so that the next point is not too far away."""
        return max(self._due - self._unpacked, _AT_ONCE)

    def blob_room(self, offset: int) -> int:
        """About how many bytes of the blob unpack to `room`.

        Args:
            offset: bytes of the blob that are unpacked.
        """
        return self.room * offset // self._unpacked if self._unpacked else self.room

    @property
    def is_searching(self) -> bool:
        """True if the next bytes are unpacked in small steps."""
        return self._steps is not None

    def begins(self, blob_offset: int, library: Any = zlib) -> None:
        """A member or a frame begins.

        Args:
            blob_offset: the byte of the blob.
            library: what unpacks the member, ``zlib`` or what is like it.
        """
        self._library = library
        if self.is_due:
            self._add(8 * blob_offset, self._unpacked, None)
        self._recent.clear()
        self._recent_size = 0
        self._steps = None

    def step(self, buffer: memoryview, at: int, offset: int) -> int | None:
        """Return the number of bytes to unpack next, before `took` gets the outcome; None for as many as there are.

        Args:
            buffer: compressed bytes. It stays the same until all of it is unpacked.
            at: how many of them are unpacked.
            offset: where in the blob the buffer begins.
        """
        if self._steps is None:
            if not self.is_due or len(buffer) - at < 2 * _ROOM:
                return None
            if self._spent > (offset + at) // _BUDGET:
                self._postpone()
                return None
            self._steps = self._search(buffer, at, offset)
            self._advance(None)
        return self._wanted if self._steps is not None else None

    def took(self, data: bytes, is_all: bool = True) -> None:
        """Take the bytes that were unpacked last.

        Args:
            data: what came.
            is_all: whether it is everything that these bytes and those before them hold.
        """
        self._unpacked += len(data)
        if data:
            self._recent.append(data)
            self._recent_size += len(data)
            while self._recent_size - len(self._recent[0]) >= WINDOW:
                self._recent_size -= len(self._recent.popleft())
        if self._steps is not None:
            if is_all:
                self._advance(data)
            else:
                self._steps = None
                self._postpone()

    def _advance(self, data: bytes | None) -> None:
        assert self._steps is not None
        try:
            self._wanted = next(self._steps) if data is None else self._steps.send(data)
        except StopIteration:
            self._steps = None

    def _search(self, buffer: memoryview, at: int, offset: int) -> Steps:
        """Look for a point in the bytes that come next."""
        last = min(at + _SEARCHED, len(buffer) - _ROOM)
        while at < last:
            stop = min(at + _SEARCHED_AT_ONCE, last)
            for bit in find_dynamic_blocks(buffer, at + _BEFORE, stop):
                byte = bit // 8
                if byte - _BEFORE <= at:  # passed already
                    continue
                yield byte - _BEFORE - at
                before = yield _BEFORE + 1  # with the byte that the block begins in
                silence = yield _SILENT
                at = byte + 1 + _SILENT
                if before and not silence:
                    if (yield from self._compare(buffer, bit, at, offset)):
                        return
                    at += _COMPARED
            for place in find_lengths(buffer, at + 1, stop):
                if place <= at:
                    continue
                yield place - at
                at, first = place, b""
                while not first and at < place + _LENGTH + 2:
                    first = yield 1
                    at += 1
                length = stored_length(buffer, at - 1 - _LENGTH)  # if there is a stored block, this is its first byte
                if len(first) != 1 or not length or at - 1 - _LENGTH < place or at + length > len(buffer) - _ROOM:
                    continue
                stored = first + (yield length - 1) if length > 1 else first
                at += length - 1
                if stored == buffer[at - length : at]:
                    if (yield from self._compare(buffer, 8 * at, at, offset)):
                        return
                    at += _COMPARED
            if at < stop:
                yield stop - at
                at = stop
        self._postpone()

    def _compare(self, buffer: memoryview, bit: int, at: int, offset: int) -> Generator[int, bytes, bool]:
        """Unpack a little more, and the same once more from the point. Returns whether both agree."""
        unpacked_offset, window = self._unpacked, self._window()
        expected = yield _COMPARED
        start, first = (bit + 7) // 8, bit // 8
        try:
            second = resume(self._library, window, bit % 8, buffer[first])
            data = second.decompress(buffer[start : at + _COMPARED], len(expected) + 1)
        except self._library.error:
            return False
        if data != expected:
            return False
        self._add(8 * offset + bit, unpacked_offset, window)
        return True

    def _window(self) -> bytes:
        parts: list[bytes] = []
        missing = WINDOW
        for data in reversed(self._recent):
            parts.append(data[-missing:])
            missing -= len(parts[-1])
            if not missing:
                break
        return b"".join(reversed(parts))

    def _add(self, blob_bit: int, unpacked_offset: int, window: bytes | None) -> None:
        packed = None if window is None else self._library.compress(window, 1)
        self.found.append(SeekPoint(unpacked_offset, blob_bit, packed))
        self._spent += _OVERHEAD + len(packed or b"")
        self._due = unpacked_offset + self._interval

    def _postpone(self) -> None:
        self._due = self._unpacked + self._interval // 4
