"""Connections to a registry, and to the hosts that it leads to. Nothing else here uses ``urllib3``.

Each host is resolved once, its addresses are checked, and one of those is connected to; so
that what was checked is what answers.
"""

import base64
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    InsecureRequestWarning,
    NewConnectionError,
)
from urllib3.response import BaseHTTPResponse, HTTPResponse

from ocitui.display import printable
from ocitui.transports.registry.errors import (
    RefusedConnectionError,
    RegistryError,
)
from ocitui.transports.registry.http.addresses import Reach, may_lead_to, reach_of, resolve
from ocitui.transports.registry.http.failures import explain
from ocitui.transports.registry.http.proxies import Proxy, proxy_for
from ocitui.transports.registry.http.tls import make_context
from ocitui.transports.registry.name import DOCKER_HUB, DOCKER_HUB_API, is_loopback_name, split_host
from ocitui.transports.registry.origin import PORTS, Origin
from ocitui.transports.registry.patience import Watch
from ocitui.transports.registry.settings import RegistrySettings

_POOLED = 4
"""Connections to one host that are kept."""


@dataclass(slots=True)
class _Way:
    """The way to a host: at the first of these pools that can be connected to, or by a proxy."""

    pools: list[HTTPConnectionPool]
    proxy: urllib3.ProxyManager | None = None


class Connections:
    """Pools of connections by where they lead. For several threads."""

    def __init__(self, home: str, settings: RegistrySettings, is_insecure: bool, watch: Watch) -> None:
        """
        Args:
            home: host and port of the registry's API, which may be anywhere.
            settings: certificates, and how long to wait.
            is_insecure: certificates are not checked.
            watch: may end it.
        """
        self._home = home
        self._home_host, self._home_port = split_host(home)
        self._settings = settings
        self._is_insecure = is_insecure
        self._watch = watch
        self._lock = threading.Lock()
        self._ways: dict[Origin, _Way] = {}
        self._resolved: dict[tuple[str, int], list[str]] = {}
        self._timeout = urllib3.Timeout(connect=settings.patience.connect, read=settings.patience.answer)
        self._connection_classes = _connection_classes(watch, settings.patience.answer)

    def is_home(self, origin: Origin) -> bool:
        """True if this is the registry itself, and not where it leads to."""
        return origin.host == self._home_host.lower() and origin.port == (self._home_port or PORTS[origin.scheme])

    def may_carry_secrets(self, origin: Origin) -> bool:
        """True if credentials may go there: over TLS, to this machine, or where certificates are not checked anyway."""
        return origin.scheme == "https" or self._is_insecure or is_loopback_name(origin.host)

    def send(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None = None) -> BaseHTTPResponse:
        """Send one request, and give the answer once its head is here.

        Raises:
            BrokenConnectionError: the connection broke or went silent; another try may do.
            RegistryError: the host is not known, may not be connected to, or is not who it says it is.
        """
        self._watch.check()
        origin = Origin.of(url)
        way = self._way(origin)
        try:
            if way.proxy is not None:
                return way.proxy.urlopen(
                    method, url, redirect=False, retries=False, headers=headers, body=body, **self._options()
                )
            parts = urlsplit(url)
            target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
            named = {**headers, "Host": origin.authority}
            return self._send_direct(way, method, target, named, body)
        except (HTTPError, HTTPException, OSError, ValueError) as error:
            self._watch.check()
            raise explain(error, origin, self._settings.patience) from None

    def speaks_tls(self, origin: Origin) -> bool:
        """True if what listens there answers in TLS, with whatever certificate. Nothing is asked; a proxy is trusted.

        Raises:
            RefusedConnectionError: nothing listens there.
            RegistryError: the host is not known.
        """
        if proxy_for(origin.scheme, origin.host, origin.port) is not None:
            return True
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        refused: OSError | None = None
        for address in self._addresses(origin):
            try:
                with socket.create_connection((address, origin.port), self._settings.patience.connect) as connection:
                    context.wrap_socket(connection, server_hostname=origin.host).close()
                    return True
            except ssl.SSLError as error:
                return "ALERT" in (error.reason or "")  # it refuses this handshake, in TLS
            except ConnectionRefusedError as error:
                refused = error
            except OSError:
                return False
        raise RefusedConnectionError(f"{origin}: nothing answers there: {refused.strerror if refused else ''}")

    def close(self) -> None:
        """Close all connections that nobody reads from."""
        with self._lock:
            for way in self._ways.values():
                for pool in way.pools:
                    pool.close()
                if way.proxy is not None:
                    way.proxy.clear()
            self._ways.clear()

    def _send_direct(
        self, way: _Way, method: str, target: str, headers: Mapping[str, str], body: bytes | None
    ) -> BaseHTTPResponse:
        """Send to the first address that can be connected to; that one is taken from then on."""
        while True:
            pool = way.pools[0]
            try:
                return pool.urlopen(
                    method, target, redirect=False, retries=False, headers=headers, body=body, **self._options()
                )
            except (NewConnectionError, ConnectTimeoutError):
                with self._lock:
                    if way.pools == [pool]:
                        raise
                    way.pools = [other for other in way.pools if other is not pool]

    def _options(self) -> dict[str, Any]:
        return {"timeout": self._timeout, "preload_content": False, "decode_content": False}

    def _way(self, origin: Origin) -> _Way:
        with self._lock:
            way = self._ways.get(origin)
            if way is None:
                way = self._ways[origin] = self._find_way(origin)
            return way

    def _may_lead_to(self, origin: Origin, reach: Reach) -> bool:
        """True if a host may be connected to that is at such an address."""
        return self.is_home(origin) or may_lead_to(self._home_reach(), reach)

    def _home_reach(self) -> Reach:
        """From where the registry can be reached; it need not be connected to yet, as where a token ran out first."""
        way = next((way for known, way in self._ways.items() if self.is_home(known)), None)
        if way is not None and way.pools:
            return reach_of(way.pools[0].host)
        port = self._home_port or PORTS["https"]
        if way is not None or proxy_for("https", self._home_host, port) is not None:
            return _written_reach(self._home_host)
        with suppress(RegistryError):
            return reach_of(resolve(self._home_host, port)[0])
        return Reach.PUBLIC

    def _find_way(self, origin: Origin) -> _Way:
        proxy = proxy_for(origin.scheme, origin.host, origin.port)
        if proxy is not None:
            return self._by_proxy(origin, proxy)
        return _Way([self._make_pool(origin, address) for address in self._addresses(origin)])

    def _addresses(self, origin: Origin) -> list[str]:
        """The addresses of a host that may be connected to, resolved once."""
        found = self._resolved.get((origin.host, origin.port))
        if found is not None:
            return found
        addresses = resolve(origin.host, origin.port)
        allowed = [address for address in addresses if self._may_lead_to(origin, reach_of(address))]
        if not allowed:
            raise self._refuse(origin, f"whose address {addresses[0]} is {reach_of(addresses[0]).value}")
        self._resolved[origin.host, origin.port] = allowed
        return allowed

    def _refuse(self, origin: Origin, why: str) -> RegistryError:
        return RegistryError(f"{printable(self._home)}: leads to {origin}, {why}: not followed")

    def _make_pool(self, origin: Origin, address: str) -> HTTPConnectionPool:
        plain, secure = self._connection_classes
        if origin.scheme == "http":
            pool = HTTPConnectionPool(address, origin.port, maxsize=_POOLED)
            pool.ConnectionCls = plain
            return pool
        name = None if address == origin.host else origin.host
        context = self._context(origin)
        secured = HTTPSConnectionPool(address, origin.port, maxsize=_POOLED, ssl_context=context, server_hostname=name)
        secured.ConnectionCls = secure
        return secured

    def _by_proxy(self, origin: Origin, proxy: Proxy) -> _Way:
        """The way by a proxy, which resolves the host's name; only an address that is written out can be checked."""
        reach = _written_reach(origin.host)
        if not self._may_lead_to(origin, reach):
            raise self._refuse(origin, f"an address that is {reach.value}")
        headers = {}
        if proxy.login:
            headers["Proxy-Authorization"] = f"Basic {base64.b64encode(proxy.login.encode()).decode()}"
        context = self._context(origin) if origin.scheme == "https" else None
        manager = urllib3.ProxyManager(proxy.url, proxy_headers=headers, maxsize=_POOLED, ssl_context=context)
        return _Way([], manager)

    def _context(self, origin: Origin) -> ssl.SSLContext:
        if self._is_insecure:
            urllib3.disable_warnings(InsecureRequestWarning)  # it is what the user asked for
        host = self._home if self.is_home(origin) else origin.authority
        return make_context(_folder_name(host), _folder_name(self._home), self._settings, self._is_insecure)


