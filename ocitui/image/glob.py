"""Patterns of paths, over everything that any layer has."""

import re
from collections.abc import Iterable, Iterator, Sequence

from ocitui.image.merged.layer import MergedLayer
from ocitui.image.merged.paths import join
from ocitui.image.merged.reach import effect_on_folder
from ocitui.image.merged.spans import spans
from ocitui.image.merged.stack import LayerStack
from ocitui.layers.index.plain_row import PlainRow
from ocitui.layers.pathnames import WHITEOUT_PREFIX

_ANY_DEPTH = re.compile("")
"""What ``**`` becomes: the only pattern that stands for more or fewer than one component."""

Components = tuple["re.Pattern[str]", ...]


def is_glob(path: bytes) -> bool:
    """Whether a path has something in it that a pattern gives a meaning to."""
    return b"*" in path or b"?" in path


def matching_paths(stack: LayerStack, pattern: bytes) -> list[bytes]:
    """Every path that a known layer has and a pattern means, sorted, whether it is still there or not.

    ``*`` stands for any characters of a name, ``?`` for one, ``**`` for any number of
    folders, also for none; at the end of a pattern for everything below.

    Args:
        stack: the layers.
        pattern: from the root, without a slash at its beginning.
    """
    return sorted({path for _, path in matching_by_layer(stack, pattern)})


def matching_by_layer(stack: LayerStack, pattern: bytes) -> list[tuple[int, bytes]]:
    """The same, each path with the number of every layer that has it; the lowest layer first, by path."""
    components = _components(pattern)
    stack.directories(len(stack), b"")  # entries below links are where they belong from here on
    found: list[tuple[int, bytes]] = []
    with stack.lock:
        for layer in stack.layers:
            if layer is not None:
                found += ((layer.number, path) for path in sorted(set(_in_layer(layer, components))))
    return found


class PathGlobs:
    """Patterns that single paths are held against."""

    def __init__(self, patterns: Iterable[bytes]) -> None:
        """
        Args:
            patterns: see `matching_paths`.
        """
        self._start = _start({_components(pattern) for pattern in patterns})

    def match(self, path: bytes) -> bool:
        """Whether a path, from the root and without a slash at its beginning, matches."""
        states = self._start
        for name in path.split(b"/"):
            states = _after(states, name.decode("utf-8", "surrogateescape"))
        return () in states

    def cover(self, path: bytes) -> bool:
        """Whether a path or a folder above it matches."""
        states = self._start
        for name in path.split(b"/") if states else ():
            states = _after(states, name.decode("utf-8", "surrogateescape"))
            if () in states:
                return True
            if not states:
                break
        return False


def matches_text(pattern: str, text: str) -> bool:
    """Whether a text that is no path is what a pattern with ``*`` and ``?`` means, from its beginning to its end."""
    return bool(_text_pattern(pattern).fullmatch(text))


def _components(pattern: bytes) -> Components:
    return tuple(_compile(part) for part in pattern.split(b"/"))


def _compile(component: bytes) -> "re.Pattern[str]":
    if component == b"**":
        return _ANY_DEPTH
    return _text_pattern(component.decode("utf-8", "surrogateescape"))


def _text_pattern(text: str) -> "re.Pattern[str]":
    parts = re.split(r"([*?])", text)
    text = "".join({"*": ".*", "?": "."}.get(part, re.escape(part)) for part in parts)
    return re.compile(text, re.DOTALL)


def _in_layer(layer: MergedLayer, components: Components) -> Iterator[bytes]:
    """The paths of one layer that match; folders are read once each, however many ways lead there."""
    pending: list[tuple[bytes, set[Components]]] = [(b"", _start({components}))]
    while pending:
        folder, wanted = pending.pop()
        directories = effect_on_folder(layer, folder).directories
        for row in _rows(layer, folder, directories) if directories else ():
            if row.is_whiteout or row.name[:4] == WHITEOUT_PREFIX:
                continue
            left = _after(wanted, row.name.decode("utf-8", "surrogateescape"))
            path = join(folder, row.name)
            if () in left and (row.directory is None or layer.makes_directory(folder, row)):
                yield path
            if row.directory is not None and left - {()}:
                pending.append((path, left - {()}))


def _rows(layer: MergedLayer, folder: bytes, directories: Sequence[int]) -> Iterator[PlainRow]:
    for span in spans((folder, [(layer, directory) for directory in directories])):
        yield from layer.rows(folder, directories, span=span)


def _start(states: set[Components]) -> set[Components]:
    """The states, and those where a leading ``**`` stands for nothing."""
    found = set(states)
    for state in states:
        while len(state) > 1 and state[0] is _ANY_DEPTH:
            state = state[1:]
            found.add(state)
    return found


def _after(states: set[Components], name: str) -> set[Components]:
    """What is left to match once a name was matched; the empty state is a match."""
    found: set[Components] = set()
    for state in states:
        if state and state[0] is _ANY_DEPTH:
            found.add(state)
            if len(state) == 1:
                found.add(())
        elif state and state[0].fullmatch(name):
            found.add(state[1:])
    return _start(found)
