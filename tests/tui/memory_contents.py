"""Contents that are in memory already."""


class MemoryContents:
    """What a file holds."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    @property
    def size(self) -> int:
        """How many bytes there are."""
        return len(self._data)

    def read(self, offset: int, size: int) -> bytes:
        """Bytes from an offset; fewer than asked for only where the data ends."""
        return self._data[offset : offset + size]
