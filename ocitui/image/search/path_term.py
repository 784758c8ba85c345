"""One word of a query that is about paths: a part of them, a glob, or a regular expression."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from ocitui.display import quote
from ocitui.image.glob import glob_to_regex
from ocitui.image.pattern import compile_regex, is_exact

Form = Literal["word", "glob", "regex"]


@dataclass(frozen=True, slots=True)
class PathTerm:
    """A text that a path must hold, or a pattern that it must match.

    Small letters match capitals too; one capital makes it exact.
    """

    text: str
    """A word or a glob as it was typed, a regular expression without its slashes."""
    form: Form = "word"
    is_name_only: bool = False
    """True if only the last component is compared, else the whole path with a slash before it."""
    is_negated: bool = False
    """True if it must not match."""

    @property
    def is_exact(self) -> bool:
        """True if case matters."""
        return is_exact(self.text, is_regex=self.form == "regex")

    @property
    def folded(self) -> str:
        """The text as it is compared with names: in small letters unless case matters."""
        return self.text if self.is_exact or self.form == "regex" else self.text.lower()

    @property
    def pattern(self) -> re.Pattern[str]:
        """The pattern that finds it in a name or a path; a glob only matches all of it."""
        return _pattern(self.text, self.form, self.is_exact)

    def folded_pattern(self, part: str | None = None) -> re.Pattern[str]:
        """Return the pattern for names that are in small letters unless case matters: much quicker than ignoring it.

        Args:
            part: only this part of a glob.
        """
        return _pattern(self.folded if part is None else part, self.form, True)

    @property
    def words(self) -> str:
        """The term as people say it."""
        where = "name" if self.is_name_only else "path"
        verb = {"word": "without" if self.is_negated else "with", "glob": "matching", "regex": "matching"}[self.form]
        if self.is_negated and self.form != "word":
            verb = f"not {verb}"
        text = f"/{self.text}/" if self.form == "regex" else self.text
        return f"{where} {verb} {quote(text)}"

    def matches(self, path: str) -> bool:
        """True if a path has what it must have, or not what it must not.

        Args:
            path: from the root, without a slash before it.
        """
        text = path.rpartition("/")[2] if self.is_name_only else f"/{path}"
        return (self.pattern.search(text) is not None) is not self.is_negated

    def spans(self, path: str) -> list[tuple[int, int]]:
        """Return its places in a path, as positions of characters; none for a term that must not match."""
        if self.is_negated:
            return []
        start = path.rfind("/") + 1 if self.is_name_only else 0
        if self.form == "glob":
            return [(start, len(path))]
        return [found.span() for found in self.pattern.finditer(path, start) if found.group()]


@lru_cache(maxsize=256)
def _pattern(text: str, form: Form, exact: bool) -> re.Pattern[str]:
    flags = 0 if exact else re.IGNORECASE
    if form == "regex":
        return compile_regex(text, text, flags)
    if form == "glob":
        return compile_regex(glob_to_regex(text), text, flags)
    return re.compile(re.escape(text), flags)
