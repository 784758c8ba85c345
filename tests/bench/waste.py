"""Asking what an image wastes, of one that was looked at before and of one that was not."""

import shutil
from collections.abc import Iterator

from tests.bench import peers
from tests.bench.figure import Figure, faster, middle
from tests.bench.inputs.images import make_indexes
from tests.bench.ls import command
from tests.bench.measure import in_turn, warm
from tests.bench.peers import compare
from tests.bench.registry import Run, bench


@bench("waste", "what an image ships and does not show", rank=23)
def waste(run: Run) -> Iterator[Figure]:
    """Against dive, which gives the same sums and fewer reasons; and of a hundred layers alone."""
    image, deep = run.data.parts, run.data.deep.layout
    known, cold = run.folder / "known", run.folder / "cold"
    make_indexes(image.layout, known)
    make_indexes(deep, known)
    warm(image.archive, *(image.layout / "blobs" / "sha256").iterdir())
    ask = command(cold, "waste", str(image.layout))

    def first() -> float:
        shutil.rmtree(cold, ignore_errors=True)
        return ask()

    dive = peers.dive(image.archive)
    work = {
        "cold": first,
        "warm": command(known, "waste", str(image.layout)),
        "deep": command(known, "waste", str(deep)),
        **dive.entry,
    }
    taken = in_turn(run.runs, work)
    yield from compare("ocitui waste, nothing indexed", "s", taken["cold"], [(dive, faster(2))], taken)
    yield from compare("ocitui waste, 4 layers, indexed", "ms", taken["warm"], [(dive, faster(10))], taken)
    yield Figure("ocitui waste, 100 layers of 300,000 paths, indexed", "ms", middle(taken["deep"]))
