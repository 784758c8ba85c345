"""Looks for texts in the contents of a file, piece by piece, whatever the file's size."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from ocitui.display import quote
from ocitui.image.encoding import SNIFFED, tell_encoding
from ocitui.image.search.hit import TextMatch
from ocitui.image.search.needle import Needle

LINE_LIMIT = 300
"""Bytes of a line that are kept around a match."""

_BLOCK = 1 << 18
_LONGEST_LINE = 1 << 20
"""Bytes after which a line is searched before its end; where it is cut, a match may go over that."""


@dataclass(frozen=True, slots=True)
class TextTerm:
    """A text that the contents must hold: a word of a query, after ``text:``."""

    text: str
    """As it was typed; a regular expression without its slashes."""
    is_regex: bool = False
    is_negated: bool = False
    """True if it must not be there."""

    @classmethod
    def read(cls, text: str, is_literal: bool, is_negated: bool) -> "TextTerm":
        """Read what follows ``text:``.

        Raises:
            UsageError: it is no regular expression.
        """
        if not is_literal and len(text) > 2 and text[0] == text[-1] == "/":
            term = cls(text[1:-1], True, is_negated)
        else:
            term = cls(text, False, is_negated)
        _ = term.needle
        return term

    @property
    def needle(self) -> Needle:
        """The pattern that finds it."""
        return _needle(self.text, self.is_regex)

    @property
    def words(self) -> str:
        """The term as people say it."""
        return f"contents {'without' if self.is_negated else 'with'} {quote(self.text)}"


@lru_cache(maxsize=64)
def _needle(text: str, is_regex: bool) -> Needle:
    return Needle.regex(text) if is_regex else Needle(text)


def search_text(pieces: Iterable[bytes], terms: Sequence[TextTerm]) -> TextMatch | None:
    """Look through one file.

    Args:
        pieces: what it holds, in order; not read further than needed.
        terms: what it must hold or must not hold, all of them; at least one.

    Returns:
        The first match of the first term that must be there, None where the file is not
        wanted. A file that is only to hold none of the terms gives an empty match.
    """
    waiting = {index: term.needle for index, term in enumerate(terms)}
    wanted = [index for index, term in enumerate(terms) if not term.is_negated]
    matches: dict[int, TextMatch] = {}
    start = b""
    for block in _blocks(pieces, max(needle.length for needle in waiting.values())):
        if block.offset == 0:
            start = block.data[:SNIFFED]
        for index, needle in list(waiting.items()):
            span = needle.first(block.data)
            if span is None:
                continue
            if terms[index].is_negated:
                return None
            matches[index] = _match(block, span, _is_binary(start))
            del waiting[index]
        if not waiting:
            break
    if any(index not in matches for index in wanted):
        return None
    return matches[wanted[0]] if wanted else TextMatch(0, 1, b"", 0, 0, False)


def _is_binary(start: bytes) -> bool:
    """True if a file that begins so has no lines of bytes."""
    encoding = tell_encoding(start, is_whole=len(start) < SNIFFED)
    return encoding is None or encoding.unit > 1


class _Block(NamedTuple):
    """A run of whole lines, but for those that are too long."""

    data: bytes
    offset: int
    first_line: int


def _blocks(pieces: Iterable[bytes], overlap: int) -> Iterator[_Block]:
    offset, line = 0, 1
    kept = b""
    parts: list[bytes] = []
    size = 0
    for piece in pieces:
        parts.append(piece)
        size += len(piece)
        if size < _BLOCK:
            continue
        data = kept + b"".join(parts)
        parts.clear()
        size = 0
        end = data.rfind(b"\n") + 1
        if not end:
            if len(data) < _LONGEST_LINE:
                kept = data
                continue
            end = len(data) - min(overlap, len(data) // 2)
            yield _Block(data, offset, line)
        else:
            yield _Block(data[:end], offset, line)
        line += data.count(b"\n", 0, end)
        offset += end
        kept = data[end:]
    rest = kept + b"".join(parts)
    if rest:
        yield _Block(rest, offset, line)


def _match(block: _Block, span: tuple[int, int], is_binary: bool) -> TextMatch:
    data, (start, end) = block.data, span
    number = block.first_line + data.count(b"\n", 0, start)
    line_start = data.rfind(b"\n", 0, start) + 1
    line_end = data.find(b"\n", start)
    line_end = len(data) if line_end < 0 else line_end
    first = max(line_start, start - LINE_LIMIT // 3)
    line = b"" if is_binary else data[first : min(line_end, first + LINE_LIMIT)]
    return TextMatch(block.offset + start, number, line, start - first, end - start, is_binary)
