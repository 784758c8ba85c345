"""dive's own settings for CI, ``.dive-ci``: read as dive 0.13.1 reads them.

A YAML document with ``rules:`` and in it ``lowestEfficiency``, ``highestWastedBytes`` and
``highestUserWastedPercent``. Other keys are nobody's business, capitals do not matter, and
only the first document of a file counts. A rule without a value keeps its default. What
dive calls misconfigured is a `UsageError` here: neither can judge an image by it.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ocitui.display import printable, quote
from ocitui.errors import UsageError
from ocitui.image.gate.numbers import DISABLED
from ocitui.user_file import read_user_text

if TYPE_CHECKING:
    from yaml import MappingNode, Node

DIVE_FILE = ".dive-ci"

DIVE_DEFAULTS: Mapping[str, str] = {
    "lowestEfficiency": "0.9",
    "highestWastedBytes": DISABLED,
    "highestUserWastedPercent": "0.1",
}
"""Dive's limits where none are given."""

_LONGEST_NUMBER = 400
"""Digits of a number; one of more is too large anyway."""

_NULLS = {"", "~", "null", "Null", "NULL"}
_INTEGER = re.compile(r"[+-]?(?:0[bB][01]+|0[oO][0-7]+|0[xX][0-9a-fA-F]+|[0-9]+)")
_FLOAT = re.compile(r"[+-]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][+-]?[0-9]+)?")
_INFINITE = re.compile(r"([+-]?)\.(?:inf|Inf|INF)")


def read_dive_file(path: Path) -> dict[str, str]:
    """The values of dive's three rules, as dive writes them once YAML has read them.

    Raises:
        UsageError: the file cannot be read, or is no YAML mapping.
    """
    return read_dive_rules(read_user_text(path), printable(str(path)))


def read_dive_rules(text: str, name: str) -> dict[str, str]:
    """The same of a text; ``name`` is that of the file, for messages."""
    import yaml  # only `ocitui ci` needs it, and only for this file

    try:
        document = next(iter(yaml.compose_all(text, yaml.BaseLoader)), None)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f" at line {mark.line + 1}" if mark is not None else ""
        said = printable(str(getattr(error, "problem", None) or "it cannot be read"))
        raise UsageError(f"{name}: not valid YAML{where}: {said}") from None
    top = _pairs(document, name) if document is not None and not _is_null(document) else {}
    rules = top.get("rules")
    if rules is None or _is_null(rules):
        inner: dict[str, Node] = {}
    else:
        inner = _pairs(rules, f"{name}: rules")
    found = dict(DIVE_DEFAULTS)
    for key in found:
        value = top.get(f"rules.{key.lower()}") or inner.get(key.lower())
        if value is not None and not _is_null(value):
            found[key] = _text(value, f"{name}: rules.{key}")
    return found


def _pairs(node: "Node", what: str) -> "dict[str, Node]":
    """The values of a mapping by their keys in small letters."""
    import yaml

    if not isinstance(node, yaml.MappingNode):
        raise UsageError(f"{what}: must be a mapping, not {_kind(node)}")
    found: dict[str, Node] = {}
    merged: list[MappingNode] = []
    seen: set[str] = set()
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise UsageError(f"{what}: keys must be texts, not {_kind(key)}")
        if key.value == "<<" and key.style is None:
            merged += [each for each in _listed(value) if isinstance(each, yaml.MappingNode) and each is not node]
            continue
        if key.value in seen:
            line = key.start_mark.line + 1
            raise UsageError(f"{what}: the key {quote(key.value)} is there twice, again at line {line}")
        seen.add(key.value)
        found.setdefault(key.value.lower(), value)
    for each in merged:
        found = {**_pairs(each, what), **found}
    return found


def _listed(node: "Node") -> "list[Node]":
    import yaml

    return list(node.value) if isinstance(node, yaml.SequenceNode) else [node]


def _is_null(node: "Node") -> bool:
    return node.value in _NULLS and getattr(node, "style", None) is None if isinstance(node.value, str) else False


def _text(node: "Node", what: str) -> str:
    """A scalar as Go prints what YAML makes of it: ``0x14`` is ``20``, ``2e1`` too."""
    if not isinstance(node.value, str):
        raise UsageError(f"{what}: must be a number or a text, not {_kind(node)}")
    text = node.value
    if getattr(node, "style", None) is not None:
        return text
    plain = text.replace("_", "")
    if len(plain) > _LONGEST_NUMBER:
        return text
    if _INTEGER.fullmatch(plain):
        return str(_integer(plain))
    if _FLOAT.fullmatch(plain):
        return _decimal(float(plain))
    if infinite := _INFINITE.fullmatch(text):
        return f"{infinite[1] or '+'}Inf"
    return "NaN" if text in {".nan", ".NaN", ".NAN"} else text


def _integer(text: str) -> int:
    digits = text.lstrip("+-").lower()
    is_old_octal = len(digits) > 1 and digits.isdigit() and digits[0] == "0" and not set(digits) & set("89")
    value = int(digits, 8) if is_old_octal else int(digits) if digits.isdigit() else int(digits, 0)
    return -value if text.startswith("-") else value


def _decimal(value: float) -> str:
    """Without an exponent, in as few digits as say it."""
    if value in (float("inf"), float("-inf")):
        return "+Inf" if value > 0 else "-Inf"
    from decimal import Decimal

    return f"{Decimal(repr(value)):f}".removesuffix(".0")


def _kind(node: "Node") -> str:
    import yaml

    if isinstance(node, yaml.MappingNode):
        return "a mapping"
    return "a list" if isinstance(node, yaml.SequenceNode) else f"the text {quote(node.value)}"
