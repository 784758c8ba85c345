"""The sources of images on the start screen: those opened before, this folder, the engines of this machine."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ocitui.errors import OcituiError, UsageError
from ocitui.spec.index import Index
from ocitui.transports.engines.hosts import DOCKER, PODMAN, may_run
from ocitui.transports.nearby import Nearby, Source, find_nearby
from ocitui.transports.recent import recents
from ocitui.transports.transport import Transport

if TYPE_CHECKING:
    from ocitui.image.node import Node

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
        found.append(
            Source("podman, buildah", lambda: _listed(storage, "containers-storage:", "storage"), when="created")
        )
    elif may_run(PODMAN):
        found.append(Source("podman", lambda: _of_engine(PODMAN), when="created"))
    containerd = _containerd()
    if containerd is not None:
        found.append(Source("containerd", lambda: _listed(containerd, f"{CONTAINERD}:", "containerd"), when="created"))
    return found


def _of_engine(engine: str) -> Iterator[Nearby]:
    from ocitui.transports.engines.engine import list_images

    for image in list_images(engine):
        yield Nearby(f"{_TRANSPORTS[engine]}:{image.name}", image.name, engine, image.size, image.created)


def _listed(transport: Transport, before: str, kind: str) -> Iterator[Nearby]:
    """The images that an index names, each with what is stored of it; of several platforms, of that of this machine."""
    from ocitui.image.documents.tree import build_tree

    index = Index.parse(transport.read_top().index, transport.top_name)
    nodes: dict[str, Node] = {}
    for node in build_tree(transport).children:
        if node.descriptor is not None:
            nodes.setdefault(node.descriptor.name, node)
    for name in filter(None, dict.fromkeys(entry.name for entry in index.manifests)):
        size, created = _facts(nodes[name]) if name in nodes else (None, None)
        yield Nearby(f"{before}{name}", name, kind, size, created)


def _facts(node: "Node") -> tuple[int | None, datetime | None]:
    """Bytes of the layers of an image as stored, and when it was made, where that is known."""
    from ocitui.image.selection import select_image

    try:
        image = select_image(node, None)
    except UsageError:
        return None, None
    return image.size, image.config.created if image.config is not None else None


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
