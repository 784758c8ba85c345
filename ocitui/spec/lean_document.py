"""Reading a JSON document of tens of megabytes, of whose long lists only some properties are wanted.

`ocitui.spec.document` makes everything of a document before anybody looks at it. Here each item of a
list is made alone, and what is not wanted of it is let go of before the next.
"""

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping

from ocitui.errors import DocumentError
from ocitui.spec.document import VALUES_LIMIT, load_object, read_float, read_int, refuse_constant

_BLANKS = re.compile(r"[ \t\n\r]*+")

_BETWEEN = re.compile(r"[ \t\n\r]*+(?:(,)[ \t\n\r]*+|\])")

LARGE = 1 << 18
"""Bytes from which a document is read so; smaller ones are read whole."""

Kept = Mapping[str, Collection[str]]
"""The properties that are kept of the items of a list, by the name of the list."""


def load_lean_object(
    raw: bytes, what: str, kept: Kept, most: int = VALUES_LIMIT, inside: str = ""
) -> dict[str, object]:
    """Parse a JSON document that must be an object, or raise `DocumentError`; see `load_object`.

    Of a name that stands more than once the last one counts, and nothing tells of it.

    Args:
        raw: the bytes of the document.
        what: what is being read, for messages.
        kept: what is kept of items of its lists.
        most: values that it may have.
        inside: the name of an object in it whose lists are meant, too.
    """
    if len(raw) >= LARGE and raw.count(b",") + raw.count(b"[") + raw.count(b"{") < most:
        try:
            return _Reader(raw.decode(), kept, inside).document()
        except (ValueError, IndexError, DocumentError, RecursionError):  # what is wrong is told by what reads it whole
            pass
    return load_object(raw, what, most)


class _Reader:
    """Reads one text, from its beginning to its end."""

    def __init__(self, text: str, kept: Kept, inside: str) -> None:
        self._text = text
        self._kept = kept
        self._inside = inside
        decoder = json.JSONDecoder(parse_constant=refuse_constant, parse_float=read_float, parse_int=read_int)
        self._scan: Callable[[str, int], tuple[object, int]] = decoder.raw_decode
        self._at = 0

    def document(self) -> dict[str, object]:
        """The object that is all of the text."""
        found = self._object()
        if self._next():
            raise ValueError("more than one value")
        return found

    def _next(self) -> str:
        """The character after blanks; empty at the end."""
        match = _BLANKS.match(self._text, self._at)
        self._at = match.end() if match is not None else self._at
        return self._text[self._at : self._at + 1]

    def _take(self, wanted: str) -> None:
        if self._next() != wanted:
            raise ValueError(f"no {wanted}")
        self._at += 1

    def _value(self) -> object:
        self._next()
        value, self._at = self._scan(self._text, self._at)
        return value

    def _items(self, end: str) -> Iterator[None]:
        """Stand before each item of a list or an object, and in the end behind it."""
        if self._next() == end:
            self._at += 1
            return
        while True:
            yield
            if self._next() == end:
                self._at += 1
                return
            self._take(",")

    def _object(self, depth: int = 0) -> dict[str, object]:
        self._take("{")
        found: dict[str, object] = {}
        for _ in self._items("}"):
            name = self._value()
            if not isinstance(name, str):
                raise ValueError("no name")
            self._take(":")
            following = self._next()
            if following == "[" and name in self._kept:
                found[name] = self._list(frozenset(self._kept[name]))
            elif following == "{" and name == self._inside and not depth:
                found[name] = self._object(1)
            else:
                found[name] = self._value()
        return found

    def _list(self, kept: Collection[str]) -> list[object]:
        """A list; as `_items` would, in a third of the time."""
        self._take("[")
        found: list[object] = []
        if self._next() == "]":
            self._at += 1
            return found
        text, scan, at = self._text, self._scan, self._at
        while True:
            value, at = scan(text, at)
            if isinstance(value, dict):
                value = {name: value[name] for name in kept if name in value}
            found.append(value)
            between = _BETWEEN.match(text, at)
            if between is None:
                raise ValueError("no comma")
            at = between.end()
            if between.lastindex is None:
                self._at = at
                return found
