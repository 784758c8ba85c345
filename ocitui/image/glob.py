"""Globs, the patterns of names and paths: one language for queries, commands and files of settings.

Within a component ``*`` stands for any characters, ``?`` for one, ``[a-z]`` for one of a set and ``[!a-z]`` for one
that is not in it. The component ``**`` stands for any number of folders, also for none; at the end of a glob for
everything below. Characters are those of UTF-8; a byte that belongs to none is one by itself.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from ocitui.image.pattern import compile_regex

_ANY_DEPTH = "**"
_TOKEN = re.compile(r"\*+|\?|\[(?:![^/]|[^!/])[^]/]*\]|[^*?\[]+|\[")
_SET_SPECIAL = re.compile(r"([\\\[\]^&~|])")

States = frozenset[tuple[str, ...]]
"""The rest of some globs that is left to match, component by component; the empty one is a match."""

MATCHED: tuple[str, ...] = ()
"""The rest of a glob that matches."""


def is_glob(text: str) -> bool:
    """True if a text has a character with a meaning in globs."""
    return any(token[0] in "*?" or (len(token) > 1 and token[0] == "[") for token in _TOKEN.findall(text))


def glob_to_regex(glob: str) -> str:
    """A glob as a regular expression, for the beginning of a text, that matches all of it.

    Args:
        glob: with a slash in it one for whole paths, whether it begins with one or not; else for a name.

    Returns:
        One for names, or for paths with a slash at their beginning; it may be no regular expression where a set is bad.
    """
    if "/" not in glob:
        return rf"(?s:\A{_component(glob)}\Z)"
    *folders, name = glob.removeprefix("/").split("/")
    found = ["(?:.*/)?" if folder == _ANY_DEPTH else f"{_component(folder)}/" for folder in folders]
    return rf"(?s:\A/{''.join(found)}{'.+' if name == _ANY_DEPTH else _component(name)}\Z)"


def matches_text(glob: str, text: str) -> bool:
    """True if a glob matches a text that is no path; ``*`` and ``?`` match slashes, too.

    Raises:
        UsageError: a set in the glob is bad.
    """
    return bool(compile_regex(rf"(?s:{_component(glob, '.')}\Z)", glob).match(text))


def matches_path(glob: str, path: str) -> bool:
    """True if a glob matches a path, or, without a slash in it, the path's last component.

    Raises:
        UsageError: a set in the glob is bad.
    """
    text = f"/{path}" if "/" in glob else path.rpartition("/")[2]
    return bool(compile_regex(glob_to_regex(glob), glob).match(text))


class PathGlobs:
    """Globs that paths are held against, as a whole or component by component."""

    def __init__(self, globs: Iterable[bytes]) -> None:
        """
        Args:
            globs: from the root, without a slash at their beginning.

        Raises:
            UsageError: a set in one of them is bad.
        """
        split = [tuple(glob.decode("utf-8", "surrogateescape").split("/")) for glob in globs]
        for component in {component for components in split for component in components}:
            _compiled(component)
        self.start = _with_none(split)
        """Before the first component."""

    def match(self, path: bytes) -> bool:
        """Return True if a path, from the root and without a slash at its beginning, matches."""
        states = self.start
        for name in path.split(b"/"):
            states = after(states, name)
        return MATCHED in states

    def cover(self, path: bytes) -> bool:
        """Return True if a path or a folder above it matches."""
        states = self.start
        for name in path.split(b"/") if states else ():
            states = after(states, name)
            if MATCHED in states:
                return True
            if not states:
                break
        return False


def after(states: States, name: bytes) -> States:
    """Return the globs that are left to match after a component."""
    text = name.decode("utf-8", "surrogateescape")
    found: list[tuple[str, ...]] = []
    for state in states:
        if not state:
            continue
        if state[0] == _ANY_DEPTH:
            found.append(state)
            if len(state) == 1:
                found.append(MATCHED)
        elif _compiled(state[0]).match(text):
            found.append(state[1:])
    return _with_none(found)


def _with_none(states: Iterable[tuple[str, ...]]) -> States:
    """The states, and those where a leading ``**`` stands for nothing."""
    found = set(states)
    for state in list(found):
        while len(state) > 1 and state[0] == _ANY_DEPTH:
            state = state[1:]
            found.add(state)
    return frozenset(found)


@lru_cache(maxsize=1024)
def _compiled(component: str) -> re.Pattern[str]:
    return compile_regex(glob_to_regex(component), component)


def _component(glob: str, anything: str = "[^/]") -> str:
    """A glob for one component as a regular expression."""
    return "".join(_token(token, anything) for token in _TOKEN.findall(glob))


def _token(token: str, anything: str) -> str:
    if token[0] == "*":
        return f"{anything}*"
    if token == "?":
        return anything
    if token[0] != "[" or len(token) == 1:
        return re.escape(token)
    is_negated = token[1] == "!"
    members = _SET_SPECIAL.sub(r"\\\1", token[1 + is_negated : -1])
    return f"(?![{members}]){anything}" if is_negated else f"[{members}]"
