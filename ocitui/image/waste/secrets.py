"""Files that were meant to be gone and still ship: keys, tokens, histories, package caches.

What they look like is data: the file ``secrets.txt`` beside this one, and files of the same
form that a user names.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ocitui.image.waste.secret_rules import SecretPattern, SecretRules, any_path, path_regex, read_rules
from ocitui.image.waste.waste import Waste, WastedCopy, WastedPath, Why

BEGINNING = 64 * 1024
"""Bytes of a file that are looked at."""

ReadBeginning = Callable[[WastedCopy], bytes | None]
"""Returns the first `BEGINNING` bytes of a file; None where they cannot be read."""

_OWN_FILE = Path(__file__).with_name("secrets.txt")
_HIDDEN = frozenset({Why.DELETED, Why.REPLACED})
_FILES_READ = 500


@dataclass(frozen=True, slots=True)
class LeftBehind:
    """A path that is waste and looks like a secret."""

    wasted: WastedPath
    pattern: SecretPattern
    is_read: bool = False
    """True if what it holds looks like one too; False where only its path was looked at."""


class SecretPatterns:
    """Patterns in the order in which they are tried; the first that fits counts.

    What files hold is remembered, so that an image can be added up again as more of its layers are known: use one
    object for one image.
    """

    def __init__(self, rules: Iterable[SecretRules]) -> None:
        """
        Args:
            rules: of the files, in the order in which their patterns are tried.
        """
        self.rules = tuple(rules)
        self.patterns = tuple(pattern for each in self.rules for pattern in each.patterns)
        self._verdicts: dict[tuple[str, int, int], bool] = {}

    @classmethod
    def load(cls, *files: Path) -> "SecretPatterns":
        """Those of a user's files, and then our own.

        Raises:
            UsageError: a file cannot be read, or a line of it is no rule.
        """
        return cls(read_rules(file) for file in (*files, _OWN_FILE))

    def first(self, path: bytes) -> SecretPattern | None:
        """The first pattern that a path fits; None where none does.

        Args:
            path: from the root, without a slash at its beginning.
        """
        text = f"/{path.decode('utf-8', 'surrogateescape')}".lower()
        name = text.rpartition("/")[2]
        if not (self._any_name.match(name) or self._any_path.match(text)):
            return None
        for harmless_name, harmless_path, patterns in self._each:
            if harmless_name.match(name) or harmless_path.match(text):
                return None
            for pattern, expression in patterns:
                if expression.match(text if "/" in pattern.glob else name):
                    return pattern
        return None

    def find(self, waste: Waste, read: ReadBeginning | None = None) -> tuple[LeftBehind, ...]:
        """The paths that a later layer deleted or replaced, that still ship and look like a secret.

        Args:
            waste: all of it.
            read: reads the files of the kinds that are told by what they hold; without it paths alone count.

        Returns:
            In the order of the kinds, as the patterns have them, those of a kind by size, what was read first.
        """
        rank = {pattern.kind: number for number, pattern in reversed([*enumerate(self.patterns)])}
        found = []
        for wasted in waste.paths:
            if any(copy.why in _HIDDEN for copy in wasted.copies) and (pattern := self.first(wasted.path)):
                found.append(LeftBehind(wasted, pattern))
        if read is not None:
            found = self._confirmed(found, read)
        return tuple(sorted(found, key=lambda each: (rank[each.pattern.kind], not each.is_read)))

    def holds(self, kind: str, beginning: bytes) -> bool:
        """True if the first bytes of a file may be those of a kind."""
        text = beginning.decode("latin-1")
        return any(expression.search(text) for expression in self._contents[kind])

    def _confirmed(self, found: Sequence[LeftBehind], read: ReadBeginning) -> list[LeftBehind]:
        """Those that hold what their kind does, and those of which nothing is known."""
        wanted = [
            (copy.layer, copy.entry, number, copy)
            for number, each in enumerate(found)
            if each.pattern.kind in self._contents
            for copy in each.wasted.copies
            if copy.why in _HIDDEN
        ]
        answers: dict[int, set[bool | None]] = {}
        for count, (*_, number, copy) in enumerate(sorted(wanted, key=lambda each: each[:3])):  # as in the tars
            known = self._verdict(found[number].pattern.kind, copy, read) if count < _FILES_READ else None
            answers.setdefault(number, set()).add(known)
        kept = []
        for number, each in enumerate(found):
            answer = answers.get(number, {None})
            if answer != {False}:
                kept.append(LeftBehind(each.wasted, each.pattern, True in answer))
        return kept

    def _verdict(self, kind: str, copy: WastedCopy, read: ReadBeginning) -> bool | None:
        """True if a file holds what its kind does; None where it cannot be read. Each is read once."""
        key = kind, copy.layer, copy.entry
        if key not in self._verdicts and (beginning := read(copy)) is not None:
            self._verdicts[key] = self.holds(kind, beginning)
        return self._verdicts.get(key)

    @cached_property
    def _each(self) -> list[tuple[re.Pattern[str], re.Pattern[str], list[tuple[SecretPattern, re.Pattern[str]]]]]:
        """Of each file what is harmless, by names and by paths, and its patterns."""
        return [
            (
                any_path(glob for glob in each.harmless if "/" not in glob),
                any_path(glob for glob in each.harmless if "/" in glob),
                [(pattern, re.compile(path_regex(pattern.glob))) for pattern in each.patterns],
            )
            for each in self.rules
        ]

    @cached_property
    def _contents(self) -> dict[str, list[re.Pattern[str]]]:
        found: dict[str, list[re.Pattern[str]]] = {}
        for kind, expression in (content for each in self.rules for content in each.contents):
            found.setdefault(kind, []).append(re.compile(expression, re.MULTILINE))
        return found

    @cached_property
    def _any_name(self) -> re.Pattern[str]:
        return any_path(each.glob for each in self.patterns if "/" not in each.glob)

    @cached_property
    def _any_path(self) -> re.Pattern[str]:
        return any_path(each.glob for each in self.patterns if "/" in each.glob)
