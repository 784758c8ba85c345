"""Unpacks zstd, from the beginning or from where a frame begins.

Implements RFC 8878: frames one after the other, skippable ones stepped over. See `WindowWatch` for large windows.
"""

from typing import Any

import zstandard

from ocitui.layers.compression.seekpoints import PointRecorder
from ocitui.layers.compression.source import BlobSource
from ocitui.layers.compression.stream import StreamDamageError
from ocitui.layers.summary import Findings
from ocitui.layers.warnings import LayerWarning
from ocitui.spec.zstd_frames import LARGEST_WINDOW, MEMORY_LIMIT, FrameWalker, WindowWatch

_INPUT = 1 << 20
_INPUT_OF_FRAMES = 1 << 17
"""Bytes read at once where there are several frames, so that a pause comes soon when one is due."""


class ZstdStream:
    """All frames of a blob."""

    def __init__(self, source: BlobSource, findings: Findings, *, recorder: PointRecorder | None = None) -> None:
        """
        Args:
            source: the blob, at its beginning or where a frame begins.
            findings: where warnings are noted.
            recorder: collects seek points on the way.
        """
        self._source = source
        self._findings = findings
        self._recorder = recorder
        self._is_checked = False
        self._frames = _FrameBytes(source, recorder)
        self._watch = WindowWatch(self._frames.walker)
        self._library = zstandard.ZstdDecompressor(max_window_size=LARGEST_WINDOW)
        self._reader = self._open()

    def _open(self) -> Any:
        frames: Any = self._frames  # all the library calls is read
        return self._library.stream_reader(frames, read_size=_INPUT, read_across_frames=True)

    @property
    def memory(self) -> int:
        """See `ocitui.layers.compression.stream.Decompressor`."""
        return min(self._frames.walker.largest_window, MEMORY_LIMIT)

    def read(self, size: int) -> bytes:
        """The next bytes; see `ocitui.layers.compression.stream.Decompressor`."""
        while True:
            try:
                data: bytes = self._reader.read(size if self._recorder is None else min(size, self._recorder.room))
            except zstandard.ZstdError as error:
                reason = self._watch.problem or str(error)
                raise StreamDamageError(f"the zstd stream is damaged: {reason}", self._source.position) from None
            self._watch.took(len(data))
            if self._watch.problem:
                message = f"the zstd stream is not unpacked any further: {self._watch.problem}"
                raise StreamDamageError(message, self._source.position)
            if self._recorder is not None:
                self._recorder.took(data)
            if data or not self._frames.has_paused:
                break
            if self._recorder is not None:
                self._recorder.begins(self._frames.position)
            self._frames.has_paused = False
            self._reader = self._open()
        if not data and not self._is_checked:
            self._is_checked = True
            self._check_end()
        return data

    def _check_end(self) -> None:
        walker = self._frames.walker
        while self._source.read(_INPUT):
            pass
        if walker.garbage_at is not None:
            self._findings.note(f"{LayerWarning.BYTES_AFTER_ZSTD} at offset {walker.garbage_at:,} of the blob")
        elif not walker.is_between_frames:
            raise StreamDamageError("the zstd stream ends too early", self._source.position)


class _FrameBytes:
    """The input of the zstd reader: the blob's bytes as far as they are frames.

    Where a seek point is due it ends before the next frame, and goes on when it is asked once more.
    """

    def __init__(self, source: BlobSource, recorder: PointRecorder | None) -> None:
        self.walker = FrameWalker()
        self.has_paused = False
        self._source = source
        self._recorder = recorder
        self._rest = b""

    @property
    def position(self) -> int:
        """Bytes of the blob given out so far."""
        return self._source.position - len(self._rest)

    def read(self, size: int) -> bytes:
        """The next bytes; empty at the end and at a pause."""
        if self.walker.garbage_at is not None or self.has_paused:
            return b""
        data = self._rest or self._source.read(min(size, _INPUT_OF_FRAMES) if self.walker.frames > 1 else size)
        may_pause = self._recorder is not None and self._recorder.is_due
        taken = self.walker.feed(data, pause=may_pause)
        self._rest = data[taken:] if self.walker.garbage_at is None else b""
        self.has_paused = taken < len(data) and self.walker.garbage_at is None
        return data[:taken] if taken < len(data) else data
