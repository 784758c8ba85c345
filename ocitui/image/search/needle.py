"""A text to find in the bytes of a file."""

import re
from collections.abc import Callable

from ocitui.image.pattern import compile_regex, is_exact

_HEX = re.compile(r"(?:0x)?[0-9a-f]{2}(?: +[0-9a-f]{2})+|0x(?:[0-9a-f]{2})+", re.IGNORECASE)
_ESCAPE = re.compile(r"\\x([0-9a-f]{2})", re.IGNORECASE)
_LONGEST = 1 << 12
"""Bytes of a match of a regular expression that is found wherever the data is cut."""


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


class Needle:
    """A text in some encoding, or bytes. Small letters match capitals too; one capital makes it exact.

    An escape as it is shown (``\\x1b``) finds the byte it stands for, too.
    """

    def __init__(
        self, text: str, encode: Callable[[str], bytes] = _utf8, unit: int = 1, *, hex_too: bool = False
    ) -> None:
        """
        Args:
            text: what was typed.
            encode: gives the bytes for text in the file; raises `UnicodeEncodeError` where there are none.
            unit: bytes of a code unit; a match begins with a whole one.
            hex_too: whether ``7f 45 4c`` and ``0x7f454c`` mean bytes.
        """
        self._unit = unit
        self._plain: bytes | None = None
        self._folds = False
        self._pattern: re.Pattern[bytes] | None = None
        self.length = 1
        """Bytes of the longest match."""
        if hex_too and _HEX.fullmatch(text):
            self._unit = 1
            self._set(bytes.fromhex(text.lower().removeprefix("0x")))
            return
        if "\\x" not in text and text.isascii():
            self._folds = not is_exact(text)
            self._set(encode(text))
            return
        try:
            pieces = [_either(character, encode, is_exact(text)) for character in text]
            unescaped = _ESCAPE.split(text) if self._unit == 1 else [text]
            escapes = [
                b"".join(_either(character, encode, is_exact(text))[0] for character in piece)
                if at % 2 == 0
                else re.escape(bytes.fromhex(piece))
                for at, piece in enumerate(unescaped)
            ]
        except UnicodeEncodeError:  # nothing in this file can be that
            self._pattern = re.compile(rb"(?!)")
            return
        self.length = max(1, sum(longest for _, longest in pieces))
        patterns = [b"".join(pattern for pattern, _ in pieces)]
        if len(escapes) > 1:
            patterns.append(b"".join(escapes))
        self._pattern = re.compile(b"|".join(patterns))

    @classmethod
    def regex(cls, text: str) -> "Needle":
        """A regular expression, which matches within one line.

        Raises:
            UsageError: it is none.
        """
        needle = cls("")
        flags = re.MULTILINE | (0 if is_exact(text, is_regex=True) else re.IGNORECASE)
        needle._plain, needle._pattern = None, compile_regex(_utf8(text), text, flags)
        needle.length = _LONGEST
        return needle

    def _set(self, plain: bytes) -> None:
        self._plain = plain.lower() if self._folds else plain
        self.length = max(1, len(plain))

    def spans(self, data: bytes, origin: int = 0) -> list[tuple[int, int]]:
        """Return the places where it occurs in these bytes, in order, without overlap.

        Args:
            data: a part of a file.
            origin: where in the file that is, for what must begin at whole code units.
        """
        found: list[tuple[int, int]] = []
        at = 0
        if self._folds:
            data = data.lower()
        while (span := self._next(data, at)) is not None:
            begin, end = span
            if (origin + begin) % self._unit:
                at = begin + 1
                continue
            found.append(span)
            at = max(end, begin + 1)
        return found

    def first(self, data: bytes, origin: int = 0) -> tuple[int, int] | None:
        """Return the first place where it occurs in these bytes."""
        at = 0
        if self._folds:
            data = data.lower()
        while (span := self._next(data, at)) is not None and (origin + span[0]) % self._unit:
            at = span[0] + 1
        return span

    def _next(self, data: bytes, at: int) -> tuple[int, int] | None:
        if self._plain is not None:
            begin = data.find(self._plain, at)
            return None if begin < 0 else (begin, begin + len(self._plain))
        assert self._pattern is not None
        match = self._pattern.search(data, at)
        return match.span() if match is not None else None


def _either(character: str, encode: Callable[[str], bytes], exact: bool) -> tuple[bytes, int]:
    """A pattern for one character in both cases, and the bytes of the longer one."""
    both = [character] if exact else dict.fromkeys((character, character.lower(), character.upper()))
    encoded = [encode(one) for one in both if len(one) == 1]
    pattern = b"|".join(map(re.escape, encoded))
    return pattern if len(encoded) == 1 else b"(?:" + pattern + b")", max(map(len, encoded))
