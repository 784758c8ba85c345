"""A bbolt database, read only: the file of keys and values in which containerd keeps its names.

The file is a row of pages. The first two are meta pages, written in turn: the valid one
with the higher transaction says where the root bucket is. A bucket is a tree of branch
pages and leaf pages, sorted by key, or one leaf page within the value that stands for it.
A page that a transaction changes is written elsewhere, and what it replaces is free from
the next one on. Numbers are stored as the machine holds them.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

DEPTH_LIMIT = 32
"""Pages from the root of a bucket to its leaves: a branch page has two keys or more."""

KEY_LIMIT = 32_768
"""Bytes of a key, as bbolt limits them."""

_PAGE_SIZES = tuple(1024 << power for power in range(7))
"""Bytes of a page: that of the machine's memory, 4 KiB to 64 KiB."""

META_LIMIT = 2 * _PAGE_SIZES[-1]
"""Bytes of a file in which its meta pages are."""

_MAGIC = 0xED0CDAED
_VERSION = 2
_BRANCH, _LEAF = 1, 2
_BUCKET = 1

_HEADER = struct.Struct("=QHHI")  # number, kind, count, further pages
_META = struct.Struct("=IIIIQQQQQ")  # magic, version, page size, flags, root, sequence, free list, end, transaction
_CHECKSUM = struct.Struct("=Q")
_BRANCH_ELEMENT = struct.Struct("=IIQ")  # position from here, key size, page
_LEAF_ELEMENT = struct.Struct("=IIII")  # flags, position from here, key size, value size
_BUCKET_HEADER = struct.Struct("=QQ")  # root, sequence


class BoltError(ValueError):
    """The file is no bbolt database, or is damaged; the text says what was expected and found."""


@dataclass(frozen=True, slots=True)
class _Meta:
    page_size: int
    root: int
    transaction: int


@dataclass(frozen=True, slots=True)
class _Page:
    """A page in memory, and all that belong to it."""

    where: str
    kind: int
    count: int
    data: bytes


class Bolt:
    """A database as its last transaction left it."""

    def __init__(self, data: bytes) -> None:
        """
        Args:
            data: the whole file.

        Raises:
            BoltError: it is no database.
        """
        self._data = data
        self._meta = _find_meta(data)
        self._left = 2 * len(data)
        """Bytes of pages that may still be read: each page belongs to one bucket, and is looked at once."""

    @property
    def transaction(self) -> int:
        """The number of the last transaction: another file, or one that was written to, has another."""
        return self._meta.transaction

    @property
    def root(self) -> "Bucket":
        """The bucket that holds all others."""
        return Bucket(self, self._meta.root)

    def page(self, number: int) -> _Page:
        """A page by its number, or raise `BoltError`."""
        where = f"page {number:,}"
        size = self._meta.page_size
        offset = number * size
        self._check(offset, size, where)
        kept, kind, count, more = _HEADER.unpack_from(self._data, offset)
        if kept != number:
            raise BoltError(f"{where}: expected its own number in it, found {kept:,}")
        size *= more + 1
        self._check(offset, size, where)
        self._left -= size
        if self._left < 0:
            raise BoltError(f"{where}: expected each page in one bucket, found pages in many")
        return _Page(where, kind, count, self._data[offset : offset + size])

    def _check(self, offset: int, size: int, where: str) -> None:
        end = len(self._data)
        if offset + size > end:
            raise BoltError(f"{where}: expected {size:,} bytes at offset {offset:,} of the file, which ends at {end:,}")


def last_transaction(start: bytes) -> int:
    """The number of the last transaction, from the first `META_LIMIT` bytes of a file, or raise `BoltError`."""
    return _find_meta(start).transaction


def _find_meta(data: bytes) -> _Meta:
    """The meta page of the last transaction. The second one is found without the first."""
    first = _read_meta(data, 0)
    sizes = (first.page_size,) if first is not None else _PAGE_SIZES
    found = [meta for meta in (first, *(_read_meta(data, size) for size in sizes)) if meta is not None]
    if not found:
        raise BoltError("expected a bbolt database, found no valid meta page")
    return max(found, key=lambda meta: meta.transaction)


def _read_meta(data: bytes, offset: int) -> _Meta | None:
    start = offset + _HEADER.size
    end = start + _META.size
    if end + _CHECKSUM.size > len(data):
        return None
    magic, version, page_size, _, root, _, _, _, transaction = _META.unpack_from(data, start)
    (checksum,) = _CHECKSUM.unpack_from(data, end)
    is_valid = (magic, version) == (_MAGIC, _VERSION) and page_size in _PAGE_SIZES
    return _Meta(page_size, root, transaction) if is_valid and checksum == _fnv_1a(data[start:end]) else None


