"""Bytes that many small reads ask for, kept by the page."""

from collections import OrderedDict

from ocitui.layers.nested.data import Data
from ocitui.layers.nested.errors import ArchiveError
from ocitui.layers.nested.whole import read_whole

PAGE = 1 << 14
"""Bytes of a page."""

_LARGE = 1 << 16
"""Bytes of a run of which nothing is kept: no block of an ext image is larger."""

_PAGES = 256
"""Pages that are kept, those used last."""


class Pages:
    """Reads other bytes; what was read lately is not read again. For one thread at a time."""

    def __init__(self, data: Data) -> None:
        self._data = data
        self._pages: OrderedDict[int, bytes] = OrderedDict()
        self.size = data.size
        """Their number."""

    def read(self, offset: int, size: int) -> bytes:
        """Return all the bytes of a run.

        Raises:
            ArchiveError: they are not all there.
        """
        if offset + size > self.size:
            raise ArchiveError(f"ends {offset + size - self.size:,} bytes before something that is in it")
        if size > _LARGE:
            return self._whole(offset, size)
        number, skip = divmod(offset, PAGE)
        found = self._page(number)[skip : skip + size]
        while len(found) < size:
            number += 1
            found += self._page(number)[: size - len(found)]
        return found

    def _page(self, number: int) -> bytes:
        page = self._pages.pop(number, None)
        if page is None:
            page = self._whole(number * PAGE, min(PAGE, self.size - number * PAGE))
        self._pages[number] = page
        if len(self._pages) > _PAGES:
            self._pages.popitem(last=False)
        return page

    def _whole(self, offset: int, size: int) -> bytes:
        found = read_whole(self._data, offset, size)
        if len(found) < size:
            raise ArchiveError(f"ends {size - len(found):,} bytes before its layer says")
        return found
