"""Scans in a worker process, the cache and its invariant; things that are killed, full or read-only."""

import gzip
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from functools import cache
from pathlib import Path

import pytest

from ocitui import cache_folder
from ocitui.cache_folder import default_root
from ocitui.errors import BlobMissingError, CancelledError, LayerError
from ocitui.layers.cache import LayerCache
from ocitui.layers.index.directories import ROOT
from ocitui.layers.index.index import LayerIndex
from ocitui.layers.scan import scan as scan_module
from ocitui.layers.scan.process import WorkerLostError
from ocitui.layers.scan.request import LayerRequest
from ocitui.layers.scan.scan import LayerScan, index_layer
from ocitui.layers.scan.several import scan_layers
from ocitui.spec.digest import Digest
from ocitui.transports.blob import BlobLocation
from tests.hostile.bombs.bombs import GIB, gzip_of_zeros
from tests.layers.tars import END, member, paths

TAR = b"".join(member(b"d%02d/f%05d" % (n % 40, n), b"x" * (n % 700)) for n in range(3000)) + END


@cache
def long_tar() -> bytes:
    """A tar whose scan takes a while."""
    return b"".join(member(b"d%03d/f%06d" % (n // 1000, n)) for n in range(150_000)) + END


@cache
def endless() -> bytes:
    """A blob that takes so many seconds that its scan is still under way when something happens to it."""
    return gzip_of_zeros(16 * GIB)


@pytest.fixture(name="cache")
def _cache(tmp_path: Path) -> LayerCache:
    return LayerCache(tmp_path / "cache")


def request_for(folder: Path, content: bytes, digest: Digest | None = None) -> LayerRequest:
    path = folder / "blob"
    path.write_bytes(content)
    return LayerRequest(BlobLocation(path), digest or Digest.of(content), len(content))


def temporary_files(cache: LayerCache) -> list[Path]:
    return list(cache.root.rglob("*.part"))


def test_scan_in_a_process(cache: LayerCache, tmp_path: Path) -> None:
    request = request_for(tmp_path, gzip.compress(TAR, 1))
    with LayerScan(request, cache) as scan:
        last = list(scan.events())[-1]
        with scan.result() as index:
            assert index.path == cache.path_of(request.digest)
            assert index.summary.verified
            assert index.summary.diff_id == Digest.of(TAR)
            assert (last.blob_bytes, last.entries) == (request.size, 3000)
            assert len(paths(index)) == 3040
    assert temporary_files(cache) == []
    with index_layer(request, LayerCache(cache.root)) as again:
        assert again.path == cache.path_of(request.digest)
    assert cache.usage().layers == 1


def test_part_of_a_file(cache: LayerCache, tmp_path: Path) -> None:
    path = tmp_path / "archive"
    path.write_bytes(b"before" + TAR + b"after")
    request = LayerRequest(BlobLocation(path, 6, len(TAR)), Digest.of(TAR, "sha512"), len(TAR), Digest.of(TAR))
    with index_layer(request, cache) as index:
        assert index.summary.verified
        assert index.summary.diff_id == Digest.of(TAR)


@pytest.mark.slow
@pytest.mark.parametrize("in_process", [True, False])
@pytest.mark.parametrize("wrong", ["digest", "size", "algorithm"])
def test_what_does_not_match_is_shown_and_never_cached(
    wrong: str, in_process: bool, cache: LayerCache, tmp_path: Path
) -> None:
    request = request_for(tmp_path, TAR)
    if wrong == "digest":
        request = LayerRequest(request.blob, Digest.of(b"other"), request.size)
    elif wrong == "size":
        request = LayerRequest(request.blob, request.digest, len(TAR) + 1)
    else:
        request = LayerRequest(request.blob, Digest("md5", "0" * 32), request.size)
    if in_process:
        index = index_layer(request, cache)
    else:
        with LayerScan(request, cache) as scan:
            index = scan.result()
    with index:
        assert len(paths(index)) == 3040
        assert not index.summary.verified
        if wrong == "algorithm":
            assert "md5" in index.summary.notes[0]
        else:
            assert index.summary.damage is not None
            assert index.summary.damage.message.startswith("expected ")
        assert cache.promote(index.path, request.digest) is None
    assert not index.path.exists()
    assert cache.find(request.digest) is None
    assert cache.usage().layers == 0


def test_short_blob(cache: LayerCache, tmp_path: Path) -> None:
    request = request_for(tmp_path, TAR[:1_000_000], Digest.of(TAR))
    with index_layer(LayerRequest(request.blob, request.digest, len(TAR)), cache) as index:
        assert len(index.summary.damages) == 3


def test_missing_blob(cache: LayerCache, tmp_path: Path) -> None:
    request = LayerRequest(BlobLocation(tmp_path / "nothing"), Digest.of(b""))
    with pytest.raises(BlobMissingError, match="missing"):
        index_layer(request, cache)
    with LayerScan(request, cache) as scan, pytest.raises(BlobMissingError, match="missing"):
        scan.result()
    assert temporary_files(cache) == []


@pytest.mark.slow
def test_rows_can_be_read_while_they_come(cache: LayerCache, tmp_path: Path) -> None:
    request = request_for(tmp_path, long_tar())
    seen: list[int] = []
    live = None
    with LayerScan(request, cache) as scan:
        for _ in scan.events():
            live = live or scan.live_index()
            if live is not None:
                children = live.children(ROOT)
                seen.append(len(children))
                assert not live.rows(children)[0].superseded or live.summary.complete
                entry = live.rows(live.children(live.rows(children)[0].directory or 0)[:1])
                assert all(live.path_of(found).count(b"/") == 1 for found in entry)
        with scan.result() as index:
            assert len(index.children(ROOT)) == 150
    assert live is not None
    live.close()
    assert seen == sorted(seen)
    assert any(0 < count < 150 for count in seen)


@pytest.mark.slow
def test_cancel(cache: LayerCache, tmp_path: Path) -> None:
    scan = LayerScan(request_for(tmp_path, endless()), cache)
    events = scan.events()
    next(events)
    threading.Timer(0.05, scan.cancel).start()
    for _ in events:
        pass
    with pytest.raises(CancelledError):
        scan.result()
    scan.cancel()
    assert temporary_files(cache) == []
    assert cache.usage().layers == 0


@pytest.mark.slow
def test_worker_dies(cache: LayerCache, tmp_path: Path) -> None:
    with LayerScan(request_for(tmp_path, endless()), cache) as scan:
        events = scan.events()
        next(events)
        os.kill(scan._process.pid, signal.SIGKILL)
        with pytest.raises(WorkerLostError, match=r"killed \(SIGKILL\)"):
            scan.result()
    assert temporary_files(cache) == []


def test_a_request_is_the_same_after_a_command_line(tmp_path: Path) -> None:
    full = LayerRequest(BlobLocation(tmp_path / "a\nb", 6, 7), Digest.of(b"a", "sha512"), 7, Digest.of(b"b"))
    for request in (full, LayerRequest(BlobLocation(tmp_path), Digest("md5", "0" * 32))):
        assert LayerRequest.from_args(request.to_args()) == request


@pytest.mark.slow
def test_everything_is_killed(cache: LayerCache, tmp_path: Path) -> None:
    """Where the worker is killed too, a temporary file is left, which a later run removes."""
    request = request_for(tmp_path, endless())
    program = (
        "import sys, time; from pathlib import Path; from ocitui.layers.scan.scan import *\n"
        "from ocitui.layers.scan.request import LayerRequest\n"
        "from ocitui.spec.digest import Digest; from ocitui.transports.blob import BlobLocation\n"
        f"blob, digest = BlobLocation(Path({str(request.blob.path)!r})), Digest.parse({str(request.digest)!r})\n"
        f"scan = LayerScan(LayerRequest(blob, digest), LayerCache(Path({str(cache.root)!r})))\n"
        "next(scan.events()); print(scan._process.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, cwd=Path.cwd()) as process:
        assert process.stdout is not None
        os.kill(int(process.stdout.readline()), signal.SIGKILL)
        process.kill()
    (left,) = temporary_files(cache)
    assert cache.find(request.digest) is None
    next(LayerCache(cache.root).temporary_paths(request.digest))
    assert not left.exists()


@pytest.mark.slow
def test_two_processes_at_once(cache: LayerCache, tmp_path: Path) -> None:
    request = request_for(tmp_path, TAR)
    one, other = LayerScan(request, cache), LayerScan(request, cache)
    with one, other, one.result() as first, other.result() as second:
        assert paths(first) == paths(second)
    assert cache.usage().layers == 1
    assert temporary_files(cache) == []


@pytest.mark.parametrize("takes_part", [False, True])
def test_several_layers(cache: LayerCache, tmp_path: Path, takes_part: bool) -> None:
    requests = []
    for number in range(3):
        (tmp_path / str(number)).mkdir()
        requests.append(request_for(tmp_path / str(number), member(b"f%d" % number) + END))
    requests.append(LayerRequest(BlobLocation(tmp_path / "nothing"), Digest.of(b"nothing")))
    results = scan_layers(requests, cache, takes_part=takes_part)
    assert isinstance(results[3], BlobMissingError)
    for number, result in enumerate(results[:3]):
        assert isinstance(result, LayerIndex)
        with result:
            assert paths(result) == [b"f%d" % number]


def test_who_calls_scans_alone_what_is_one_layer(
    cache: LayerCache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ocitui.layers.scan.several.LayerScan", None)  # no process is started
    assert scan_layers([], cache, takes_part=True) == []
    (found,) = scan_layers([request_for(tmp_path, TAR)], cache, takes_part=True)
    assert isinstance(found, LayerIndex)
    with found:
        assert len(paths(found)) == 3040


@pytest.mark.slow
def test_no_cache_folder(tmp_path: Path) -> None:
    """A file stands where the folder would be: the answer comes all the same, from a temporary folder."""
    (tmp_path / "cache").write_text("in the way")
    cache = LayerCache(tmp_path / "cache")
    request = request_for(tmp_path, TAR)
    for _ in range(2):
        with index_layer(request, cache) as index:
            assert len(paths(index)) == 3040
        assert not index.path.exists()
    with LayerScan(request, cache) as scan, scan.result() as index:
        assert len(paths(index)) == 3040
    assert not index.path.exists()


@pytest.mark.slow
def test_full_disk(cache: LayerCache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be written in the first place is written in the next."""
    request = request_for(tmp_path, TAR)
    spare = tmp_path / "spare.part"
    places = [tmp_path / "missing" / "x.part", spare]
    monkeypatch.setattr(LayerCache, "temporary_paths", lambda self, digest: iter(places))
    with index_layer(request, cache) as index:
        assert index.path == spare
        assert len(paths(index)) == 3040
    with LayerScan(request, cache) as scan, scan.result() as index:
        assert index.path == spare
    assert not spare.exists()
    places.pop()
    with pytest.raises(LayerError, match="no layer index can be written"):
        index_layer(request, cache)
    with LayerScan(request, cache) as scan, pytest.raises(LayerError, match="unable to open"):
        scan.result()


def test_failure_while_writing_removes_the_file(
    cache: LayerCache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(scan_module, "build_index", fail)
    with pytest.raises(LayerError, match="disk is full"):
        index_layer(request_for(tmp_path, TAR), cache)
    assert temporary_files(cache) == []


@pytest.mark.parametrize("content", [b"", b"junk" * 1000, None])
def test_corrupt_index_is_a_miss(content: bytes | None, cache: LayerCache, tmp_path: Path) -> None:
    request = request_for(tmp_path, TAR)
    path = index_layer(request, cache).path
    path.write_bytes(path.read_bytes()[:-8192] if content is None else content)
    assert cache.find(request.digest) is None
    assert not path.exists()
    with index_layer(request, cache) as index:
        assert index.summary.verified


def test_index_of_another_layer_is_a_miss(cache: LayerCache, tmp_path: Path) -> None:
    path = index_layer(request_for(tmp_path, TAR), cache).path
    other = cache.path_of(Digest.of(b"other"))
    path.rename(other)
    assert cache.find(Digest.of(b"other")) is None
    assert not other.exists()


def test_least_recently_used_goes_first(tmp_path: Path) -> None:
    cache = LayerCache(tmp_path / "cache")
    requests = []
    for number in range(3):
        (tmp_path / str(number)).mkdir()
        requests.append(request_for(tmp_path / str(number), member(b"f%d" % number) + END))
    for number, request in enumerate(requests):
        os.utime(index_layer(request, cache).path, (number + 1, number + 1))
    found = cache.find(requests[0].digest)
    assert found is not None
    found.close()
    size = cache.usage().size // 3
    removed = cache.prune(2 * size)
    assert (removed.layers, removed.size) == (1, size)
    assert cache.find(requests[1].digest) is None
    small = LayerCache(cache.root, limit=size)
    with index_layer(requests[1], small) as index:
        assert index.path.exists()
    assert small.usage().layers == 1
    assert cache.clear().layers == 1
    assert cache.usage().layers == 0


def test_cache_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(cache_folder.ENVIRONMENT, str(tmp_path))
    assert default_root() == tmp_path
    monkeypatch.delenv(cache_folder.ENVIRONMENT)
    assert default_root().name == "ocitui"


def test_worker_imports_little() -> None:
    program = "import sys, ocitui.layers.scan.worker; print(*sys.modules)"
    modules = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True).stdout.split()
    assert not {"textual", "humanize", "platformdirs", "asyncio", "subprocess"} & set(modules)
