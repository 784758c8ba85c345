"""Numbers as dive reads them from its settings: thresholds from 0 to 1, and sizes.

dive 0.13.1 has them read by Go's ``strconv.ParseFloat`` and by go-humanize's ``ParseBytes``.
"""

import re

from ocitui.errors import UsageError

DISABLED = "disabled"
"""The one word that switches a rule off."""

_DIGITS = "[0-9]+(?:_[0-9]+)*"
_DECIMAL = re.compile(rf"[+-]?(?:{_DIGITS}\.?(?:{_DIGITS})?|\.{_DIGITS})(?:[eE][+-]?{_DIGITS})?")
_HEX_DIGITS = "[0-9a-fA-F]+(?:_[0-9a-fA-F]+)*"
_HEX = re.compile(rf"[+-]?0[xX](?:_?{_HEX_DIGITS}\.?(?:{_HEX_DIGITS})?|\.{_HEX_DIGITS})[pP][+-]?{_DIGITS}")
_WORDS = re.compile(r"[+-]?(?:inf|infinity)|nan", re.IGNORECASE)
_SIZE = re.compile(r"([\d.,]*)(.*)", re.DOTALL)
_UNITS = {
    "": 1,
    "b": 1,
    **{f"{letter}{end}": 1000 ** (n + 1) for n, letter in enumerate("kmgtpe") for end in ("", "b")},
    **{f"{letter}{end}": 1024 ** (n + 1) for n, letter in enumerate("kmgtpe") for end in ("i", "ib")},
}
_LARGEST = float(2**64 - 1)


def read_number(text: str) -> float | None:
    """A floating-point number as Go's ``strconv.ParseFloat`` reads it; None where it does not."""
    if _DECIMAL.fullmatch(text):
        found = float(text)
        return None if found in (float("inf"), float("-inf")) else found
    if _HEX.fullmatch(text):
        try:
            return float.fromhex(text.replace("_", ""))
        except (OverflowError, ValueError):
            return None
    return float(text) if _WORDS.fullmatch(text) else None


def read_ratio(text: str) -> float:
    """A threshold.

    Not a number (``nan``) is one, as it is for dive: nothing is above it and nothing below.

    Raises:
        UsageError: it is none from 0 to 1; the message says what was expected.
    """
    found = read_number(text)
    if found is None or found < 0 or found > 1:
        raise UsageError(f"must be a number from 0 to 1, or {DISABLED}")
    return found


def read_bytes(text: str) -> int:
    """A size as people write it, in bytes: ``20MB`` and ``20 m`` are decimal, ``20MiB`` and ``20mi`` binary.

    Raises:
        UsageError: it is none; the message says what was expected.
    """
    number, unit = _SIZE.fullmatch(text).groups()  # type: ignore[union-attr] # it matches everything
    value = read_number(number.replace(",", ""))
    factor = _UNITS.get(unit.strip().lower())
    if value is None or factor is None or value * factor >= _LARGEST:
        raise UsageError("must be a size like 20MB, 1.5 GiB or 1000")
    return int(value * factor)
