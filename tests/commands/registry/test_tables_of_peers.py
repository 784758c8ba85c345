"""Tables of contents that other programs made, in a registry that others made: listings are those of the layers."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands.conftest import Run
from tests.images import with_skopeo, with_stargz
from tests.images.with_registry import Server, docker_registry
from tests.transports.registry.conftest import home  # noqa: F401

pytestmark = [pytest.mark.peer, pytest.mark.slow]

KINDS = ("estargz", "zstdchunked", "zstd:chunked")
FORMATS = {"estargz": "eStargz"}


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A docker-registry."""
    with docker_registry(tmp_path_factory.mktemp("registry")) as server:
        yield server


@pytest.fixture(scope="module", params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """Who makes the tables, and how."""
    return str(request.param)


@pytest.fixture(scope="module")
def layout(kind: str, demo_layout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample image with tables."""
    folder = tmp_path_factory.mktemp("tables") / "made"
    source = f"oci:{demo_layout}:latest"
    if kind in ("estargz", "zstdchunked"):
        return with_stargz.convert(source, folder, kind)
    with_skopeo.copy(source, f"oci:{folder}:1", "--dest-compress-format", kind)
    return folder


@pytest.fixture(scope="module")
def image(kind: str, layout: Path, registry: Server) -> str:
    """The same in a registry."""
    name = f"docker://{registry.address}/tables/{kind.replace(':', '-')}:1"
    with_skopeo.copy(f"oci:{layout}:1", name, "--dest-tls-verify=false", "--preserve-digests")
    return name


def _listed(out: bytes) -> list[bytes]:
    """Lines of a listing without what tables lack: bytes that are no UTF-8, and the tables."""
    lines = out.replace("\N{REPLACEMENT CHARACTER}".encode(), b"\xe9").splitlines()
    return [line for line in lines if not line.endswith(b"stargz.index.json")]


def test_the_whole_filesystem_is_listed_alike(run: Run, kind: str, image: str, layout: Path) -> None:
    found, expected = run("ls", image, "-R", "-l"), run("ls", f"oci:{layout}:1", "-R", "-l")
    assert found.message.startswith(
        f"layers 1–8 are listed from their tables of contents ({FORMATS.get(kind, 'zstd:chunked')}), contents not"
    )
    assert not expected.err
    assert _listed(found.out) == _listed(expected.out)


def test_nothing_is_said_against_tables_that_are_right(run: Run, layout: Path) -> None:
    """Neither of owners whose names stand only once in them."""
    found = run("verify", f"oci:{layout}:1")
    assert found.code == 0
    assert b"table of contents" not in found.out


@pytest.mark.parametrize("path", ["/etc/passwd", "/etc/os-release", "/usr/bin/python3.11", "/srv/paperboat/app.py"])
def test_contents_are_those_of_the_layer(run: Run, image: str, layout: Path, path: str) -> None:
    assert run("cat", image, path, "--force").out == run("cat", f"oci:{layout}:1", path, "--force").out


def test_whole_folders_are_written_alike(run: Run, image: str, layout: Path, tmp_path: Path) -> None:
    assert run("extract", image, "/etc", "-o", tmp_path / "a").code == 0
    assert run("extract", f"oci:{layout}:1", "/etc", "-o", tmp_path / "b").code == 0
    first, second = (
        {path.relative_to(tmp_path / top): _state(path) for path in (tmp_path / top).rglob("*")} for top in "ab"
    )
    assert first == second
    assert len(first) > 10


def _states(top: Path) -> dict[Path, tuple[object, ...]]:
    return {path.relative_to(top): _state(path) for path in top.rglob("*")}


def _state(path: Path) -> tuple[object, ...]:
    status = path.lstat()
    data = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
    return status.st_mode, status.st_mtime_ns if not path.is_dir() else 0, data
