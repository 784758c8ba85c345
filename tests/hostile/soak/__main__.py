"""``python -m tests.hostile.soak``: as many random keys as are wanted, and what came of them."""

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path

from tests.hostile.soak import images
from tests.hostile.soak.run import soak


def main() -> int:
    """Run it; 1 where something went wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.hostile.soak", description=__doc__)
    parser.add_argument("--keys", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--image", default="demo", help="demo, large, or a place with an image")
    parser.add_argument("--size", default="80x24", help="columns and rows")
    parser.add_argument("--every", type=int, default=250, help="keys between two checks")
    parser.add_argument("--steps", type=Path, help="write what was pressed to this file")
    given = parser.parse_args()
    columns, rows = map(int, given.size.split("x"))
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        os.environ["OCITUI_CACHE_DIR"], os.environ["OCITUI_STATE_DIR"] = str(root / "cache"), str(root / "state")
        make = {"demo": images.demo_image, "large": images.large_image}.get(given.image)
        image = Path(given.image).absolute() if make is None else make(root)
        others = [images.other_image(root), images.demo_image(root / "o"), root / "missing", Path(__file__)]
        began = time.perf_counter()
        found = soak(image, others, given.seed, given.keys, (columns, rows), given.every)
        seconds = time.perf_counter() - began
    print(f"{found.keys:,} keys, {found.checks} checks, {found.restarts} restarts, {seconds:.1f} s")
    print(f"screens: {', '.join(sorted(found.screens))}; slowest step {found.slowest[0]:.2f} s: {found.slowest[1]}")
    for held in found.held:
        print(f"  {held}")
    if found.held:
        print(f"grown: {found.held[min(3, len(found.held) - 1)].growth(found.held[-1])}")
    if given.steps is not None:
        given.steps.write_text(json.dumps(found.steps))
    if found.failure:
        print(f"FAILED after {found.keys} keys\n{found.failure}\nlast steps: {found.steps[-30:]}")
    return 1 if found.failure else 0


if __name__ == "__main__":
    sys.exit(main())
