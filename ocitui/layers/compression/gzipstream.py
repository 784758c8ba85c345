"""Unpacks gzip, from the beginning or from a seek point.

Implements RFC 1952, GZIP File Format. ``isal`` unpacks about three times as fast as
``zlib``, which stands in where there is no ``isal``. Both give up Python's lock while they
work on a large buffer.
"""

import zlib

from ocitui.layers.compression.deflate import WINDOW, resume
from ocitui.layers.compression.gzipmember import Member, SmallMember, fast_zlib, open_member
from ocitui.layers.compression.seekpoints import PointRecorder, SeekPoint
from ocitui.layers.compression.stream import Packed, StreamDamageError
from ocitui.layers.summary import Findings
from ocitui.layers.warnings import LayerWarning

_FIRST_INPUT = 1 << 14
_INPUT = 1 << 21
_INPUT_OF_ONE_FILE = 1 << 18
_LEAST_INPUT = 1 << 12
_TRAILER = 8


class GzipStream:
    """One member after the other; zeros or other bytes after the last are noted, not unpacked."""

    def __init__(
        self,
        source: Packed,
        findings: Findings,
        *,
        exact: bool = False,
        recorder: PointRecorder | None = None,
        point: SeekPoint | None = None,
    ) -> None:
        """
        Args:
            source: the blob; where there is a point, from the byte that it is in.
            findings: where warnings are noted.
            exact: use ``zlib``, which gives every byte up to a damage.
            recorder: collects seek points on the way.
            point: where to begin.

        Raises:
            zlib.error: nothing begins there.
        """
        self._source = source
        self._findings = findings
        self._library = library = zlib if exact else fast_zlib
        self._errors = (zlib.error, library.error)
        self._recorder = recorder
        self._member: Member | None = None
        self._is_headless = False  # whether the member was entered at a point, and its trailer is to be skipped
        self._skip = 0
        self._input = _INPUT if recorder is not None else _INPUT_OF_ONE_FILE
        self._buffer = memoryview(b"")
        self._at = 0
        self._piece = _FIRST_INPUT
        if point is not None and point.window is not None:
            bit = point.blob_bit % 8
            first = source.read(1) if bit else b"\0"
            if first:
                try:
                    self._member = SmallMember(resume(library, zlib.decompress(point.window), bit, first[0]))
                except library.error as error:
                    raise zlib.error(str(error)) from None
            self._is_headless = True

    @property
    def memory(self) -> int:
        """See `ocitui.layers.compression.stream.Decompressor`."""
        return WINDOW

    def read(self, size: int) -> bytes:
        """The next bytes; see `ocitui.layers.compression.stream.Decompressor`."""
        recorder = self._recorder
        held: list[bytes] = []  # while a seek point is searched in small steps
        left = size
        while True:
            has_more = self._member is not None and self._member.has_more
            if self._at == len(self._buffer) and not has_more:
                self._buffer, self._at = memoryview(self._source.read(self._input)), 0
            if self._member is None and not self._begin_member():
                return b"".join(held)
            assert self._member is not None
            piece = self._buffer[self._at : self._at + (0 if has_more else self._next_piece())]
            self._at += len(piece)
            try:
                data = self._member.unpack(piece, left)
            except self._errors as error:
                raise StreamDamageError(f"the gzip stream is damaged: {error}", self._offset) from None
            is_all = not (self._member.has_more or self._member.eof)
            is_stuck = not data and not piece and not has_more and not self._member.eof
            if self._member.eof:
                self._at -= self._member.unused
                self._end_member()
            if recorder is not None:
                recorder.took(data, is_all)
            if held or (recorder is not None and recorder.is_searching):
                held.append(data)
                left -= len(data)
                if recorder is not None and recorder.is_searching:
                    continue
                data, left = b"".join(held), size
                held.clear()
            if data:
                return data
            if is_stuck:
                raise StreamDamageError("the gzip stream ends too early", self._offset)

    def _next_piece(self) -> int:
        """Return the number of compressed bytes to unpack next."""
        recorder = self._recorder
        step = recorder.step(self._buffer, self._at, self._buffer_offset) if recorder is not None else None
        if step is not None:
            return step
        # A small piece at first: what lies behind the end of a member is copied each
        # time, and a blob may have one member for each file (eStargz).
        piece = self._piece
        self._piece = min(piece * 2, self._input)
        if recorder is not None:
            piece = min(piece, max(recorder.blob_room(self._offset), _LEAST_INPUT))
        return piece

    @property
    def _buffer_offset(self) -> int:
        return self._source.position - len(self._buffer)

    @property
    def _offset(self) -> int:
        return self._buffer_offset + self._at

    def _begin_member(self) -> bool:
        """Get to the next member. Returns False at the end of the stream."""
        while self._skip:
            if self._at == len(self._buffer):
                self._buffer, self._at = memoryview(self._source.read(self._input)), 0
                if not self._buffer:
                    raise StreamDamageError("the gzip stream ends too early", self._offset)
            step = min(self._skip, len(self._buffer) - self._at)
            self._at, self._skip = self._at + step, self._skip - step
        start = bytes(self._buffer[self._at : self._at + 2])
        if len(start) < 2:  # the magic number is cut by the end of the buffer
            self._buffer, self._at = memoryview(start + self._source.read(self._input)), 0
            start = bytes(self._buffer[:2])
        if not start:
            return False
        if start != b"\x1f\x8b":
            self._drain()
            return False
        self._member, self._piece = open_member(self._library, is_large=self._recorder is not None), _FIRST_INPUT
        if self._recorder is not None:
            self._recorder.begins(self._offset, self._library)
        return True

    def _end_member(self) -> None:
        self._member = None
        self._skip = _TRAILER if self._is_headless else 0
        self._is_headless = False

    def _drain(self) -> None:
        """Step over what follows the last member, as gzip does."""
        offset, is_zero = self._offset, True
        data = bytes(self._buffer[self._at :])
        while data:
            is_zero = is_zero and not data.strip(b"\0")
            data = self._source.read(self._input)
        self._buffer, self._at = memoryview(b""), 0
        what = LayerWarning.ZEROS_AFTER_GZIP if is_zero else LayerWarning.BYTES_AFTER_GZIP
        self._findings.note(f"{what} at offset {offset:,} of the blob")
