"""A query: parsed from one line as it was typed, such as ``*.pem size>0 status:deleted``."""

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from operator import and_
from typing import Any

from ocitui.display import quote
from ocitui.errors import UsageError
from ocitui.image.glob import is_glob
from ocitui.image.search.filters import KEYS, ConditionFilter, Filter, LayerFilter, StatusFilter, read_filter
from ocitui.image.search.path_term import PathTerm
from ocitui.image.search.text import TextTerm
from ocitui.layers.index.conditions import ANYTHING, Condition

SYNTAX = (
    ("words", "parts of the path; a capital makes it exact"),
    ("*.so lib?.so **/x.d/*", "globs: of the name, or of the path with a /"),
    ("/regex/", "a regular expression in the path"),
    ("name:word", "only in the last component"),
    ("size>10M size<=4k size=0", "of files; k M G, Ki Mi Gi"),
    ("type:file,dir,link", "or symlink hardlink device fifo whiteout"),
    ("type:setuid", "or setgid sticky capability opaque"),
    ("status:added", "or modified unchanged: by its own layer"),
    ("status:deleted", "or replaced, by a later one; shipped: both"),
    ("layer:2-5", "only these layers"),
    ("mode:4755 mode:-4000 mode:u+s", "exactly; all of these; as chmod has it"),
    ("uid:0 gid>=1000 owner:0:0", "numbers as the layer has them"),
    ("text:word text:/regex/", "in the contents of what the rest leaves"),
    ('-word !filter "two words"', "exclude; quote spaces and symbols"),
)
"""The language of queries: examples, and what they mean."""

_FILTER = re.compile(r"([a-z]+)(:|<=|>=|<|>|=)(.*)", re.DOTALL)
_KEYS = (*KEYS, "text", "name")
_NEGATIONS = "-!"
_MISSPELLED = 0.75
"""The similarity to a key from which a word before a colon is taken for it, misspelt."""


@dataclass(frozen=True, slots=True)
class Query:
    """A search as it was typed and understood."""

    text: str
    """As it was typed."""
    paths: tuple[PathTerm, ...] = ()
    """The terms that the path must hold or match."""
    filters: tuple[Filter, ...] = ()
    contents: tuple[TextTerm, ...] = ()
    """The terms that the contents must hold."""

    @property
    def is_empty(self) -> bool:
        """True if nothing was asked for."""
        return not (self.paths or self.filters or self.contents)

    @property
    def condition(self) -> Condition:
        """The condition on each entry, its path aside; of hard links see `conditions`."""
        return reduce(and_, (each.whole for each in self.conditions), ANYTHING)

    @property
    def conditions(self) -> tuple[ConditionFilter, ...]:
        """The filters that make up the condition."""
        return tuple(each for each in self.filters if isinstance(each, ConditionFilter))

    @property
    def statuses(self) -> tuple[StatusFilter, ...]:
        """The statuses that an entry must have; where there are any, all layers count."""
        return tuple(each for each in self.filters if isinstance(each, StatusFilter))

    def allows_layer(self, number: int) -> bool:
        """True if a layer is searched."""
        return all(each.allows(number) for each in self.filters if isinstance(each, LayerFilter))

    def describe(self) -> str:
        """The search as people say it; safe to draw."""
        parts = [*self.paths, *self.filters, *self.contents]
        return " · ".join(part.words for part in parts) or "everything"

    def spans(self, path: str) -> list[tuple[int, int]]:
        """Return the parts of a path to mark: positions of characters, in order, none within another."""
        found: list[tuple[int, int]] = []
        for start, end in sorted(span for term in self.paths for span in term.spans(path)):
            if found and start <= found[-1][1]:
                found[-1] = found[-1][0], max(end, found[-1][1])
            else:
                found.append((start, end))
        return found


@dataclass(frozen=True, slots=True)
class QueryWord:
    """One word."""

    typed: str
    """As it was typed, for messages."""
    text: str
    """Without the sign before it and without quotes."""
    is_negated: bool
    """True if ``-`` or ``!`` stands before it."""
    quoted_from: int | None
    """The position in ``text`` from which it was quoted; None for a word without quotes."""


def parse_query(text: str) -> Query:
    """Read what was typed.

    Raises:
        UsageError: a filter or a pattern cannot be understood; it says what was expected.
    """
    paths: list[PathTerm] = []
    filters: list[Filter] = []
    contents: list[TextTerm] = []
    for word in split_words(text):
        found = _read(word)
        match found:
            case PathTerm():
                paths.append(found)
            case TextTerm():
                contents.append(found)
            case _:
                filters.append(found)
    return Query(text, tuple(paths), tuple(filters), tuple(contents))


def _read(word: QueryWord) -> PathTerm | TextTerm | Filter:
    if word.quoted_from == 0:
        return PathTerm(word.text, is_negated=word.is_negated)
    found = _FILTER.fullmatch(word.text)
    if found is not None and (word.quoted_from is None or word.quoted_from >= found.start(3)):
        key, sign, value = found.groups()
        is_literal = word.quoted_from == found.start(3)
        if key in _KEYS and not value and key in ("text", "name"):
            raise UsageError(f"{key}{sign} takes a text")
        if key == "text":
            return TextTerm.read(value, is_literal, word.is_negated)
        if key == "name":
            return _path_term(value, is_literal, is_name_only=True, is_negated=word.is_negated)
        if key in KEYS:
            comparison: Any = "=" if sign == ":" else sign
            return read_filter(key, comparison, value, word.is_negated)
        if near := difflib.get_close_matches(key, _KEYS, 1, _MISSPELLED):
            raise UsageError(f"{quote(word.typed)}: did you mean {near[0]}{sign}? Quotes find it in paths")
    return _path_term(word.text, False, is_negated=word.is_negated)


def _path_term(text: str, is_literal: bool, *, is_negated: bool, is_name_only: bool = False) -> PathTerm:
    if is_literal:
        return PathTerm(text, is_name_only=is_name_only, is_negated=is_negated)
    if len(text) > 2 and text[0] == text[-1] == "/":
        term = PathTerm(text[1:-1], "regex", is_name_only, is_negated)
    elif is_glob(text):
        term = PathTerm(text, "glob", is_name_only or "/" not in text, is_negated)
    else:
        return PathTerm(text, is_name_only=is_name_only, is_negated=is_negated)
    _ = term.pattern  # raises where it is none
    return term


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
    quoted_by = ""
    while at < len(text):
        character = text[at]
        if quoted_by:
            if character == quoted_by:
                quoted_by = ""
            else:
                taken.append(character)
        elif character == '"' or (character == "'" and (not taken or taken[-1] == ":")):
            quoted_by = character
            quoted_from = len(taken) if quoted_from is None else quoted_from
        elif character.isspace():
            break
        else:
            taken.append(character)
        at += 1
    return QueryWord(text[start:at], "".join(taken), is_negated, quoted_from), at
