"""A table of a TOML file, read value by value; every wrong one is one clear `UsageError`."""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, TypeVar

from ocitui.display import printable, quote
from ocitui.errors import UsageError
from ocitui.image.glob import PathGlobs

_Value = TypeVar("_Value")


def parse_toml(text: str, name: str) -> dict[str, Any]:
    """The values of a file, or raise `UsageError`; ``name`` is that of the file."""
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        raise UsageError(f"{name}: not valid TOML: {printable(str(error))}") from None


def check_keys(found: Mapping[str, Any], known: set[str], what: str) -> None:
    """Raise `UsageError` for a key that is not known; it names the nearest."""
    for key in found:
        if key not in known:
            near = get_close_matches(key, sorted(known), 1)
            meant = f"did you mean {near[0]}?" if near else f"the keys are {', '.join(sorted(known))}"
            raise UsageError(f"{what}: no key {quote(key)}; {meant}")


def check_known(found: str, known: Sequence[str], what: str) -> None:
    """Raise `UsageError` for a value that is not known; it names the nearest, or all. ``what`` says where it is."""
    if found in known:
        return
    near = get_close_matches(found, known, 1)
    meant = f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}"
    raise UsageError(f"{what}: {quote(found)} is unknown; {meant}")


class Table:
    """The values by key, and where they stand."""

    def __init__(self, values: object, what: str, separator: str = ".") -> None:
        self.what = what
        self._separator = separator
        if not isinstance(values, dict):
            raise UsageError(f"{what}: must be a table, not {_kind(values)}")
        self.values: dict[str, Any] = values

    def place(self, key: str) -> str:
        """Return where a value stands, for messages: ``settings.toml: files.sort``."""
        return f"{self.what}{self._separator}{key}"

    def wrong(self, key: str, expected: str) -> UsageError:
        """Return the error to raise for a value of the wrong type."""
        return UsageError(f"{self.place(key)}: {expected}, not {_kind(self.values[key])}")

    def text(self, key: str) -> str:
        """A text that is not empty."""
        value = self.values[key]
        if not isinstance(value, str) or not value.strip():
            raise self.wrong(key, "must be a string")
        return value

    def count(self, key: str) -> int:
        """Return a count."""
        value = self.values[key]
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise self.wrong(key, "must be a number from 0 on")
        return value

    def flag(self, key: str) -> bool:
        """Yes or no."""
        if not isinstance(self.values[key], bool):
            raise self.wrong(key, "must be true or false")
        return bool(self.values[key])

    def texts(self, key: str, noun: str = "string") -> list[str]:
        """A list of texts, of one at least; ``noun`` says of what, for messages."""
        values = self.values[key]
        if values == []:
            raise UsageError(f"{self.place(key)}: needs at least one {noun}")
        if not isinstance(values, list) or not all(isinstance(each, str) and each for each in values):
            raise self.wrong(key, "must be a list of strings")
        return values

    def globs(self, key: str) -> tuple[bytes, ...]:
        """A list of patterns, each without a slash at its beginning."""
        return tuple(read_glob(each, self.place(key)) for each in self.texts(key, "pattern"))

    def number(self, key: str, read: Callable[[str], _Value]) -> _Value:
        """Return a number, or a text that stands for one, as its reader reads it."""
        value = self.values[key]
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            raise self.wrong(key, _expected(read))
        try:
            return read(value if isinstance(value, str) else repr(value))
        except UsageError as error:
            raise self.wrong(key, str(error)) from None


def _expected(read: Callable[[str], object]) -> str:
    """Return the words for the values that a reader of numbers accepts."""
    try:
        read("?")
    except UsageError as error:
        return str(error)
    return "must be a number"


def read_glob(pattern: str, what: str) -> bytes:
    """A pattern without the slash at its beginning, or raise `UsageError`."""
    if not pattern.startswith(("/", "**/")) or not pattern.strip("/"):
        raise UsageError(
            f"{what}: must be a pattern from the root (/etc/*.key) or at any depth (**/*.key), not {quote(pattern)}"
        )
    found = pattern.strip("/").encode("utf-8", "surrogateescape")
    parts = found.split(b"/")
    if any(part in (b"", b".", b"..") for part in parts):
        raise UsageError(f"{what}: must be a pattern without // . and .., not {quote(pattern)}")
    try:
        PathGlobs([found])
    except UsageError as error:
        raise UsageError(f"{what}: {error}") from None
    return found


def _kind(value: object) -> str:
    match value:
        case None:
            return "none"
        case bool():
            return str(value).lower()
        case int() | float():
            return repr(value)
        case str():
            return quote(value) if value else "an empty string"
        case list():
            return "a list" if value else "an empty list"
        case dict():
            return "a table"
        case _:
            return f"a {type(value).__name__}"
