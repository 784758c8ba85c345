"""The bytes that are fetched over a network before somebody is asked."""

import math
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from ocitui.errors import OcituiError

FETCHED_UNASKED = 100_000_000
"""Bytes that are fetched before anybody is asked, where no setting says otherwise."""


class TooMuchError(OcituiError):
    """More would be fetched than anybody allowed."""


class Allowance:
    """The bytes that may be fetched, and those that were. For several threads."""

    def __init__(self, limit: float = FETCHED_UNASKED) -> None:
        """
        Args:
            limit: bytes that are fetched unasked; `math.inf` for all there are.
        """
        self.limit = limit
        self.is_refused = False
        """True if somebody was asked for more, and said no."""
        self._fetched = 0
        self._agreed = 0
        self._lock = threading.Lock()

    def would_exceed(self, size: int) -> bool:
        """True if somebody must be asked before that many bytes more are fetched."""
        return size > 0 and self._fetched + size > self.limit

    def take(self, size: int) -> bool:
        """Count bytes that are fetched now; False where somebody must be asked."""
        with self._lock:
            if self._agreed:
                return True
            self._fetched += size
            return self._fetched <= self.limit

    def give_all(self) -> None:
        """Ask nobody from now on."""
        self.limit = math.inf

    @contextmanager
    def agreed(self, size: int) -> Iterator[None]:
        """Count that many bytes that somebody agreed to; what comes meanwhile is among them."""
        with self._lock:
            self._fetched += size
            self._agreed += 1
        try:
            yield
        finally:
            with self._lock:
                self._agreed -= 1
