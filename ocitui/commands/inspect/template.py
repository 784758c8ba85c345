"""``ocitui inspect --format '{{.Digest}}'``: one line of fields of an image, as `docker inspect` and `skopeo` write it.

Of Go's templates there are three forms: ``{{.Field}}``, ``{{json .Field}}``, and ``{{index .Field "key"}}`` or
``{{index .Field 0}}``. What is around them is written as it is; ``\\n`` and ``\\t`` are a line break and a tab.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Self

from ocitui.commands.opened.document import config_node
from ocitui.commands.output.json import JsonObject, dump_on_one_line, text_or_null
from ocitui.display import printable, quote
from ocitui.errors import DocumentError, UsageError
from ocitui.image.image import Image
from ocitui.spec.document import load_object
from ocitui.spec.properties import Properties

_ACTION = re.compile(r"(\{\{.*?\}\})", re.DOTALL)
_FORM = re.compile(
    r"""\{\{\s*(?:
        (?P<json>json\s+)?(?P<field>\.[\w.]*)
        | index\s+(?P<of>\.[\w.]+)\s+(?:"(?P<key>(?:[^"\\]|\\["\\])*)"|(?P<number>[0-9]{1,6}))
    )\s*\}\}""",
    re.VERBOSE,
)
_ESCAPES = {r"\n": "\n", r"\t": "\t"}

_OF_IMAGE: dict[str, Callable[[Image], object]] = {
    "Tag": lambda image: image.node.tag or None,
    "Digest": lambda image: None if image.node.is_made else text_or_null(image.node.digest),
    "MediaType": lambda image: None if image.node.is_made else image.manifest.media_type or None,
    "Size": lambda image: image.size,
    "Platform": lambda image: text_or_null(image.platform),
    "Layers": lambda image: [text_or_null(layer.descriptor.digest) for layer in image.layers],
    "DiffIDs": lambda image: [text_or_null(layer.diff_id) for layer in image.layers],
    "Annotations": lambda image: dict(image.manifest.annotations),
    "ConfigDigest": lambda image: text_or_null(config_node(image).digest),
}
_OF_CONFIG = {
    "Created": "created",
    "Author": "author",
    "Os": "os",
    "Architecture": "architecture",
    "Variant": "variant",
}
"""Fields that are properties of the config itself."""

_EXECUTION = (
    *("User", "ExposedPorts", "Env", "Entrypoint", "Cmd", "Volumes", "WorkingDir", "Labels", "StopSignal"),
    *("StopTimeout", "Shell", "OnBuild", "Healthcheck", "ArgsEscaped"),
)
"""The properties of ``config`` in the config (image-spec, Image Configuration: Properties), and docker's."""
_MAPS = frozenset({"ExposedPorts", "Labels", "Volumes"})

FIELDS = (*(f".{name}" for name in (*_OF_IMAGE, *_OF_CONFIG)), ".Config", *(f".Config.{name}" for name in _EXECUTION))
"""All that a template may name."""


def fields_of(image: Image) -> JsonObject:
    """Return the fields of an image that templates name; of a config that cannot be read there are none."""
    config, execution = Properties({}), Properties({})
    raw = config_node(image).raw
    with suppress(DocumentError):
        config = Properties(load_object(raw or b"{}", "config"))
        found = config.get("config")
        execution = Properties(found if isinstance(found, dict) else {})
    return {
        **{name: value(image) for name, value in _OF_IMAGE.items()},
        **{name: config.get(property_) for name, property_ in _OF_CONFIG.items()},
        "Config": {name: execution.get(name, is_map=name in _MAPS) for name in _EXECUTION if name in execution},
    }


@dataclass(frozen=True, slots=True)
class _Action:
    """One form of a template."""

    path: tuple[str, ...]
    is_json: bool = False
    key: str | int | None = None

    def write(self, fields: JsonObject) -> str:
        value: object = fields
        for name in self.path:
            value = value.get(name) if isinstance(value, dict) else None
        if self.key is not None:
            value = _item(value, self.key)
        return _text(value, self.is_json)


class Template:
    """A template that was read."""

    def __init__(self, parts: tuple[str | _Action, ...]) -> None:
        self._parts = parts

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a template, or raise `UsageError`."""
        return cls(tuple(_parts(text)))

    def write(self, fields: JsonObject) -> str:
        """Return the line for the fields of an image."""
        return "".join(part if isinstance(part, str) else part.write(fields) for part in self._parts)


def _parts(text: str) -> Iterator[str | _Action]:
    for number, part in enumerate(_ACTION.split(text)):
        if number % 2 == 0:
            if "{{" in part:
                raise UsageError(f"inspect: --format: }}}} is missing after {quote(part[part.index('{{') :])}")
            yield re.sub(r"\\[nt]", lambda found: _ESCAPES[found[0]], part)
            continue
        form = _FORM.fullmatch(part)
        if form is None:
            forms = 'use {{.Field}}, {{json .Field}} or {{index .Field "key"}}'
            raise UsageError(f"inspect: --format: {quote(part)} is not supported; {forms}")
        field = form["field"] or form["of"]
        if field not in FIELDS and not (field == "." and form["json"]):
            raise UsageError(f"inspect: --format: no field {quote(field)}; the fields are {' '.join(FIELDS)}")
        key: str | int | None = None if form["key"] is None else re.sub(r"\\(.)", r"\1", form["key"])
        if form["number"]:
            key = int(form["number"])
        yield _Action(tuple(filter(None, field.split("."))), bool(form["json"]), key)


def _item(value: object, key: str | int) -> object:
    if isinstance(value, dict) and isinstance(key, str):
        return value.get(key)
    if isinstance(value, list) and isinstance(key, int) and key < len(value):
        return value[key]
    return None


def _text(value: object, is_json: bool) -> str:
    if is_json or isinstance(value, dict | list | bool):
        return dump_on_one_line(value)
    return "" if value is None else printable(str(value))
