"""An image says the same whichever way it came: archives, folders, pipes, an engine."""

import gzip
import lzma
import os
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from tests.commands.conftest import Result, Run, spawn, spawn_on_terminal
from tests.images.tools import require_tool
from tests.images.tools import run as run_tool
from tests.images.with_buildah import Buildah
from tests.images.with_podman import Podman
from tests.images.with_skopeo import copy

QUESTIONS = (
    ["export"],
    ["ls", "-R", "-l"],
    ["which", "/usr/bin/tool"],
    ["cat", "/usr/bin/tool"],
    ["cat", "/etc/hosts"],
)


def answers(run: Callable[..., Result], image: object) -> list[tuple[int, bytes, str]]:
    """What the commands say; of ``which`` what does not hang on how layers are compressed."""
    found = []
    for command, *rest in QUESTIONS:
        done = run(command, image, *rest)
        out = done.out
        if command == "which":
            lines = [line.partition(b"  sha256:") for line in out.splitlines()]
            out = b"\n".join(first + rest[12:] for first, _, rest in lines)
        found.append((done.code, out, done.err))
    return found


@pytest.fixture
def expected(umoci_layout: Path, run: Run) -> list[tuple[int, bytes, str]]:
    found = answers(run, f"{umoci_layout}:umoci")
    assert [code for code, _, _ in found] == [0, 0, 0, 0, 0]
    return found


@pytest.mark.peer
@pytest.mark.parametrize("form", ["docker-archive", "oci-archive", "oci-dir", "docker-dir"])
def test_what_podman_saves(
    form: str, podman: Podman, expected: list[tuple[int, bytes, str]], tmp_path: Path, run: Run
) -> None:
    target = podman.save("docker.io/example/umoci:latest", tmp_path / "saved", form)
    assert answers(run, target) == expected
    transport = {"oci-dir": "oci", "docker-dir": "dir"}.get(form, form)
    assert answers(run, f"{transport}:{target}") == expected


@pytest.mark.peer
def test_what_skopeo_writes(
    docker_archive: Path, expected: list[tuple[int, bytes, str]], tmp_path: Path, run: Run
) -> None:
    assert answers(run, docker_archive) == expected
    assert answers(run, f"docker-archive:{docker_archive}:example/umoci:latest") == expected
    assert answers(run, f"{docker_archive}:@0") == expected
    copy(f"docker-archive:{docker_archive}", f"dir:{tmp_path / 'dir'}", "--dest-compress")
    assert answers(run, f"dir:{tmp_path / 'dir'}") == expected


@pytest.mark.peer
def test_what_buildah_pushes(
    buildah: Buildah, umoci_layout: Path, expected: list[tuple[int, bytes, str]], tmp_path: Path, run: Run
) -> None:
    tools = [require_tool("buildah"), "--root", tmp_path / "root", "--runroot", tmp_path / "run"]
    tools += ["--storage-driver", "vfs"]
    image = run_tool(*tools, "pull", "--quiet", f"oci:{umoci_layout}:umoci").decode().strip()
    run_tool(*tools, "push", "--quiet", image, f"docker-archive:{tmp_path / 'x.tar'}:some:tag")
    run_tool(*tools, "push", "--quiet", image, f"dir:{tmp_path / 'dir'}")
    assert answers(run, f"{tmp_path / 'x.tar'}:some:tag") == expected
    assert answers(run, tmp_path / "dir") == expected


@pytest.mark.parametrize("kind", ["gzip", "zstd", "xz"])
@pytest.mark.parametrize("archive", ["docker_archive", "oci_archive"])
def test_what_is_compressed_from_outside(
    archive: str,
    kind: str,
    expected: list[tuple[int, bytes, str]],
    tmp_path: Path,
    run: Run,
    request: pytest.FixtureRequest,
) -> None:
    compress = {"gzip": gzip.compress, "zstd": zstandard.ZstdCompressor().compress, "xz": lzma.compress}[kind]
    path = tmp_path / "image"
    path.write_bytes(compress(request.getfixturevalue(archive).read_bytes()))
    assert answers(run, path) == expected


@pytest.mark.parametrize("kind", ["plain", "gzip"])
def test_what_comes_through_a_pipe(
    kind: str, docker_archive: Path, expected: list[tuple[int, bytes, str]], tmp_path: Path, cache_dir: Path
) -> None:
    data = docker_archive.read_bytes()
    path = tmp_path / "piped"
    path.write_bytes(data if kind == "plain" else gzip.compress(data))

    def piped(*arguments: object) -> Result:
        with path.open("rb") as stream:
            return spawn(*arguments, stdin=stream)

    assert answers(piped, "-") == expected
    assert answers(piped, "docker-archive:-:example/umoci:latest") == expected
    assert not list(cache_dir.rglob("*.part"))


@pytest.mark.slow
def test_no_archive_on_standard_input(run: Run) -> None:
    assert "the file is empty" in spawn("inspect", "-", stdin=-3).message  # /dev/null
    closed = spawn("inspect", "-", preexec_fn=lambda: os.close(0))
    assert "no archive comes: standard input is closed" in closed.message


def test_an_engine(
    podman_service: str,
    expected: list[tuple[int, bytes, str]],
    cache_dir: Path,
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DOCKER_HOST", podman_service)
    monkeypatch.setenv("CONTAINER_HOST", podman_service)
    for image in ("docker-daemon:example/umoci", "podman:docker.io/example/umoci:latest"):
        assert answers(run, image) == expected
    identity = run("inspect", "docker-daemon:example/umoci", "--json").json
    assert identity
    assert not list(cache_dir.rglob("*.part"))
    missing = run("inspect", "docker-daemon:exmaple/umoci")
    assert missing.code == 2
    assert missing.message == (
        "docker-daemon:exmaple/umoci: docker has no image 'exmaple/umoci'; did you mean docker.io/example/umoci:latest?"
    )
    assert run("inspect", "example/umoci:latest").message == (
        "example/umoci:latest: no such file or folder; "
        "docker has an image of that name: docker-daemon:example/umoci:latest"
    )


def test_a_terminal_sees_how_far_it_is(podman_service: str) -> None:
    image = "docker-daemon:example/umoci"
    code, shown = spawn_on_terminal("cat", image, "/etc/hosts", environment={"DOCKER_HOST": podman_service})
    assert code == 0
    assert f"reading {image}: ".encode() in shown
    assert shown.endswith(b"::1 localhost\r\n")


def test_an_engine_that_is_not_there(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONTAINER_HOST", f"unix://{tmp_path}/none.sock")
    done = run("inspect", "podman:x")
    assert done.code == 2
    assert done.message == (f"podman:x: cannot reach podman: unix://{tmp_path}/none.sock: No such file or directory")
    monkeypatch.setenv("CONTAINER_HOST", "tcp://127.0.0.1:1")
    assert run("inspect", "podman:x").message.endswith("Connection refused")
    monkeypatch.setenv("CONTAINER_HOST", "what is this")
    assert run("inspect", "podman:x").code == 2


def test_without_the_package_it_says_what_to_install(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "docker", None)
    assert "`pip install 'ocitui[docker]'`" in run("inspect", "podman:x").message
