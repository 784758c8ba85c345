"""A process that opens folders of a merged tree, as the Files pane does, and says how long each took.

``python -m tests.bench.open_folders LAYOUT CACHE FOLDER…`` prints the seconds until all layers were
there, and then those of each folder, all as one JSON list.
"""

import json
import sys
import time
from pathlib import Path

from ocitui.image.merged.stack import LayerStack
from ocitui.image.merged.tree import MergedTree
from ocitui.tui.files.merged_source import MergedSource, TreeSums
from tests.bench.inputs.images import indexes_of

VISIBLE = 64
"""Rows that are asked for at once."""


def main(layout: str, cache: str, *folders: str) -> None:
    """Open them one after the other."""
    start = time.perf_counter()
    source = MergedSource(TreeSums(MergedTree(LayerStack(indexes_of(layout, Path(cache))))))
    source.rows(source.children(source.root, "name", False)[:VISIBLE])
    taken = [time.perf_counter() - start]
    for folder in folders:
        start = time.perf_counter()
        number = source.tree.find_folder(folder.encode())
        if number is None:
            sys.exit(f"there is no folder {folder}")
        ids = source.children(number, "name", False)
        if not ids or not source.rows(ids[:VISIBLE]):
            sys.exit(f"nothing is in {folder}")
        taken.append(time.perf_counter() - start)
    print(json.dumps(taken))


if __name__ == "__main__":
    main(*sys.argv[1:])