@dataclass(frozen=True, slots=True)
class Bucket:
    """Keys with their values, and buckets in it."""

    _bolt: Bolt
    _root: int
    """The number of its root page; 0 where that is `_inline`."""
    _inline: bytes = b""

    def items(self) -> "Iterator[tuple[bytes, bytes | Bucket]]":
        """Every key, sorted, with its value or the bucket it stands for.

        Raises:
            BoltError: from here on it is damaged.
        """
        last: bytes | None = None
        for key, value, is_bucket in self._leaves(self._root_page(), 1):
            if last is not None and key <= last:  # so that pages which lead to each other come to an end
                raise BoltError(f"page {self._root:,}: expected keys in their order below it, found them in another")
            last = key
            yield key, self._open(value) if is_bucket else value

    def bucket(self, name: bytes) -> "Bucket | None":
        """The bucket of that name in it, where there is one; raises as `items` does."""
        return next((value for key, value in self.items() if key == name and isinstance(value, Bucket)), None)

    def _root_page(self) -> _Page:
        if self._root:
            return self._bolt.page(self._root)
        if len(self._inline) < _HEADER.size:
            raise BoltError(f"a bucket: expected a page of {_HEADER.size} bytes or more, found {len(self._inline)}")
        _, kind, count, _ = _HEADER.unpack_from(self._inline)
        return _Page("a page in a bucket", kind, count, self._inline)

    def _leaves(self, page: _Page, depth: int) -> Iterator[tuple[bytes, bytes, bool]]:
        if page.kind == _LEAF:
            yield from _leaf_elements(page)
        elif page.kind != _BRANCH:
            raise BoltError(f"{page.where}: expected a branch or a leaf, found a page of the kind {page.kind}")
        elif depth == DEPTH_LIMIT:
            raise BoltError(f"{page.where}: expected at most {DEPTH_LIMIT} pages above each other, found more")
        else:
            for number in _branch_elements(page):
                yield from self._leaves(self._bolt.page(number), depth + 1)

    def _open(self, value: bytes) -> "Bucket":
        if len(value) < _BUCKET_HEADER.size:
            raise BoltError(f"a bucket: expected {_BUCKET_HEADER.size} bytes or more, found {len(value)}")
        root, _ = _BUCKET_HEADER.unpack_from(value)
        return Bucket(self._bolt, root, value[_BUCKET_HEADER.size :])


def _leaf_elements(page: _Page) -> Iterator[tuple[bytes, bytes, bool]]:
    """Key, value, and whether the value is a bucket."""
    last_end = table_end = _table_end(page, _LEAF_ELEMENT.size)
    for place in range(_HEADER.size, table_end, _LEAF_ELEMENT.size):
        flags, position, key_size, value_size = _LEAF_ELEMENT.unpack_from(page.data, place)
        start = place + position
        value = start + key_size
        last_end = _data_end(page, start, key_size, value_size, last_end)
        yield page.data[start:value], page.data[value:last_end], bool(flags & _BUCKET)


def _branch_elements(page: _Page) -> Iterator[int]:
    """The numbers of the pages below."""
    last_end = table_end = _table_end(page, _BRANCH_ELEMENT.size)
    for place in range(_HEADER.size, table_end, _BRANCH_ELEMENT.size):
        position, key_size, number = _BRANCH_ELEMENT.unpack_from(page.data, place)
        last_end = _data_end(page, place + position, key_size, 0, last_end)
        yield number


def _table_end(page: _Page, element_size: int) -> int:
    """Return the end of the table of elements in a page, after which their data may begin."""
    end = _HEADER.size + page.count * element_size
    if end > len(page.data):
        raise BoltError(f"{page.where}: expected {page.count:,} elements in {len(page.data):,} bytes, found no room")
    return end


def _data_end(page: _Page, start: int, key_size: int, value_size: int, last_end: int) -> int:
    """Return the end of an element's data. Those of one page stand one after the other."""
    end = start + key_size + value_size
    if start < last_end or end > len(page.data) or key_size > KEY_LIMIT:
        room = f"between {last_end:,} and {len(page.data):,}"
        raise BoltError(f"{page.where}: expected a key and a value {room}, found them from {start:,} to {end:,}")
    return end


def _fnv_1a(data: bytes) -> int:
    """The 64-bit FNV-1a hash."""
    found = 0xCBF29CE484222325
    for byte in data:
        found = (found ^ byte) * 0x100000001B3 % 2**64
    return found
