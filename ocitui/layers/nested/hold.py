"""Keeps what was unpacked, so that it can be read anywhere: little in memory, much in a temporary file."""

import gc
from collections.abc import Callable, Iterable, Iterator
from io import RawIOBase
from itertools import chain
from typing import IO, cast

from ocitui.cache_folder import CacheFolder
from ocitui.layers.nested.data import Data, DataFile, Held, Spooled
from ocitui.spec.compression import Compression
from ocitui.transports.archives.spool import spool
from ocitui.transports.archives.unpack import Unpacking

HELD = 32 << 20
"""Bytes that are kept in memory."""

FREE = 1 << 30
"""Bytes that any compressed file may unpack to; more only where it is itself large."""


UNCOLLECTED = 128 << 20
"""Bytes that are kept before those of closed archives are looked for: an archive and its entries know each other."""


class _Uncollected:
    """Has closed archives collected before what they keep is too much; Python itself counts objects, not bytes."""

    def __init__(self) -> None:
        self._size = 0

    def make_room(self) -> None:
        """Collect what nobody has any more, if much was kept since the last time."""
        if self._size > UNCOLLECTED:
            self._size = 0
            gc.collect()

    def count(self, size: int) -> None:
        """Count bytes that are kept now."""
        self._size += size


_uncollected = _Uncollected()


def hold(pieces: Iterable[bytes], title: str) -> Data:
    """Keep some bytes.

    Args:
        pieces: the bytes.
        title: how messages name them, safe to draw.

    Raises:
        UsageError: there is nowhere to write them. What the pieces raise comes through.
    """
    first: list[bytes] = []
    size = 0
    rest = iter(pieces)
    _uncollected.make_room()
    for piece in rest:
        first.append(piece)
        size += len(piece)
        if size > HELD:
            spooled = Spooled(spool(chain(first, rest), title, CacheFolder()))
            _uncollected.count(spooled.size)
            return spooled
    _uncollected.count(size)
    return Held(b"".join(first))


def unpack(
    data: Data, compression: Compression, title: str, take: Callable[[int], object], problems: list[str]
) -> Data:
    """Unpack compressed bytes and keep what comes out; of a damaged stream what comes before, and a problem.

    Args:
        data: the compressed bytes.
        compression: what they are.
        title: how messages name them, safe to draw.
        take: is told how many bytes came out; may raise.
        problems: where the damage is said.
    """
    stream = Unpacking(lambda: cast(IO[bytes], _open(data)), compression, free=FREE)

    def pieces() -> Iterator[bytes]:
        for piece in stream:
            take(len(piece))
            yield piece

    found = hold(pieces(), title)
    if stream.damage:
        problems.append(stream.damage)
    return found


def _open(data: Data) -> RawIOBase:
    return DataFile(data)
