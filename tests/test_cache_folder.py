"""The cache folder: for its owner only, within its limit, and without what killed processes left."""

import gzip
import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ocitui.cache_folder import CacheFolder, CacheUsage, is_running
from ocitui.demo.tar import file, write_tar
from tests.commands.conftest import spawn
from tests.images.docker_archive_writer import ArchiveImage, old_form, write_docker_archive


def put(root: Path, name: str, size: int, age: float = 0) -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(bytes(size))
    moment = time.time() - age
    os.utime(path, (moment, moment))
    return path


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="modes are POSIX")
def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    """Not the folders, not an index, not a table, not a copy, whatever the umask; with a worker process, too."""
    layers = [write_tar([file("secret", os.urandom(size))]) for size in (100, 600_000)]
    plain = write_docker_archive(tmp_path / "x.tar", old_form(ArchiveImage(layers)))
    packed = tmp_path / "x.tar.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    root = tmp_path / "new" / "cache"
    environment = {"OCITUI_CACHE_DIR": str(root)}
    before = os.umask(0)
    try:
        for image in (plain, packed):
            assert spawn("which", image, "/secret", environment=environment).code == 0
    finally:
        os.umask(before)
    found = {path.relative_to(root): stat.S_IMODE(path.stat().st_mode) for path in root.rglob("*")}
    assert {path.suffix for path in found} == {"", ".sqlite", ".json", ".seen", ".tar"}
    assert stat.S_IMODE(root.stat().st_mode) == 0o700
    assert {oct(mode) for path, mode in found.items() if path.suffix} == {"0o600"}
    assert {oct(mode) for path, mode in found.items() if not path.suffix} == {"0o700"}


def test_copies_of_archives_go_first(tmp_path: Path) -> None:
    cache = CacheFolder(tmp_path)
    index = put(tmp_path, "layers/v1/sha256/aa.sqlite", 1000, age=9000)
    table = put(tmp_path, "archives/v1/aa.json", 100, age=9000)
    old, new = (put(tmp_path, f"archives/v1/{name}.tar", 5000, age) for name, age in (("old", 60), ("new", 0)))
    assert cache.usage() == CacheUsage(layers=1, archives=3, size=11_100)
    assert cache.prune(7000) == CacheUsage(archives=1, size=5000)
    assert not old.exists()
    assert cache.prune(2000, keep=new) == CacheUsage(layers=1, archives=1, size=1100)
    assert not index.exists()
    assert not table.exists()
    assert new.exists()
    assert cache.clear() == CacheUsage(archives=1, size=5000)


def test_what_killed_processes_left_goes(tmp_path: Path) -> None:
    here = next(CacheFolder(tmp_path).temporary_places(tmp_path, "x")).name.split(".")[1]
    dead = put(tmp_path, "archives/v1/spool.other.999999999.0.part", 10, age=120)
    just_dead = put(tmp_path, f"archives/v1/spool.{here}.999999999.1.part", 10, age=1)
    alive = put(tmp_path, f"archives/v1/spool.{here}.{os.getpid()}.0.part", 10, age=120)
    young = put(tmp_path, "layers/v4/sha256/aa.other.999999999.0.part", 10, age=5)
    forgotten = put(tmp_path, f"layers/v4/sha256/bb.other.{os.getpid()}.0.part", 10, age=8 * 86_400)
    next(CacheFolder(tmp_path).temporary_places(tmp_path / "archives/v1", "table"))
    assert [path.exists() for path in (dead, just_dead, alive, young, forgotten)] == [False, False, True, True, False]


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_a_process_that_ended_and_is_not_waited_for_does_not_run() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        assert is_running(process.pid)
        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        os.kill(process.pid, 0)  # its number is still taken
        assert not is_running(process.pid)
    assert not is_running(process.pid)
