"""JSON for programs: in ASCII, so that nothing in it can act on a terminal."""

import base64
import json
import sys
from typing import Any

from ocitui.display import printable

SCHEMA_VERSION = 1
"""Of the JSON of every command; another one means that a field changed its meaning or is gone."""

JsonObject = dict[str, Any]


def dump(value: object, *, indent: int | None = None) -> str:
    """Return a value as JSON in ASCII.

    Args:
        value: what `json.dumps` takes.
        indent: blanks of each level; None for one line.
    """
    return json.dumps(value, indent=indent).replace("\x7f", "\\u007f")


def write_json(value: object) -> None:
    """Write a value to standard output, on as many lines as it has fields."""
    sys.stdout.write(dump(value, indent=2) + "\n")


def text_fields(name: str, value: bytes) -> dict[str, str]:
    """Return a text of an image as fields: escaped where it is not UTF-8, with the exact bytes beside it."""
    try:
        return {name: value.decode()}
    except UnicodeDecodeError:
        return {name: printable(value), f"{name}Bytes": base64.b64encode(value).decode()}


def text_or_null(value: object | None) -> str | None:
    """Return a digest or a platform as text; None, which JSON writes as ``null``, where there is none."""
    return None if value is None else str(value)
