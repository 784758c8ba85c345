"""A file that is read here and there, a few pages of it, and no more than is allowed."""

import io
from collections.abc import Callable

from ocitui.errors import DocumentError

READ_LIMIT = 18 << 20
"""Bytes that are read of one file, or of the beginning of a blob and of what it unpacks to."""
_PAGE = 1 << 16
_READS = 200_000
"""Calls of `BoundedFile.read`: tables of headers that lie go on for ever."""

ReadAt = Callable[[int, int], bytes]
"""Gives bytes from an offset: at most so many, fewer only where the file ends. May raise `OcituiError`."""


class BoundedFile(io.RawIOBase):
    """Binary file for a library that seeks, over what reads at any offset."""

    def __init__(self, read_at: ReadAt, size: int) -> None:
        """
        Args:
            read_at: the contents.
            size: bytes of the whole file.
        """
        super().__init__()
        self._read_at = read_at
        self.length = size
        """Bytes of the whole file."""
        self._pages: dict[int, bytes] = {}
        self._at = 0
        self._reads = 0
        self.fetched = 0
        """Bytes that were read."""

    def seekable(self) -> bool:
        """It is."""
        return True

    def readable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """The offset of the next byte."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Go to an offset, which may be beyond the end, or raise `DocumentError` where it is before the start."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at}.get(whence, self.length)
        if base + offset < 0:
            raise DocumentError(f"expected an offset in the file, found {base + offset:,}")
        self._at = base + offset
        return self._at

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes, fewer at the end.

        Raises:
            DocumentError: that would be more than is read of a file.
            OcituiError: it cannot be read.
        """
        data = self.read_from(self._at, self.length if size < 0 else size)
        self._at += len(data)
        return data

    def read_from(self, offset: int, size: int) -> bytes:
        """Bytes at an offset; see `read`."""
        self._reads += 1
        end = min(offset + size, self.length)
        if self._reads > _READS or end - offset > READ_LIMIT:
            raise DocumentError(f"its headers lead to more than the {READ_LIMIT:,} bytes that are read of it")
        if offset >= end:
            return b""
        first, last = offset // _PAGE, (end - 1) // _PAGE
        data = b"".join(map(self._page, range(first, last + 1)))
        return data[offset - first * _PAGE : end - first * _PAGE]

    def exactly(self, offset: int, size: int) -> bytes:
        """Bytes at an offset, or `DocumentError` where the file ends before; see `read`."""
        data = self.read_from(offset, size)
        if len(data) < size:
            raise DocumentError(f"expected {size:,} bytes at byte {offset:,}, found {len(data):,}")
        return data

    def _page(self, number: int) -> bytes:
        found = self._pages.get(number)
        if found is None:
            if self.fetched >= READ_LIMIT:
                raise DocumentError(f"its headers lead to more than the {READ_LIMIT:,} bytes that are read of it")
            found = self._pages[number] = self._read_at(number * _PAGE, min(_PAGE, self.length - number * _PAGE))
            self.fetched += len(found)
        return found
