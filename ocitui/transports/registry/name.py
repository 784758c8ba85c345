"""The name of an image in a registry: ``host[:port]/repository[:tag][@digest]``.

The grammar of repositories and tags is that of distribution-spec, Pulling manifests; that
of hosts, and what is meant where none is given, that of the distribution project's
reference package.
"""

import re
from dataclasses import dataclass
from typing import Self

from ocitui.display import quote
from ocitui.errors import DocumentError, UsageError
from ocitui.spec.digest import Digest
from ocitui.spec.image_name import whole_name

DEFAULT_TAG = "latest"

DOCKER_HUB = "docker.io"
DOCKER_HUB_API = "registry-1.docker.io"
"""The host that answers for Docker Hub."""

_LABEL = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?"
_HOST = re.compile(rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[0-9a-fA-F:.]+\])(?::([0-9]{{1,5}}))?")
_HOST_AND_PORT = re.compile(rf"(?:{_LABEL}(?:\.{_LABEL})+|localhost|\[[0-9a-fA-F:.]+\]):[0-9]{{1,5}}")
"""A whole name that the grammar takes for one of Docker Hub, whose images have no dot in their names."""
_PART = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_REPOSITORY = re.compile(rf"{_PART}(?:/{_PART})*")
_TAG = re.compile(r"[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}")
_LONGEST = 255
"""Characters of host and repository together."""


@dataclass(frozen=True, slots=True)
class ImageName:
    """A name that was checked, so that it is safe in a URL."""

    host: str
    """With the port where one was typed: ``docker.io``, ``localhost:5000``."""
    repository: str
    """Its path in the registry: ``library/nginx``."""
    tag: str = ""
    """Empty where none was typed."""
    digest: Digest | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read what stands after ``docker://``, or raise `UsageError`, whose message tells no password."""
        rest, at, encoded = text.rpartition("@") if "@" in text else (text, "", "")
        is_digest = encoded.startswith(("sha256:", "sha384:", "sha512:")) or not _HOST.fullmatch(encoded)
        if at and ("@" in rest or "/" in encoded or not is_digest):
            login = "; a login is no part of a name: `--creds` takes it" if ":" in rest else ""
            found = f"expected a digest like sha256:…, found {quote(encoded)}{login}"
            raise UsageError(f"{quote(f'…@{encoded}', 300)}: {found}")
        digest: Digest | None = None
        if at:
            try:
                digest = Digest.parse(encoded)
            except DocumentError as error:
                raise UsageError(f"{quote(text, 300)}: {error}") from None
        has_tag = ":" in rest.rpartition("/")[2]
        if _HOST_AND_PORT.fullmatch(rest):
            raise UsageError(f"{quote(text, 300)}: names a registry, and no image in it: docker://{rest}/NAME")
        host, _, path = whole_name(rest).partition("/")
        repository, _, tag = path.rpartition(":")
        if not is_host(host):
            raise UsageError(f"{quote(text, 300)}: {quote(host)} is not the host of a registry")
        if not _REPOSITORY.fullmatch(repository) or len(host) + 1 + len(repository) > _LONGEST:
            raise UsageError(
                f"{quote(text, 300)}: {quote(repository, 300)} is not a repository: "
                "it needs lower-case letters and digits, like library/nginx"
            )
        if not is_tag(tag):
            raise UsageError(f"{quote(text, 300)}: {quote(tag)} is not a tag: at most 128 letters, digits and ._-")
        return cls(host, repository, tag if has_tag else "", digest)

    @property
    def place(self) -> str:
        """Registry and repository: ``docker.io/library/nginx``."""
        return f"{self.host}/{self.repository}"

    @property
    def wanted(self) -> str:
        """The reference that the registry is asked for: the digest where there is one, else a tag."""
        return str(self.digest) if self.digest is not None else self.tag or DEFAULT_TAG

    def is_meant_by(self, signed: str) -> bool:
        """True if a signature for an image of a name is one for this image.

        With a tag the names must be the same; with a digest, which is compared apart, the repositories
        (containers-policy.json(5), matchRepoDigestOrExact).
        """
        try:
            found = type(self).parse(signed)
        except UsageError:
            return False
        if not found.tag and found.digest is None:
            return False
        if self.digest is not None:
            return found.place == self.place
        return str(found) == str(self)

    def __str__(self) -> str:
        return f"{self.place}@{self.digest}" if self.digest is not None else f"{self.place}:{self.wanted}"


def is_host(text: str) -> bool:
    """True if this is the name or address of a host, with or without a port."""
    found = _HOST.fullmatch(text)
    return found is not None and 0 < int(found[1] or 1) < 1 << 16


def is_repository(text: str) -> bool:
    """True if this is the path of a repository."""
    return _REPOSITORY.fullmatch(text) is not None


def is_tag(text: str) -> bool:
    """True if this is a tag (distribution-spec, Pulling manifests)."""
    return _TAG.fullmatch(text) is not None


def split_host(host: str) -> tuple[str, int | None]:
    """Name or address without brackets, and the port where there is one."""
    name, colon, port = host.rpartition(":")
    if colon and port.isdigit() and not host.endswith("]"):
        return name.strip("[]"), int(port)
    return host.strip("[]"), None


def is_loopback_name(host: str) -> bool:
    """True if a host without its port is this machine by its very name (RFC 6761, section 6.3; RFC 1122; RFC 4291)."""
    name = host.rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    import ipaddress  # every command loads this file, also for images that are in no registry

    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (mapped or address).is_loopback
