"""The storage folders that podman, buildah and CRI-O are configured to use: containers-storage.conf(5)."""

import os
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ocitui.display import printable
from ocitui.errors import UsageError

_SYSTEM = Path("/var/lib/containers/storage")
_SYSTEM_FILES = (Path("/etc/containers/storage.conf"), Path("/usr/share/containers/storage.conf"))


@dataclass(frozen=True, slots=True)
class StorageSettings:
    """The storage that is meant where none is named."""

    root: Path
    driver: str = ""
    """The driver that is configured; empty where none is."""
    more_roots: tuple[Path, ...] = ()
    """Storages that hold images besides, which are only read: ``additionalimagestores``."""


def read_settings(environment: Mapping[str, str] = os.environ) -> StorageSettings:
    """Return the settings of the environment and the configuration files.

    The storage of a user other than root is their own, also inside ``podman unshare``,
    where they seem to be root.

    Raises:
        UsageError: a configuration file cannot be read.
    """
    own = environment.get("CONTAINERS_STORAGE_CONF")
    user = _user(environment)
    system = _first_of([Path(own)] if own else _SYSTEM_FILES)
    if user == 0:
        root = _path(system, "graphroot", environment, user) or _SYSTEM
        return _settings(root, system, environment, user)
    home = Path(environment.get("HOME") or Path.home())
    data = Path(environment.get("XDG_DATA_HOME") or home / ".local/share")
    root = _path(system, "rootless_storage_path", environment, user) or data / "containers" / "storage"
    config = Path(environment.get("XDG_CONFIG_HOME") or home / ".config") / "containers" / "storage.conf"
    chosen = system if own else (_first_of([config]) or system)
    if own or chosen is not system:
        names = ("graphroot", "rootless_storage_path")
        root = next(filter(None, (_path(chosen, name, environment, user) for name in names)), root)
    return _settings(root, chosen, environment, user)


def read_spec(spec: str) -> tuple[str, Path | None]:
    """The driver and the root of ``driver@root+runroot:options``; where only one of them stands, it tells itself."""
    driver, at, rest = spec.partition("@")
    if not at:
        driver, rest = ("", spec) if "/" in spec else (spec, "")
    root = rest.partition("+")[0].partition(":")[0]
    return driver_of(driver), Path(root) if root else None


def _user(environment: Mapping[str, str]) -> int:
    """The number of the user outside of any user namespace; 0 where there are no users."""
    outside = environment.get("_CONTAINERS_ROOTLESS_UID", "")
    if outside.isascii() and outside.isdigit():
        return int(outside)
    return os.geteuid() if hasattr(os, "geteuid") else 0


def _settings(root: Path, section: Mapping[str, object], environment: Mapping[str, str], user: int) -> StorageSettings:
    driver = environment.get("STORAGE_DRIVER") or section.get("driver")
    options = section.get("options")
    more = options.get("additionalimagestores") if isinstance(options, dict) else None
    more = more if isinstance(more, list) else []
    roots = (_expanded(each, environment, user) for each in more if isinstance(each, str))
    return StorageSettings(root, driver_of(driver if isinstance(driver, str) else ""), tuple(roots))


def driver_of(name: str) -> str:
    """A driver as its folders are called: ``overlay2`` is another name of ``overlay``."""
    return "overlay" if name == "overlay2" else name


def _first_of(files: Iterable[Path]) -> Mapping[str, object]:
    """The ``[storage]`` section of the first of these files that is there."""
    for path in files:
        try:
            section = tomllib.loads(path.read_text("utf-8")).get("storage")
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            raise UsageError(f"{printable(str(path))}: cannot be read: {error.strerror}") from None
        except ValueError as error:
            raise UsageError(f"{printable(str(path))}: not valid TOML: {printable(str(error))}") from None
        return section if isinstance(section, dict) else {}
    return {}


def _path(section: Mapping[str, object], name: str, environment: Mapping[str, str], user: int) -> Path | None:
    value = section.get(name)
    return _expanded(value, environment, user) if isinstance(value, str) and value else None


def _expanded(value: str, environment: Mapping[str, str], user: int) -> Path:
    """A path with the variables that may stand in it."""
    values = {"HOME": str(Path.home()), **environment, "UID": str(user)}
    for name in ("HOME", "USER", "UID"):
        value = value.replace(f"${name}", values.get(name, "")).replace(f"${{{name}}}", values.get(name, ""))
    return Path(value)
