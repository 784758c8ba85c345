"""A process that indexes one layer with the real worker and says what that took.

``python -m tests.bench.scan_once seconds LAYOUT LAYER CACHE`` prints the seconds; with ``listed`` those until
every entry can be shown, which may be before the digest is known; with ``memory`` it prints the most memory, in
bytes, that the worker and what it started had together, and takes longer.
"""

import resource
import sys
import time
from pathlib import Path

from ocitui.layers.cache import LayerCache
from ocitui.layers.scan.request import LayerRequest
from ocitui.layers.scan.scan import LayerScan
from tests.bench.inputs.family import FamilyWatch
from tests.bench.inputs.images import requests_of
from tests.bench.measure import RSS_UNIT


def main(what: str, layout: str, number: str, cache: str) -> None:
    """Index a layer of the only image in a layout."""
    request = requests_of(layout)[int(number) - 1]
    if what != "memory":
        listed, seconds = _index(request, Path(cache))
        print(listed if what == "listed" else seconds)
        return
    with FamilyWatch() as family:
        _index(request, Path(cache))
    largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * RSS_UNIT  # of one of them, to the byte
    print(max(family.peak, largest))


def _index(request: LayerRequest, cache: Path) -> tuple[float, float]:
    """The seconds until all entries could be shown, and those until the index was in the cache."""
    start = time.perf_counter()
    seen: list[tuple[float, int]] = []
    with LayerScan(request, LayerCache(cache)) as scan:
        seen += ((time.perf_counter() - start, progress.entries) for progress in scan.events())
        with scan.result() as index:
            seconds = time.perf_counter() - start
            if not (index.summary.verified and index.summary.complete):
                sys.exit(f"the layer is not whole: {index.summary.damages}")
            listed = next(when for when, entries in seen if entries == index.summary.entry_count)
    return listed, seconds


if __name__ == "__main__":
    main(*sys.argv[1:])
