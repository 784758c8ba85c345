"""Which benches there are.

A bench is a function that measures and yields its figures::

    @bench("ls", "listing a layer that is indexed")
    def ls(run: Run) -> Iterator[Figure]: ...

Its file stands in this folder; `load` imports them all.
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.bench.figure import Figure
from tests.bench.inputs.data import Data


@dataclass(frozen=True, slots=True)
class Run:
    """What a bench is given."""

    data: Data
    """Images to measure on; made when they are first asked for."""
    runs: int
    """How often to measure; the median counts."""
    folder: Path
    """An empty folder of its own."""
    known: Path
    """A cache of layer indexes for all benches of one run, so that what is large is indexed once for them."""

    @property
    def many(self) -> int:
        """How often to measure what takes milliseconds."""
        return self.runs * 3

    @property
    def few(self) -> int:
        """How often to measure what takes long."""
        return (self.runs + 1) // 2


Measure = Callable[[Run], Iterator[Figure]]


@dataclass(frozen=True, slots=True)
class Bench:
    """One bench."""

    name: str
    title: str
    measure: Measure


BENCHES: dict[str, Bench] = {}
"""All of them by name, in the order of their rank and then of their names."""

_ranked: list[tuple[int, Bench]] = []


def bench(name: str, title: str, rank: int = 50) -> Callable[[Measure], Measure]:
    """Register a bench.

    Args:
        name: to ask for it on the command line.
        title: what it measures, for ``--help``.
        rank: where it stands in the table; lower is earlier.
    """

    def register(measure: Measure) -> Measure:
        _ranked.append((rank, Bench(name, title, measure)))
        return measure

    return register


def load() -> dict[str, Bench]:
    """Import every file of this folder, and give what they registered."""
    if not BENCHES:
        package = __name__.rpartition(".")[0]
        for module in pkgutil.iter_modules([str(Path(__file__).parent)]):
            if module.name != "__main__" and not module.name.startswith("test_"):
                importlib.import_module(f"{package}.{module.name}")
        ordered = sorted(_ranked, key=lambda item: (item[0], item[1].name))
        BENCHES.update((entry.name, entry) for _, entry in ordered)
    return BENCHES
