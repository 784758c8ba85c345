"""One word of a query that is about what files hold."""

import re
from dataclasses import dataclass
from functools import lru_cache

from ocitui.display import quote
from ocitui.image.search.path_term import compile_regex, is_exact


@dataclass(frozen=True, slots=True)
class TextTerm:
    """What the contents must hold, compared as bytes. Small letters match capitals too; one capital makes it exact."""

    text: str
    """As it was typed; a regular expression without its slashes."""
    is_regex: bool = False
    is_negated: bool = False
    """Whether it must not be there."""

    @classmethod
    def read(cls, text: str, is_literal: bool, is_negated: bool) -> "TextTerm":
        """Read what follows ``text:``.

        Raises:
            UsageError: it is no regular expression.
        """
        if not is_literal and len(text) > 2 and text[0] == text[-1] == "/":
            term = cls(text[1:-1], True, is_negated)
        else:
            term = cls(text, False, is_negated)
        _ = term.pattern
        return term

    @property
    def is_exact(self) -> bool:
        """Whether case matters."""
        return is_exact(self.text, is_regex=self.is_regex)

    @property
    def pattern(self) -> re.Pattern[bytes]:
        """What finds it in bytes; a regular expression within one line."""
        return _pattern(self.text, self.is_regex, self.is_exact)

    @property
    def plain(self) -> bytes | None:
        """Bytes to look for in contents that were made small; None where that is not the same as `pattern`."""
        return None if self.is_regex or not self.text.isascii() else self.text.encode()

    @property
    def words(self) -> str:
        """The term as people say it."""
        return f"contents {'without' if self.is_negated else 'with'} {quote(self.text)}"


@lru_cache(maxsize=64)
def _pattern(text: str, is_regex: bool, exact: bool) -> re.Pattern[bytes]:
    flags = 0 if exact else re.IGNORECASE
    if is_regex:
        return compile_regex(text.encode("utf-8", "surrogateescape"), text, flags | re.MULTILINE)
    return re.compile(b"".join(_either_case(character, exact) for character in text), flags)


def _either_case(character: str, exact: bool) -> bytes:
    """What finds one character; `re` knows the two cases of ASCII only."""
    forms = {character} if exact or character.isascii() else {character.lower(), character.upper()}
    encoded = [re.escape(form.encode("utf-8", "surrogateescape")) for form in sorted(forms)]
    return encoded[0] if len(encoded) == 1 else b"(?:" + b"|".join(encoded) + b")"
