"""The part of a blob that is held while the blob is read."""

from collections import deque


class PackedWindow:
    """Bytes of a blob from an offset on. One thread gives them, another takes them in and lets go of them."""

    def __init__(self) -> None:
        self._pieces: deque[bytes] = deque()
        self._held = bytearray()
        self._start = 0

    @property
    def end(self) -> int:
        """The offset in the blob behind the last byte that is held."""
        return self._start + len(self._held)

    def observe(self, data: bytes) -> None:
        """Give it the next bytes of the blob. In any thread."""
        self._pieces.append(data)

    def take_in(self) -> bool:
        """Hold one more piece of what was given; false where there is none."""
        if not self._pieces:
            return False
        self._held += self._pieces.popleft()
        return True

    def read(self, start: int, end: int) -> bytes:
        """Return the bytes between two offsets of the blob, all of which must be held."""
        with memoryview(self._held) as held:
            return bytes(held[start - self._start : end - self._start])

    def drop_before(self, start: int) -> None:
        """Let go of what is before an offset of the blob."""
        size = min(max(start - self._start, 0), len(self._held))
        del self._held[:size]
        self._start += size
