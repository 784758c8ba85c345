"""The bytes of one sort that an archive may have."""

from ocitui.layers.tar.sink import FullIndexError


class Allowance:
    """Counts bytes, and refuses those beyond a limit."""

    def __init__(self, limit: int, what: str) -> None:
        """
        Args:
            limit: bytes.
            what: the words of a message for them, in the plural: ``its paths``.
        """
        self._limit = limit
        self._what = what
        self._taken = 0

    def take(self, size: int) -> None:
        """Count some bytes, before they are read or kept.

        Raises:
            FullIndexError: they are too many with those before.
        """
        self._taken += size
        if self._taken > self._limit:
            raise FullIndexError(f"{self._what} are over the limit of {self._limit:,} bytes")
