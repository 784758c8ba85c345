"""A registry on this machine, with the images that are measured on, and before it a server that counts."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from ocitui.spec.media_type import OCI_MANIFEST
from tests.bench.measure import program
from tests.images.with_registry import Logged, Server, docker_registry, free_port, nginx

NEEDED = {"docker-registry": "docker-registry", "nginx": "nginx-light", "skopeo": "skopeo"}
"""The programs, and the packages that they are in."""

STARGZ = {"ctr-remote": "stargz-snapshotter", "containerd": "containerd"}
"""Those that make eStargz layers besides."""

_NOTHING: Mapping[str, str] = {}

_FRONT = """
server {{
    listen 127.0.0.1:{port};
    LOG(access)
    client_max_body_size 0;
    location / {{ proxy_pass http://{registry}; proxy_set_header Host $http_host; proxy_buffering off; }}
}}
"""


@dataclass(frozen=True, slots=True)
class Site:
    """A docker-registry, and nginx before it."""

    registry: Server
    front: Server

    def name(self, image: str, address: str = "") -> str:
        """What ocitui and skopeo call an image; by another way where an address is given."""
        return f"docker://{address or self.registry.address}/bench/{image}:1"

    def counted(self, image: str) -> str:
        """The same by the server that counts."""
        return self.name(image, self.front.address)

    def layers(self, image: str) -> list[dict[str, Any]]:
        """The descriptors of the layers of an image."""
        url = f"http://{self.registry.address}/v2/bench/{image}/manifests/1"
        with urlopen(Request(url, headers={"Accept": OCI_MANIFEST})) as answer:
            found: list[dict[str, Any]] = json.load(answer)["layers"]
        return found

    def count(self, work: Callable[[], object]) -> "Count":
        """What was asked for while something was done."""
        self.front.forget()
        work()
        time.sleep(0.1)  # a request is logged when it is over
        return Count([each for each in self.front.requests() if each.path.startswith("/")])  # others are no HTTP


@dataclass(frozen=True, slots=True)
class Count:
    """Requests, as the server logged them."""

    requests: list[Logged]

    @property
    def bytes(self) -> int:
        """Bytes of all bodies that were sent."""
        return sum(int(each.sent) for each in self.requests)

    def of(self, part: str) -> list[Logged]:
        """The requests that fetch something whose path has this in it."""
        return [each for each in self.requests if part in each.path and each.method == "GET"]

    @property
    def ranges(self) -> list[Logged]:
        """Those of parts of blobs."""
        return [each for each in self.of("/blobs/") if each.range != "-"]


def missing_programs(more: Mapping[str, str] = _NOTHING) -> str:
    """What is not installed of all that is needed, in words; empty where nothing is missing."""
    needed = {**NEEDED, **more}
    missing = [f"{name} is not installed ({package})" for name, package in needed.items() if find(name) is None]
    return "; ".join(missing)


def find(name: str) -> str | None:
    """Where a program is, also where only the system's own are."""
    path = Path("/usr/sbin") / name
    return program(name) or (str(path) if path.is_file() else None)


@contextmanager
def served(root: Path, files: Path) -> Iterator[Site]:
    """A registry with images.

    Args:
        root: a folder for what belongs to this run.
        files: of the registry.
    """
    port = free_port()
    with (
        docker_registry(files) as registry,
        nginx(root / "front", _FRONT.format(port=port, registry=registry.address), [port]) as front,
    ):
        yield Site(registry, front)
