"""Bytes of an image on standard output: as they are in a pipe, made safe to draw on a terminal."""

import sys
from collections.abc import Iterable, Iterator
from itertools import chain

from ocitui.display import printable
from ocitui.errors import UsageError

_LINE_LIMIT = 1 << 16


def write_contents(pieces: Iterable[bytes], binary: str = "") -> None:
    """Write contents to standard output as they come.

    Args:
        pieces: the contents, in order.
        binary: what they are, safe to draw, where bytes that are no text are refused on a terminal.

    Raises:
        UsageError: they are no text, and standard output is a terminal.
    """
    if sys.stdout.isatty():
        for text in _safe_lines(_only_text(pieces, binary) if binary else pieces):
            sys.stdout.write(text)
        sys.stdout.flush()
        return
    for piece in pieces:
        sys.stdout.buffer.write(piece)
    sys.stdout.buffer.flush()


def _only_text(pieces: Iterable[bytes], what: str) -> Iterator[bytes]:
    """Give the pieces back, once their beginning is known to be text."""
    from ocitui.image.encoding import SNIFFED, tell_encoding  # not needed in a pipe

    rest, start, first = iter(pieces), b"", []
    for piece in rest:
        first.append(piece)
        start += piece
        if len(start) >= SNIFFED:
            break
    if tell_encoding(start[:SNIFFED], is_whole=len(start) < SNIFFED) is None:
        raise UsageError(f"{what}: is binary, and standard output is a terminal; --force writes it, escaped")
    yield from chain(first, rest)


def _safe_lines(pieces: Iterable[bytes]) -> Iterator[str]:
    rest = b""
    for piece in pieces:
        *lines, rest = (rest + piece).split(b"\n")
        for line in lines:
            yield printable(line.removesuffix(b"\r").expandtabs()) + "\n"
        while len(rest) > _LINE_LIMIT:
            yield printable(rest[:_LINE_LIMIT])
            rest = rest[_LINE_LIMIT:]
    if rest:
        yield printable(rest.expandtabs()) + "\n"
