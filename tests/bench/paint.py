"""From the start of the program to its first complete screen."""

import shutil
from collections.abc import Iterator

from tests.bench.figure import Figure, middle, more, most
from tests.bench.keys import ocitui
from tests.bench.measure import PYTHON, in_turn, surroundings
from tests.bench.peers import Peer, compare
from tests.bench.registry import Run, bench
from tests.bench.terminal import Terminal

EMPTY = "from textual.app import App; App().run()"


@bench("paint", "the first complete screen", rank=30)
def paint(run: Run) -> Iterator[Figure]:
    """Against a Textual app with nothing in it: what is left is ours."""
    layout = run.data.gzip.layout

    def ours() -> float:
        with ocitui(run.folder, layout) as terminal:
            return terminal.first_frame(b"COPY part-1", b"quit")

    def theirs() -> float:
        with Terminal([PYTHON, "-c", EMPTY], surroundings()) as terminal:
            return terminal.first_frame()

    peer = Peer("an empty Textual app", theirs)
    taken = in_turn(run.runs * 2, {"ocitui": ours, **peer.entry})
    yield from compare("first paint", "ms", taken["ocitui"], [(peer, more(0.200))], taken)


@bench("rows", "the first rows of a layer that nobody has read", rank=30)
def rows(run: Run) -> Iterator[Figure]:
    """From the key that opens it, pressed as soon as there is a screen, with the process started that reads it."""
    starts: list[float] = []

    def first() -> float:
        shutil.rmtree(run.folder, ignore_errors=True)
        with ocitui(run.folder, run.data.gzip.layout) as terminal:
            starts.append(terminal.first_frame(b"COPY part-1", b"quit"))
            return terminal.press("3g\r", b"usr").seconds

    taken = in_turn(run.runs, {"rows": first})
    yield Figure("first rows of a gzip layer of 1 GB, from Enter", "ms", middle(taken["rows"]), most(0.150))
    yield Figure("… the first complete screen in the same runs", "ms", middle(starts))
