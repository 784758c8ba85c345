"""A user without settings, a registry that does what it is told, and one that is real."""

import re
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from ocitui.cache_folder import CacheFolder
from ocitui.transports.registry import registries_conf
from ocitui.transports.registry.http import addresses, connections, tls
from ocitui.transports.registry.http.addresses import Reach
from ocitui.transports.registry.name import ImageName
from ocitui.transports.registry.patience import Patience, Watch
from ocitui.transports.registry.registry import RegistryImage, open_image
from ocitui.transports.registry.settings import RegistrySettings
from tests.transports.registry.scripted import REPOSITORY, FakeRegistry, Server, fake_registry

_UNWANTED = ("REGISTRY_AUTH_FILE", "CONTAINERS_REGISTRIES_CONF", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR", "DOCKER_CONFIG")
_PROXIES = ("http_proxy", "https_proxy", "no_proxy", "all_proxy", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUEST_METHOD")

SHORT = Patience(connect=30, answer=30, document=30, tries=4, pause=0.01, longest_pause=0.05, drip=30)
"""Patience of a test: little pauses, and time enough for a machine that has much to do."""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home of a user who never said anything of registries, on a machine where nobody did."""
    folder = tmp_path / "home"
    folder.mkdir()
    for name in (*_UNWANTED, *_PROXIES, *map(str.upper, _PROXIES)):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))
    monkeypatch.setattr(registries_conf, "SYSTEM", tmp_path / "etc/containers")
    monkeypatch.setattr(tls, "SYSTEM_FOLDERS", (tmp_path / "etc/containers/certs.d", tmp_path / "etc/docker/certs.d"))
    return folder


@pytest.fixture
def fake() -> Iterator[FakeRegistry]:
    """A registry on this machine that speaks plain HTTP."""
    with fake_registry() as (registry, server):
        registry.server = server
        yield registry


@pytest.fixture
def server(fake: FakeRegistry) -> Server:
    """The server of `fake`."""
    return fake.server


Opener = Callable[..., RegistryImage]


@pytest.fixture
def opened(server: Server, cache_dir: Path) -> Opener:
    """Opens an image of `fake`: ``opened("1")``, ``opened("sha256:…")``, with settings by name."""

    def open_it(
        wanted: str = "1", *, watch: Watch | None = None, patience: Patience = SHORT, **options: object
    ) -> RegistryImage:
        mark = "@" if wanted.startswith("sha") else ":"
        name = ImageName.parse(f"{server.host}/{REPOSITORY}{mark}{wanted}")
        return open_image(name, RegistrySettings(patience=patience, **options), CacheFolder(), watch)  # type: ignore[arg-type]

    return open_it


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """Names of hosts that a test makes up, and their addresses; no other name is known."""
    known: dict[str, list[str]] = {"localhost": ["127.0.0.1"]}
    original = socket.getaddrinfo

    def resolve(host: str, port: int, *rest: object, **more: object) -> object:
        if re.fullmatch(r"[0-9.]+|[0-9a-f:]+", host):
            return original(host, port, type=socket.SOCK_STREAM)
        if host not in known:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [found for address in known[host] for found in original(address, port, type=socket.SOCK_STREAM)]

    monkeypatch.setattr("ocitui.transports.registry.http.addresses.socket.getaddrinfo", resolve)
    return known


@dataclass
class PublicRegistry:
    """A registry that is taken for one at a public address, by plain HTTP as the user allowed."""

    fake: FakeRegistry
    server: Server
    host: str
    names: dict[str, list[str]]

    def open(self, wanted: str = "1", **options: object) -> RegistryImage:
        name = ImageName.parse(f"{self.host}/{REPOSITORY}:{wanted}")
        settings = RegistrySettings(patience=SHORT, tls_verify=False, **options)  # type: ignore[arg-type]
        return open_image(name, settings, CacheFolder())


@pytest.fixture
def public(names: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch, cache_dir: Path) -> Iterator[PublicRegistry]:
    """``registry.example``, whose address passes for a public one; so does that of ``elsewhere.example``."""
    reach_of = addresses.reach_of
    passing = {"127.0.0.2", "127.0.0.3"}
    for module in (addresses, connections):
        monkeypatch.setattr(module, "reach_of", lambda each: Reach.PUBLIC if each in passing else reach_of(each))
    names["registry.example"], names["elsewhere.example"] = ["127.0.0.2"], ["127.0.0.3"]
    with fake_registry(address="127.0.0.2") as (registry, server):
        registry.server = server
        yield PublicRegistry(registry, server, f"registry.example:{server.port}", names)
