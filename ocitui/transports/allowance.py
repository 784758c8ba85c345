"""The bytes that are fetched over a network before somebody is asked."""

import math
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ocitui.display import format_size
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
        self.on_much: Callable[[str], object] = _refuse
        """Is told in words what would be more than allowed; allows it, or raises."""
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

    def count(self, size: int) -> None:
        """Count bytes of blobs as they are fetched, and tell when they become many: contents of files, for one."""
        if not self.take(size):
            self.on_much(f"more than {format_size(int(self.limit))} must be fetched from the registry")

    def expect(self, size: int) -> None:
        """Tell before many bytes are fetched that only come before what is wanted."""
        if self.would_exceed(size):
            self.on_much(f"about {format_size(size)} must be fetched from the registry")

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


def _refuse(much: str) -> None:
    raise TooMuchError(much)
