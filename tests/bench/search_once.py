"""A process that searches a layer by path, and says how long each search took.

``python -m tests.bench.search_once LAYOUT LAYER CACHE QUERY…`` prints the seconds until every entry was
found and a screenful of them was there to be shown, as a JSON list.
"""

import json
import sys
import time
from pathlib import Path

from ocitui.image.merged.stack import LayerStack
from ocitui.image.search.query import parse_query
from ocitui.image.search.search import Search
from ocitui.layers.cache import LayerCache
from tests.bench.inputs.images import requests_of

SCREENFUL = 60


def main(layout: str, number: str, cache: str, *queries: str) -> None:
    """Search once for each."""
    index = LayerCache(Path(cache)).find(requests_of(layout)[int(number) - 1].digest)
    if index is None:
        sys.exit("the layer is not indexed")
    taken = []
    with index:
        for text in queries:
            start = time.perf_counter()
            search = Search(parse_query(text), LayerStack([index]))
            shown = 0
            for found in search.in_layer(1):
                if shown < SCREENFUL:
                    shown += len(search.hits(found, 0, SCREENFUL - shown))
            taken.append(time.perf_counter() - start)
            if bool(shown) is ("nowhere" in text):
                sys.exit(f"{text} found {shown}")
    print(json.dumps(taken))


if __name__ == "__main__":
    main(*sys.argv[1:])
