"""The limit of what one question looks at in archives, however many there are."""

from ocitui.display import format_count, printable

ENTRIES = 2_000_000
"""Entries of all archives together that one search, one comparison, or one pattern looks at."""


def not_opened_text(path: bytes, limit: int) -> str:
    """Say that an archive is not opened, since those before it have more entries than the limit."""
    return (
        f"/{printable(path)}: is not opened, nor others: the archives before it have more than "
        f"{format_count(limit)} entries"
    )