def _written_reach(host: str) -> Reach:
    """The kind of the address that a host is written as; what a proxy finds for any other is taken for public."""
    try:
        return Reach.LOOPBACK if is_loopback_name(host) else reach_of(host)
    except ValueError:
        return Reach.PUBLIC


def _connection_classes(watch: Watch, limit: float) -> tuple[type[HTTPConnection], type[HTTPSConnection]]:
    """Connections whose waiting for an answer ends when nobody waits, or when the head of it comes drop by drop."""

    class Plain(HTTPConnection):
        def getresponse(self) -> HTTPResponse:  # type: ignore[override]  # as urllib3 does
            return _await(super().getresponse, self, watch, limit)

    class Secure(HTTPSConnection):
        def getresponse(self) -> HTTPResponse:  # type: ignore[override]  # as urllib3 does
            return _await(super().getresponse, self, watch, limit)

    return Plain, Secure


def _await(get: Callable[[], HTTPResponse], connection: HTTPConnection, watch: Watch, limit: float) -> HTTPResponse:
    """The head of an answer, or `TimeoutError`: one that was ended passes for one that is whole."""
    response: HTTPResponse | None = None
    try:
        with watch.ending(partial(_end, connection.sock), limit):
            response = get()
    except TimeoutError:
        if response is not None:
            response.close()
        raise
    return response


def _end(sock: object) -> None:
    """Have whoever reads from a socket in another thread read its end."""
    if isinstance(sock, socket.socket):
        socket.socket.shutdown(sock, socket.SHUT_RDWR)  # that of ssl's would take away what the other thread holds


def _folder_name(host: str) -> str:
    """The name of the folder of a host's certificates: as the user calls the host."""
    return DOCKER_HUB if host == DOCKER_HUB_API else host
