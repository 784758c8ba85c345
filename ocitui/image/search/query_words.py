"""The words of what is typed into a search: split at blanks, quotes and signs understood."""

from collections.abc import Iterator
from dataclasses import dataclass

_NEGATIONS = "-!"


@dataclass(frozen=True, slots=True)
class QueryWord:
    """One word."""

    typed: str
    """As it was typed, for messages."""
    text: str
    """Without the sign before it and without quotes."""
    is_negated: bool
    """Whether ``-`` or ``!`` stands before it."""
    quoted_from: int | None
    """The position in ``text`` from which it was quoted; None for a word without quotes."""


def split_words(text: str) -> Iterator[QueryWord]:
    """Split at blanks that are not quoted.

    A quote that is not closed yet lasts to the end: a search runs while it is typed.

    Args:
        text: the whole line. ``"`` opens a quote anywhere, ``'`` where a word or its value begins.
    """
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        word, at = _word(text, at)
        if word.text or word.quoted_from is None:
            yield word


def _word(text: str, start: int) -> tuple[QueryWord, int]:
    at = start
    is_negated = text[at] in _NEGATIONS and at + 1 < len(text) and not text[at + 1].isspace()
    at += is_negated
    taken: list[str] = []
    quoted_from: int | None = None
    quote = ""
    while at < len(text):
        character = text[at]
        if quote:
            if character == quote:
                quote = ""
            else:
                taken.append(character)
        elif character == '"' or (character == "'" and (not taken or taken[-1] == ":")):
            quote = character
            quoted_from = len(taken) if quoted_from is None else quoted_from
        elif character.isspace():
            break
        else:
            taken.append(character)
        at += 1
    return QueryWord(text[start:at], "".join(taken), is_negated, quoted_from), at
