"""Reading JSON objects field by field, without trusting any of them.

A wrong field does not make a document unreadable: it is left at its default and said
in `Fields.problems`, so that the rest of the document can still be shown.
"""

import base64
import binascii
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from ocitui.display import printable, quote
from ocitui.spec.document import RepeatingObject, type_name
from ocitui.spec.document import load_object as load_object
from ocitui.spec.media_type import NAMING
from ocitui.spec.moment import GO_ZERO, parse_moment
from ocitui.spec.problem import Note
from ocitui.spec.properties import Properties

EMPTY: Mapping[str, str] = MappingProxyType({})
"""No annotations, no labels."""

LIST_LIMIT = 50_000
"""Items of one list of a document: more than any image has, and few enough to look at one by one."""

PROBLEM_LIMIT = 100
"""Problems that one object tells of."""


class Fields:
    """One JSON object, read field by field.

    Every getter takes the field's name as the specification spells it and gives a value
    of one type; see `ocitui.spec.properties` for other spellings. What was asked for is
    remembered, so that `unknown` can give the rest.
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
        self.is_object = isinstance(value, dict)
        """True if it is an object, so that there is anything to read."""
        if not isinstance(value, dict):
            self._note(f"{where}: expected an object, found {type_name(value)}")
            value = {}
        if isinstance(value, RepeatingObject) and value.has_mark:
            self._note("expected a JSON object, found a byte-order mark before it")
        self._properties = Properties(value)
        self._note_repeated("", value)

    def has(self, name: str) -> bool:
        """True if the field exists, whatever it holds."""
        return name in self._properties

    def raw(self, name: str, *, is_map: bool = False) -> object:
        """The field as it stands, None where it is missing; see `ocitui.spec.properties.Properties.get`."""
        if name not in self._asked:
            self._asked.add(name)
            self._note_spelling(name)
        return self._properties.get(name, is_map=is_map)

    def _note_spelling(self, name: str) -> None:
        spellings = self._properties.spellings(name)
        if len(spellings) > 1:
            found = ", ".join(quote(spelled, 60) for spelled in spellings[:4])
            self.note(name, "once", f"as {found}; the last one counts")
        elif spellings and spellings[0] != name:
            self.note(name, "this spelling", quote(spellings[0], 60))

    def problem(self, name: str, expected: str, found: object) -> None:
        """Note that a field does not hold what the specification asks for."""
        found_name = "nothing" if found is None and not self.has(name) else type_name(found)
        self._note(f"{self._path(name)}: expected {expected}, found {found_name}")

    def note(self, name: str, expected: str, found: str) -> None:
        """Note what is odd in a field, and allowed."""
        self._note(Note(f"{self._path(name)}: expected {expected}, found {found}"))

    def _path(self, name: str) -> str:
        return f"{self.where}.{name}" if self.where and name else self.where or name

    def _note(self, problem: str) -> None:
        if len(self.problems) < PROBLEM_LIMIT:
            self.problems.append(problem)
        elif len(self.problems) == PROBLEM_LIMIT:
            self.problems.append(f"{self.where or 'the document'}: more than {PROBLEM_LIMIT} problems")

    def _note_repeated(self, name: str, value: object) -> None:
        for key in value.repeated if isinstance(value, RepeatingObject) else ():
            path = self._path(f"{name}.{printable(key[:80])}" if name else printable(key[:80]))
            self._note(f"{path}: expected once, found more than once; the last one counts")

    def text(self, name: str) -> str:
        """A text; empty where it is missing, null or wrong."""
        value = self.raw(name)
        if value is None or isinstance(value, str):
            return value or ""
        self.problem(name, "text", value)
        return ""

    def integer(self, name: str) -> int | None:
        """A whole number from zero to 2⁶³ − 1; None where it is missing or wrong."""
        value = self.raw(name)
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63:
            return value
        if value is not None:
            self.problem(name, "a whole number, zero or more", value)
        return None

    def required_integer(self, name: str) -> int | None:
        """The same, where a missing one is a problem too."""
        if self.raw(name) is None:
            self.problem(name, "a whole number, zero or more", None)
        return self.integer(name)

    def required_text(self, name: str) -> str:
        """A text; empty where it is wrong, or missing, which is a problem too."""
        if self.raw(name) is None:
            self.problem(name, "text", None)
        return self.text(name)

    def media_type(self, name: str) -> str:
        """A media type; empty where it is missing or no text, as it stands where it is called as none may be."""
        text = self.text(name)
        if isinstance(self.raw(name), str) and not NAMING.fullmatch(text):
            self.problem(name, "type/subtype as RFC 6838 allows it", text)
        return text

    def boolean(self, name: str) -> bool:
        """True or false; false where it is missing or wrong."""
        value = self.raw(name)
        if value is None or isinstance(value, bool):
            return bool(value)
        self.problem(name, "true or false", value)
        return False

    def items(self, name: str) -> list[object]:
        """A list of anything, no longer than `LIST_LIMIT`; empty where it is missing, null or wrong."""
        value = self.raw(name)
        if value is None:
            return []
        if not isinstance(value, list):
            self.problem(name, "a list", value)
            return []
        if len(value) > LIST_LIMIT:
            self._note(f"{self._path(name)}: expected at most {LIST_LIMIT:,} items, found {len(value):,}")
            return value[:LIST_LIMIT]
        return value

    def required_items(self, name: str) -> list[object]:
        """The same, where a missing list is a problem too."""
        if self.raw(name) is None:
            self.problem(name, "a list", None)
        return self.items(name)

    def child(self, name: str) -> "Fields":
        """An object to be read field by field; empty where it is missing or null.

        What is wrong in it is said in its own problems.
        """
        value = self.raw(name)
        return Fields({} if value is None else value, self._path(name))

    def texts(
        self, name: str, is_right: Callable[[str], object] | None = None, expected: str = ""
    ) -> tuple[str, ...] | None:
        """A list of texts; None where it is missing or null, which differs from empty.

        Args:
            name: the field.
            is_right: whether a text is one that the specification allows; any is where nothing is said.
            expected: what it allows, for messages.
        """
        if self.raw(name) is None:
            return None
        if isinstance(value := self.raw(name), str):  # seen in the wild: Entrypoint and Cmd as one text
            self.problem(name, "a list of texts", value)
            return (value,)
        texts = []
        for position, item in enumerate(self.items(name)):
            if isinstance(item, str):
                texts.append(item)
                if is_right is not None and not is_right(item):
                    self.problem(f"{name}[{position}]", expected, item)
            else:
                self._note(f"{self._path(name)}[{position}]: expected text, found {type_name(item)}")
        return tuple(texts)

    def mapping(self, name: str) -> Mapping[str, str]:
        """An object of texts, as annotations and labels are."""
        value = self.raw(name, is_map=True)
        if value is None:
            return EMPTY
        if not isinstance(value, dict):
            self.problem(name, "an object", value)
            return EMPTY
        self._note_repeated(name, value)
        texts = {}
        for key, text in value.items():
            if isinstance(text, str):
                texts[key] = text
            else:
                self._note(f"{self._path(name)}.{printable(key[:80])}: expected text, found {type_name(text)}")
        return MappingProxyType(texts)

    def keys(self, name: str) -> tuple[str, ...]:
        """The keys of an object used as a set, as ``ExposedPorts`` and ``Volumes`` are."""
        value = self.raw(name, is_map=True)
        if value is None:
            return ()
        if isinstance(value, dict):
            return tuple(value)
        self.problem(name, "an object", value)
        items = value if isinstance(value, list) else []
        return tuple(item for item in items if isinstance(item, str))

    def moment(self, name: str) -> datetime | None:
        """A date and time of RFC 3339, section 5.6; None where it is missing, wrong or Go's "never set"."""
        text = self.text(name)
        if not text:
            return None
        moment = parse_moment(text)
        if moment is None:
            self.problem(name, "a date and time of RFC 3339", text)
        return None if moment == GO_ZERO else moment

    def data(self, name: str) -> bytes | None:
        """Bytes in Base 64 (RFC 4648, section 4); None where they are missing or wrong."""
        text = self.text(name)
        if self.raw(name) is None:
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
        return MappingProxyType(self._properties.without(self._asked))
