"""In which fields the configs of two images differ (image-spec, Image Configuration)."""

import json
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ocitui.display import NOT_SET
from ocitui.image.documents.summary import health_check_text
from ocitui.image.merged.changes import Mark
from ocitui.spec.config import Config
from ocitui.spec.moment import format_moment

Value = str | tuple[str, ...]
"""A text, or the words of a command; as raw as the config has them."""


@dataclass(frozen=True, slots=True)
class ConfigDifference:
    """A field that is not the same."""

    field: str
    """As `ocitui.image.documents.summary` names it: ``entrypoint``, ``env``."""
    key: str
    """For what has names: the variable, the label, the port; else empty."""
    before: Value | None
    """None where it is not set."""
    after: Value | None

    @property
    def mark(self) -> Mark:
        """The mark of the difference: added, modified or deleted."""
        if self.before is None:
            return Mark.ADDED
        return Mark.MODIFIED if self.after is not None else Mark.DELETED


def value_text(value: Value | None) -> str:
    """A value on one line, as a shell would have a command's words; not safe to draw yet."""
    if value is None:
        return NOT_SET
    if isinstance(value, tuple):
        return shlex.join(value) if value else "(empty)"
    return value or "(empty)"


def compare_configs(before: Config | None, after: Config | None) -> tuple[ConfigDifference, ...]:
    """Compare two configs field by field; lists of names as sets, whose order does not count.

    Args:
        before: the one; None where it cannot be read, and then all of the other is new.
        after: the other.
    """
    old, new = (dict(_fields(config)) if config is not None else {} for config in (before, after))
    names = [name for name, _ in _fields(before)] if before is not None else []
    names += [name for name, _ in _fields(after) if name not in old] if after is not None else []
    order = {field: at for at, (field, _) in reversed([*enumerate(names)])}
    found: dict[tuple[str, str], None] = dict.fromkeys(sorted(dict.fromkeys(names), key=lambda name: order[name[0]]))
    return tuple(
        ConfigDifference(*name, old.get(name), new.get(name)) for name in found if old.get(name) != new.get(name)
    )


_Field = tuple[tuple[str, str], Value]


def _fields(config: Config) -> Iterator[_Field]:
    """Every field that is set, by its name and, of those that hold several, the key."""
    execution = config.execution
    yield from _words("entrypoint", execution.entrypoint)
    yield from _words("command", execution.cmd)
    yield from _text("user", execution.user)
    yield from _text("directory", execution.working_dir)
    yield from _names("ports", execution.exposed_ports)
    yield from _names("volumes", execution.volumes)
    yield from _named("env", dict(_assignments(execution.env)))
    yield from _named("labels", execution.labels)
    yield from _text("stop signal", execution.stop_signal)
    if execution.health_check is not None:
        yield ("health", ""), health_check_text(execution.health_check)
    yield from _words("shell", execution.shell)
    yield from _words("on build", execution.on_build)
    if config.created is not None:
        yield ("created", ""), format_moment(config.created)
    yield from _text("author", config.author)
    yield from _text("platform", str(config.platform))
    yield from _text("os version", config.platform.os_version)
    yield from _names("os features", config.platform.os_features)
    yield from _named("also", _unknown(execution.unknown) | _unknown(config.unknown))


def _text(field: str, value: str) -> Iterator[_Field]:
    if value:
        yield (field, ""), value


def _words(field: str, words: tuple[str, ...] | None) -> Iterator[_Field]:
    if words is not None:
        yield (field, ""), words


def _names(field: str, names: Iterable[str]) -> Iterator[_Field]:
    for name in names:
        yield (field, name), ""


def _named(field: str, values: Mapping[str, str]) -> Iterator[_Field]:
    for name, value in values.items():
        yield (field, name), value


def _assignments(env: Iterable[str]) -> Iterator[tuple[str, str]]:
    for text in env:
        name, _, value = text.partition("=")
        yield name, value


def _unknown(fields: Mapping[str, object]) -> dict[str, str]:
    return {name: json.dumps(value, ensure_ascii=False, sort_keys=True) for name, value in fields.items()}
