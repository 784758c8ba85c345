"""The folder in which this machine keeps signatures of images in a registry, since most registries keep none.

Implements containers-registries.d(5): ``lookaside``, and ``sigstore`` as it was called before. Only folders
are read; a server that is named there is not asked.
"""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

from ocitui.display import printable
from ocitui.spec.digest import Digest
from ocitui.transports.blob import BlobLocation
from ocitui.transports.registry import registries_conf
from ocitui.transports.registry.errors import RegistryError
from ocitui.transports.registry.name import DEFAULT_TAG, ImageName
from ocitui.transports.registry.settings import config_home

_LIMIT = 1 << 20
"""Bytes of a file that are read."""
_MOST = 100
"""Signatures of one manifest."""
_KEYS = ("lookaside", "sigstore")

Section = Mapping[str, object]


def lookaside_files(name: ImageName, digest: Digest) -> Iterator[tuple[str, BlobLocation]]:
    """Yield the files with signatures of a manifest, each with its name.

    Raises:
        RegistryError: the settings cannot be read, or name a server.
    """
    folder = lookaside_folder(name)
    for number in range(1, _MOST + 1):
        path = folder.with_name(f"{folder.name}@{digest.algorithm}={digest.encoded}") / f"signature-{number}"
        try:
            size = path.stat().st_size
        except OSError:
            return
        yield str(path), BlobLocation(path, 0, size)


def lookaside_folder(name: ImageName) -> Path:
    """The folder for signatures of a repository; what follows its name is the digest of a manifest.

    Raises:
        RegistryError: the settings cannot be read, or name a server.
    """
    address, file = _address(name)
    parts = urlsplit(address)
    if parts.scheme == "file":
        return Path(unquote(parts.path)) / name.repository
    where = f"{file}: signatures of {name.place} are kept at {address[:300]}"
    raise RegistryError(f"{printable(where)}, which is not asked for them")


def _address(name: ImageName) -> tuple[str, Path]:
    """The address in the settings that fits best, and the file that has it."""
    folder = config_home() / "containers" / "registries.d"
    if not folder.is_dir():
        folder = registries_conf.SYSTEM / "registries.d"
    scopes = [f"{name.place}:{name.tag or DEFAULT_TAG}", *_scopes(name.place)]
    best: tuple[int, str, Path] | None = None
    for path in sorted(folder.glob("*.yaml")):
        document = _read(path)
        docker, default = document.get("docker"), document.get("default-docker")
        listed = docker if isinstance(docker, dict) else {}
        found = {place: listed[each] for place, each in enumerate(scopes) if each in listed}
        found |= {len(scopes): default} if isinstance(default, dict) else {}
        for place, section in found.items():
            if best is None or place < best[0]:
                best = place, _address_in(section), path
    if best is not None and best[1]:
        return best[1], best[2]
    data = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    own = Path("/var/lib") if os.geteuid() == 0 else data
    return (own / "containers" / "sigstore").as_uri(), folder


def _scopes(place: str) -> Iterator[str]:
    """A repository and what it is in, up to the registry."""
    while place:
        yield place
        place = place.rpartition("/")[0]


def _address_in(section: object) -> str:
    found = [section.get(key) for key in _KEYS] if isinstance(section, dict) else []
    return next((each for each in found if isinstance(each, str) and each), "")


def _read(path: Path) -> Section:
    import yaml  # which most users need not wait for

    try:
        with path.open("rb") as file:
            raw = file.read(_LIMIT + 1)
        if len(raw) > _LIMIT:
            raise RegistryError(f"{printable(str(path))}: is larger than {_LIMIT:,} bytes")
        found = yaml.safe_load(raw)
    except OSError as error:
        raise RegistryError(f"{printable(str(path))}: cannot be read: {error.strerror or error}") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise RegistryError(f"{printable(str(path))}: not valid YAML: {printable(str(error)[:200])}") from None
    return found if isinstance(found, dict) else {}
