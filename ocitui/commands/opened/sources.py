"""The sources of images on the start screen: those opened before, this folder, the engines of this machine."""

from collections.abc import Callable, Iterator
from pathlib import Path

from ocitui.errors import OcituiError
from ocitui.spec.index import Index
from ocitui.transports.engines.hosts import DOCKER, PODMAN, may_run
from ocitui.transports.nearby import Nearby, Source, find_nearby
from ocitui.transports.recent import recents
from ocitui.transports.transport import Transport

RECENT = 10
"""Images that were opened before and are offered; the list stays in sight with what is below it."""

CONTAINERD = Path("/var/lib/containerd")
"""The folder of containerd's images."""

_TRANSPORTS = {DOCKER: "docker-daemon", PODMAN: "podman"}


def sources(is_cancelled: Callable[[], bool]) -> list[Source]:
    """Return the sources, in the order of the screen; an engine only where one may run.

    Args:
        is_cancelled: whether nobody waits for an answer any more.
    """
    found = [
        Source("Recent", lambda: recents()[:RECENT], when="opened", nothing="nothing was opened yet"),
        Source(
            "This folder",
            lambda: find_nearby(Path("."), is_cancelled),
            when="changed",
            nothing="no layout and no archive in it or below it",
        ),
    ]
    if may_run(DOCKER):
        found.append(Source("docker", lambda: _of_engine(DOCKER), when="created"))
    storage = _storage()
    if storage is not None:
        found.append(Source("podman, buildah", lambda: _listed(storage, "containers-storage:", "storage")))
    elif may_run(PODMAN):
        found.append(Source("podman", lambda: _of_engine(PODMAN), when="created"))
    containerd = _containerd()
    if containerd is not None:
        found.append(Source("containerd", lambda: _listed(containerd, f"{CONTAINERD}:", "containerd")))
    return found


def _of_engine(engine: str) -> Iterator[Nearby]:
    from ocitui.transports.engines.engine import list_images

    for image in list_images(engine):
        yield Nearby(f"{_TRANSPORTS[engine]}:{image.name}", image.name, engine, image.size, image.created)


def _listed(transport: Transport, before: str, kind: str) -> Iterator[Nearby]:
    """The images that an index names."""
    index = Index.parse(transport.read_top().index, transport.top_name)
    names = dict.fromkeys(entry.name for entry in index.manifests)
    return (Nearby(f"{before}{name}", name, kind) for name in names if name)


def _storage() -> Transport | None:
    from ocitui.transports.containers_storage.storage import ContainersStorage

    try:
        return ContainersStorage()
    except OcituiError:
        return None


def _containerd() -> Transport | None:
    from ocitui.transports.containerd.store import ContainerdStore

    try:
        return ContainerdStore.open(CONTAINERD)
    except OcituiError:
        return None
