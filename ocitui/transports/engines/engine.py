"""Images of an engine, over its API: docker, and podman's service, which speaks the same.

An image is streamed out once, as ``docker save`` would, to a temporary file that is read
like any docker archive and goes when the program ends. Nothing is started, and nothing is
left in the engine.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ocitui.cache_folder import CacheFolder
from ocitui.display import printable, quote
from ocitui.errors import OcituiError, UsageError
from ocitui.spec.image_name import short_name
from ocitui.transports.archives.archive import Archive
from ocitui.transports.archives.spool import CHUNK, Progress, spool
from ocitui.transports.engines.hosts import DOCKER, PODMAN, hosts_of, local_hosts

ENGINES = {"docker-daemon": DOCKER, "podman": PODMAN}
"""The engine of a transport."""

_LIST_TIMEOUT = 5
"""Seconds that an engine may take to answer."""
_SAVE_TIMEOUT = 3600
"""Seconds that it may take between two pieces of an image: it gathers all of it before the first."""
_ID = re.compile(r"(sha256:)?[0-9a-f]{4,64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class EngineImage:
    """An image that an engine has, under one of its names."""

    name: str
    """As the engine gives it; the ID where it has none."""
    size: int | None
    """Bytes, as the engine counts them."""
    created: datetime | None


def open_engine(
    transport: str, name: str, cache: CacheFolder | None = None, progress: Progress | None = None
) -> Archive:
    """Stream an image out of an engine, and open it as an archive.

    Args:
        transport: ``docker-daemon`` or ``podman``.
        name: of the image, or its ID.
        cache: whose folder it is streamed into.
        progress: is told how far it is.

    Raises:
        UsageError: there is no such engine or image, or the ``docker`` package is not installed.
    """
    engine = ENGINES[transport]
    place = f"{transport}:{name}"
    with _client(engine, place) as client:
        said = _inspect(client, engine, name, place)
        client.timeout = _SAVE_TIMEOUT
        total = said.get("Size")
        chunks = client.get_image(_exact(name, said), CHUNK)
        folder = cache or CacheFolder()
        copy = spool(chunks, place, folder, progress, total if isinstance(total, int) and total > 0 else None)
    return Archive(copy.path, place, what="a docker archive", cache=folder, copy=copy)


def list_images(engine: str) -> list[EngineImage]:
    """The images of an engine, by all of their names.

    Raises:
        UsageError: it does not answer, or the ``docker`` package is not installed.
    """
    with _client(engine, engine) as client:
        found = client.images()
    return [image for each in found if isinstance(each, dict) for image in _named(each)]


def is_there(engine: str) -> bool:
    """True if an engine seems to run on this machine."""
    return bool(local_hosts(engine))


def has_image(engine: str, name: str) -> bool:
    """True if an engine of this machine has an image of that name; False where it cannot tell."""
    if not is_there(engine):
        return False
    try:
        with _client(engine, engine) as client:
            _inspect(client, engine, name, name)
    except OcituiError:
        return False
    return True


def _named(image: dict[str, Any]) -> Iterator[EngineImage]:
    tags = [tag for tag in image.get("RepoTags") or () if isinstance(tag, str) and not tag.startswith("<none>")]
    size, created = image.get("Size"), image.get("Created")
    moment = datetime.fromtimestamp(created, UTC) if isinstance(created, int) and 0 <= created < 1 << 36 else None
    for name in tags or [str(image.get("Id", ""))]:
        yield EngineImage(name, size if isinstance(size, int) else None, moment)


def _exact(name: str, said: dict[str, Any]) -> str:
    """A name that means one image: one without a tag would mean all of its tags."""
    identifier = str(said.get("Id", ""))
    if _ID.fullmatch(name) and identifier.removeprefix("sha256:").startswith(name.removeprefix("sha256:")):
        return identifier
    last = name.rpartition("/")[2]
    return name if ":" in last or "@" in last else f"{name}:latest"


def _inspect(client: Any, engine: str, name: str, place: str) -> dict[str, Any]:
    """Return an engine's description of an image, or raise `UsageError` with similar names."""
    import docker.errors

    try:
        found: dict[str, Any] = client.inspect_image(name)
        return found
    except (docker.errors.ImageNotFound, docker.errors.NullResource):
        pass
    known = [image.name for each in client.images() if isinstance(each, dict) for image in _named(each)]
    raise UsageError(f"{printable(place)}: {engine} has no image {quote(name)}{_like(name, known)}")


def _like(name: str, known: list[str]) -> str:
    import difflib

    short = {short_name(other): other for other in known}
    near = difflib.get_close_matches(short_name(name), short, 3, 0.6)
    if near:
        return f"; did you mean {', '.join(printable(short[other]) for other in near)}?"
    some = ", ".join(printable(other) for other in sorted(known)[:8])
    return f"; it has {some}{' and others' if len(known) > 8 else ''}" if known else "; it has none"


@contextmanager
def _client(engine: str, place: str) -> Iterator[Any]:
    """A client of the first of an engine's hosts that answers; its errors are said as ours."""
    try:
        import docker
        import docker.errors
        import requests
    except ImportError:
        raise UsageError(
            f"{printable(place)}: asking an engine takes the Python package docker: "
            "`pip install 'ocitui[docker]'`; or without it: `docker save IMAGE | ocitui -`"
        ) from None
    failures = (docker.errors.DockerException, requests.RequestException, OSError, ValueError)
    hosts = hosts_of(engine)
    if not hosts:
        raise UsageError(f"{printable(place)}: cannot reach {engine}: no socket found")
    client, failure = None, ""
    for host in hosts:
        if refusal := host.refusal():
            failure = failure or f"{printable(host.url)}: {refusal}"
            continue
        try:
            client = docker.APIClient(base_url=host.url, version="auto", timeout=_LIST_TIMEOUT, tls=host.tls)
            break
        except failures as error:
            failure = failure or f"{printable(host.url)}: {_reason(error)}"
    if client is None:
        raise UsageError(f"{printable(place)}: cannot reach {engine}: {failure}")
    try:
        yield client
    except OcituiError:
        raise
    except failures as error:
        raise UsageError(f"{printable(place)}: {engine} says: {_reason(error)}") from None
    finally:
        client.close()


def _reason(error: BaseException) -> str:
    """Return the root cause of an error on one line: the system's own message if there is one."""
    said = str(getattr(error, "explanation", None) or error)
    inner: BaseException | None = error
    while inner is not None:
        if isinstance(inner, OSError) and inner.strerror:
            said = inner.strerror
        inner = inner.__cause__ or inner.__context__
    return printable(" ".join(said.split())[:300])
