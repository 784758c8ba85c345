"""The settings of the gate, ``.ocitui.toml``: a table ``[gate]`` whose keys are rules.

A rule that is not in it is not judged, dive's three neither. ::

    [gate]
    lowest-efficiency = 0.9             # dive's numbers, from 0 to 1; false is off
    highest-wasted-bytes = "20MB"
    highest-user-wasted-percent = 0.1
    max-size = "200MB"                  # all layers, stored
    max-unpacked-size = "600MB"         # the tars of all layers
    max-layer-size = "100MB"            # each layer, stored
    max-layers = 12
    max-growth = "10%"                  # or bytes: more tar than the base image
    base = "docker-archive:base.tar"    # or "auto"; ``--base`` may replace it
    no-root = true
    required-user = "app"
    required-labels = ["maintainer", "org.opencontainers.image.licenses=Apache-*"]
    forbidden-paths = ["**/.ssh/id_*", "/etc/*.pem"]     # in the final filesystem
    forbidden-shipped-paths = ["**/.git"]               # in any layer, deleted ones too
    ignored-paths = ["/usr/share/doc/**"]               # which no rule about paths or waste sees

    [[gate.paths]]                      # as often as wanted
    glob = "/usr/lib/**"
    max-size = "50MB"
    max-count = 2000

Sizes are numbers of bytes, or texts as `ocitui.image.gate.numbers.read_bytes` reads them.
Patterns begin with ``/`` or ``**``; see `ocitui.image.glob`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ocitui.display import printable, quote
from ocitui.errors import UsageError
from ocitui.image.gate.config_rules import NoRoot, RequiredLabel, RequiredUser
from ocitui.image.gate.numbers import DISABLED, read_bytes, read_ratio
from ocitui.image.gate.path_rules import ForbiddenPaths, ForbiddenShippedPaths, PathLimit
from ocitui.image.gate.size_rules import MaxGrowth, MaxLayers, MaxLayerSize, MaxSize, MaxUnpackedSize
from ocitui.image.gate.toml_table import Table, check_keys, parse_toml, read_glob
from ocitui.image.gate.verdict import Rule
from ocitui.image.gate.waste_rules import (
    HIGHEST_USER_WASTED_PERCENT,
    HIGHEST_WASTED_BYTES,
    LOWEST_EFFICIENCY,
    Disabled,
    HighestUserWastedPercent,
    HighestWastedBytes,
    LowestEfficiency,
)
from ocitui.user_file import read_user_text

OWN_FILE = ".ocitui.toml"
TABLE = "gate"

DIVE_NAMES: Mapping[str, str] = {
    "lowestEfficiency": LOWEST_EFFICIENCY,
    "highestWastedBytes": HIGHEST_WASTED_BYTES,
    "highestUserWastedPercent": HIGHEST_USER_WASTED_PERCENT,
}
"""dive's rules as dive spells them, and as ``.ocitui.toml`` does."""


@dataclass(frozen=True, slots=True)
class Gate:
    """All rules an image is held against."""

    rules: Mapping[str, tuple[Rule, ...]]
    """By key, in the order of the file; most keys make one rule."""
    ignored: tuple[bytes, ...] = ()
    """Patterns of paths that no rule looks at."""
    base: str = ""
    """The reference of the base image; empty where none is named."""

    @property
    def wants_base(self) -> bool:
        """True if a rule compares the image with its base."""
        return "max-growth" in self.rules

    def with_rules(self, rules: Mapping[str, tuple[Rule, ...]]) -> "Gate":
        """The same with other rules in place of those of the same key, or beside them."""
        return Gate({**self.rules, **rules}, self.ignored, self.base)


def dive_rules(values: Mapping[str, str], what: str) -> dict[str, tuple[Rule, ...]]:
    """dive's rules of their values as texts.

    Args:
        values: by dive's own keys; those that are missing make no rule.
        what: where they stand, as messages name it: ``.dive-ci: rules.``, ``--``.

    Raises:
        UsageError: dive calls a value misconfigured.
    """
    return {DIVE_NAMES[key]: (_dive_rule(DIVE_NAMES[key], text, what + key),) for key, text in values.items()}


def read_gate_file(path: Path) -> Gate:
    """Read a ``.ocitui.toml``, or raise `UsageError`."""
    return read_gate(read_user_text(path), printable(str(path)))


