"""Reads the tables, strings and vectors of a FlatBuffer, and nothing outside of it.

Implements FlatBuffers, Internals: all numbers are little-endian; a table begins with the distance
back to its vtable, which says how far behind the beginning of the table each field is; strings and
vectors begin with their count, and are pointed to by their distance.
"""

import struct
from collections.abc import Iterator
from contextlib import contextmanager

from ocitui.layers.toc.errors import TableError

FIELDS = 14
"""Fields of a table that are looked for: the schemas that are read here have no more."""

Layout = tuple[int, ...]
"""Bytes from the beginning of a table to each of its fields; 0 where it lacks one."""

_U16 = struct.Struct("<H").unpack_from
_U32 = struct.Struct("<I").unpack_from
_I32 = struct.Struct("<i").unpack_from
_I64 = struct.Struct("<q").unpack_from


@contextmanager
def within() -> Iterator[None]:
    """Say `TableError` where something is read that lies behind the end of the buffer."""
    try:
        yield
    except struct.error:
        raise TableError("it points to what is outside of it") from None


class FlatBuffer:
    """One buffer. Whoever reads it does so in `within`."""

    def __init__(self, data: bytes) -> None:
        """
        Args:
            data: all of it.
        """
        self.data = data
        self._layouts: dict[int, Layout] = {}
        self._left = 4 * len(data)
        """Bytes of strings that are still given: parts of a buffer may be pointed to from everywhere."""

    @property
    def root(self) -> int:
        """The offset of the table that all others hang on."""
        return int(_U32(self.data, 0)[0])

    def layout(self, table: int) -> Layout:
        """The layout of the table at an offset; `TableError` where there can be none."""
        vtable = table - _I32(self.data, table)[0]
        found = self._layouts.get(vtable)
        if found is None:
            if vtable < 0:
                raise TableError("it points to what is outside of it")
            size = _U16(self.data, vtable)[0]
            count = min(max(size - 4, 0) // 2, FIELDS)
            fields = struct.unpack_from(f"<{count}H", self.data, vtable + 4)
            self._layouts[vtable] = found = (*fields, *(FIELDS - count) * (0,))
        return found

    def i64(self, table: int, field: int) -> int:
        """A number of 64 bits; 0 where the table lacks it."""
        return int(_I64(self.data, table + field)[0]) if field else 0

    def i32(self, table: int, field: int) -> int:
        """The same of 32 bits."""
        return int(_I32(self.data, table + field)[0]) if field else 0

    def u32(self, table: int, field: int) -> int:
        """The same without a sign."""
        return int(_U32(self.data, table + field)[0]) if field else 0

    def i8(self, table: int, field: int, default: int) -> int:
        """The same of 8 bits; ``default`` where the table lacks it."""
        return int(struct.unpack_from("<b", self.data, table + field)[0]) if field else default

    def table(self, table: int, field: int) -> int | None:
        """The offset of a table that a table points to; None where it points to none."""
        return self.table_at(table + field) if field else None

    def table_at(self, place: int) -> int:
        """The offset of the table that the distance at an offset points to."""
        return int(place + _U32(self.data, place)[0])

    def string(self, table: int, field: int) -> bytes:
        """A string, or a vector of bytes; empty where the table lacks it."""
        return self.string_at(table + field) if field else b""

    def string_at(self, place: int) -> bytes:
        """The string that the distance at an offset points to."""
        start = place + _U32(self.data, place)[0] + 4
        size = _U32(self.data, start - 4)[0]
        if start + size > len(self.data):
            raise TableError("it points to what is outside of it")
        self._left -= size
        if self._left < 0:
            raise TableError("its strings are of more bytes than it has")
        return self.data[start : start + size]

    def places(self, table: int, field: int) -> range:
        """The offsets of the elements, of four bytes each, of a vector; none where the table lacks it."""
        if not field:
            return range(0)
        place = table + field
        start = place + _U32(self.data, place)[0] + 4
        count = _U32(self.data, start - 4)[0]
        if start + 4 * count > len(self.data):
            raise TableError("it points to what is outside of it")
        return range(start, start + 4 * count, 4)
