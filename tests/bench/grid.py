"""Images of few and of many layers and entries, of which nothing is known: each may cost only what it is."""

import shutil
from collections.abc import Iterator
from itertools import product

from tests.bench.figure import Figure, middle
from tests.bench.inputs.data import ENTRIES, LAYERS
from tests.bench.measure import PYTHON, in_turn, surroundings, take, warm
from tests.bench.registry import Run, bench


@bench("grid", "images of 1 to 100 layers and 10,000 to 1,000,000 entries, nothing indexed", rank=24)
def grid(run: Run) -> Iterator[Figure]:
    """The time of a question about one path, of one about all, and the memory of the largest process."""
    for entries, layers in product(ENTRIES, LAYERS):
        yield from _measure(run, layers, entries)


def _measure(run: Run, layers: int, entries: int) -> Iterator[Figure]:
    layout, cache = run.data.grid(layers, entries).layout, run.folder / "cold"
    environment = surroundings(OCITUI_CACHE_DIR=str(cache))
    peaks: list[int] = []

    def ask(*words: str) -> float:
        shutil.rmtree(cache, ignore_errors=True)
        taken = take([PYTHON, "-m", "ocitui", *words], environment=environment)
        peaks.append(taken.peak)
        return taken.seconds

    def which() -> float:
        return ask("which", str(layout), "srv/folder-0000/0-00")

    def waste() -> float:
        return ask("waste", str(layout))

    warm(*(layout / "blobs" / "sha256").iterdir())
    taken = in_turn(run.few, {"which": which, "waste": waste})
    what = f"{layers} {'layer' if layers == 1 else 'layers'}, {entries:,} entries"
    yield Figure(f"{what}: ocitui which", "s", middle(taken["which"]))
    yield Figure("… ocitui waste", "s", middle(taken["waste"]))
    yield Figure("… the largest process", "MB", max(peaks))
