"""Bytes that are kept compressed in memory, since they are much alike: the headers of a tar."""

import zlib

_BLOCK = 1 << 16
_FAST = 1


class PackedBytes:
    """Bytes that are appended once and then read at any offset, from any thread."""

    def __init__(self) -> None:
        self._blocks: list[bytes] = []
        self._rest = bytearray()
        self._unpacked = -1, b""

    def __len__(self) -> int:
        """Bytes appended so far."""
        return len(self._blocks) * _BLOCK + len(self._rest)

    def append(self, data: bytes) -> None:
        """Put bytes at the end."""
        self._rest += data
        while len(self._rest) >= _BLOCK:
            self._blocks.append(zlib.compress(self._rest[:_BLOCK], _FAST))
            del self._rest[:_BLOCK]

    def read(self, offset: int, size: int) -> bytes:
        """Bytes from an offset: at least one and up to ``size``, none at the end."""
        number, start = divmod(offset, _BLOCK)
        if number >= len(self._blocks):
            return bytes(self._rest[start : start + size])
        found = self._unpacked
        if found[0] != number:
            found = self._unpacked = number, zlib.decompress(self._blocks[number])
        return found[1][start : start + size]
