"""How names, sizes, digests and times read on a screen.

Everything that comes from an image is untrusted. `show` is the one door through which
its bytes and strings reach a screen or a terminal; nothing from an image is ever parsed
as markup. Raw values stay raw in the model.

``humanize`` is imported when it is first needed, since a command that prints exact
numbers should not wait for it.
"""

import re
import stat
import unicodedata
from datetime import UTC, datetime
from functools import lru_cache

_PLAIN = re.compile(r"[ -~]*\Z")
"""Printable ASCII: nearly every name there is, and nothing in it needs escaping."""

_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cn", "Cs", "Co", "Zl", "Zp"})
"""Unicode general categories that a terminal would obey, reorder by, or not draw at all."""


def show(value: bytes | str) -> str:
    """Make a name or any other string from an image safe to draw on one line.

    Control, C1, bidirectional, zero-width and unassigned characters, line breaks, and
    bytes that are not UTF-8 become visible escapes (``\\x1b``, ``\\u202e``, ``\\n``).
    A backslash stays as it is: the result is for people, exact names are in ``--json``.

    Args:
        value: raw bytes as an image holds them, or text decoded from them (lone
            surrogates of ``surrogateescape`` are shown as the bytes they stand for).
    """
    if isinstance(value, bytes):
        value = value.decode("utf-8", "surrogateescape")
    if _PLAIN.match(value):
        return value
    return "".join(map(_show_character, value))


def show_lines(value: bytes | str) -> list[str]:
    """Split text from an image into lines and make each safe to draw; tabs become spaces."""
    if isinstance(value, bytes):
        value = value.decode("utf-8", "surrogateescape")
    return [show(line.removesuffix("\r").expandtabs(4)) for line in value.split("\n")]


@lru_cache(maxsize=4096)
def _show_character(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # an undecodable byte, as surrogateescape keeps it
        return f"\\x{code - 0xDC00:02x}"
    if unicodedata.category(character) not in _HIDDEN_CATEGORIES:
        return character
    match character:
        case "\n":
            return "\\n"
        case "\t":
            return "\\t"
        case "\r":
            return "\\r"
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def show_size(size: int | None) -> str:
    """A number of bytes as people say it, in decimal units: ``63.3 MB``, ``248 B``."""
    if size is None:
        return ""
    if -1000 < size < 1000:
        return f"{size} B"
    import humanize

    return humanize.naturalsize(size)


def show_exact_size(size: int | None) -> str:
    """A number of bytes to the last one: ``63,312,345 B``."""
    return "" if size is None else f"{size:,} B"


def show_count(count: int | None) -> str:
    """A number of things: ``6,412``."""
    return "" if count is None else f"{count:,}"


def show_age(moment: datetime | None, now: datetime | None = None) -> str:
    """How long ago something happened, as people say it: ``2 hours ago``."""
    if moment is None:
        return ""
    import humanize

    now = now or datetime.now(UTC)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return humanize.naturaltime(now - moment)


def show_time(seconds: float | datetime | None) -> str:
    """A moment in UTC to the second: ``2021-11-17 10:38:14``.

    Args:
        seconds: a time stamp in seconds since the epoch, or a moment. One that no
            calendar holds is shown as the number it is.
    """
    if seconds is None:
        return ""
    if not isinstance(seconds, datetime):
        try:
            seconds = datetime.fromtimestamp(seconds, UTC)
        except (OverflowError, OSError, ValueError):
            return f"@{seconds:.0f}"
    return seconds.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def show_mode(mode: int) -> str:
    """Type and permission bits as ``ls -l`` writes them: ``-rwsr-xr-x``."""
    return stat.filemode(mode)
