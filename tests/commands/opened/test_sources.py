"""What the start screen lists of the engines and stores of a machine."""

import os
from pathlib import Path

import pytest

from ocitui.commands.opened import sources as module
from ocitui.commands.opened.sources import sources
from ocitui.errors import UsageError
from ocitui.image.documents.tree import build_tree
from ocitui.spec.manifest import Manifest
from ocitui.transports.engines.hosts import Host
from ocitui.transports.nearby import Nearby
from ocitui.transports.opening import open_reference
from ocitui.transports.transport import Transport
from tests.images.with_podman import Podman

NAME = "docker.io/example/umoci:latest"


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with no engine and no store."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setattr("ocitui.transports.engines.hosts._sockets", lambda engine: iter(()))
    monkeypatch.setattr(module, "CONTAINERD", tmp_path / "none")
    settings = tmp_path / "storage.conf"
    settings.write_text(f'[storage]\ngraphroot = "{tmp_path}/none"\nrootless_storage_path = "{tmp_path}/none"\n')
    monkeypatch.setenv("CONTAINERS_STORAGE_CONF", os.fspath(settings))


def listed(title: str) -> list[Nearby]:
    (source,) = (source for source in sources(lambda: False) if source.title == title)
    return list(source.list_images())


def test_where_there_is_nothing_else() -> None:
    assert [source.title for source in sources(lambda: False)] == ["Recent", "This folder"]


def test_docker(podman_service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", podman_service)
    (image,) = listed("docker")
    assert (image.reference, image.name, image.kind) == (f"docker-daemon:{NAME}", NAME, "docker")
    assert image.size
    assert image.moment is not None
    transport, _ = open_reference(image.reference)
    assert not list(build_tree(transport).all_problems())


def test_podman_by_its_socket(podman_service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    socket = Host(podman_service).socket
    monkeypatch.setattr(
        "ocitui.transports.engines.hosts._sockets", lambda engine: iter([socket] if engine == "podman" else [])
    )
    (image,) = listed("podman")
    assert image.reference == f"podman:{NAME}"


@pytest.mark.peer
def test_podman_by_its_storage(podman: Podman, tmp_path: Path) -> None:
    settings = Path(os.environ["CONTAINERS_STORAGE_CONF"])
    settings.write_text(f'[storage]\ndriver = "vfs"\ngraphroot = "{podman.work}/storage"\n')
    (image,) = listed("podman, buildah")
    assert image.reference == f"containers-storage:{NAME}"
    transport, reference = open_reference(image.reference)
    assert reference.tag == NAME
    assert not list(build_tree(transport).all_problems())
    assert image.size == sum(layer.size or 0 for layer in the_manifest(transport).layers) > 0
    assert image.moment is not None


def the_manifest(transport: Transport) -> Manifest:
    (node,) = build_tree(transport).children
    assert isinstance(node.document, Manifest)
    return node.document


def test_containerd(containerd_store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CONTAINERD", containerd_store)
    found = {image.reference: image for image in listed("containerd")}
    image = found[f"{containerd_store}:docker.io/example/umoci:umoci"]
    assert image.size
    assert image.moment is not None


def test_an_engine_that_does_not_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")
    with pytest.raises(UsageError, match="docker: cannot reach docker"):
        listed("docker")