def read_gate(text: str, name: str) -> Gate:
    """The same of a text; ``name`` is that of the file, for messages."""
    top = parse_toml(text, name)
    check_keys(top, {TABLE}, name)
    table = Table(top.get(TABLE), f"{name}: {TABLE}")
    check_keys(table.values, {*_RULES, "base", "ignored-paths"}, table.what)
    rules = {key: _RULES[key](table, key) for key in table.values if key in _RULES}
    gate = Gate(
        {key: made for key, made in rules.items() if made},
        table.globs("ignored-paths") if "ignored-paths" in table.values else (),
        table.text("base") if "base" in table.values else "",
    )
    if gate.base and not gate.wants_base:
        raise UsageError(f"{table.what}.base: needs max-growth beside it")
    return gate


def _dive_rule(rule: str, text: str, what: str) -> Rule:
    if text == DISABLED:
        return Disabled(rule)
    try:
        if rule == LOWEST_EFFICIENCY:
            return LowestEfficiency(read_ratio(text))
        if rule == HIGHEST_WASTED_BYTES:
            return HighestWastedBytes(read_bytes(text))
        return HighestUserWastedPercent(read_ratio(text))
    except UsageError as error:
        raise UsageError(f"{what}: {error}, not {quote(text)}") from None


def _dive(table: Table, key: str) -> tuple[Rule, ...]:
    value = table.values[key]
    if value is False or value == DISABLED:
        return (Disabled(key),)
    if key == HIGHEST_WASTED_BYTES:
        return (HighestWastedBytes(table.number(key, read_bytes)),)
    limit = table.number(key, read_ratio)
    if limit != limit:  # no number at all, which dive takes and nothing is measured by
        raise table.wrong(key, "must be a number from 0 to 1")
    return (LowestEfficiency(limit) if key == LOWEST_EFFICIENCY else HighestUserWastedPercent(limit),)


def _paths(table: Table, key: str) -> tuple[Rule, ...]:
    values = table.values[key]
    if not isinstance(values, list) or not values:
        raise table.wrong(key, f"must be tables [[{TABLE}.{key}]]")
    found = []
    for number, each in enumerate(values, 1):
        inner = Table(each, f"{table.what}.{key}[{number}]")
        check_keys(inner.values, {"glob", "max-size", "max-count"}, inner.what)
        if "glob" not in inner.values or len(inner.values) == 1:
            raise UsageError(f"{inner.what}: needs glob, and max-size or max-count")
        found.append(
            PathLimit(
                read_glob(inner.text("glob"), f"{inner.what}.glob"),
                inner.number("max-size", read_bytes) if "max-size" in inner.values else None,
                inner.count("max-count") if "max-count" in inner.values else None,
            )
        )
    return tuple(found)


def _labels(table: Table, key: str) -> tuple[Rule, ...]:
    found = []
    for text in table.texts(key):
        name, sign, pattern = text.partition("=")
        if not name.strip():
            raise UsageError(f"{table.what}.{key}: must be name or name=pattern, not {quote(text)}")
        found.append(RequiredLabel(name.strip(), pattern.strip() if sign else None))
    return tuple(found)


_RULES: Mapping[str, Callable[[Table, str], tuple[Rule, ...]]] = {
    LOWEST_EFFICIENCY: _dive,
    HIGHEST_WASTED_BYTES: _dive,
    HIGHEST_USER_WASTED_PERCENT: _dive,
    "max-size": lambda table, key: (MaxSize(table.number(key, read_bytes)),),
    "max-unpacked-size": lambda table, key: (MaxUnpackedSize(table.number(key, read_bytes)),),
    "max-layer-size": lambda table, key: (MaxLayerSize(table.number(key, read_bytes)),),
    "max-layers": lambda table, key: (MaxLayers(table.count(key)),),
    "max-growth": lambda table, key: (table.number(key, MaxGrowth.read),),
    "no-root": lambda table, key: (NoRoot(),) if table.flag(key) else (),
    "required-user": lambda table, key: (RequiredUser(table.text(key)),),
    "required-labels": _labels,
    "forbidden-paths": lambda table, key: (ForbiddenPaths(table.globs(key)),),
    "forbidden-shipped-paths": lambda table, key: (ForbiddenShippedPaths(table.globs(key)),),
    "paths": _paths,
}
"""The makers of the rules of each key."""
