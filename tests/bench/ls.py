"""Listing a folder of a layer that is in the cache."""

from collections.abc import Callable, Iterator
from pathlib import Path

from tests.bench.figure import Figure, more
from tests.bench.index import know
from tests.bench.measure import PYTHON, in_turn, surroundings, take
from tests.bench.peers import bare_python, compare
from tests.bench.registry import Run, bench


@bench("ls", "listing a folder of a layer that is indexed", rank=20)
def ls(run: Run) -> Iterator[Figure]:
    """Against a Python that does nothing: what is left is ours."""
    layout = run.data.gzip.layout
    cache = know(run, layout, 1)
    peer = bare_python()
    taken = in_turn(run.many, {"ocitui": command(cache, "ls", str(layout), "--layer", "1", "usr/share"), **peer.entry})
    yield from compare("ocitui ls, indexed", "ms", taken["ocitui"], [(peer, more(0.120))], taken)


def command(cache: Path, *arguments: str) -> Callable[[], float]:
    """Run ``ocitui`` as a user does, with this cache, and give the seconds."""
    environment = surroundings(OCITUI_CACHE_DIR=str(cache))
    return lambda: take([PYTHON, "-m", "ocitui", *arguments], environment=environment).seconds
