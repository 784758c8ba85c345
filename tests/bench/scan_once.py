"""A process that indexes one layer with the real worker and says what that took.

``python -m tests.bench.scan_once LAYOUT LAYER CACHE`` prints seconds and the worker's largest memory in bytes.
"""

import resource
import sys
import time
from pathlib import Path

from ocitui.image.selection import select_image
from ocitui.image.tree import build_tree
from ocitui.layers.cache import LayerCache
from ocitui.layers.scan import LayerRequest, LayerScan
from ocitui.transports.opening import open_reference
from tests.bench.measure import RSS_UNIT


def main(layout: str, number: str, cache: str) -> None:
    """Index a layer of the only image in a layout."""
    transport, _ = open_reference(layout)
    layer = select_image(build_tree(transport), None).layers[int(number) - 1]
    assert layer.descriptor.digest is not None
    request = LayerRequest(layer.locate(transport), layer.descriptor.digest, layer.descriptor.size, layer.diff_id)
    start = time.perf_counter()
    with LayerScan(request, LayerCache(Path(cache))) as scan, scan.result() as index:
        seconds = time.perf_counter() - start
        if not (index.summary.verified and index.summary.complete):
            sys.exit(f"the layer is not whole: {index.summary.damages}")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * RSS_UNIT
    print(seconds, peak, index.summary.entry_count)


if __name__ == "__main__":
    main(*sys.argv[1:])
