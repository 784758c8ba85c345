"""The comparison of files that may be the same: every layer is read once, in the order of its tar."""

import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from ocitui.errors import CancelledError, OcituiError
from ocitui.image.diff.paths import PathDiff, settled
from ocitui.image.diff.side import Found, Side
from ocitui.image.merged.holes import data_of, digest_of
from ocitui.layers.entry import Entry
from ocitui.layers.scan.waiting import outcome

_LARGE = 1 << 16
"""Bytes of an average file from which two threads read faster than one: they spend their time outside Python."""

_Place = tuple[int, int]
"""Layer number and id of an entry."""

_Progress = Callable[[int, int], object]


@dataclass(frozen=True, slots=True)
class Checked:
    """The result of a comparison of contents."""

    paths: tuple[PathDiff, ...]
    """The differences, in the order they were given; ``content_is_open`` where contents could not be read."""
    problems: tuple[str, ...]
    """The reasons why contents could not be read, each once."""


def check_contents(
    before: Side,
    after: Side,
    paths: Sequence[PathDiff],
    *,
    is_cancelled: Callable[[], bool] = lambda: False,
    on_progress: _Progress = lambda done, total: None,
) -> Checked:
    """Read both contents of every path where only that tells whether they differ.

    A file that cannot be read keeps its ``content_is_open``.

    Args:
        before: the one side.
        after: the other.
        paths: what `walk_differences` found.
        is_cancelled: asked for each piece that is read.
        on_progress: is told the bytes that were read, and the total to read.

    Raises:
        CancelledError: ``is_cancelled`` said so.
    """
    pairs = [(path.before, path.after) for path in paths if path.change.content_is_open]
    old = {_place(found): found.size for found, _ in pairs if found is not None}
    new = {_place(found): found.size for _, found in pairs if found is not None}
    is_one = before.reader is after.reader
    sizes = [*(old | new).values()] if is_one else [*old.values(), *new.values()]
    is_given_up = threading.Event()
    reading = _Reading(lambda: is_cancelled() or is_given_up.is_set(), on_progress, sum(sizes))
    if is_one:  # two readers of one layer would only wait for each other
        sums = other_sums = reading.sums(before, old | new)
    elif sum(sizes) < _LARGE * len(sizes):
        sums, other_sums = reading.sums(before, old), reading.sums(after, new)
    else:
        with ThreadPoolExecutor(2) as pool:
            futures = [pool.submit(reading.sums, *work) for work in ((before, old), (after, new))]
            try:
                sums, other_sums = (outcome(future) for future in futures)
            except BaseException:
                is_given_up.set()  # else the pool waits until both are read
                raise
    found: list[PathDiff] = []
    for path in paths:
        if path.change.content_is_open and path.before is not None and path.after is not None:
            one, other = sums.get(_place(path.before)), other_sums.get(_place(path.after))
            kept = settled(path, one == other) if one is not None and other is not None else path
            found += [kept] if kept is not None else []
        else:
            found.append(path)
    return Checked(tuple(found), tuple(reading.problems))


def _place(found: Found) -> _Place:
    return found.inode_layer, found.inode.id


class _Reading:
    """Reads files of both sides. Used from two threads."""

    def __init__(self, is_cancelled: Callable[[], bool], on_progress: _Progress, total: int) -> None:
        self._is_cancelled = is_cancelled
        self._on_progress = on_progress
        self._total = total
        self._read: dict[int, int] = {}
        self.problems: dict[str, None] = {}

    def sums(self, side: Side, files: Collection[_Place]) -> dict[_Place, bytes]:
        """A digest of each file that can be read; they are read in the order of the layers and their tars."""
        found: dict[_Place, bytes] = {}
        for number, places in groupby(sorted(files), itemgetter(0)):
            layer = side.stack.layers[number - 1]
            assert layer is not None
            for entry in layer.index.table.many_rows([id_ for _, id_ in places]):
                digest = self._sum(side, number, entry)
                if digest is not None:
                    found[number, entry.id] = digest
        return found

    def _sum(self, side: Side, number: int, entry: Entry) -> bytes | None:
        try:
            digest = digest_of(self._going_on(data_of(side.reader, number, entry)), entry.size)
        except CancelledError:
            raise
        except OcituiError as error:
            text = str(error)
            self.problems[text if text.startswith("layer ") else f"layer {number}: {text}"] = None
            return None
        self._read[id(side)] = self._read.get(id(side), 0) + entry.size
        self._on_progress(sum(list(self._read.values())), self._total)
        return digest

    def _going_on(self, data: Iterator[tuple[int, bytes]]) -> Iterator[tuple[int, bytes]]:
        for piece in data:
            yield piece
            if self._is_cancelled():
                raise CancelledError("the comparison was cancelled")
