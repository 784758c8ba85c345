"""Reading JSON objects field by field, without trusting any of them.

A wrong field does not make a document unreadable: it is left at its default and said
in `Fields.problems`, so that the rest of the document can still be shown.
"""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from ocitui.display import show
from ocitui.errors import DocumentError

EMPTY: Mapping[str, str] = MappingProxyType({})
"""No annotations, no labels."""

_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))")


def load_json(raw: bytes, what: str) -> object:
    """Parse a JSON document, or raise `DocumentError` that names it and says where it breaks.

    Args:
        raw: the bytes of the document.
        what: what is being read, for the message: ``index.json``, ``manifest sha256:…``.
    """
    if not raw.strip():
        raise DocumentError(f"{what}: expected a JSON document, found nothing")
    try:
        return json.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise DocumentError(f"{what}: expected UTF-8, found byte 0x{raw[error.start]:02x} at {error.start}") from None
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise DocumentError(f"{what}: expected JSON, found something else at {place} ({error.msg})") from None
    except RecursionError:
        raise DocumentError(f"{what}: expected JSON, found it nested too deeply") from None
    except ValueError as error:  # an integer of more digits than Python reads
        raise DocumentError(f"{what}: expected JSON, found {show(str(error))[:120]}") from None


def load_object(raw: bytes, what: str) -> dict[str, object]:
    """Parse a JSON document that must be an object, or raise `DocumentError`."""
    value = load_json(raw, what)
    if not isinstance(value, dict):
        raise DocumentError(f"{what}: expected a JSON object, found {type_name(value)}")
    return value


def type_name(value: object) -> str:
    """What JSON calls this value: ``null``, ``text``, ``number``, ``list``, ``object``."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return f"the number {value!r:.40}"
        case str():
            return f"the text {show(value[:60])!r}"
        case list():
            return "a list"
        case _:
            return "an object"


class Fields:
    """One JSON object, read field by field.

    Every getter takes the field's name as the specification spells it and gives a value
    of one type. What was asked for is remembered, so that `unknown` can give the rest.
    """

    def __init__(self, value: object, where: str) -> None:
        """
        Args:
            value: what should be a JSON object.
            where: the object's place in its document, for messages: ``manifests[2]``.
        """
        self.where = where
        self.problems: list[str] = []
        self._asked: set[str] = set()
        if not isinstance(value, dict):
            self.problems.append(f"{where}: expected an object, found {type_name(value)}")
            value = {}
        self._object: dict[str, object] = value

    def has(self, name: str) -> bool:
        """Whether the field is there, whatever it holds."""
        return name in self._object

    def raw(self, name: str) -> object:
        """The field as it stands, None where it is missing."""
        self._asked.add(name)
        return self._object.get(name)

    def problem(self, name: str, expected: str, found: object) -> None:
        """Note that a field does not hold what the specification asks for."""
        path = f"{self.where}.{name}" if self.where else name
        self.problems.append(f"{path}: expected {expected}, found {type_name(found)}")

    def text(self, name: str) -> str:
        """A text; empty where it is missing, null or wrong."""
        value = self.raw(name)
        if value is None or isinstance(value, str):
            return value or ""
        self.problem(name, "text", value)
        return ""

    def integer(self, name: str) -> int | None:
        """A whole number, zero or more; None where it is missing or wrong."""
        value = self.raw(name)
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            return value
        if value is not None:
            self.problem(name, "a whole number, zero or more", value)
        return None

    def boolean(self, name: str) -> bool:
        """True or false; false where it is missing or wrong."""
        value = self.raw(name)
        if value is None or isinstance(value, bool):
            return bool(value)
        self.problem(name, "true or false", value)
        return False

    def items(self, name: str) -> list[object]:
        """A list of anything; empty where it is missing, null or wrong."""
        value = self.raw(name)
        if value is None or isinstance(value, list):
            return value or []
        self.problem(name, "a list", value)
        return []

    def texts(self, name: str) -> tuple[str, ...] | None:
        """A list of texts; None where it is missing or null, which differs from empty."""
        if self.raw(name) is None:
            return None
        if isinstance(value := self.raw(name), str):  # seen in the wild: Entrypoint and Cmd as one text
            self.problem(name, "a list of texts", value)
            return (value,)
        texts = []
        for position, item in enumerate(self.items(name)):
            if isinstance(item, str):
                texts.append(item)
            else:
                self.problem(f"{name}[{position}]", "text", item)
        return tuple(texts)

    def mapping(self, name: str) -> Mapping[str, str]:
        """An object of texts, as annotations and labels are."""
        value = self.raw(name)
        if value is None:
            return EMPTY
        if not isinstance(value, dict):
            self.problem(name, "an object", value)
            return EMPTY
        texts = {}
        for key, text in value.items():
            if isinstance(text, str):
                texts[key] = text
            else:
                self.problem(f"{name}.{show(key)}", "text", text)
        return MappingProxyType(texts)

    def keys(self, name: str) -> tuple[str, ...]:
        """The keys of an object used as a set, as ``ExposedPorts`` and ``Volumes`` are."""
        value = self.raw(name)
        if value is None:
            return ()
        if isinstance(value, dict):
            return tuple(value)
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return tuple(value)
        self.problem(name, "an object", value)
        return ()

    def moment(self, name: str) -> datetime | None:
        """A date and time of RFC 3339, section 5.6; None where it is missing or wrong."""
        text = self.text(name)
        if not text:
            return None
        moment = parse_moment(text)
        if moment is None:
            self.problem(name, "a date and time of RFC 3339", text)
        return moment

    def data(self, name: str) -> bytes | None:
        """Bytes in Base 64 (RFC 4648, section 4); None where they are missing or wrong."""
        text = self.text(name)
        if not self.has(name) or self._object[name] is None:
            return None
        try:
            return base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            self.problem(name, "Base 64", text)
            return None

    def duration(self, name: str) -> timedelta | None:
        """Nanoseconds, as the health check counts; None where they are missing or wrong."""
        value = self.raw(name)
        if value is None or value == 0:
            return None
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63:
            return timedelta(microseconds=value / 1000)
        self.problem(name, "nanoseconds", value)
        return None

    def unknown(self) -> Mapping[str, object]:
        """The fields that nobody asked for: kept, so that they can be shown."""
        return MappingProxyType({name: self._object[name] for name in self._object if name not in self._asked})


def parse_moment(text: str) -> datetime | None:
    """Read a date and time of RFC 3339 with any number of decimals; None when it is none."""
    found = _MOMENT.fullmatch(text)
    if not found:
        return None
    date, time, decimals, sign, hours, minutes = found.groups()
    try:
        moment = datetime.fromisoformat(f"{date}T{time}+00:00")
        moment = moment.replace(microsecond=int((decimals or "0")[:6].ljust(6, "0")))
        if sign:
            offset = timedelta(hours=int(hours), minutes=int(minutes))
            moment = moment - offset if sign == "+" else moment + offset
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
