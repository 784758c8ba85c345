"""bbolt databases as bbolt would write them, and as it never would.

A page is what `leaf` and `branch` return, without its number and header; `write_bolt` puts
pages behind each other from number 2 on. `database` writes whole trees of buckets.
"""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Union

PAGE = 4096
BRANCH, LEAF, META = 1, 2, 4

Tree = Mapping[bytes, Union[bytes, "Tree"]]
"""Keys with their values, and buckets in it."""


@dataclass(frozen=True)
class Page:
    """What a page holds."""

    kind: int
    count: int
    content: bytes


def leaf(items: Sequence[tuple[bytes, bytes, bool]]) -> Page:
    """A leaf of keys, values, and whether the value is a bucket."""
    table, data = b"", b""
    for number, (key, value, is_bucket) in enumerate(items):
        position = (len(items) - number) * 16 + len(data)
        table += struct.pack("=IIII", is_bucket, position, len(key), len(value))
        data += key + value
    return Page(LEAF, len(items), table + data)


def branch(items: Sequence[tuple[bytes, int]]) -> Page:
    """A branch of first keys and numbers of pages."""
    table, data = b"", b""
    for number, (key, page) in enumerate(items):
        table += struct.pack("=IIQ", (len(items) - number) * 16 + len(data), len(key), page)
        data += key
    return Page(BRANCH, len(items), table + data)


def bucket(root: int, inline: Page | None = None) -> bytes:
    """The value that stands for a bucket; the root is 0 where the page is within it."""
    page = struct.pack("=QHHI", 0, inline.kind, inline.count, 0) + inline.content if inline else b""
    return struct.pack("=QQ", root, 0) + page


def meta(number: int, root: int, transaction: int, size: int = PAGE) -> bytes:
    """A meta page."""
    content = struct.pack("=IIIIQQQQQ", 0xED0CDAED, 2, size, 0, root, 0, 0, 0, transaction)
    checksum = 0xCBF29CE484222325
    for byte in content:
        checksum = (checksum ^ byte) * 0x100000001B3 & (1 << 64) - 1
    return (struct.pack("=QHHI", number, META, 0, 0) + content + struct.pack("=Q", checksum)).ljust(size, b"\0")


def write_bolt(pages: Sequence[Page], root: int = 2, size: int = PAGE, transaction: int = 7) -> bytes:
    """A whole file; pages that are longer than one take several numbers."""
    data = meta(0, root, transaction - 1, size) + meta(1, root, transaction, size)
    for page in pages:
        number = len(data) // size
        more = (16 + len(page.content) - 1) // size
        data += struct.pack("=QHHI", number, page.kind, page.count, more) + page.content
        data += bytes(-len(data) % size)
    return data


def database(tree: Tree, size: int = PAGE, fill: int = 3) -> bytes:
    """A file of a tree of buckets: those without buckets in them are inline, others have leaves of ``fill`` keys."""
    pages: list[Page] = []
    root = _add(tree, pages, size, fill)
    return write_bolt(pages, root, size)


def _add(tree: Tree, pages: list[Page], size: int, fill: int) -> int:
    items = [
        (key, value, False) if isinstance(value, bytes) else (key, _bucket(value, pages, size, fill), True)
        for key, value in sorted(tree.items())
    ]
    numbers: list[tuple[bytes, int]] = []
    for start in range(0, max(len(items), 1), fill):
        part = items[start : start + fill]
        numbers.append((part[0][0] if part else b"", _put(leaf(part), pages, size)))
    while len(numbers) > 1:
        parts = [numbers[start : start + 2] for start in range(0, len(numbers), 2)]
        numbers = [(part[0][0], _put(branch(part), pages, size)) for part in parts]
    return numbers[0][1]


def _bucket(tree: Tree, pages: list[Page], size: int, fill: int) -> bytes:
    if all(isinstance(value, bytes) for value in tree.values()):
        items = [(key, value, False) for key, value in sorted(tree.items()) if isinstance(value, bytes)]
        return bucket(0, leaf(items))
    return bucket(_add(tree, pages, size, fill))


def _put(page: Page, pages: list[Page], size: int) -> int:
    number = 2 + sum((16 + len(other.content) - 1) // size + 1 for other in pages)
    pages.append(page)
    return number
