"""The encoding of text: told from the beginning of a file, and the ends of its lines."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass

_MARKS = (
    (codecs.BOM_UTF8, "UTF-8 with BOM", "utf-8", 1),
    (codecs.BOM_UTF32_LE, "UTF-32 LE", "utf-32-le", 4),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "UTF-32 BE", "utf-32-be", 4),
    (codecs.BOM_UTF16_LE, "UTF-16 LE", "utf-16-le", 2),
    (codecs.BOM_UTF16_BE, "UTF-16 BE", "utf-16-be", 2),
)
SNIFFED = 1 << 16
"""Bytes of a file's beginning from which it is told whether it is text, and in which encoding."""
_ODD = re.compile(rb"[\x00-\x06\x0e-\x1a\x1c-\x1f\x7f]")
"""Control characters that text has no use for. Logs have colours (ESC), manuals backspaces."""
_HIGH = re.compile(rb"[\x80-\xff]")
_C1 = re.compile(rb"[\x80-\x9f]")
ODD_SHARE = 50
"""Bytes of text that may have one odd control character."""
HIGH_SHARE = 3
"""Text in an encoding of one byte a character has at most one byte in this number that is not ASCII."""


@dataclass(frozen=True, slots=True)
class TextEncoding:
    """An encoding, and where lines break in it. Lines end with a line feed."""

    name: str
    """As people call it: ``UTF-16 LE``."""
    codec: str
    """As Python calls it."""
    unit: int = 1
    """Bytes of a code unit."""
    mark: int = 0
    """Bytes of the byte order mark at the start of the file, which is no text."""

    @property
    def newline(self) -> bytes:
        """The bytes that end a line."""
        return "\n".encode(self.codec)

    def decode(self, data: bytes) -> str:
        """Text for bytes. What is no text becomes lone surrogates, which `ocitui.display.printable` escapes."""
        if self.unit == 1:
            return data.decode(self.codec, "surrogateescape")
        whole = len(data) - len(data) % self.unit
        tail = "".join(chr(0xDC00 + byte) if byte > 0x7F else chr(byte) for byte in data[whole:])
        return data[:whole].decode(self.codec, "surrogatepass" if self.unit == 2 else "replace") + tail

    def encode(self, text: str) -> bytes:
        """Bytes for text that someone typed.

        Raises:
            UnicodeEncodeError: this encoding has no such characters.
        """
        return text.encode(self.codec, "surrogateescape" if self.unit == 1 else "strict")

    def line_ends(self, data: bytes, origin: int) -> Iterator[int]:
        """Yield the ends of lines in a part of a file: the offset in the file after each line feed.

        Args:
            data: the part, whole code units.
            origin: where in the file it begins.
        """
        newline, unit = self.newline, self.unit
        at = data.find(newline)
        while at >= 0:
            if at % unit == 0:
                yield origin + at + unit
                at = data.find(newline, at + unit)
            else:
                at = data.find(newline, at + 1)

    def count_lines(self, data: bytes) -> int:
        """Return the number of lines that end in a part of a file that begins and ends with whole code units."""
        if self.unit == 1:
            return data.count(b"\n")
        return sum(1 for _ in self.line_ends(data, 0))


UTF8 = TextEncoding("UTF-8", "utf-8")
ASCII = TextEncoding("ASCII", "utf-8")
LATIN_1 = TextEncoding("Latin-1", "latin-1")
WINDOWS = TextEncoding("Windows-1252", "cp1252")
EIGHT_BIT = TextEncoding("unknown encoding", "utf-8")
"""Of lines in an encoding of many bytes that cannot be told: KOI8-R, Shift JIS. What is not ASCII in it is escaped."""


def tell_text(data: bytes) -> TextEncoding | None:
    """Return the encoding of a whole file in memory, or None for what is no text."""
    return tell_encoding(data[:SNIFFED], is_whole=len(data) <= SNIFFED)


def tell_encoding(start: bytes, *, is_whole: bool) -> TextEncoding | None:
    """Return the encoding of a text, or None for what is no text.

    Args:
        start: the file, or its first `SNIFFED` bytes.
        is_whole: whether that is all of it, so that a character cannot be cut at its end.
    """
    for mark, name, codec, unit in _MARKS:
        if start.startswith(mark):
            return TextEncoding(name, codec, unit, len(mark))
    if b"\0" in start:
        return _wide(start)
    if len(_ODD.findall(start)) * ODD_SHARE > len(start):
        return None
    if start.isascii():
        return ASCII
    try:
        codecs.getincrementaldecoder("utf-8")().decode(start, is_whole)
    except UnicodeDecodeError:
        return _narrow(start)
    return UTF8


def _wide(start: bytes) -> TextEncoding | None:
    """UTF-16 without a mark: text of which mostly Latin letters are left."""
    even, odd = start[0::2].count(0), start[1::2].count(0)
    half = len(start) // 2
    codec = "utf-16-le" if even == 0 and odd * 2 > half else "utf-16-be" if odd == 0 and even * 2 > half else None
    if codec is None or half < 2:
        return None
    text = start[: half * 2].decode(codec, "replace")
    odd_characters = sum(not character.isprintable() and character not in "\r\n\t\f" for character in text)
    if odd_characters * ODD_SHARE > len(text):
        return None
    return TextEncoding("UTF-16 LE" if codec.endswith("le") else "UTF-16 BE", codec, 2)


def _narrow(start: bytes) -> TextEncoding:
    """An encoding of one byte a character, UTF-8 with a little damage, or one that is not known."""
    text = start.decode("utf-8", "surrogateescape")
    bad = sum("\udc80" <= character <= "\udcff" for character in text)
    good = sum(not character.isascii() for character in text) - bad
    if good > bad:
        return TextEncoding("UTF-8 with errors", "utf-8")
    if _ODD.search(start) or len(_HIGH.findall(start)) * HIGH_SHARE > len(start):
        return EIGHT_BIT
    return WINDOWS if _C1.search(start) else LATIN_1
