"""Maps of sparse files: which runs of a file are stored, the rest being holes of zeros.

Implements the GNU tar manual, Storing Sparse Files: the old GNU format and PAX formats
0.0, 0.1 and 1.0. The stored runs lie one after the other where the entry's data is.
Maps that stand in blocks of their own: `ocitui.layers.tar.sparse_blocks`.
"""

from ocitui.layers.extras import SparseMap
from ocitui.layers.tar.header import INT64_MAX, HeaderError, parse_decimal, parse_number

LIMIT = 1 << 20
"""Bytes of one map that are read; a longer one is damage."""


def parse_pairs(numbers: list[int], stored: int, size: int) -> SparseMap:
    """Pair offsets with lengths and check that they fit the file.

    Args:
        numbers: offset, length, offset, length, …
        stored: bytes of data that the archive holds for the entry.
        size: bytes of the file once the holes are filled.

    Raises:
        HeaderError: runs overlap, go backwards or over the end, or need other data than is stored.
    """
    if len(numbers) % 2:
        raise HeaderError("a sparse map has an offset without a length")
    runs = tuple(zip(numbers[::2], numbers[1::2], strict=True))
    end = 0
    for offset, length in runs:
        if offset < end or length < 0 or offset + length > size:
            raise HeaderError(f"a sparse map has a run of {length} bytes at {offset} that does not fit")
        end = offset + length
    if sum(length for _, length in runs) > stored:
        raise HeaderError("a sparse map names more data than is stored")
    return runs


def parse_list(value: bytes) -> list[int]:
    """Read the ``GNU.sparse.map`` record of format 0.1: decimal numbers with commas."""
    return [parse_decimal(number) for number in value.split(b",")] if value else []


def parse_old_runs(block: bytes, at: int, count: int) -> list[int]:
    """Read up to ``count`` runs of the old GNU format: pairs of 12-byte fields, ended by an empty one."""
    numbers: list[int] = []
    for start in range(at, at + 24 * count, 24):
        offset, length = block[start : start + 12], block[start + 12 : start + 24]
        if not offset[0]:
            break
        numbers += (parse_number(offset), parse_number(length))
    if any(not 0 <= number <= INT64_MAX for number in numbers):
        raise HeaderError("a sparse map has an impossible number")
    return numbers
