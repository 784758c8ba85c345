"""Takes a table of contents apart that is JSON, one entry after the other: it may be larger than memory should be.

Implements RFC 8259 as far as an object with a list of objects in it needs it.
"""

import codecs
import json
import re
from collections.abc import Iterator
from itertools import chain
from typing import Any

from ocitui.display import format_size
from ocitui.layers.toc.errors import TableError
from ocitui.spec.document import type_name

VALUE_LIMIT = 1 << 24
"""Characters of one entry: its extended attributes are in it."""

_SPACE = re.compile(r"[ \t\n\r]*")
_COMMA = re.compile(r"[ \t\n\r]*,?")
_ENTRIES = "entries"


class JsonEntries:
    """The entries of one table. The other members of the object are in `members` once all entries were taken."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        """
        Args:
            pieces: the JSON.
        """
        self._pieces = pieces
        self._decode = codecs.getincrementaldecoder("utf-8")().decode
        self._scan = json.JSONDecoder().raw_decode
        self._text = ""
        self._at = 0
        self._is_over = False
        self._between = ""
        """The text from the end of one entry to the beginning of the next, as it was found once."""
        self._is_odd = False
        """True if what is left of this text is no list of entries with that between them."""
        self.members: dict[str, Any] = {}
        """The other values of the object, by name."""

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """The entries, in order; `TableError` where the JSON is none, or another."""
        return chain.from_iterable(self.batches())

    def batches(self) -> Iterator[list[dict[str, Any]]]:
        """The same, as many at once as have come."""
        try:
            yield from self._members()
        except UnicodeDecodeError:
            raise TableError("expected JSON in UTF-8, found other bytes") from None
        except (ValueError, RecursionError) as error:
            raise TableError(f"expected JSON, found something else ({error})") from None

    def _members(self) -> Iterator[list[dict[str, Any]]]:
        self._expect("{")
        while self._next() != "}":
            name = self._value()
            self._expect(":")
            if name == _ENTRIES and self._next() == "[":
                yield from self._list()
            else:
                self.members[str(name)] = self._value()
            if self._next() == ",":
                self._at += 1
        self._at += 1
        if self._text[self._at :].strip() or any(piece.strip() for piece in self._pieces):
            raise TableError("expected the end of the JSON, found more")

    def _list(self) -> Iterator[list[dict[str, Any]]]:
        self._at += 1
        while self._next() != "]":
            values = self._batch() or [self._value()]
            for value in values:
                if not isinstance(value, dict):
                    raise TableError(f"expected an object as an entry, found {type_name(value)}")
            yield values
            end = self._at
            self._at = _COMMA.match(self._text, end).end()  # type: ignore[union-attr] # as far as it is here
            if self._next() == ",":
                self._at += 1
                self._next()
            between = self._text[end - 1 : self._at + 1]
            if not self._between and between[:1] == "}" and between[-1:] == "{":  # no text was taken meanwhile
                self._between = between
        self._at += 1

    def _batch(self) -> list[Any]:
        """All values up to the last place that looks like the end of an entry, in one call.

        They are the values that would be found one by one, for only a whole list is taken.
        """
        end = self._text.rfind(self._between, self._at) if self._between and not self._is_odd else -1
        if end < 0:
            return []
        try:
            values: list[Any] = json.loads(f"[{self._text[self._at : end + 1]}]")
        except (ValueError, RecursionError):  # it is said of the value that is the cause
            self._is_odd = True
            return []
        self._at = end + 1
        return values

    def _expect(self, sign: str) -> None:
        found = self._next()
        if found != sign:
            raise TableError(f"expected JSON with {sign} in it here, found {found!r}" if found else "it ends too early")
        self._at += 1

    def _next(self) -> str:
        """The next sign that is no blank, which is not passed over."""
        if self._at < len(self._text) and (sign := self._text[self._at]) not in " \t\n\r":
            return sign
        while True:
            self._at = _SPACE.match(self._text, self._at).end()  # type: ignore[union-attr] # it matches nothing, too
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                raise TableError("expected JSON, found that it ends too early")

    def _value(self) -> Any:
        self._next()
        while True:
            try:
                value, end = self._scan(self._text, self._at)
            except json.JSONDecodeError:
                if not self._more():
                    raise
                continue
            if end == len(self._text) and self._more():  # a number may go on
                continue
            self._at = end
            return value

    def _more(self) -> bool:
        """Take the next pieces, twice as much as is left each time, so that a long value is not tried too often."""
        if self._is_over:
            return False
        parts = [self._text[self._at :]]
        wanted = len(parts[0])
        if wanted > VALUE_LIMIT:
            raise TableError(f"an entry is over the limit of {format_size(VALUE_LIMIT)}")
        self._at = 0
        came = 0
        while came <= wanted and not self._is_over:
            piece = next(self._pieces, b"")
            self._is_over = not piece
            part = self._decode(piece, self._is_over)
            parts.append(part)
            came += len(part)
        self._text = "".join(parts)
        self._is_odd = False
        return came > 0
