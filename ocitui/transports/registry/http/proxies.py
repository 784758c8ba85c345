"""The proxies of the environment: ``https_proxy``, ``http_proxy``, ``no_proxy``, or the system's own settings."""

import ipaddress
import os
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from ocitui.transports.registry.errors import RegistryError
from ocitui.transports.registry.name import is_loopback_name


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy."""

    url: str
    """Without a user and a password."""
    login: str = field(default="", repr=False)
    """``user:password``; empty where there is none."""


def proxy_for(scheme: str, host: str, port: int) -> Proxy | None:
    """The proxy by which a host is asked; this machine is never asked by one.

    Raises:
        RegistryError: it is none that can be used.
    """
    if is_loopback_name(host):
        return None
    if sys.platform not in {"darwin", "win32"} and not any(name.lower() == f"{scheme}_proxy" for name in os.environ):
        return None
    from urllib.request import getproxies, proxy_bypass  # which takes a while

    url = getproxies().get(scheme)
    if not url or proxy_bypass(f"[{host}]" if ":" in host else host) or _is_in_no_proxy(host, port):
        return None
    return _read(url if "://" in url else f"http://{url}", scheme)


def _is_in_no_proxy(host: str, port: int) -> bool:
    """True if a host is left out in a way that Python does not know: by a range of addresses, or with a port."""
    with suppress(ValueError):
        address = ipaddress.ip_address(host)
        for word in (os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or "").split(","):
            with suppress(ValueError):
                if "/" in word and address in ipaddress.ip_network(word.strip(), strict=False):
                    return True
    words = {word.strip().lower() for word in (os.environ.get("no_proxy") or "").split(",")}
    return f"{host.lower()}:{port}" in words


def _read(url: str, scheme: str) -> Proxy:
    try:
        found = urlsplit(url)
        host, port = found.hostname, found.port
    except ValueError:
        host = port = found = None
    if found is None or not host or found.scheme not in {"http", "https"}:
        raise RegistryError(f"{scheme}_proxy: must be a proxy like http://host:port or https://host:port")
    user, password = unquote(found.username or ""), unquote(found.password or "")
    name = f"[{host}]" if ":" in host else host
    return Proxy(f"{found.scheme}://{name}" + (f":{port}" if port else ""), f"{user}:{password}" if user else "")
