"""From the start of the program to its first complete screen."""

from collections.abc import Iterator

from tests.bench.figure import Figure, more
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
