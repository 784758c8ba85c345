"""A file of rules about secrets: what their paths look like, what never is one, and how what they hold begins.

The form is told at the head of our own, ``secrets.txt``.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ocitui.display import printable, quote
from ocitui.errors import UsageError
from ocitui.image.glob import glob_to_regex
from ocitui.user_file import read_user_file

_NOT, _HOLDS = "not", "holds"


@dataclass(frozen=True, slots=True)
class SecretPattern:
    """A pattern of paths that somebody should know of."""

    kind: str
    """One word: ``key``, ``token``, ``history``, ``cache``, or a user's own."""
    glob: str
    """Of the name, or with a slash of the whole path; see `ocitui.image.glob`."""


@dataclass(frozen=True, slots=True)
class SecretRules:
    """The rules of one file."""

    patterns: tuple[SecretPattern, ...] = ()
    harmless: tuple[str, ...] = ()
    """Globs of paths that no pattern of this file, or of one read later, is about."""
    contents: tuple[tuple[str, str], ...] = ()
    """Kinds, each with a regular expression of which a file of the kind matches one."""

    @property
    def lines(self) -> list[tuple[str, str]]:
        """The rules as a file has them: a word, and the rest of the line."""
        return [
            *((pattern.kind, pattern.glob) for pattern in self.patterns),
            *((_NOT, glob) for glob in self.harmless),
            *((_HOLDS, f"{kind} {expression}") for kind, expression in self.contents),
        ]


def read_rules(file: Path) -> SecretRules:
    """Read a file of rules.

    Raises:
        UsageError: it cannot be read, or a line of it is no rule.
    """
    patterns, harmless, contents = [], [], []
    for number, line in enumerate(read_user_file(file).decode("utf-8", "surrogateescape").splitlines(), 1):
        words = line.split(maxsplit=1)
        if not words or words[0].startswith("#"):
            continue
        place = f"{printable(str(file))}, line {number}"
        if len(words) < 2:
            raise UsageError(f"{place}: needs a kind and a glob, not {quote(line)}")
        word, rest = words[0], words[1].strip()
        if word == _HOLDS:
            contents.append(_content(rest, place))
            continue
        try:
            re.compile(path_regex(rest))
        except re.error as error:
            raise UsageError(f"{place}: not a valid glob: {quote(rest)} ({error})") from None
        if word == _NOT:
            harmless.append(rest)
        else:
            patterns.append(SecretPattern(word, rest))
    return SecretRules(tuple(patterns), tuple(harmless), tuple(contents))


def _content(text: str, place: str) -> tuple[str, str]:
    words = text.split(maxsplit=1)
    if len(words) < 2:
        raise UsageError(f"{place}: needs a kind and a regular expression, not {quote(text)}")
    try:
        re.compile(words[1])
    except re.error as error:
        raise UsageError(f"{place}: not a valid regular expression: {quote(words[1])} ({error})") from None
    return words[0], words[1]


def path_regex(glob: str) -> str:
    """A glob as a regular expression for paths, or names, in small letters."""
    return glob_to_regex(glob.lower())


def any_path(globs: Iterable[str]) -> re.Pattern[str]:
    """A regular expression that matches where any of some globs does; nothing where there are none."""
    return re.compile("|".join(f"(?:{path_regex(glob)})" for glob in globs) or r"(?!)")
