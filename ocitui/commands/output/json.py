"""JSON for programs: in ASCII, so that nothing in it can act on a terminal.

The same in all of it: two blanks for each level, as `json.dumps` indents; paths of an image from its root, with
the slash before them; times as RFC 3339, in UTC.
"""

import base64
import json
import sys
from collections.abc import Iterable
from functools import cache
from typing import Any

from ocitui.display import printable

SCHEMA_VERSION = 1
"""Of the JSON of every command; another one means that a field changed its meaning or is gone."""

JsonObject = dict[str, Any]
_NESTED = (dict, list, tuple)


def dump(value: object, level: int = 0) -> str:
    """Return a value as JSON in ASCII, indented as ``json.dumps(…, indent=2)`` does, and several times as fast.

    Args:
        value: what `json.dumps` takes; keys are text.
        level: how deep in an object or a list it stands. The first line has no blanks before it.
    """
    return _dump(value, level).replace("\x7f", "\\u007f")


def dump_on_one_line(value: object) -> str:
    """Return a value as JSON in ASCII, without line breaks: for a place in other text."""
    return json.dumps(value).replace("\x7f", "\\u007f")


def _dump(value: object, level: int) -> str:
    if not value or not isinstance(value, _NESTED):
        return _encoder(0).encode(value)
    inner, end = "\n" + "  " * (level + 1), "\n" + "  " * level
    parts = value.values() if isinstance(value, dict) else value
    if not any(part and isinstance(part, _NESTED) for part in parts):
        text = _encoder(level + 1).encode(value)  # in C, as there is nothing in it that is indented further
        return f"{text[0]}{inner}{text[1:-1]}{end}{text[-1]}"
    if isinstance(value, dict):
        fields = [f"{_encoder(0).encode(name)}: {_dump(part, level + 1)}" for name, part in value.items()]
        return f"{{{inner}{f',{inner}'.join(fields)}{end}}}"
    return f"[{inner}{f',{inner}'.join(_dump(part, level + 1) for part in value)}{end}]"


@cache
def _encoder(level: int) -> json.JSONEncoder:
    return json.JSONEncoder(separators=(",\n" + "  " * level, ": "))


def write_json(value: object) -> None:
    """Write a value to standard output, on as many lines as it has fields."""
    sys.stdout.write(dump(value) + "\n")


def write_opened(head: JsonObject, name: str, level: int = 0) -> None:
    """Write an object as far as the value of one more field, which is written piece by piece.

    Args:
        head: the fields before that; at least one.
        name: of the field.
        level: how deep the object stands.
    """
    newline = "\n" + "  " * level
    sys.stdout.write(dump(head, level).removesuffix(newline + "}") + f",{newline}  {dump(name)}: ")


def write_closed(tail: JsonObject) -> None:
    """Write the fields of an object after the one that was written piece by piece, at least one, and its end."""
    sys.stdout.write(f",{dump(tail)[1:]}\n")


def write_array(items: Iterable[object], level: int = 1) -> None:
    """Write a list to standard output, each item as soon as it is known.

    Args:
        items: what is in it.
        level: how deep it stands itself.
    """
    before = "\n" + "  " * (level + 1)
    separator = f"[{before}"
    for item in items:
        sys.stdout.write(separator + dump(item, level + 1))
        separator = f",{before}"
    sys.stdout.write("[]" if separator.startswith("[") else "\n" + "  " * level + "]")


def path_fields(name: str, path: bytes) -> dict[str, str]:
    """Return a path of an image as fields, from the root with the slash before it; see `text_fields`.

    Args:
        name: of the field.
        path: from the root, with or without the slash.
    """
    return text_fields(name, b"/" + path.lstrip(b"/"))


def text_fields(name: str, value: bytes) -> dict[str, str]:
    """Return a text of an image as fields: escaped where it is not UTF-8, with the exact bytes beside it."""
    try:
        return {name: value.decode()}
    except UnicodeDecodeError:
        return {name: printable(value), f"{name}Bytes": base64.b64encode(value).decode()}


def text_or_null(value: object | None) -> str | None:
    """Return a digest or a platform as text; None, which JSON writes as ``null``, where there is none."""
    return None if value is None else str(value)
