"""Paths of the final filesystem that somebody may mean by a few letters, among millions."""

import re
import threading
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from ocitui.image.merged.stack import LayerStack
from ocitui.image.search.names import FolderPaths, Names

MOST_RUNS = 2
"""Stretches that letters may be in, where in other paths they are in one."""
ENOUGH = 2000
"""Candidates after which no more are looked for in looser ways."""


class PathPool:
    """All paths of the layers that are known, in small letters, kept while somebody types. For one thread at a time."""

    def __init__(self, stack: LayerStack) -> None:
        self.lock = threading.Lock()
        """To be held while `candidates` is asked, where several threads may."""
        self._stack = stack
        self._pieces: list[_Piece] = []
        self._rest = self._read()

    def candidates(self, typed: str, is_cancelled: Callable[[], bool] = lambda: False) -> list[str]:
        """Paths that hold the letters in this order, the likeliest first: see `patterns`.

        Args:
            typed: what was typed, blanks left out.
            is_cancelled: asked every few milliseconds; then less is given.

        Raises:
            LayerError: an index cannot be read.
        """
        found: dict[str, None] = {}
        for pattern in patterns(typed):
            for piece in self._all():
                if is_cancelled() or len(found) >= ENOUGH:
                    return list(found)
                found.update(dict.fromkeys(piece.matching(pattern)))
        return list(found)

    def is_present(self, path: str) -> bool:
        """True if a path is in the final filesystem."""
        name = path.encode("utf-8", "surrogateescape").lstrip(b"/")
        return bool(name) and self._stack.merged_entry(len(self._stack), name) is not None

    def _all(self) -> "Iterator[_Piece]":
        yield from self._pieces
        for piece in self._rest:
            self._pieces.append(piece)
            yield piece

    def _read(self) -> "Iterator[_Piece]":
        for layer in reversed(self._stack.layers):
            if layer is None:
                continue
            paths = FolderPaths(is_folded=False)
            with self._stack.settled(layer.number):
                table = layer.placed.table
            for piece in table.name_pieces():
                names = Names(piece)
                paths.learn(names.directories(), names)
                yield _Piece(names, paths)


class _Piece:
    """The paths of some entries, one a line."""

    def __init__(self, names: Names, paths: FolderPaths) -> None:
        split = names.all(False)
        parts: list[str] = []
        at = 0
        for folder, count in names.runs():
            before = f"\n{paths.path(folder)}"
            parts.append(before + before.join(split[at : at + count]))
            at += count
        self._text = "".join(parts)
        folded = self._text.lower()
        # A letter whose small form is longer would move the others; such a name is then found as it is written.
        self._folded = folded if len(folded) == len(self._text) else self._text

    def matching(self, pattern: re.Pattern[str]) -> Iterator[str]:
        """The lines in which it is found."""
        text, folded = self._text, self._folded
        at = 0
        while (found := pattern.search(folded, at)) is not None:
            start = folded.rfind("\n", 0, found.end()) + 1
            end = folded.find("\n", found.end())
            at = len(folded) if end < 0 else end
            yield text[start:at]
            if at >= len(folded):
                return


def patterns(typed: str) -> list[re.Pattern[str]]:
    """Return the patterns that find letters in lines of paths, the strictest first.

    As a whole name; next to each other; in order in a name; in order in the path. None of
    them looks at a letter of a line more than a few times.
    """
    letters = _letters(typed)
    if not letters:
        return []
    together = re.escape("".join(letters))
    first, *others = letters
    sources = [rf"/{together}$", together]
    if others and "/" not in letters:
        sources.append(re.escape(first) + "".join(_then(letter, r"/\n") for letter in others) + r"[^/\n]*$")
    if others:
        sources.append("^" + "".join(_then(letter, r"\n") for letter in letters))
    return [re.compile(source, re.MULTILINE) for source in sources]


def rank(typed: str, path: str) -> tuple[float, tuple[int, ...]]:
    """Return the likelihood that a path is meant, and which of its letters were typed.

    What is next to each other, begins a word or is in the name counts for a path, its
    length against it. Takes no longer than the path is long, whatever is in it.

    Returns:
        A figure, higher for likelier ones, and positions of characters; none where it does not match.
    """
    letters, folded = _letters(typed), path.lower()
    if not letters or len(folded) != len(path):
        return 0.0, ()
    positions: list[int] = []
    at = folded.rfind("".join(letters))
    if at >= 0:
        positions = list(range(at, at + len(letters)))
    else:
        at = len(folded)
        for letter in reversed(letters):
            at = folded.rfind(letter, 0, at)
            if at < 0:
                return 0.0, ()
            positions.append(at)
        positions.reverse()
    name_start = path.rfind("/") + 1
    points = -len(path) / 50
    before = -2
    for position in positions:
        points += 1 + (2 if position == before + 1 else 0) + (1 if position >= name_start else 0)
        points += 2 if position == 0 or path[position - 1] in "/._- " else 0
        before = position
    if len(letters) == len(path) - name_start and positions[0] == name_start:
        points += 10
    return points, tuple(positions)


def without_scattered(found: Sequence[tuple[float, tuple[int, ...], str]]) -> list[tuple[float, tuple[int, ...], str]]:
    """Leave out paths whose letters are scattered, where there are some in which they are next to each other.

    Args:
        found: what `rank` says of paths, with each path.
    """
    runs = [_runs(letters) for _, letters, _ in found]
    if 1 not in runs:
        return list(found)
    return [each for each, count in zip(found, runs, strict=True) if count <= MOST_RUNS]


def _runs(positions: Sequence[int]) -> int:
    """Count the stretches of positions that are next to each other."""
    return sum(1 for before, at in pairwise((-2, *positions)) if at != before + 1)


def _letters(typed: str) -> list[str]:
    return [letter for letter in typed.lower() if not letter.isspace()]


def _then(letter: str, stops: str) -> str:
    """The next place of a letter, without a way back."""
    escaped = re.escape(letter)
    if letter == "/" and "/" in stops:
        return "/"
    return rf"[^{stops}{escaped}]*{escaped}"
