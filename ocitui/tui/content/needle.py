"""What is looked for in the bytes of a file, and the pass that looks for it."""

import re
from collections.abc import Callable

from ocitui.tui.content.encoding import UTF8, TextEncoding

CHUNK = 1 << 18
"""Bytes that are searched between two looks at whether to stop."""
_HEX = re.compile(r"(?:0x)?[0-9a-f]{2}(?: +[0-9a-f]{2})+|0x(?:[0-9a-f]{2})+", re.IGNORECASE)
_ESCAPE = re.compile(r"\\x([0-9a-f]{2})", re.IGNORECASE)


class Needle:
    """A text in some encoding, or bytes. Small letters match capitals too; one capital makes it exact.

    Args:
        text: what was typed. An escape as it is shown (``\\x1b``) finds the byte it stands for.
        encoding: how the file stands for text.
        hex_too: whether ``7f 45 4c`` and ``0x7f454c`` mean bytes.
    """

    def __init__(self, text: str, encoding: TextEncoding = UTF8, *, hex_too: bool = False) -> None:
        self._unit = encoding.unit
        self._plain: bytes | None = None
        self._folds = False
        self._pattern: re.Pattern[bytes] | None = None
        self.length = 1
        """Bytes of the longest match."""
        if hex_too and _HEX.fullmatch(text):
            self._unit = 1
            self._set(bytes.fromhex(text.lower().removeprefix("0x")))
            return
        is_exact = text != text.lower()
        if "\\x" not in text and text.isascii():
            self._folds = not is_exact
            self._set(encoding.encode(text))
            return
        try:
            pieces = [_either(character, encoding, is_exact) for character in text]
            unescaped = _ESCAPE.split(text) if self._unit == 1 else [text]
            escapes = [
                b"".join(_either(character, encoding, is_exact)[0] for character in piece)
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

    def _set(self, plain: bytes) -> None:
        self._plain = plain.lower() if self._folds else plain
        self.length = max(1, len(plain))

    def spans(self, data: bytes, origin: int = 0) -> list[tuple[int, int]]:
        """Where it occurs in these bytes, in order, without overlap.

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
        """Where it occurs first in these bytes."""
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


def _either(character: str, encoding: TextEncoding, is_exact: bool) -> tuple[bytes, int]:
    """A pattern for one character in both cases, and the bytes of the longer one."""
    both = [character] if is_exact else dict.fromkeys((character, character.lower(), character.upper()))
    encoded = [encoding.encode(one) for one in both if len(one) == 1]
    return b"(?:" + b"|".join(map(re.escape, encoded)) + b")", max(map(len, encoded))


class StoppedError(Exception):
    """Nobody waits for the answer any more."""


Reader = Callable[[int, int], bytes]
"""Gives bytes at an offset; blocks."""


def find_forward(
    needle: Needle, read: Reader, begin: int, end: int, is_stopped: Callable[[], bool]
) -> tuple[int, int] | None:
    """The first match that begins in a part of a file, as offsets in it. Blocks.

    Raises:
        StoppedError: ``is_stopped`` said so.
        OcituiError: the file cannot be read.
    """
    for at in range(begin, end, CHUNK):
        if is_stopped():
            raise StoppedError
        stop = min(at + CHUNK, end)
        data = read(at, stop - at + needle.length - 1)
        found = needle.first(data, at)
        if found is not None and at + found[0] < stop:
            return at + found[0], at + found[1]
    return None


def find_backward(
    needle: Needle, read: Reader, begin: int, end: int, is_stopped: Callable[[], bool]
) -> tuple[int, int] | None:
    """The last match that begins in a part of a file, as offsets in it. Blocks.

    Raises:
        StoppedError: ``is_stopped`` said so.
        OcituiError: the file cannot be read.
    """
    stop = end
    while stop > begin:
        if is_stopped():
            raise StoppedError
        at = max(begin, stop - CHUNK)
        spans = needle.spans(read(at, stop - at + needle.length - 1), at)
        inside = [span for span in spans if at + span[0] < stop]
        if inside:
            return at + inside[-1][0], at + inside[-1][1]
        stop = at
    return None


def line_start(encoding: TextEncoding, read: Reader, offset: int, is_stopped: Callable[[], bool]) -> int:
    """Where the line begins in which a byte is. Blocks.

    Raises:
        StoppedError: ``is_stopped`` said so.
        OcituiError: the file cannot be read.
    """
    stop = offset - (offset - encoding.mark) % encoding.unit
    while stop > encoding.mark:
        if is_stopped():
            raise StoppedError
        at = max(encoding.mark, stop - CHUNK // 4)
        last = max(encoding.line_ends(read(at, stop - at), at), default=-1)
        if last >= 0:
            return last
        stop = at
    return encoding.mark


def line_stop(encoding: TextEncoding, read: Reader, offset: int, size: int, is_stopped: Callable[[], bool]) -> int:
    """Where the line ends that goes on at a byte: where the next begins. Blocks.

    Raises:
        StoppedError: ``is_stopped`` said so.
        OcituiError: the file cannot be read.
    """
    at = offset
    while at < size:
        if is_stopped():
            raise StoppedError
        data = read(at, CHUNK // 4)
        found = next(iter(encoding.line_ends(data, at)), None)
        if found is not None:
            return found
        at += len(data)
    return size
