"""What benches of images in registries have in common: the registry, a cache with nothing in it, and skopeo.

Bytes and requests are counted by nginx before the registry; times are taken without it.
"""

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from tests.bench import peers
from tests.bench.figure import Figure
from tests.bench.inputs.data import Data
from tests.bench.inputs.proxy import Proxy
from tests.bench.inputs.site import Site, missing_programs, served
from tests.bench.ls import command
from tests.bench.measure import in_turn, program, surroundings, take
from tests.bench.peers import Peer
from tests.bench.registry import Measure, Run, bench
from tests.images.with_registry import Logged

ROUND_TRIP = 0.3
"""Seconds: long beside what a command itself takes more or less of each time."""

_NOTHING: Mapping[str, str] = {}


def served_bench(
    name: str,
    title: str,
    files: Callable[[Data], Path] = lambda data: data.registry,
    more: Mapping[str, str] = _NOTHING,
) -> Callable[[Callable[[Run, Site], Iterator[Figure]]], Measure]:
    """Register a bench of images in a registry; its lines have a table of their own in the documentation.

    Args:
        name: after ``registry-``.
        title: see `bench`.
        files: of the registry.
        more: programs that are needed besides, and their packages.
    """

    def register(measure: Callable[[Run, Site], Iterator[Figure]]) -> Measure:
        @bench(f"registry-{name}", title, rank=35)
        def with_registry(run: Run) -> Iterator[Figure]:
            if missing := missing_programs(more):
                yield Figure("an image in a registry", "s", None, missing=missing)
                return
            with served(run.folder, files(run.data)) as site:
                yield from measure(run, site)

        return with_registry

    return register


def round_trips(run: Run, site: Site, cache: Path, name: str, image: str, *arguments: str) -> float:
    """By how many round trips a command takes longer where each is longer, with nothing known."""
    with Proxy(site.registry.port, round_trip=ROUND_TRIP) as far, Proxy(site.registry.port) as near:
        work = {
            shown: cold(cache, command(cache, name, site.name(image, proxy.address), *arguments))
            for shown, proxy in (("far", far), ("near", near))
        }
        taken = in_turn(run.runs, work)
    return (min(taken["far"]) - min(taken["near"])) / ROUND_TRIP


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


def skopeo(shown: str, *arguments: str) -> Peer:
    """skopeo with these arguments."""
    path = program("skopeo")
    assert path is not None
    return Peer(shown, lambda: take([path, *arguments]).seconds)


def copy_and(name: str, work: Callable[[Path], float]) -> float:
    """Seconds of ``skopeo copy`` into a layout, and of what is done with it."""
    with tempfile.TemporaryDirectory() as folder:
        copied = skopeo("", "--insecure-policy", "copy", "-q", "--src-tls-verify=false", name, f"oci:{folder}/x:x").work
        assert copied is not None
        return copied() + work(Path(folder, "x"))


def sent(requests: list[Logged]) -> int:
    """Bytes of the bodies of some answers."""
    return sum(int(each.sent) for each in requests)


def blob_of(layout: Path) -> Path:
    """The largest blob of a layout."""
    return max((layout / "blobs/sha256").iterdir(), key=lambda path: path.stat().st_size)


def tar(layout: Path) -> float:
    """Seconds that GNU tar takes to list the gzip layer of a layout."""
    found = peers.tar(blob_of(layout)).work
    assert found is not None
    return found()
