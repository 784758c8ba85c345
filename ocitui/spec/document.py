"""Reading the JSON text of a document, strictly.

Implements RFC 8259, and refuses what it leaves open: numbers that no reader holds, and
(section 9) more values and deeper nesting than anybody means. Both are counted before
anything is made of the text, which may take eighty times its bytes in memory.
"""

import codecs
import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Self

from ocitui.display import quote
from ocitui.errors import DocumentError

VALUES_LIMIT = 300_000
"""Values of one document: a manifest of 4 MiB with nothing in it but descriptors has half as many."""

DEPTH_LIMIT = 200
"""The deepest nesting of values that is accepted: what images hold is seldom deeper than ten."""

_FEW = 10_000
_COMMA, _OPENED, _QUOTE = 1, 2, ord('"')

_TOKEN = re.compile(
    rb""""(?:[^"\\]++|\\.)*+"?  # a text
    | (,)
    | ([\[{]) (?:[ \t\r\n]*+ ([\]}]))?  # what begins, and what ends at once
    | [\]}]""",
    re.VERBOSE | re.DOTALL,
)


class RepeatingObject(dict[str, object]):
    """An object some of whose names stand more than once: as a mapping it has the last (RFC 8259, section 4)."""

    pairs: tuple[tuple[str, object], ...] = ()
    """All of it, in the order of the document."""
    repeated: tuple[str, ...] = ()
    """The names that stand more than once."""
    has_mark: bool = False
    """True if a byte-order mark stands before it, which no document may have and Go refuses (RFC 8259, section 8.1)."""

    @classmethod
    def of(cls, pairs: Sequence[tuple[str, object]]) -> Self:
        """An object of pairs."""
        found = cls(pairs)
        found.pairs = tuple(pairs)
        if len(found) < len(pairs):
            found.repeated = tuple(name for name, count in Counter(name for name, _ in pairs).items() if count > 1)
        return found


def load_json(raw: bytes, what: str, most: int = VALUES_LIMIT) -> object:
    """Parse a JSON document, or raise `DocumentError` that names it and says where it breaks.

    Args:
        raw: the bytes of the document.
        what: what is being read, for the message: ``index.json``, ``manifest sha256:…``.
        most: values that it may have.
    """
    if not raw.strip():
        raise DocumentError(f"{what}: expected a JSON document, found nothing")
    _check_measures(raw, what, most)
    try:
        return json.loads(
            raw.decode("utf-8-sig"),
            object_pairs_hook=_read_pairs,
            parse_constant=refuse_constant,
            parse_float=read_float,
            parse_int=read_int,
        )
    except UnicodeDecodeError as error:
        byte = error.object[error.start]
        offset = error.start + len(raw) - len(error.object)  # a byte-order mark is cut off before
        raise DocumentError(f"{what}: expected UTF-8, found byte 0x{byte:02x} at {offset}") from None
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise DocumentError(f"{what}: expected JSON, found something else at {place} ({error.msg})") from None
    except _NumberError as error:
        raise DocumentError(f"{what}: expected JSON, found {error}") from None


@dataclass(frozen=True, slots=True)
class Measures:
    """The dimensions of a document, measured without making any of its values; arbitrary for what is not JSON."""

    values: int
    """Its values, the containers among them; more than may be where there are more."""
    depth: int
    """The depth of the nesting; more than `DEPTH_LIMIT` where they nest deeper."""

    @classmethod
    def of(cls, raw: bytes, limit: int = VALUES_LIMIT) -> Self:
        """Measure a document; one that is small for sure is not looked into, nor what is beyond a limit of values."""
        opened = raw.count(b"[") + raw.count(b"{")
        most = raw.count(b",") + opened + 1
        return cls(most, opened) if most <= _FEW and opened <= DEPTH_LIMIT else cls._counted(raw, limit)

    @classmethod
    def _counted(cls, raw: bytes, limit: int) -> Self:
        values, depth, deepest = 1, 0, 0
        for token in _TOKEN.finditer(raw):
            kind = token.lastindex
            if kind == _COMMA:
                values += 1
            elif kind == _OPENED:
                values += 1
                depth += 1
                deepest = max(deepest, depth)
            elif kind is None and raw[token.start()] != _QUOTE:
                depth -= 1
            if values > limit or depth > DEPTH_LIMIT:
                break
        return cls(values, deepest)


def _check_measures(raw: bytes, what: str, most: int) -> None:
    """Refuse a document of too many values, or one that nests too deeply."""
    measures = Measures.of(raw, most)
    if measures.values > most:
        raise DocumentError(f"{what}: expected at most {most:,} values in such a document, found more")
    if measures.depth > DEPTH_LIMIT:
        raise DocumentError(f"{what}: expected JSON nested at most {DEPTH_LIMIT} deep, found it deeper")


class _NumberError(ValueError):
    """A number that is none in JSON, or that nobody means."""


def _read_pairs(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    return RepeatingObject.of(pairs)


def refuse_constant(name: str) -> object:
    """Refuse ``NaN`` and ``Infinity``, which Python reads."""
    raise _NumberError(f"{name}, which is no number in JSON")


def read_float(text: str) -> float:
    """Read a number with a point or an exponent."""
    number = float(text)
    if not isfinite(number):
        raise _NumberError(f"the number {text:.40}, which is too large")
    return number


def read_int(text: str) -> int:
    """Read a whole number."""
    if len(text) > 1000:  # Python reads a few thousand digits, in quadratic time
        raise _NumberError(f"a number of {len(text):,} digits")
    return int(text)


def load_object(raw: bytes, what: str, most: int = VALUES_LIMIT) -> dict[str, object]:
    """Parse a JSON document that must be an object, or raise `DocumentError`; see `load_json`."""
    value = load_json(raw, what, most)
    if not isinstance(value, dict):
        raise DocumentError(f"{what}: expected a JSON object, found {type_name(value)}")
    if raw.startswith(codecs.BOM_UTF8):
        marked = value if isinstance(value, RepeatingObject) else RepeatingObject.of([*value.items()])
        marked.has_mark = True
        return marked
    return value


def load_embedded(text: str, what: str, most: int = VALUES_LIMIT) -> dict[str, object]:
    """Parse a JSON object that stands in a text of another document, or raise `DocumentError`; see `load_json`.

    Args:
        text: of a label or an annotation. JSON allows half of a surrogate pair in it (RFC 8259, section 8.2), which no
            document may have.
        what: what is being read, for the message.
        most: values that it may have.
    """
    try:
        raw = text.encode()
    except UnicodeEncodeError as error:
        found = f"half of a surrogate pair at character {error.start:,}"
        raise DocumentError(f"{what}: expected a JSON document, found {found}") from None
    return load_object(raw, what, most)


def type_name(value: object) -> str:
    """Return JSON's name for the type of a value: ``null``, ``text``, ``number``, ``list``, ``object``."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return f"the number {value!r:.40}"
        case str():
            return f"the text {quote(value, 60)}"
        case list():
            return "a list"
        case _:
            return "an object"
