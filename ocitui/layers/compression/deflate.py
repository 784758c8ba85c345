"""The bits of a deflate stream: where blocks begin, and how to begin in the middle.

Implements RFC 1951, DEFLATE Compressed Data Format. Neither ``zlib`` nor ``isal`` tells
from Python where a block begins, nor starts at a bit that is not a byte's first. Both can
be had: a block is recognised by its header, and a decompressor that is first given empty
blocks of the right length in bits goes on at any bit.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

WINDOW = 1 << 15
"""Bytes of the output that a block may refer back to."""

_RAW = -15  # zlib's word for deflate without any header
_POPULAR = 29 << 8 | 29 << 3 | 2 << 1  # not the last block, dynamic, all length codes, all distance codes
_POPULAR_BITS = 13
_ORDER = (16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1)


def _empty_dynamic_block() -> tuple[int, int]:
    """An empty block of 91 bits, as the bits and their number; its first bit is the lowest."""
    bits = length = 0
    one_bit_each = [(1 if symbol in (1, 18) else 0, 3) for symbol in _ORDER]
    zeros, end = 1, 0  # the codes of symbol 18, which repeats zeros, and of symbol 1
    lengths = [(end, 1), (zeros, 1), (138 - 11, 7), (zeros, 1), (117 - 11, 7), (end, 1), (end, 1)]
    for value, count in [(0, 1), (2, 2), (0, 5), (0, 5), (14, 4), *one_bit_each, *lengths, (1, 1)]:
        bits |= value << length
        length += count
    return bits, length


@cache
def _primers() -> list[tuple[int, int]]:
    """For each bit of a byte, empty blocks that end right before it, as the bits and their number."""
    primers = []
    for bit in range(8):
        bits, length = _empty_dynamic_block() if bit % 2 else (0, 0)
        while length % 8 != bit:
            bits |= 2 << length  # a fixed block: its type, then seven zeros that end it
            length += 10
        primers.append((bits, length))
    return primers


def resume(library: Any, window: bytes, bit: int, first: int) -> Any:
    """A ``decompressobj`` that goes on inside a deflate stream, where a block begins.

    Args:
        library: ``zlib`` or what is like it.
        window: the unpacked bytes before the block, as many as there are up to `WINDOW`.
        bit: how many bits of the first byte belong to the block before.
        first: the first byte. When ``bit`` is 0 it is not looked at, and must be fed like all others;
            else it has been fed already.
    """
    member = library.decompressobj(_RAW, zdict=window) if window else library.decompressobj(_RAW)
    if bit:
        bits, length = _primers()[bit]
        member.decompress((bits | first >> bit << length).to_bytes((length + 8 - bit) // 8, "little"))
    return member


@cache
def _patterns() -> list[tuple[int, int, "re.Pattern[bytes]"]]:
    """Return the patterns by which popular headers are found.

    Returns:
        For each bit of a byte that a header may begin with, one or two patterns: the bit, how
        many bytes behind the header's first one the match begins, and the pattern.
    """
    patterns = []
    for bit in range(8):
        wanted, mask = _POPULAR << bit, ((1 << _POPULAR_BITS) - 1) << bit
        sets = [
            [value for value in range(256) if (value ^ wanted >> 8 * at) & (mask >> 8 * at) & 0xFF == 0]
            for at in range(3)
        ]
        rare = min(range(2), key=lambda at: len(sets[at]))
        for value in sets[rare]:  # a literal is found many times faster than a set, so it comes first
            literal = re.escape(bytes([value]))
            before = b"(?<=" + _any_of(sets[0]) + literal + b")" if rare else b""
            patterns.append((bit, rare, re.compile(literal + before + _any_of(sets[rare + 1]), re.DOTALL)))
    return patterns


def _any_of(values: list[int]) -> bytes:
    """A pattern that matches any of these bytes."""
    return b"[" + b"".join(b"\\x%02x" % value for value in values) + b"]"


def find_dynamic_blocks(data: "bytes | memoryview", start: int, end: int) -> Iterator[int]:
    """Find places that look like the beginning of a block with codes of its own; nearly all of them are.

    Only blocks that use every length code and every distance code are looked for, which are
    two thirds of zlib's and nearly all of Go's and isal's.

    Args:
        data: compressed bytes.
        start: where to look from, in bytes.
        end: where to look to; about ten more bytes must follow.

    Yields:
        The place in bits from the beginning of ``data``, in ascending order.
    """
    found = []
    for bit, rare, pattern in _patterns():
        for match in pattern.finditer(data, start + rare, end + rare):
            at = match.start() - rare
            header = int.from_bytes(data[at : at + 10], "little") >> bit
            if header & (1 << _POPULAR_BITS) - 1 == _POPULAR and _is_complete(header >> _POPULAR_BITS):
                found.append(8 * at + bit)
    yield from sorted(found)


def _is_complete(header: int) -> bool:
    """True if the lengths of the code for code lengths make a whole code, as one in some hundred does by chance."""
    total = 0
    for at in range(4, 4 + 3 * ((header & 15) + 4), 3):
        length = header >> at & 7
        if length:
            total += 128 >> length
    return total == 128


def find_lengths(data: "bytes | memoryview", start: int, end: int) -> Iterator[int]:
    """Find places that look like the length of a stored block, which its complement follows.

    Args:
        data: compressed bytes.
        start: where to look from, in bytes.
        end: where to look to; four more bytes must follow.

    Yields:
        Where such a place is; of those that overlap only the first.
    """
    size = end - start + 1
    if size <= 1:
        return
    # All differences at once, as those of two long numbers.
    here = int.from_bytes(data[start : start + size], "little")
    behind = int.from_bytes(data[start + 2 : start + 2 + size], "little")
    differences = (here ^ behind).to_bytes(size, "little")
    at = differences.find(b"\xff\xff")
    while at >= 0:
        yield start + at
        at = differences.find(b"\xff\xff", at + 4)


def stored_length(data: "bytes | memoryview", at: int) -> int | None:
    """The length of the stored block whose length stands there, or None where none does."""
    length, complement = (int.from_bytes(data[start : start + 2], "little") for start in (at, at + 2))
    return length if length ^ complement == 0xFFFF else None
