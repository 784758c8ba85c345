"""Sets of ids of entries, however many."""

from collections.abc import Iterable


class IdSet:
    """Ids of entries, which are small and follow each other: one bit for each, however many are in it."""

    def __init__(self, ids: Iterable[int] = ()) -> None:
        """
        Args:
            ids: what is in it; none of them negative.
        """
        self._bits = bytearray()
        for id_ in ids:
            byte = id_ >> 3
            if byte >= len(self._bits):
                self._bits.extend(bytes(max(byte + 1 - len(self._bits), len(self._bits))))
            self._bits[byte] |= 1 << (id_ & 7)

    def __contains__(self, id_: int) -> bool:
        byte = id_ >> 3
        return byte < len(self._bits) and bool(self._bits[byte] >> (id_ & 7) & 1)

    def __bool__(self) -> bool:
        return bool(self._bits)
