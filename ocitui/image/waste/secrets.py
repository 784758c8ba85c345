"""Files that were meant to be gone and still ship: keys, tokens, histories, package caches.

What they look like is data: the file ``secrets.txt`` beside this one, and files of the same
form that a user names.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ocitui.display import printable, quote
from ocitui.errors import UsageError
from ocitui.image.glob import glob_to_regex
from ocitui.image.waste.waste import Waste, WastedPath, Why

_OWN_FILE = Path(__file__).with_name("secrets.txt")
_HIDDEN = frozenset({Why.DELETED, Why.REPLACED})
_FILE_LIMIT = 1 << 20


@dataclass(frozen=True, slots=True)
class SecretPattern:
    """A pattern of paths that somebody should know of."""

    kind: str
    """One word: ``key``, ``token``, ``history``, ``cache``, or a user's own."""
    glob: str
    """Of the name, or with a slash of the whole path; see `ocitui.image.glob`."""


@dataclass(frozen=True, slots=True)
class LeftBehind:
    """A path that is waste and looks like a secret."""

    wasted: WastedPath
    pattern: SecretPattern


class SecretPatterns:
    """Patterns in the order in which they are tried; the first that fits counts."""

    def __init__(self, patterns: Iterable[SecretPattern]) -> None:
        self.patterns = tuple(patterns)

    @classmethod
    def load(cls, *files: Path) -> "SecretPatterns":
        """Those of a user's files, and then our own.

        Raises:
            UsageError: a file cannot be read, or a line of it says no pattern.
        """
        return cls(pattern for file in (*files, _OWN_FILE) for pattern in read_patterns(file))

    def first(self, path: bytes) -> SecretPattern | None:
        """The first pattern that a path fits; None where none does.

        Args:
            path: from the root, without a slash at its beginning.
        """
        text = f"/{path.decode('utf-8', 'surrogateescape')}".lower()
        name = text.rpartition("/")[2]
        if not (self._any_name.match(name) or self._any_path.match(text)):
            return None
        for pattern, is_name, expression in self._each:
            if expression.match(name if is_name else text):
                return pattern
        return None

    def find(self, waste: Waste) -> tuple[LeftBehind, ...]:
        """The paths that a later layer deleted or replaced, that still ship and fit a pattern.

        They come in the order of the kinds, as the patterns have them, those of a kind by size.
        """
        rank = {pattern.kind: number for number, pattern in reversed([*enumerate(self.patterns)])}
        found = []
        for wasted in waste.paths:
            if any(copy.why in _HIDDEN for copy in wasted.copies) and (pattern := self.first(wasted.path)):
                found.append(LeftBehind(wasted, pattern))
        return tuple(sorted(found, key=lambda each: rank[each.pattern.kind]))

    @cached_property
    def _each(self) -> list[tuple[SecretPattern, bool, re.Pattern[str]]]:
        return [(each, "/" not in each.glob, re.compile(_regex(each))) for each in self.patterns]

    @cached_property
    def _any_name(self) -> re.Pattern[str]:
        return _any(each for each in self.patterns if "/" not in each.glob)

    @cached_property
    def _any_path(self) -> re.Pattern[str]:
        return _any(each for each in self.patterns if "/" in each.glob)


def _regex(pattern: SecretPattern) -> str:
    return glob_to_regex(pattern.glob.lower())


def _any(patterns: Iterable[SecretPattern]) -> re.Pattern[str]:
    """Return a pattern that matches where any of them does."""
    return re.compile("|".join(f"(?:{_regex(each)})" for each in patterns) or r"(?!)")


def read_patterns(file: Path) -> Sequence[SecretPattern]:
    """Read a file of patterns: on each line a kind and a glob; ``#`` begins a line that says nothing.

    Raises:
        UsageError: it cannot be read, or a line of it says no pattern.
    """
    try:
        with file.open("rb") as stream:
            data = stream.read(_FILE_LIMIT + 1)
    except OSError as error:
        raise UsageError(f"{printable(str(file))}: cannot be read: {error.strerror}") from None
    if len(data) > _FILE_LIMIT:
        raise UsageError(f"{printable(str(file))}: larger than {_FILE_LIMIT:,} bytes")
    found = []
    for number, line in enumerate(data.decode("utf-8", "surrogateescape").splitlines(), 1):
        words = line.split(maxsplit=1)
        if not words or words[0].startswith("#"):
            continue
        if len(words) < 2:
            raise UsageError(f"{printable(str(file))}, line {number}: needs a kind and a glob, not {quote(line)}")
        pattern = SecretPattern(words[0], words[1].strip())
        try:
            re.compile(_regex(pattern))
        except re.error as error:
            raise UsageError(
                f"{printable(str(file))}, line {number}: not a valid glob: {quote(pattern.glob)} ({error})"
            ) from None
        found.append(pattern)
    return found
