"""Verifying an image, against the tools that do its parts: sums of the blobs, and of what the layers unpack to."""

import shutil
from collections.abc import Iterator

from tests.bench import peers
from tests.bench.figure import Figure, times
from tests.bench.inputs.data import Stored
from tests.bench.inputs.images import make_indexes
from tests.bench.ls import command
from tests.bench.measure import in_turn, warm
from tests.bench.peers import compare
from tests.bench.registry import Run, bench

LIMIT = 1.3


@bench("verify", "whether an image is intact", rank=30)
def verify(run: Run) -> Iterator[Figure]:
    """Where the layers are known, and where they are indexed on the way; in several layers and in one."""
    for what, stored in (("4 layers", run.data.parts), ("1 layer", run.data.gzip)):
        yield from _of(run, what, stored)


def _of(run: Run, what: str, stored: Stored) -> Iterator[Figure]:
    layout = stored.layout
    blobs = layout / "blobs" / "sha256"
    known, cold = run.folder / f"known-{what}", run.folder / f"cold-{what}"
    make_indexes(layout, known)
    warm(*blobs.iterdir())
    ask = command(cold, "verify", str(layout))

    def first() -> float:
        shutil.rmtree(cold, ignore_errors=True)
        return ask()

    plain, fast = peers.sums(blobs, "sha256sum"), peers.sums(blobs, "openssl dgst -sha256")
    work = {"known": command(known, "verify", str(layout)), "cold": first, **plain.entry, **fast.entry}
    taken = in_turn(run.runs, work)
    targets = [(plain, times(LIMIT)), (fast, None)]
    yield from compare(f"ocitui verify, {what}", "s", taken["known"], targets, taken)
    yield from compare(f"ocitui verify, {what}, nothing indexed", "s", taken["cold"], targets, taken)
