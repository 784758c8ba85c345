"""Reading files back from the middle of a gzip layer."""

import importlib.util
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.bench.figure import Figure, middle, most, nearly_all
from tests.bench.inputs.images import make_indexes
from tests.bench.measure import PYTHON, in_turn, take, warm
from tests.bench.peers import parse_words
from tests.bench.registry import Run, bench

_PEERS = {"indexed_gzip": "indexed_gzip", "ratarmount": "ratarmountcore"}


@bench("contents", "random files of 20 to 200 KB from a gzip layer", rank=41)
def contents(run: Run) -> Iterator[Figure]:
    """Sixty a run, each program with its index at hand."""
    image = run.data.gzip
    warm(image.blob)
    make_indexes(image.layout, run.folder)
    installed = [tool for tool, module in _PEERS.items() if importlib.util.find_spec(module) is not None]
    taken: dict[str, list[float]] = {tool: [] for tool in ("ocitui", *installed)}

    def reading(tool: str) -> Callable[[], float]:
        command: list[str | Path] = [PYTHON, "-m", "tests.bench.read_files", tool, image.layout, run.folder]

        def read() -> float:
            seed = len(taken[tool]) // 60
            seconds = parse_words(take([*command, str(seed)], keep=True).output)
            taken[tool] += seconds
            return middle(seconds)

        return read

    for tool in installed:
        reading(tool)()  # makes its index
        taken[tool].clear()
    in_turn(run.runs, {tool: reading(tool) for tool in taken})
    for name, value, limit in (("median", middle, 0.010), ("95 of 100", nearly_all, 0.030)):
        what = f"read a file of 20 to 200 KB, {name}"
        ours = value(taken["ocitui"])
        for tool in _PEERS:
            known = tool in installed
            missing = "" if known else f"{tool} is not installed (pip install {tool})"
            theirs = value(taken[tool]) if known else None
            yield Figure(what, "ms", ours, most(limit), tool, theirs, missing)
