"""Scheme, host and port of a URL."""

import re
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from ocitui.display import printable, quote
from ocitui.transports.registry.errors import WrongAnswerError

PORTS = {"http": 80, "https": 443}

_USER = re.compile(r"//[^/?#]*@")


@dataclass(frozen=True, slots=True)
class Origin:
    """Scheme, host and port: what credentials are for (RFC 6454)."""

    scheme: str
    host: str
    """Without brackets."""
    port: int

    @classmethod
    def of(cls, url: str) -> Self:
        """The origin of a URL, or `WrongAnswerError` where it is none that may be followed."""
        try:
            found = urlsplit(url)
            host, port = found.hostname, found.port
        except ValueError:
            raise WrongAnswerError(f"expected a URL, found {shown_url(url)}") from None
        if found.scheme not in PORTS or not host or found.username is not None:
            raise WrongAnswerError(f"expected a URL of https or http, found {shown_url(url)}")
        return cls(found.scheme, host, port or PORTS[found.scheme])

    @property
    def authority(self) -> str:
        """As it stands in a URL: without the port where that is the usual one."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    def __str__(self) -> str:
        return printable(self.authority)


def shown_url(url: str) -> str:
    """A URL as a message quotes it: without a user, and without the query, which may be a signature."""
    return quote(_USER.sub("//…@", re.split(r"[?#]", url, maxsplit=1)[0]), 200)
