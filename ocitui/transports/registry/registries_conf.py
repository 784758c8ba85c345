"""The places where a registry is asked, as registries.conf says: at another location, at mirrors, or not at all.

Implements containers-registries.conf(5) and containers-registries.conf.d(5), version 2.
Short names are not looked up there: what was typed after ``docker://`` is a name of Docker
Hub where it names no host.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ocitui.display import printable, quote
from ocitui.spec.document import type_name
from ocitui.transports.registry.errors import RegistryError
from ocitui.transports.registry.name import DOCKER_HUB, DOCKER_HUB_API, ImageName, is_host, is_repository
from ocitui.transports.registry.settings import RegistrySettings, config_home

SYSTEM = Path("/etc/containers")
"""The folder of the system's ``registries.conf`` and ``registries.conf.d``."""

_LIMIT = 1 << 20
"""Bytes of a file that are read."""

Table = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A repository at one place where it may be."""

    host: str
    """With the port where there is one: ``docker.io``, ``localhost:5000``."""
    repository: str
    is_insecure: bool = False
    """True if certificates are not checked there, and plain HTTP is spoken where there is no other."""
    is_typed: bool = True
    """True if the host is the one that was typed, so that it may have what was given on the command line."""

    @property
    def place(self) -> str:
        """Registry and repository."""
        return f"{self.host}/{self.repository}"

    @property
    def api_host(self) -> str:
        """The host of its API."""
        return DOCKER_HUB_API if self.host == DOCKER_HUB else self.host


def endpoints_of(name: ImageName, settings: RegistrySettings) -> list[Endpoint]:
    """The places where an image may be asked for, in this order: mirrors, and then the registry itself.

    Raises:
        RegistryError: it is blocked, or the settings cannot be read.
    """
    tables = _read_tables(settings)
    found = max(((_match(name.place, prefix), prefix) for prefix in tables), default=(0, ""))
    length, prefix = found
    if not length:
        return [Endpoint(name.host, name.repository, settings.tls_verify is False)]
    table, path = tables[prefix]
    if table.get("blocked") is True:
        raise RegistryError(f"{name.place}: is blocked by {printable(str(path))} (prefix {quote(prefix)})")
    own = _endpoint(table, path, name, length, settings)
    return [*_mirrors(table, path, name, length, settings), own]


def _mirrors(table: Table, path: Path, name: ImageName, length: int, settings: RegistrySettings) -> Iterator[Endpoint]:
    mirrors = table.get("mirror") or []
    if not isinstance(mirrors, list):
        raise RegistryError(f"{printable(str(path))}: mirror must be a list, not {type_name(mirrors)}")
    by_digest_only = table.get("mirror-by-digest-only") is True
    for mirror in mirrors:
        if not isinstance(mirror, dict):
            raise RegistryError(f"{printable(str(path))}: a mirror must be a table, not {type_name(mirror)}")
        pulled = "digest-only" if by_digest_only else mirror.get("pull-from-mirror", "all")
        if pulled == "all" or pulled == ("digest-only" if name.digest is not None else "tag-only"):
            yield _endpoint(mirror, path, name, length, settings)


def _endpoint(table: Table, path: Path, name: ImageName, length: int, settings: RegistrySettings) -> Endpoint:
    """The place that a name is at when what the prefix matched is replaced by a location."""
    location = table.get("location") or ""
    if not isinstance(location, str):
        raise RegistryError(f"{printable(str(path))}: location must be a string, not {type_name(location)}")
    place = location.rstrip("/") + name.place[length:] if location else name.place
    host, _, repository = place.partition("/")
    if not is_host(host) or not is_repository(repository):
        raise RegistryError(f"{printable(str(path))}: location must be like host:port/path, not {quote(location)}")
    is_insecure = settings.tls_verify is False or (settings.tls_verify is None and table.get("insecure") is True)
    return Endpoint(host, repository, is_insecure, host == name.host)


def _match(place: str, prefix: str) -> int:
    """The number of characters of a place that a prefix stands for; 0 where it is none of it."""
    if prefix.startswith("*."):
        host = place.partition("/")[0]
        name = host.partition(":")[0] if ":" not in prefix else host
        return len(name) if name.endswith(prefix[1:]) and len(name) >= len(prefix) else 0
    return len(prefix) if place == prefix or place.startswith((f"{prefix}/", f"{prefix}:")) else 0


def _read_tables(settings: RegistrySettings) -> dict[str, tuple[Table, Path]]:
    """Every ``[[registry]]`` by its prefix; of several with one prefix the last that is read."""
    tables: dict[str, tuple[Table, Path]] = {}
    for path in _paths(settings):
        for table in _read(path):
            prefix = table.get("prefix") or table.get("location")
            if isinstance(prefix, str) and prefix.rstrip("/"):
                tables[prefix.rstrip("/")] = table, path
    return tables


def _paths(settings: RegistrySettings) -> Iterator[Path]:
    own = config_home() / "containers"
    if settings.registries_conf is not None:
        if not os.path.exists(settings.registries_conf):
            raise RegistryError(f"{printable(str(settings.registries_conf))}: no such file")
        yield settings.registries_conf
    elif os.path.exists(own / "registries.conf"):
        yield own / "registries.conf"
        yield from _drop_ins(own)
        return
    else:
        yield SYSTEM / "registries.conf"
    yield from _drop_ins(SYSTEM)
    yield from _drop_ins(own)


def _drop_ins(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in (folder / "registries.conf.d").iterdir() if path.suffix == ".conf")
    except OSError:
        return []


def _read(path: Path) -> list[Table]:
    """The registries of a file; none of one that is not there."""
    if not os.path.exists(path):
        return []
    import tomllib  # which most users need not wait for

    try:
        with open(path, "rb") as file:
            raw = file.read(_LIMIT + 1)
        if len(raw) > _LIMIT:
            raise RegistryError(f"{printable(str(path))}: is larger than {_LIMIT:,} bytes")
        found = tomllib.loads(raw.decode()).get("registry", [])
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return []
    except OSError as error:
        raise RegistryError(f"{printable(str(path))}: cannot be read: {error.strerror or error}") from None
    except (ValueError, RecursionError) as error:
        raise RegistryError(f"{printable(str(path))}: not valid TOML: {printable(str(error)[:200])}") from None
    if not isinstance(found, list) or not all(isinstance(table, dict) for table in found):
        raise RegistryError(
            f"{printable(str(path))}: registry must be a list of tables [[registry]], not {type_name(found)}"
        )
    return found
