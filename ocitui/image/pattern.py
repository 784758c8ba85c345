"""Patterns that users type to find something: when case matters, and regular expressions."""

import re
import warnings
from typing import AnyStr

from ocitui.display import quote
from ocitui.errors import UsageError

_CLASS = re.compile(r"\\[^xuUN]")
"""The escapes with capitals that are no letters; those that are left out may stand for a letter."""


def is_exact(text: str, *, is_regex: bool = False) -> bool:
    """True if a text that is searched for has a capital, so that case matters."""
    if is_regex:
        text = _CLASS.sub("", text)
        return text != text.lower() or "\\" in text
    return text != text.lower()


def compile_regex(source: AnyStr, typed: str, flags: int = 0) -> re.Pattern[AnyStr]:
    """Compile what a user typed.

    Args:
        source: the regular expression.
        typed: what it was made from, for the message.
        flags: those of `re`.

    Raises:
        UsageError: it is no regular expression.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # "possible nested set" is no news to whoever searches
            return re.compile(source, flags)
    except (re.error, OverflowError, RecursionError) as error:
        raise UsageError(f"{quote(typed)}: not a valid pattern: {error}") from None
