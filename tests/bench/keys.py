"""Moving in what is large: how soon a key is seen, what it sends, and what it costs in memory."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from tests.bench.calm import wait_for_calm
from tests.bench.figure import Figure, middle, most, nearly_all
from tests.bench.index import forget, know
from tests.bench.measure import PYTHON, surroundings
from tests.bench.registry import Run, bench
from tests.bench.terminal import ROWS, Painted, Terminal

FLAT, MILLION, OTHER = 1, 2, 3
"""The layers of the large image: one folder, a tree of a million entries, and one to index meanwhile."""

DOWN, ENTER = "j", "\r"
PAUSE = 0.03
"""Seconds between two keys, as a keyboard repeats them."""
FRAME = 0.016
LARGE_FRAME = 1500
"""Bytes from which on a key has moved the whole pane."""


@bench("keys", "moving in a folder of 100,000 entries and in a tree of 1,000,000", rank=31)
def keys(run: Run) -> Iterator[Figure]:
    """All in a real terminal, of 160 columns and 48 rows."""
    presses = 20 * run.runs
    layout = run.data.large.layout
    for layer in (FLAT, MILLION):
        cache = know(run, layout, layer)

    wait_for_calm()
    forget(run, layout, OTHER)
    with ocitui(cache, layout) as terminal:
        _start(terminal)
        _open_flat(terminal)
        painted = list(_move(terminal, _flat_names(), presses))
        yield from _speed("a key in a folder of 100,000 entries", painted)
        _open_flat(terminal)
        sizes = [len(each.output) for each in _move(terminal, _flat_names(), 2 * ROWS, quiet=0.1)]
        inside = [size for size in sizes if size < LARGE_FRAME]
        edge = [size for size in sizes if size >= LARGE_FRAME]
        yield Figure("bytes of a Down inside the pane, at most", "B", max(inside, default=None), most(700))
        yield Figure("bytes of a Down at its edge, at most", "B", max(edge, default=None), most(6 * 1024))
        yield from _while_indexing("a key in that folder", terminal, _open_flat, _flat_names(), presses)

    wait_for_calm()
    forget(run, layout, OTHER)
    with ocitui(cache, layout) as terminal:
        _start(terminal)
        before = terminal.memory()
        start = time.perf_counter()
        _open_tree(terminal)
        yield Figure("open every folder of 1,000,000 entries", "s", time.perf_counter() - start)
        painted = list(_move(terminal, _tree_names(), presses))
        yield from _speed("a key in a tree of 1,000,000 rows", painted)
        added = terminal.memory(peak=True) - before
        yield Figure("memory that they add to the screen's process", "MB", added, most(150e6))
        yield from _while_indexing("a key in that tree", terminal, _open_tree, _tree_names(), presses)


@contextmanager
def ocitui(cache: Path, *arguments: str | Path) -> Iterator[Terminal]:
    """The screen in a terminal, with this cache."""
    environment = surroundings(OCITUI_CACHE_DIR=str(cache))
    with Terminal([PYTHON, "-m", "ocitui", *map(str, arguments)], environment) as terminal:
        yield terminal


def _start(terminal: Terminal) -> None:
    terminal.first_frame(b"COPY part-1", b"quit")
    terminal.settle()


def _open_layer(terminal: Terminal, layer: int) -> None:
    """Go to a layer in the history, and open it."""
    for key in ("3", "g", *DOWN * (layer - 1), ENTER):
        terminal.tap(key)


def _open_flat(terminal: Terminal) -> None:
    _open_layer(terminal, FLAT)
    terminal.tap("g")
    terminal.tap("h")
    terminal.press("l", b"entry-000000.txt")


def _open_tree(terminal: Terminal) -> None:
    _open_layer(terminal, MILLION)
    terminal.tap("g")
    terminal.tap("h")
    terminal.press("e", b"file-000.txt")


def _flat_names() -> Iterator[str]:
    return (f"entry-{number:06}.txt" for number in count())


def _tree_names() -> Iterator[str]:
    for number in count():
        yield f"folder-{number:05}/"
        yield from (f"file-{nth:03}.txt" for nth in range(100))


def _move(terminal: Terminal, names: Iterable[str], presses: int, quiet: float = 0.02) -> Iterator[Painted]:
    """Press Down so many times, each when the last is on the screen and nothing more came for a while."""
    for name, _ in zip(names, range(presses), strict=False):
        time.sleep(PAUSE)
        terminal.settle(0)
        yield terminal.press(DOWN, name.encode(), quiet=quiet)


def _while_indexing(
    what: str, terminal: Terminal, open_again: Callable[[Terminal], None], names: Iterable[str], presses: int
) -> Iterator[Figure]:
    """The same while a worker indexes another million entries."""
    _open_layer(terminal, OTHER)
    open_again(terminal)
    painted = []
    for each in _move(terminal, names, presses):
        if not terminal.children():
            break
        painted.append(each)
    if not painted:
        yield Figure(f"{what}, while a layer is indexed", "ms", None, missing="the layer was indexed before the keys")
        return
    yield from _speed(f"{what}, while a layer is indexed", painted)


def _speed(what: str, painted: list[Painted]) -> Iterator[Figure]:
    seconds = [each.seconds for each in painted]
    yield Figure(f"{what}, to its paint", "ms", middle(seconds), most(FRAME))
    yield Figure("… 95 of 100 keys", "ms", nearly_all(seconds))
