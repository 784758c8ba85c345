"""Indexing a whole layer, digest check included, with nothing in the cache."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from ocitui.layers.cache import LayerCache
from tests.bench import peers
from tests.bench.figure import Figure, Target, faster, middle, most, times
from tests.bench.inputs.data import Stored
from tests.bench.inputs.images import requests_of
from tests.bench.measure import PYTHON, in_turn, take, warm
from tests.bench.peers import Peer, compare
from tests.bench.registry import Run, bench

OURS = "ocitui"


@bench("gzip", "indexing a gzip layer of real files", rank=10)
def gzip(run: Run) -> Iterator[Figure]:
    """Against what only decompresses, and against what also lists."""
    image = run.data.gzip
    yield from _index(
        run,
        "index a gzip layer",
        image,
        [
            (peers.igzip(image.blob), times(1.4)),
            (peers.tar(image.blob), faster(2.5)),
            (peers.dive(image.archive), faster(2.5)),
            (peers.ratarmount(image.blob), faster(2.5)),
        ],
    )


@bench("zstd", "indexing the same layer as zstd", rank=11)
def zstd(run: Run) -> Iterator[Figure]:
    """Against zstd itself."""
    image = run.data.zstd
    yield from _index(run, "index a zstd layer", image, [(peers.zstd(image.blob), times(1.45))])


@bench("plain", "indexing the same layer uncompressed", rank=12)
def plain(run: Run) -> Iterator[Figure]:
    """Against dive; most of it is the digest."""
    image = run.data.plain
    yield from _index(run, "index an uncompressed layer", image, [(peers.dive(image.archive), faster(2))])


@bench("heavy", "listing an uncompressed layer of large files", rank=12)
def heavy(run: Run) -> Iterator[Figure]:
    """Until all of it can be shown, against dive; until the digest is known, against what only computes that."""
    image = run.data.heavy
    warm(image.blob, image.archive)
    ours = ColdScan(run, image.layout)
    dive, openssl = peers.dive(image.archive), peers.openssl(image.blob)
    work: dict[str, Callable[[], float]] = {"listed": ours.listed, OURS: ours, **dive.entry, **openssl.entry}
    taken = in_turn(run.runs, work)
    yield from compare("list an uncompressed layer of large files", "s", taken["listed"], [(dive, faster(4))], taken)
    yield from compare("… its digest checked", "s", taken[OURS], [(openssl, times(1.15))], taken)


@bench("million", "indexing a layer of 1,000,000 entries", rank=13)
def million(run: Run) -> Iterator[Figure]:
    """Its time is not limited, its memory is."""
    yield from _index_million(run, "index 1,000,000 entries", run.data.large, 2)


@bench("crowd", "indexing 1,000,000 files of one folder", rank=14)
def crowd(run: Run) -> Iterator[Figure]:
    """Likewise, with nothing to divide them."""
    yield from _index_million(run, "index 1,000,000 files of one folder", run.data.crowd, 1)


def _index_million(run: Run, what: str, image: Stored, layer: int) -> Iterator[Figure]:
    seconds = in_turn(run.few, {OURS: ColdScan(run, image.layout, layer)})[OURS]
    yield Figure(what, "s", middle(seconds))
    forget(run, image.layout, layer)
    yield Figure("… the worker's memory", "MB", scan(image.layout, layer, run.known, "memory"), most(200e6))


def _index(run: Run, what: str, image: Stored, contest: list[tuple[Peer, Target]]) -> Iterator[Figure]:
    warm(image.blob, image.archive)
    ours = ColdScan(run, image.layout)
    work: dict[str, Callable[[], float]] = {OURS: ours}
    for peer, _ in contest:
        work |= peer.entry
    taken = in_turn(run.runs, work)
    yield from compare(what, "s", taken[OURS], contest, taken)
    yield Figure("… the worker's memory", "MB", ours.memory(), most(100e6))


def forget(run: Run, layout: Path, layer: int) -> None:
    """Take the index of a layer out of that cache."""
    LayerCache(run.known).path_of(requests_of(layout)[layer - 1].digest).unlink(missing_ok=True)


def know(run: Run, layout: Path, layer: int) -> Path:
    """Have the index of a layer in the cache that all benches share, and give that cache."""
    request = requests_of(layout)[layer - 1]
    if not LayerCache(run.known).path_of(request.digest).exists():
        scan(layout, layer, run.known)
    return run.known


def scan(layout: Path, layer: int, cache: Path, what: str = "seconds") -> float:
    """Index one layer with the real worker process, and give the seconds or the memory."""
    taken = take([PYTHON, "-m", "tests.bench.scan_once", what, layout, str(layer), cache], keep=True)
    return float(taken.output)


class ColdScan:
    """Indexes a layer again and again, each time with an empty cache."""

    def __init__(self, run: Run, layout: Path, layer: int = 1) -> None:
        self._cache = run.folder / "cache"
        self._layout = layout
        self._layer = layer

    def __call__(self) -> float:
        """Index it once, and give the seconds."""
        return self._scan("seconds")

    def listed(self) -> float:
        """Index it once, and give the seconds until every entry could be shown."""
        return self._scan("listed")

    def memory(self) -> float:
        """Index it once, and give the bytes of memory of the worker and what it started."""
        return self._scan("memory")

    def _scan(self, what: str) -> float:
        try:
            return scan(self._layout, self._layer, self._cache, what)
        finally:
            shutil.rmtree(self._cache, ignore_errors=True)
