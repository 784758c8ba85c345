"""The rules that ``ocitui ci`` applies: a file's, dive's, and those of the command line."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from ocitui.display import printable
from ocitui.errors import UsageError
from ocitui.image.gate.dive_file import DIVE_DEFAULTS, DIVE_FILE, read_dive_file
from ocitui.image.gate.settings import OWN_FILE, Gate, dive_rules, read_gate_file

DEFAULTS = f"dive's defaults (no {OWN_FILE} and no {DIVE_FILE} here)"


@dataclass(frozen=True, slots=True)
class Settings:
    """The rules, and where they are from."""

    gate: Gate
    source: str
    """The file, or what stands in its place; safe to draw."""
    file: Path | None = None


def find_settings(config: Path | None, given: Mapping[str, str], base: str | None) -> Settings:
    """The rules to go by.

    Args:
        config: the file that was named, if one was.
        given: values of dive's options, by dive's keys; they go before those of a file.
        base: the reference of the base image that was named.

    Raises:
        UsageError: a file or a value cannot be understood, or there is no rule at all.
    """
    found = _of_file(config)
    gate = found.gate.with_rules(dive_rules(given, "--"))
    if base is not None:
        if not gate.wants_base:
            raise UsageError(f"{found.source}: --base needs a max-growth rule")
        gate = replace(gate, base=base)
    if not gate.rules:
        raise UsageError(f"{found.source}: there are no rules")
    return replace(found, gate=gate)


def _of_file(config: Path | None) -> Settings:
    here = (Path(name) for name in (OWN_FILE, DIVE_FILE))
    path = config if config is not None else next((each for each in here if each.exists()), None)
    if path is None:
        return Settings(Gate(dive_rules(DIVE_DEFAULTS, "")), DEFAULTS)
    name = printable(str(path))
    if path.suffix == ".toml":
        return Settings(read_gate_file(path), name, path)
    return Settings(Gate(dive_rules(read_dive_file(path), f"{name}: rules.")), name, path)
