"""A process that indexes one layer with the real worker and says what that took.

``python -m tests.bench.scan_once LAYOUT LAYER CACHE`` prints seconds and the worker's largest memory in bytes.
"""

import resource
import sys
import time
from pathlib import Path

from ocitui.layers.cache import LayerCache
from ocitui.layers.scan import LayerScan
from tests.bench.images import requests_of
from tests.bench.measure import RSS_UNIT


def main(layout: str, number: str, cache: str) -> None:
    """Index a layer of the only image in a layout."""
    request = requests_of(layout)[int(number) - 1]
    start = time.perf_counter()
    with LayerScan(request, LayerCache(Path(cache))) as scan, scan.result() as index:
        seconds = time.perf_counter() - start
        if not (index.summary.verified and index.summary.complete):
            sys.exit(f"the layer is not whole: {index.summary.damages}")
    print(seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * RSS_UNIT)


if __name__ == "__main__":
    main(*sys.argv[1:])
