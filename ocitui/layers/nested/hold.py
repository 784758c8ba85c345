"""Keeps what was unpacked, so that it can be read anywhere: little in memory, much in a temporary file."""

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

_FREE = 1 << 30
"""Bytes that any compressed file may unpack to; more only where it is itself large."""


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
    for piece in rest:
        first.append(piece)
        size += len(piece)
        if size > HELD:
            return Spooled(spool(chain(first, rest), title, CacheFolder()))
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
    stream = Unpacking(lambda: cast(IO[bytes], _open(data)), compression, free=_FREE)

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
