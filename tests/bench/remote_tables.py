"""Layers in a registry that are listed by their tables of contents."""

from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path

from ocitui.layers.index.index import LayerIndex
from ocitui.layers.toc.find import find_table
from ocitui.spec.descriptor import Descriptor
from tests.bench.figure import Figure, faster, middle, most, times
from tests.bench.inputs.data import CHUNKED, CHUNKED_PARTS, ESTARGZ, SPLIT
from tests.bench.inputs.images import a_file_of, indexes_of
from tests.bench.inputs.site import STARGZ, Site
from tests.bench.ls import command
from tests.bench.measure import PYTHON, in_turn, take
from tests.bench.peers import Peer, compare
from tests.bench.registry import Run
from tests.bench.served import alone, blob_of, cold, copy_and, round_trips, sent, served_bench, tar
from tests.layers.toc.indexed import rows


@served_bench("table", "a layer in a registry with a table of contents")
def _list_by_table(run: Run, site: Site) -> Iterator[Figure]:
    """The same layer where it has a table of contents."""
    peer = Peer("skopeo copy, zstd -dc | tar t", lambda: copy_and(site.name(CHUNKED), _tar_of_zstd))
    yield from _by_table(run, site, CHUNKED, "a zstd:chunked layer", peer)


@served_bench("estargz", "an eStargz layer in a registry", lambda data: data.estargz_registry, STARGZ)
def _list_estargz(run: Run, site: Site) -> Iterator[Figure]:
    """And where that is of the other format."""
    peer = Peer("skopeo copy, tar tzf", lambda: copy_and(site.name(ESTARGZ), tar))
    yield from _by_table(run, site, ESTARGZ, "an eStargz layer", peer)


def _by_table(run: Run, site: Site, image: str, which: str, peer: Peer) -> Iterator[Figure]:
    cache = run.folder / image
    (layer,) = site.layers(image)
    if not find_table(Descriptor.read(layer, "layer")):
        yield Figure(f"ocitui ls docker://…, {which}", "s", None, missing="this machine's programs make none")
        return
    arguments = ("--layer", "1", "usr/share")
    ask = cold(cache, command(cache, "ls", site.name(image), *arguments))
    taken = in_turn(run.runs, {"ocitui": ask, **peer.entry})
    what = f"ocitui ls docker://…, {which}, by its table"
    yield Figure(what, "s", middle(taken["ocitui"]), most(0.8))
    yield from compare(what, "s", taken["ocitui"], [(peer, faster(8))], taken)
    memory = take([PYTHON, "-m", "ocitui", "ls", site.name(image), *arguments], environment=alone(cache)).peak
    yield Figure("… memory", "MB", memory, most(100e6))
    found = site.count(cold(cache, command(cache, "ls", site.counted(image), *arguments)))
    yield Figure("… bytes of it that are fetched", "B", sent(found.ranges), times(0.01), "its size", layer["size"])
    yield Figure("… ranges", "n", len(found.ranges), most(2))


@served_bench("exact", "a layer in a registry with a tar-split", lambda data: data.split_registry)
def _list_exactly(run: Run, site: Site) -> Iterator[Figure]:
    """A layer whose names the table alone does not tell: it is listed by the headers of its tar."""
    cache = run.folder / "exact"
    (layer,) = site.layers(SPLIT)
    arguments = ("--layer", "1", "usr")
    taken = in_turn(run.runs, {"ocitui": cold(cache, command(cache, "ls", site.name(SPLIT), *arguments))})
    yield Figure("ocitui ls docker://…, 4,000 files, by its tar-split", "s", middle(taken["ocitui"]))
    found = site.count(cold(cache, command(cache, "ls", site.counted(SPLIT), *arguments)))
    yield Figure("… bytes of it that are fetched", "B", sent(found.ranges), times(0.02), "its size", layer["size"])
    (path,) = cache.rglob("*.sqlite")
    (scanned,) = indexes_of(run.data.split.layout, run.folder / "exact-local")
    with LayerIndex(path) as listed, scanned:
        others = sum(ours != theirs for ours, theirs in zip_longest(rows(listed), rows(scanned)))
    yield Figure("… rows that a scan of the layer has otherwise", "n", others, most(0))


@served_bench("which-tables", "layers in a registry with tables of contents")
def _which_by_tables(run: Run, site: Site) -> Iterator[Figure]:
    """The same where they have some; and how often something is waited for where the registry is far away."""
    image, cache = CHUNKED_PARTS, run.folder / "which-tables"
    path = a_file_of(run.data.parts.layout, run.folder / "which-known")
    what = "ocitui which docker://…, 4 zstd:chunked layers, nothing known"
    taken = in_turn(run.runs, {"ocitui": cold(cache, command(cache, "which", site.name(image), path))})
    yield Figure(what, "s", middle(taken["ocitui"]), most(1.5))
    memory = take([PYTHON, "-m", "ocitui", "which", site.name(image), path], environment=alone(cache)).peak
    yield Figure("… memory, its workers included one by one", "MB", memory, most(100e6))
    found = site.count(cold(cache, command(cache, "which", site.counted(image), path)))
    size = sum(layer["size"] for layer in site.layers(image))
    yield Figure("… bytes of them that are fetched", "B", sent(found.ranges), times(0.01), "their size", size)
    trips = round_trips(run, site, cache, "which", image, path)
    yield Figure("… round trips", "n", trips, most(12))


def _tar_of_zstd(layout: Path) -> float:
    return take(["sh", "-c", 'zstd -q -dc "$0" | tar tf -', blob_of(layout)]).seconds
