"""A cache of facts about paths, of limited size."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Generic, TypeVar

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")

COUNT = 20_000
"""Paths that are kept."""

BYTES = 8 << 20
"""Bytes that they have together: every prefix of one path of 64 KiB would have a gigabyte."""


class PathCache(Generic[_Key, _Value]):
    """Forgets the older half when there is too much.

    Whoever goes down a deep tree still finds the folder that he was in last.
    """

    def __init__(self, length: Callable[[_Key, _Value], int]) -> None:
        """
        Args:
            length: the bytes of the path in a key or value.
        """
        self._length = length
        self._kept: dict[_Key, _Value] = {}
        self._bytes = 0
        self.get = self._kept.get
        """As of a dictionary."""

    def __setitem__(self, key: _Key, value: _Value) -> None:
        self.forget([key] if key in self._kept else ())
        self._kept[key] = value
        self._bytes += self._length(key, value)
        if len(self._kept) > COUNT or self._bytes > BYTES:
            self.forget(list(islice(self._kept, (len(self._kept) + 1) // 2)))

    def __contains__(self, key: object) -> bool:
        return key in self._kept

    def __iter__(self) -> Iterator[_Key]:
        return iter(self._kept)

    def forget(self, keys: Iterable[_Key]) -> None:
        """Drop some of the keys."""
        for key in keys:
            self._bytes -= self._length(key, self._kept.pop(key))

    def clear(self) -> None:
        """Drop all."""
        self._kept.clear()
        self._bytes = 0
