"""Reading a file that the user named: settings, rules, keys."""

from pathlib import Path

from ocitui.display import printable
from ocitui.errors import UsageError

SIZE_LIMIT = 1 << 20
"""Bytes of such a file: real ones have some thousands."""


def read_user_file(path: Path) -> bytes:
    """Read a whole file, or raise `UsageError` where it cannot be read or has more bytes than `SIZE_LIMIT`."""
    name = printable(str(path))
    try:
        with path.open("rb") as file:
            raw = file.read(SIZE_LIMIT + 1)
    except (OSError, ValueError) as error:  # a ValueError: a path with a null byte
        raise UsageError(f"{name}: cannot be read: {getattr(error, 'strerror', None) or error}") from None
    if len(raw) > SIZE_LIMIT:
        raise UsageError(f"{name}: larger than {SIZE_LIMIT:,} bytes")
    return raw


def read_user_text(path: Path) -> str:
    """Read a file as UTF-8, with or without a byte order mark, or raise `UsageError`; see `read_user_file`."""
    try:
        return read_user_file(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{printable(str(path))}: not UTF-8: see the byte at offset {error.start:,}") from None
