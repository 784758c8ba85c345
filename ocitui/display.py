"""The text of names, sizes, digests and times for a screen.

Everything that comes from an image is untrusted. `printable` is the one door through which
its bytes and strings reach a screen or a terminal; nothing from an image is ever parsed
as markup. Raw values stay raw in the model.

``humanize`` is imported when it is first needed, since a command that prints exact
numbers should not wait for it.
"""

import re
import stat
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache

NOT_SET = "(not set)"
"""In place of a value that a document does not have."""

_PLAIN = re.compile(r"[ -~]*\Z")
"""Printable ASCII: nearly every name there is, and nothing in it needs escaping."""

_UNCERTAIN = re.compile("[\U0001f1e6-\U0001f1ff\U0001f3fb-\U0001f3ff]")
"""Halves of flags, and tones of skin: some terminals draw two of them in one place, others do not.

Of all other characters the terminals agree how many columns they take.
"""

_MARKS = 4
"""Combining marks on one letter that are drawn: Vietnamese and Hebrew have up to three."""

_IGNORABLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
"""Letters and marks that draw nothing, and so could make two names look alike.

The Unicode property ``Default_Ignorable_Code_Point`` where `str.isprintable` does not know of it, and the blank Braille
pattern. The variation selectors among them also change how wide a terminal draws what stands before them.
"""


def printable(value: bytes | str) -> str:
    """Make a name or any other string from an image safe to draw on one line.

    Control, C1, bidirectional, zero-width and unassigned characters, line breaks, spaces
    that are not the space of ASCII, and bytes that are not UTF-8 become visible escapes
    (``\\x1b``, ``\\u202e``, ``\\n``); so do combining marks without a letter to stand on,
    and more of them on one letter than any script writes.
    A backslash stays as it is: the result is for people, exact names are in ``--json``.

    Args:
        value: raw bytes as an image holds them, or text decoded from them (lone
            surrogates of ``surrogateescape`` are shown as the bytes they stand for).
    """
    if isinstance(value, bytes):
        value = value.decode("utf-8", "surrogateescape")
    if _PLAIN.match(value):
        return value
    if value.isascii() or not any(map(_is_mark, value)):
        return "".join(map(_show_character, value))
    return "".join(_show_with_marks(value))


def quote(value: bytes | str, limit: int = 80) -> str:
    """A name or a text from an image as a message quotes it: safe to draw, cut after ``limit`` characters."""
    cut = len(value) > limit
    return f"'{printable(value[:limit])}{'…' if cut else ''}'"


def _show_with_marks(value: str) -> Iterator[str]:
    """The characters of a text that has combining marks."""
    room = 0
    for character in value:
        if _is_mark(character):
            room -= 1
            yield _show_character(character) if room >= 0 else _escape(character)
        else:
            room = _MARKS
            yield _show_character(character)


@lru_cache(maxsize=4096)
def _is_mark(character: str) -> bool:
    return unicodedata.category(character) in {"Mn", "Me"}


@lru_cache(maxsize=4096)
def _show_character(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # an undecodable byte, as surrogateescape keeps it
        return f"\\x{code - 0xDC00:02x}"
    if character.isprintable() and not _IGNORABLE.match(character) and not _UNCERTAIN.match(character):
        return character
    match character:
        case "\n":
            return "\\n"
        case "\t":
            return "\\t"
        case "\r":
            return "\\r"
    return _escape(character)


def _escape(character: str) -> str:
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def format_size(size: int | None) -> str:
    """A number of bytes as people say it, in decimal units: ``63.3 MB``, ``248 B``."""
    if size is None:
        return ""
    if -1000 < size < 1000:
        return f"{size} B"
    import humanize

    try:
        return humanize.naturalsize(size)
    except OverflowError:  # more digits than a floating-point number holds
        return format_exact_size(size)


def format_exact_size(size: int | None) -> str:
    """A number of bytes to the last one: ``63,312,345 B``."""
    return "" if size is None else f"{size:,} B"


def format_percent(ratio: float, digits: int = 2) -> str:
    """Return a share of 1 in percent: ``99.72 %``."""
    return f"{ratio * 100:.{digits}f} %"


def format_count(count: int | None) -> str:
    """A number of things: ``6,412``."""
    return "" if count is None else f"{count:,}"


def count_noun(count: int, one: str, several: str = "") -> str:
    """A number of things with their noun: ``1 file``, ``6,412 entries``; the plural adds an s unless it is given."""
    return f"{format_count(count)} {one if count == 1 else several or one + 's'}"


def current_moment() -> datetime:
    """The moment that ages are counted to."""
    return datetime.now(UTC)


def format_age(moment: datetime | None, now: datetime | None = None) -> str:
    """Return the time since a moment in its largest unit, rounded down: ``2 y``, ``11 mo``, ``3 d``, ``2 h``.

    A month has 30 days and a year 365. A moment that is still to come reads ``in 3 d``.

    Args:
        moment: in UTC where it has no time zone.
        now: the moment to count from; None for the present.
    """
    if moment is None:
        return ""
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    seconds = int(((now or current_moment()) - moment).total_seconds())
    count, unit = _in_largest_unit(abs(seconds))
    return f"{'in ' if seconds < 0 else ''}{count} {unit}"


def _in_largest_unit(seconds: int) -> tuple[int, str]:
    days = seconds // 86400
    if days >= 365:
        return days // 365, "y"
    if days >= 30:
        return min(days // 30, 11), "mo"
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return seconds // size, unit
    return seconds, "s"


def format_time(seconds: float | datetime | None) -> str:
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
            return f"@{str(seconds).removesuffix('.0'):.40}"
    if seconds.tzinfo is not None:
        try:
            seconds = seconds.astimezone(UTC)
        except OverflowError:  # the first or the last day of the calendar, seen from elsewhere
            seconds = seconds.replace(tzinfo=None)
    return seconds.isoformat(" ", "seconds")[:19]


def format_mode(mode: int) -> str:
    """Type and permission bits as ``ls -l`` writes them: ``-rwsr-xr-x``."""
    return stat.filemode(mode)
