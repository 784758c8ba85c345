"""Follows the frames of a zstd stream without decompressing it.

Implements RFC 8878, Zstandard Compression and the application/zstd Media Type: frames,
blocks and skippable frames. The decompressor does not tell whether the last frame ended,
and where; this does.
"""

from ocitui.display import format_size

LARGEST_WINDOW = 1 << 31
"""Bytes of a window that a frame may ask for, as ``zstd --long=31`` does."""

MEMORY_LIMIT = 1 << 27
"""Bytes of a window that are held in memory: as much as ``zstd`` takes unless it is told to take more."""

MAGIC = 0xFD2FB528
_SKIPPABLE_MAGIC = 0x184D2A50


class FrameWalker:
    """Takes the stream piece by piece and knows where in its structure each piece ends."""

    def __init__(self) -> None:
        self.frames = 0
        """Frames that began, skippable ones not counted."""
        self.largest_window = 0
        """Bytes of the largest window that a frame asked for."""
        self.garbage_at: int | None = None
        """Offset of the first byte that belongs to no frame, if there is one."""
        self._position = 0
        self._next = 0  # offset of the next structure: a magic number or a block header
        self._in_frame = False
        self._has_checksum = False
        self._carry = b""

    @property
    def is_between_frames(self) -> bool:
        """True if everything so far is whole frames."""
        return not self._in_frame and not self._carry and self._position == self._next

    def feed(self, data: bytes, pause: bool = False) -> int:
        """Take the next piece. Returns how many of its bytes belong to frames: less than all before garbage.

        Args:
            data: the piece.
            pause: take no more than up to the next place in it where a frame begins.
        """
        start = self._position - len(self._carry)
        window = self._carry + data if self._carry else data
        self._position += len(data)
        end = self._position
        while self._next < end and self.garbage_at is None:
            at = self._next - start
            if pause and not self._in_frame and self._next >= end - len(data):
                self._position, self._carry = self._next, b""
                return self._next - (end - len(data))
            length = self._block(window, at) if self._in_frame else self._frame(window, at)
            if length is None:  # the piece ends inside the structure
                self._carry = window[at:]
                return len(data)
            self._next += length
        self._carry = b""
        if self.garbage_at is not None:
            return max(self.garbage_at - (end - len(data)), 0)
        return len(data)

    def _block(self, window: bytes, at: int) -> int | None:
        if at + 3 > len(window):
            return None
        header = int.from_bytes(window[at : at + 3], "little")
        size = 1 if header >> 1 & 3 == 1 else header >> 3  # a run of one byte is stored as one
        if header & 1:  # the last block of the frame
            self._in_frame = False
            size += 4 if self._has_checksum else 0
        return 3 + size

    def _frame(self, window: bytes, at: int) -> int | None:
        if at + 4 > len(window):
            return None
        magic = int.from_bytes(window[at : at + 4], "little")
        if magic & 0xFFFFFFF0 == _SKIPPABLE_MAGIC:
            return 8 + int.from_bytes(window[at + 4 : at + 8], "little") if at + 8 <= len(window) else None
        if magic != MAGIC:
            self.garbage_at = self._next
            return 0
        if at + 5 > len(window):
            return None
        descriptor = window[at + 4]
        is_single_segment = bool(descriptor & 0x20)
        dictionary_length = (0, 1, 2, 4)[descriptor & 3]
        content_length = (1 if is_single_segment else 0, 2, 4, 8)[descriptor >> 6]
        length = 5 + (not is_single_segment) + dictionary_length + content_length
        if at + length > len(window):
            return None
        if is_single_segment:
            content = int.from_bytes(window[at + length - content_length : at + length], "little")
            asked = content + (256 if content_length == 2 else 0)
        else:
            base = 1 << (10 + (window[at + 5] >> 3))
            asked = base + base // 8 * (window[at + 5] & 7)
        self.largest_window = max(self.largest_window, asked)
        self.frames += 1
        self._in_frame = True
        self._has_checksum = bool(descriptor & 4)
        return length


class WindowWatch:
    """Tells when a stream needs more memory than is given to it.

    What a frame asks for costs nothing until as much was unpacked. So a frame that asks for
    much and holds little is read to its end, and one that holds more than `MEMORY_LIMIT`
    as far as that.
    """

    def __init__(self, walker: FrameWalker) -> None:
        """
        Args:
            walker: is fed the stream before it is unpacked.
        """
        self._walker = walker
        self._frames = 0
        self._unpacked = 0

    @property
    def problem(self) -> str:
        """The reason why the stream cannot be unpacked any further; empty where it can."""
        asked = self._walker.largest_window
        if asked > LARGEST_WINDOW:
            return f"a frame asks for a window of {format_size(asked)}, over the limit of {format_size(LARGEST_WINDOW)}"
        if asked > MEMORY_LIMIT and self._unpacked > MEMORY_LIMIT:
            limit = format_size(MEMORY_LIMIT)
            return (
                f"a frame asks for a window of {format_size(asked)}, of which no more than {limit} are held in memory"
            )
        return ""

    def took(self, size: int) -> None:
        """So many bytes were unpacked."""
        if self._walker.frames != self._frames:  # what was unpacked before is no part of the frame that was fed last
            self._frames, self._unpacked = self._walker.frames, 0
        self._unpacked += size
