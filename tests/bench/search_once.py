"""A process that searches a layer by path, and says how long each search took.

``python -m tests.bench.search_once LAYOUT LAYER CACHE QUERY…`` prints the seconds as a JSON list.
"""

import json
import sys
import time
from pathlib import Path

from ocitui.image.path_search import PathSearch
from ocitui.image.query import parse_query
from ocitui.layers.cache import LayerCache
from tests.bench.images import requests_of


def main(layout: str, number: str, cache: str, *queries: str) -> None:
    """Search once for each."""
    index = LayerCache(Path(cache)).find(requests_of(layout)[int(number) - 1].digest)
    if index is None:
        sys.exit("the layer is not indexed")
    taken = []
    with index:
        for text in queries:
            start = time.perf_counter()
            query = parse_query(text)
            search = PathSearch(query.paths)
            for piece in index.name_pieces():
                search.feed(piece)
            taken.append(time.perf_counter() - start)
    print(json.dumps(taken))


if __name__ == "__main__":
    main(*sys.argv[1:])
