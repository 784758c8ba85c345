"""The extended attributes of the files of a filesystem's image, within limits."""

from collections.abc import Iterable

from ocitui.layers.nested.allowance import Allowance
from ocitui.layers.nested.errors import ArchiveError

COUNT = 1000
"""Attributes of one file."""

SIZE = 1 << 20
"""Bytes of their names and values; Linux takes 64 KiB for a value."""

READ = 64 << 20
"""Bytes of attributes that are read in one image, however many files have the same."""

ROW = 64
"""Bytes that each attribute counts besides its name and value, so that a million of empty ones are enough."""

Row = tuple[bytes | None, bytes]
"""A name and a value; no name where it is stored in a way that is not known."""


def read_allowance() -> Allowance:
    """Return what one image may have in attributes."""
    return Allowance(READ, "its extended attributes")


def check_size(size: int) -> None:
    """Refuse a value before it is read.

    Raises:
        ArchiveError: it is too large.
    """
    if size > SIZE:
        raise ArchiveError(f"one has {size:,} bytes")


def collect(rows: Iterable[Row]) -> tuple[dict[bytes, bytes], str]:
    """Return the attributes of a file, and the reason why some are left out; empty where none are.

    Args:
        rows: the attributes as they are stored; no more is read of them than is kept. Where they raise
            `ArchiveError`, those before are kept.
    """
    found: dict[bytes, bytes] = {}
    size, why = 0, ""
    try:
        for number, (name, value) in enumerate(rows):
            if number == COUNT:
                return found, f"there are more than {COUNT:,}"
            size += len(name or b"") + len(value)
            if size > SIZE:
                return found, f"they have more than {SIZE:,} bytes"
            if name is None:
                why = "they are stored in a way that is not known"
            else:
                found[name] = value
    except ArchiveError as error:
        return found, str(error)
    return found, why
