"""Values as Go's ``fmt`` prints them, which is how builders wrote parts of ``created_by``.

``["nginx" "-g"]`` is ``%q`` of a list, ``[/data /logs]`` is ``%v`` of one, ``map[80/tcp:{}]``
is ``%v`` of a set, and ``'\\x03'`` is ``%q`` of the number 3.
"""

import json
import re
from collections.abc import Iterable

_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))", re.DOTALL)
_LETTERS = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


def read_quoted_list(text: str) -> list[str] | None:
    """The items of ``["a" "b c"]``, with or without commas; None where the text is no such list."""
    text = text.strip()
    if not (text.startswith("[") and text.endswith("]")):
        return None
    items: list[str] = []
    rest = text[1:-1].strip()
    while rest:
        found = _QUOTED.match(rest)
        if found is None:
            return None
        items.append(unquote(found[1]))
        rest = rest[found.end() :].lstrip(" ,\t\n")
    return items


def unquote(text: str) -> str:
    """Return the text between two quotes, its escapes undone; a byte that is no text stays a lone surrogate."""
    return _ESCAPE.sub(_unescape, text) if "\\" in text else text


def _unescape(found: re.Match[str]) -> str:
    byte, short, long, letter = found.groups()
    if letter is not None:
        return _LETTERS.get(letter, letter)
    code = int(byte or short or long, 16)
    if byte and code >= 0x80:
        return chr(0xDC00 + code)
    return chr(code) if code <= 0x10FFFF else found[0]


def read_rune(text: str) -> int | None:
    """The number that ``'\\x03'`` stands for; None where the text is no such thing."""
    if len(text) < 3 or text[0] != "'" or text[-1] != "'":
        return None
    character = unquote(text[1:-1])
    return ord(character) if len(character) == 1 else None


def read_words(text: str) -> list[str] | None:
    """The items of ``[/a /b]``, or the keys of ``map[80/tcp:{} 443/tcp:{}]``; None where the text is neither."""
    text = text.strip()
    is_set = text.startswith("map[")
    if not (text.startswith("[") or is_set) or not text.endswith("]"):
        return None
    words = text[4 if is_set else 1 : -1].split()
    return [word.removesuffix(":{}") for word in words] if is_set else words


def shorten_duration(text: str) -> str:
    """A duration without the zeros that Go adds: ``1m0s`` is ``1m``."""
    text = re.sub(r"(?<=m)0s$", "", text)
    return re.sub(r"(?<=h)0m$", "", text)


def to_json(items: Iterable[str]) -> str:
    """A JSON list as people write it in a Dockerfile: ``["nginx", "-g"]``."""
    return json.dumps(list(items), ensure_ascii=False)
