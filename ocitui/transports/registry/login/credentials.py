"""The credentials of a user at a registry: in the files of docker, podman and skopeo, and from helpers that these name.

Implements containers-auth.json(5), and what docker's ``config.json`` has besides it.
"""

import base64
import binascii
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ocitui.display import printable
from ocitui.transports.registry.errors import RegistryError
from ocitui.transports.registry.name import DOCKER_HUB, DOCKER_HUB_API
from ocitui.transports.registry.patience import Watch
from ocitui.transports.registry.registries_conf import Endpoint
from ocitui.transports.registry.settings import RegistrySettings, config_home

DOCKER_HUB_KEY = "https://index.docker.io/v1/"
"""The names of Docker Hub in files of credentials, and to helpers."""

_DOCKER_HUB_NAMES = frozenset({DOCKER_HUB, DOCKER_HUB_API, "index.docker.io"})
_TOKEN_USER = "<token>"
"""The user that a helper names when its secret is an identity token."""
_LIMIT = 4 << 20


@dataclass(frozen=True, slots=True)
class Credentials:
    """A user's credentials. Nothing of it stands in a message but the name and where it is from."""

    origin: str
    """The place they were found in: ``--creds``, or a file."""
    user: str = ""
    password: str = field(default="", repr=False)
    identity_token: str = field(default="", repr=False)
    """Changed for tokens at the realm of a registry."""
    registry_token: str = field(default="", repr=False)
    """Sent to the registry as it is."""


def find_credentials(endpoint: Endpoint, settings: RegistrySettings, watch: Watch) -> Credentials | None:
    """The credentials for a repository; the first that match it, and None where nobody logged in.

    Raises:
        RegistryError: a file that was named is missing, or cannot be understood.
    """
    if endpoint.is_typed and settings.token:
        return Credentials("--registry-token", registry_token=settings.token)
    if endpoint.is_typed and settings.login is not None:
        return Credentials("--creds", settings.login.user, settings.login.password)
    if settings.is_anonymous:
        return None
    for path in _paths(settings):
        found = _find_in(path, endpoint, watch)
        if found is not None:
            return found
    return None


def _paths(settings: RegistrySettings) -> Iterator[Path]:
    """The files of credentials, in the order that skopeo reads them."""
    if settings.authfile is not None:
        if not os.path.exists(settings.authfile):
            raise RegistryError(f"{printable(str(settings.authfile))}: no such file")
        yield settings.authfile
        return
    home = Path.home()
    if sys.platform in {"darwin", "win32"}:
        yield home / ".config/containers/auth.json"
    else:
        runtime = os.environ.get("XDG_RUNTIME_DIR")
        yield Path(runtime, "containers/auth.json") if runtime else Path(f"/run/containers/{os.getuid()}/auth.json")
    yield config_home() / "containers/auth.json"
    docker = os.environ.get("DOCKER_CONFIG")
    yield (Path(docker) if docker else home / ".docker") / "config.json"
    yield home / ".dockercfg"


def _find_in(path: Path, endpoint: Endpoint, watch: Watch) -> Credentials | None:
    document = _read(path)
    if path.name == ".dockercfg":  # docker before 1.7: the table of registries is the whole file
        document = {"auths": document}
    helper = _own_helper(document.get("credHelpers"), endpoint.host)
    if helper:
        return _of_helper(helper, path, endpoint, watch)
    auths = document.get("auths")
    for entry in _entries(auths, endpoint) if isinstance(auths, dict) else ():
        found = _of_entry(entry, path)
        if found is not None:
            return found
    store = document.get("credsStore")
    return _of_helper(store, path, endpoint, watch) if isinstance(store, str) and store else None


def _own_helper(helpers: object, host: str) -> str:
    """The helper that a file names for one registry."""
    for key, helper in helpers.items() if isinstance(helpers, dict) else ():
        if isinstance(helper, str) and helper and _host_of(key) == _host_of(host):
            return helper
    return ""


def _entries(auths: dict[str, object], endpoint: Endpoint) -> Iterator[object]:
    """The entries that are for an endpoint: of the longest path first, then whatever names its host."""
    path = endpoint.place
    while path:
        if path in auths:
            yield auths[path]
        path = path.rpartition("/")[0]
    for key, entry in auths.items():
        if _is_whole_host(key) and _host_of(key) == _host_of(endpoint.host):
            yield entry


def _is_whole_host(key: str) -> bool:
    """True if a key names a registry and no part of it: ``host``, or an old URL with the version of the API."""
    path = key.partition("://")[2] if "://" in key else key
    return path.partition("/")[2].strip("/") in {"", "v1", "v2"}


def _host_of(key: str) -> str:
    """The registry that a key names; Docker Hub goes by several names."""
    host = (key.partition("://")[2] if "://" in key else key).partition("/")[0].lower()
    return DOCKER_HUB if host in _DOCKER_HUB_NAMES else host


def _of_entry(entry: object, path: Path) -> Credentials | None:
    """The credentials in an entry; None where it says to ask the store."""
    if not isinstance(entry, dict):
        return None
    words = {name: value for name, value in entry.items() if isinstance(value, str) and value}
    user, password = _decode(words.get("auth", ""), path)
    identity, registry = words.get("identitytoken", ""), words.get("registrytoken", "")
    user, password = user or words.get("username", ""), password or words.get("password", "")
    if not (user and password) and not identity and not registry:
        return None
    return Credentials(printable(str(path)), user, password, identity, registry)


def _decode(text: str, path: Path) -> tuple[str, str]:
    """User and password of an ``auth``: base64 of ``user:password``, which docker may have filled up with NULs."""
    if not text:
        return "", ""
    try:
        user, _, password = base64.b64decode(text, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        raise RegistryError(f"{printable(str(path))}: auth must be user:password in base64") from None
    return user, password.strip("\0")


def _of_helper(helper: str, path: Path, endpoint: Endpoint, watch: Watch) -> Credentials | None:
    """Ask a helper. Where it fails, an image may be public all the same: that is noted, and is no error."""
    from ocitui.transports.registry.login.helpers import ask_helper  # most users have none

    server = DOCKER_HUB_KEY if _host_of(endpoint.host) == DOCKER_HUB else endpoint.host
    user, secret, failure = ask_helper(helper, server)
    if failure:
        watch.note(f"{printable(str(path))}: {failure}; going on without credentials")
    if not secret:
        return None
    origin = f"docker-credential-{printable(helper)}"
    if user == _TOKEN_USER:
        return Credentials(origin, identity_token=secret)
    return Credentials(origin, user, secret)


def _read(path: Path) -> dict[str, object]:
    """A file of credentials; empty where there is none."""
    try:
        with open(path, "rb") as file:
            found = json.loads(file.read(_LIMIT))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise RegistryError(f"{printable(str(path))}: cannot be read: {error.strerror or error}") from None
    except (ValueError, RecursionError):
        raise RegistryError(f"{printable(str(path))}: not valid JSON") from None
    if not isinstance(found, dict):
        raise RegistryError(f"{printable(str(path))}: must be a JSON object")
    return found
