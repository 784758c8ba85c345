"""Whatever ends the program in the middle of its work, the next start answers rightly, and nothing stays behind."""

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from ocitui.demo.tar import file, write_tar
from tests.commands.conftest import REPOSITORY, Run, spawn
from tests.images.layout_writer import LayerSpec, WrittenLayout, write_layout
from tests.images.tools import require_root, require_tool
from tests.images.with_skopeo import copy
from tests.patience import wait_until

TIMES = 30
"""How often something is killed, at moments all over its work."""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> WrittenLayout:
    """Two layers that take a tenth of a second to index, each in a process of its own."""
    contents = random.Random(5).randbytes(1 << 20)
    tars = [
        write_tar([file(f"d{number % 50}/{layer}-{number}", contents[number * 100 :][:400]) for number in range(3000)])
        for layer in range(2)
    ]
    return write_layout(tmp_path_factory.mktemp("stops") / "image", [tars[0], LayerSpec(tars[1], "zstd")])


def start(cache: Path, *arguments: object, **options: object) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(  # type: ignore[call-overload,no-any-return]
        [sys.executable, "-m", "ocitui", *map(str, arguments)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=REPOSITORY,
        env={**os.environ, "OCITUI_CACHE_DIR": str(cache)},
        **options,
    )


def processes_of(cache: Path) -> list[int]:
    """The processes whose command line names something in this cache."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            if str(cache).encode() in path.read_bytes():
                found.append(int(path.parent.name))
    return found


def wait_until_gone(cache: Path) -> None:
    """Wait until no process is left that works for this cache."""
    wait_until(lambda: not processes_of(cache), "no process is left")


def parts(cache: Path) -> list[Path]:
    return list(cache.rglob("*.part"))


def test_killed_while_it_indexes(image: WrittenLayout, tmp_path: Path, run: Run, cache_dir: Path) -> None:
    expected = run("ls", "-R", image.path)
    assert expected.code == 0
    moments = [(number + 0.5) / TIMES * 0.4 for number in range(TIMES)]
    random.Random(1).shuffle(moments)
    cache = tmp_path / "killed"
    for number, moment in enumerate(moments):
        if number % 5 == 0:  # else it goes on from what the one before left
            shutil.rmtree(cache, ignore_errors=True)
        process = start(cache, "ls", "-R", image.path)
        time.sleep(moment)
        process.send_signal(signal.SIGKILL)
        process.wait()
        if number % 10 == 9:
            wait_until_gone(cache)
            os.environ["OCITUI_CACHE_DIR"] = str(cache)
            try:
                found = spawn("ls", "-R", image.path)
            finally:
                os.environ["OCITUI_CACHE_DIR"] = str(cache_dir)
            assert (found.code, found.out) == (0, expected.out)
    assert parts(cache) == []


def test_killed_while_it_extracts(image: WrittenLayout, tmp_path: Path, cache_dir: Path) -> None:
    assert spawn("ls", image.path).code == 0
    moments = random.Random(2)
    target = tmp_path / "target"
    for _ in range(10):
        process = start(cache_dir, "extract", image.path, "d1", "d2", "-o", target, "--overwrite")
        time.sleep(moments.uniform(0.1, 0.5))
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert spawn("extract", image.path, "d1", "d2", "-o", target, "--overwrite").code == 0
    listed = spawn("ls", "-R", image.path, "d1").out.decode().split()
    assert len(listed) == 120
    for name in listed:
        assert (target / name).stat().st_size == 400
    assert {path.name for path in target.iterdir()} == {"d1", "d2"}
    assert len(list((target / "d1").iterdir())) == 120


def test_several_processes_on_one_cold_image(image: WrittenLayout, tmp_path: Path) -> None:
    cache = tmp_path / "cold"
    environment = {**os.environ, "OCITUI_CACHE_DIR": str(cache)}
    command = [sys.executable, "-m", "ocitui", "ls", "-R", str(image.path)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    running = [subprocess.Popen(command, cwd=REPOSITORY, env=environment, **pipes) for _ in range(5)]
    outputs = [process.communicate() for process in running]
    assert [error for process, (_, error) in zip(running, outputs, strict=True) if process.returncode] == []
    found = {output for output, _ in outputs}
    assert len(found) == 1
    assert parts(cache) == []


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A disk of half a megabyte."""
    require_root()
    mount, folder = require_tool("mount"), Path(tempfile.mkdtemp())
    done = subprocess.run([mount, "-t", "tmpfs", "-o", "size=512k", "tmpfs", folder], capture_output=True, check=False)
    if done.returncode:
        folder.rmdir()
        pytest.skip(f"no tmpfs can be mounted here: {done.stderr.decode().strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)
        folder.rmdir()


@pytest.mark.peer
def test_a_full_disk(image: WrittenLayout, small_disk: Path, run: Run) -> None:
    expected = run("ls", "-R", image.path)
    found = spawn("ls", "-R", image.path, environment={"OCITUI_CACHE_DIR": str(small_disk)})
    assert (found.code, found.out) == (0, expected.out)
    assert parts(small_disk) == []
    (small_disk / "fill").write_bytes(bytes(1000))
    done = spawn("extract", image.path, "d1", "d2", "d3", "d4", "d5", "d6", "d7", "d8", "-o", small_disk / "x")
    assert done.code == 2
    assert "No space left on device" in done.err
    assert not list((small_disk / "x").rglob(".ocitui-*"))


def test_a_blob_that_vanishes_or_changes(tmp_path: Path, run: Run) -> None:
    contents = random.Random(4).randbytes(3 << 20)
    layout = write_layout(tmp_path / "image", [write_tar([file("big", contents), file("z", "z")])])
    assert run("cat", layout.path, "big").out == contents
    blob = layout.blob(layout.layers[0])
    data = blob.read_bytes()
    blob.write_bytes(data[: len(data) // 2])
    done = run("cat", layout.path, "big")
    assert done.code == 2
    assert "the gzip stream ends too early" in done.message
    assert contents.startswith(done.out)
    assert len(done.out) > 1 << 20, "what is before the cut is given"
    blob.unlink()
    for arguments in (("cat", layout.path, "z"), ("ls", layout.path)):
        done = run(*arguments)
        assert (done.code, done.out) == (2, b"")
        assert "missing" in done.message


@pytest.mark.peer
def test_a_layout_that_is_being_written(umoci_layout: Path, tmp_path: Path) -> None:
    skopeo = require_tool("skopeo")
    copy(f"oci:{umoci_layout}:umoci", f"oci:{tmp_path / 'warm'}:x")
    for number in range(5):
        target = tmp_path / f"target-{number}"
        command = [skopeo, "--insecure-policy", "copy", "--quiet", f"oci:{umoci_layout}:umoci", f"oci:{target}:x"]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as writing:
            while writing.poll() is None:
                done = spawn("ls", "-R", target)
                assert done.code in (0, 2), done
                assert "Traceback" not in done.err
                assert "defect" not in done.err
        assert spawn("which", target, "/usr/bin/tool").code == 0


@pytest.mark.parametrize("ending", [signal.SIGHUP, signal.SIGTERM, signal.SIGKILL])
def test_a_program_that_is_ended_leaves_no_process_and_no_file(
    ending: signal.Signals, image: WrittenLayout, tmp_path: Path
) -> None:
    cache = tmp_path / "ended"
    moments = random.Random(ending)
    for _ in range(2):
        process = start(cache, "ls", "-R", image.path, stdin=subprocess.DEVNULL)
        time.sleep(moments.uniform(0.1, 0.4))
        process.send_signal(ending)
        process.wait()
        wait_until_gone(cache)
        assert spawn("ls", image.path, environment={"OCITUI_CACHE_DIR": str(cache)}).code == 0
        assert parts(cache) == []
        shutil.rmtree(cache, ignore_errors=True)
