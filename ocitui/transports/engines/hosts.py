"""The addresses of this machine's engines: docker's and podman's sockets, rootless ones too.

What the user's environment names (``DOCKER_HOST``, ``DOCKER_CONTEXT``, ``CONTAINER_HOST``)
is taken alone; else the context that docker was told to use, and the sockets at their
usual places.
"""

import json
import os
import socket
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

DOCKER, PODMAN = "docker", "podman"

_SCHEME = "unix://"


@dataclass(frozen=True, slots=True)
class Host:
    """A place where an engine listens."""

    url: str
    """``unix:///run/docker.sock``, ``tcp://…``, ``ssh://…``."""
    tls: Any = field(default=False, compare=False)
    """Keys and certificates as the ``docker`` package takes them; False for none."""

    @property
    def socket(self) -> Path | None:
        """The socket of this machine that it is; None where it is elsewhere."""
        return Path(self.url.removeprefix(_SCHEME)) if self.url.startswith(_SCHEME) else None

    @property
    def is_here(self) -> bool:
        """True if it is a socket of this machine that exists."""
        try:
            return self.socket is not None and stat.S_ISSOCK(os.stat(self.socket).st_mode)
        except OSError:
            return False

    def refusal(self) -> str:
        """Return why a socket of this machine cannot be connected to; empty where it can, and for other hosts."""
        path = self.socket
        if path is None or not hasattr(socket, "AF_UNIX"):
            return ""
        with socket.socket(socket.AF_UNIX) as found:
            try:
                found.connect(os.fspath(path))
            except OSError as error:
                return error.strerror or str(error)
        return ""


def hosts_of(engine: str) -> list[Host]:
    """Return the hosts on which an engine may listen, the likeliest first; sockets that exist, or that are named."""
    named = [*(_named_docker() if engine == DOCKER else _named_podman())]
    if named:
        return named
    return [host for host in map(_socket, dict.fromkeys(_sockets(engine))) if host.is_here]


def may_run(engine: str) -> bool:
    """True if an engine may be reachable: a host is configured, or it has a socket here. Nothing is contacted."""
    named = ("DOCKER_HOST", "DOCKER_CONTEXT") if engine == DOCKER else ("CONTAINER_HOST",)
    if any(os.environ.get(name) for name in named) or (engine == DOCKER and _context_name()):
        return True
    return any(_socket(path).is_here for path in _sockets(engine))


def local_hosts(engine: str) -> list[Host]:
    """Those of them that are sockets of this machine: what may be asked without being told to use a network."""
    return [host for host in hosts_of(engine) if host.is_here]


def _named_docker() -> Iterator[Host]:
    if url := os.environ.get("DOCKER_HOST"):
        yield Host(url, _tls_of_environment())
        return
    context = _docker_context()
    if context is not None:
        yield context


def _named_podman() -> Iterator[Host]:
    if url := os.environ.get("CONTAINER_HOST"):
        yield Host(url)


def _context_name() -> str:
    """The context that docker was told to use; empty for the one that it starts with."""
    name = os.environ.get("DOCKER_CONTEXT")
    if not name:
        folder = os.environ.get("DOCKER_CONFIG") or Path.home() / ".docker"
        try:
            name = json.loads(Path(folder, "config.json").read_bytes()).get("currentContext")
        except (OSError, ValueError, AttributeError):
            return ""
    return name if isinstance(name, str) and name != "default" else ""


def _docker_context() -> Host | None:
    name = _context_name()
    if not name:
        return None
    try:
        from docker.context import ContextAPI

        context = ContextAPI.get_context(name)
        return Host(context.Host, context.TLSConfig or False) if context is not None else None
    except Exception:  # whatever is wrong with docker's own settings, it is no reason not to look at its sockets
        return None


def _tls_of_environment() -> Any:
    try:
        from docker.utils import kwargs_from_env
    except ImportError:
        return False
    return kwargs_from_env().get("tls", False)


def _sockets(engine: str) -> Iterator[Path]:
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    if not runtime and hasattr(os, "getuid"):
        runtime = f"/run/user/{os.getuid()}"
    home = Path.home()
    if engine == DOCKER:
        yield Path("/var/run/docker.sock")
        if runtime:
            yield Path(runtime, "docker.sock")
        yield home / ".docker/run/docker.sock"
        yield home / ".docker/desktop/docker.sock"
    else:
        if runtime:
            yield Path(runtime, "podman/podman.sock")
        yield Path("/run/podman/podman.sock")
        yield home / ".local/share/containers/podman/machine/podman.sock"


def _socket(path: Path) -> Host:
    return Host(f"{_SCHEME}{path}")
