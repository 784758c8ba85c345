"""One member of a gzip stream, unpacked by ``isal`` or by ``zlib``."""

import zlib
from abc import ABC, abstractmethod
from contextlib import suppress
from typing import Any

_GZIP_BITS = 31  # zlib's word for "a gzip header, and nothing else"

fast_zlib: Any = zlib
"""The fastest module here that works like ``zlib``: ``isal``, about three times as fast, else ``zlib`` itself."""

_igzip: Any = None
with suppress(ImportError):
    from isal import igzip_lib, isal_zlib

    _igzip, fast_zlib = igzip_lib, isal_zlib


class Member(ABC):
    """Takes compressed bytes, gives unpacked ones."""

    def __init__(self, stream: Any) -> None:
        """
        Args:
            stream: an object of the library that unpacks.
        """
        self._stream = stream
        self.has_more = False
        """True if it still holds input: it must be called again with no bytes before it gets others."""

    @property
    def eof(self) -> bool:
        """True if the member has ended."""
        return bool(self._stream.eof)

    @property
    def unused(self) -> int:
        """The number of bytes it was given that lie behind its end."""
        return len(self._stream.unused_data)

    @abstractmethod
    def unpack(self, data: bytes | memoryview, limit: int) -> bytes:
        """Give up to ``limit`` unpacked bytes.

        Raises:
            zlib.error: the bytes are damaged; or ``fast_zlib.error``.
        """


class SmallMember(Member):
    """A stream that is like ``zlib.decompressobj``. Its output grows from 16 KiB in each call."""

    def unpack(self, data: bytes | memoryview, limit: int) -> bytes:
        """See `Member`."""
        unpacked: bytes = self._stream.decompress(self._stream.unconsumed_tail if self.has_more else data, limit)
        self.has_more = not self._stream.eof and (bool(self._stream.unconsumed_tail) or len(unpacked) == limit)
        return unpacked


class LargeMember(Member):
    """``isal``'s ``IgzipDecompressor``.

    It takes room for all of the output at once. ``decompressobj`` doubles it from 16 KiB on,
    copies each time, and gives up Python's lock and waits for it as often: with a scanner
    beside it that takes half as long again.
    """

    def unpack(self, data: bytes | memoryview, limit: int) -> bytes:
        """See `Member`."""
        unpacked: bytes = self._stream.decompress(data, limit)
        self.has_more = not self._stream.eof and (not self._stream.needs_input or len(unpacked) == limit)
        return unpacked


def open_member(library: Any, *, is_large: bool) -> Member:
    """A member at its beginning.

    Args:
        library: ``fast_zlib``, or ``zlib`` where every byte up to a damage is wanted.
        is_large: whether it is read in pieces of megabytes.
    """
    if is_large and _igzip is not None and library is not zlib:
        return LargeMember(_igzip.IgzipDecompressor(flag=_igzip.DECOMP_GZIP))
    return SmallMember(library.decompressobj(_GZIP_BITS))
