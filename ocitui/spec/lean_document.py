"""Reading a JSON document of tens of megabytes, of whose long lists only some properties are wanted.

`ocitui.spec.document` makes everything of a document before anybody looks at it. Here the library
``msgspec`` looks at the grammar of all of it, in a tenth of the time, and an item of a long list is
made when it is asked for, with the properties that are wanted. What the library refuses, and JSON
allows (half of a surrogate pair), is read item by item with the standard library.
"""

import json
import re
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar, cast, get_args, get_origin, get_type_hints, is_typeddict

from ocitui.errors import DocumentError
from ocitui.spec.document import DEPTH_LIMIT, VALUES_LIMIT, Measures, load_object, read_float, read_int, refuse_constant

if TYPE_CHECKING:
    from msgspec import Raw

_BLANKS = re.compile(r"[ \t\n\r]*+")

_BETWEEN = re.compile(r"[ \t\n\r]*+(?:(,)[ \t\n\r]*+|\])")

LARGE = 1 << 18
"""Bytes from which a document is read so; smaller ones are read whole."""

Kept = Mapping[str, type]
"""The wanted properties of the items of lists, by the names of the lists (see `items_of`); and by the names
of texts of Base 64, which may be tens of megabytes too, `bytes`."""


def load_lean_object(
    raw: bytes, what: str, kept: Kept, most: int = VALUES_LIMIT, inside: Collection[str] = ()
) -> dict[str, object]:
    """Parse a JSON document that must be an object, or raise `DocumentError`; see `load_object`.

    Of a name that stands more than once the last one counts, and nothing tells of it; nor does anything
    tell of a number that is too large where nobody wants it.

    Args:
        raw: the bytes of the document.
        what: what is being read, for messages.
        kept: what is kept of items of its lists, each of which is a sequence then; and which texts are
            bytes then, where they are of the common alphabet of Base 64 (RFC 4648, section 4), with no
            text made of them. Of another alphabet, or wrong, they stay text.
        most: values that it may have.
        inside: the names of objects in it whose lists and texts are meant, too.
    """
    if len(raw) >= LARGE and raw.count(b",") + raw.count(b"[") + raw.count(b"{") < most:
        for read in (_read_quickly, _read_slowly):
            try:
                return read(raw, kept, inside)
            except (ValueError, IndexError, DocumentError, RecursionError):  # the next one knows more, or tells of it
                continue
    return load_object(raw, what, most)


class LeanItems:
    """A list of a document, of which nothing is made but what is asked for; see `items_of`."""

    def __init__(self, texts: "Sequence[Raw]") -> None:
        """
        Args:
            texts: those of its items, whose grammar is right.
        """
        self.texts = texts

    def __len__(self) -> int:
        return len(self.texts)


_Item = TypeVar("_Item")


def items_of(items: object, kind: type[_Item]) -> Iterator[_Item]:
    """Yield the objects of a list, with what is wanted of them, made one after the other; nothing of what is no list.

    Args:
        items: of a document that `load_lean_object` or `load_object` read.
        kind: a `TypedDict` without required keys; properties of another type than it says are left out.
    """
    if isinstance(items, list):
        yield from (_pruned(each, kind) for each in items if isinstance(each, dict))
    elif isinstance(items, LeanItems):
        from msgspec import ValidationError
        from msgspec.json import Decoder

        decode = Decoder(kind).decode
        for text in items.texts:
            try:
                yield decode(text)
            except (ValidationError, RecursionError):  # something in it is of another type
                value = _made(text)
                if isinstance(value, dict):
                    yield _pruned(value, kind)


def _made(text: "Raw") -> object:
    """All of an item; None where Python has no room for a number of it, or it nests deeper than any document may.

    From Python 3.12 on its reader goes deeper than its functions can follow.
    """
    raw = bytes(text)
    try:
        return json.loads(raw) if Measures.of(raw).depth <= DEPTH_LIMIT else None
    except (ValueError, RecursionError):
        return None


@lru_cache
def _hints(kind: Hashable) -> dict[str, Any]:
    return get_type_hints(kind)


def _pruned(value: Mapping[str, object], kind: type[_Item]) -> _Item:
    found: dict[str, object] = {}
    for name, wanted in _hints(cast(Hashable, kind)).items():
        held = value.get(name)
        inner = get_args(wanted)
        if is_typeddict(wanted):
            if isinstance(held, dict):
                found[name] = _pruned(held, wanted)
        elif get_origin(wanted) is list:
            if isinstance(held, list):
                found[name] = [_pruned(each, inner[0]) for each in held if isinstance(each, dict)]
        elif name in value and isinstance(held, inner):
            found[name] = held
    return cast(_Item, found)


def _read_quickly(raw: bytes, kept: Kept, inside: Collection[str]) -> dict[str, object]:
    if not raw.isascii():
        raw.decode()  # the library looks so closely only at what it makes
    return _split(raw, kept, inside)


def _split(raw: "bytes | Raw", kept: Kept, inside: Collection[str]) -> dict[str, object]:
    from msgspec import Raw
    from msgspec.json import decode

    found: dict[str, object] = {}
    for name, value in decode(raw, type=dict[str, Raw]).items():
        begin = bytes(memoryview(value)[:1])
        if begin == b'"' and kept.get(name) is bytes:
            found[name] = _unpacked(value)
        elif begin == b"[" and kept.get(name, bytes) is not bytes:
            found[name] = LeanItems(decode(value, type=list[Raw]))
        elif begin == b"{" and name in inside:
            found[name] = _split(value, kept, ())
        else:
            found[name] = decode(value, type=str) if begin == b'"' else _decoder().decode(bytes(value).decode())
    return found


def _unpacked(text: "Raw") -> bytes | str:
    """The bytes of a text of Base 64, of which the library takes no form that the standard library refuses."""
    from msgspec import ValidationError
    from msgspec.json import decode

    try:
        return decode(text, type=bytes)
    except ValidationError:
        return decode(text, type=str)


def _read_slowly(raw: bytes, kept: Kept, inside: Collection[str]) -> dict[str, object]:
    names = {name: frozenset(item.__annotations__) for name, item in kept.items() if item is not bytes}
    return _Reader(raw.decode(), names, inside).document()


def _decoder() -> json.JSONDecoder:
    return json.JSONDecoder(parse_constant=refuse_constant, parse_float=read_float, parse_int=read_int)


class _Reader:
    """Reads one text, from its beginning to its end."""

    def __init__(self, text: str, kept: Mapping[str, Collection[str]], inside: Collection[str]) -> None:
        self._text = text
        self._kept = kept
        self._inside = inside
        self._scan: Callable[[str, int], tuple[object, int]] = _decoder().raw_decode
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
                found[name] = self._list(self._kept[name])
            elif following == "{" and name in self._inside and not depth:
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
