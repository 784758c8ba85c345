"""The lines of two files, where both are texts that can be compared."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property

from ocitui.image.diff.lines import split_lines
from ocitui.image.encoding import TextEncoding, tell_text

TEXT_LIMIT = 16 << 20
"""Bytes of a file up to which its lines are compared."""

LINES_LIMIT = 200_000
"""Lines of it, each of which takes more memory than its bytes."""


class Content(Enum):
    """The result of comparing the contents of two files."""

    NONE = "none"
    """One of them has none: it is no file, or does not exist."""
    SAME = "same"
    TEXT = "text"
    """They differ, and are lines."""
    ENCODING = "encoding"
    """They are the same text in different encodings."""
    BINARY = "binary"
    """They differ, and are no text."""
    LARGE = "large"
    """They differ, and are too large to compare line by line."""


@dataclass(frozen=True)
class Text:
    """A file as lines.

    Lines are as raw as the file has them, so that a difference in their bytes is one of the
    lines; but lines in UTF-16 or UTF-32, where bytes are no lines, are in UTF-8.
    """

    encoding: TextEncoding
    data: bytes = field(repr=False)
    """All of it, a line feed at the end of each line but perhaps the last."""

    @classmethod
    def of(cls, data: bytes) -> "Text | None":
        """Read a whole file; None where it is no text."""
        encoding = tell_text(data)
        if encoding is None:
            return None
        if encoding.unit > 1:
            data = encoding.decode(data[encoding.mark :]).encode("utf-8", "surrogatepass")
        return cls(encoding, data)

    @cached_property
    def lines(self) -> Sequence[bytes]:
        """Its lines, each with its line feed, which the last one may lack."""
        return split_lines(self.data)

    def decode(self, line: bytes) -> str:
        """Return a line as text. What is no text becomes lone surrogates, which `printable` escapes."""
        return line.decode("utf-8", "surrogatepass") if self.encoding.unit > 1 else self.encoding.decode(line)

    @property
    def characters(self) -> str:
        """All of it as text, without a byte order mark."""
        return self.decode(self.data).removeprefix("\ufeff")


Texts = tuple[Text, Text]
"""Two files that are texts."""


def read_texts(before: bytes, after: bytes) -> tuple[Content, Texts | None]:
    """Read two files that differ as texts.

    Returns:
        How they compare, and both where they are texts that are not too large.
    """
    if max(len(before), len(after)) > TEXT_LIMIT:
        return Content.LARGE, None
    old, new = Text.of(before), Text.of(after)
    if old is None or new is None:
        return Content.BINARY, None
    if max(text.data.count(b"\n") for text in (old, new)) > LINES_LIMIT:
        return Content.LARGE, None
    if old.encoding == new.encoding:  # bytes that stand for no character can be all that differs
        return (Content.TEXT, (old, new)) if old.data != new.data else (Content.BINARY, None)
    return Content.ENCODING if old.characters == new.characters else Content.TEXT, (old, new)
