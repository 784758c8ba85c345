"""One repository of a registry, asked over HTTP: the one place that decides which host is asked next, and with what.

Implements distribution-spec, Pulling. What is said of who asks, and of where a registry may
lead to, is in `ocitui.transports.registry.login.authorizer` and `ocitui.transports.registry.http.connections`.
"""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from ocitui.errors import UsageError
from ocitui.transports.registry.errors import (
    BrokenConnectionError,
    LedAwayError,
    MissingError,
    RefusedConnectionError,
    RegistryError,
    WrongAnswerError,
)
from ocitui.transports.registry.http.answer import Answer
from ocitui.transports.registry.http.calls import Calls
from ocitui.transports.registry.http.connections import Connections
from ocitui.transports.registry.login.authorizer import Authorizer
from ocitui.transports.registry.name import ImageName, is_loopback_name, split_host
from ocitui.transports.registry.origin import Origin, shown_url
from ocitui.transports.registry.patience import Watch
from ocitui.transports.registry.registries_conf import Endpoint
from ocitui.transports.registry.settings import RegistrySettings

if TYPE_CHECKING:
    from ocitui.transports.registry.login.credentials import Credentials

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MOST_REDIRECTS = 5
_BLOBS = "blobs/"
_MANIFEST = re.compile(r"/v2/(.+)/manifests/([^/]+)")
_MOST_LOGINS = 3
"""Times that one request is answered 401: for want of a token, for one that ran out, for one of too little scope."""

MISSING = frozenset({404})

_NOTHING: Mapping[str, str] = {}

_LOCATION_LIMIT = 8192
"""Characters of a URL that a server may lead to."""


class Client:
    """A repository. For several threads."""

    def __init__(
        self, endpoint: Endpoint, settings: RegistrySettings, watch: Watch, credentials: "Credentials | None" = None
    ) -> None:
        """Nothing is connected to yet.

        Args:
            endpoint: where the repository is.
            settings: of the user.
            watch: is told why it takes longer, and may end it.
            credentials: are looked for when the registry asks for them, where none are given.
        """
        self.endpoint = endpoint
        self.settings = settings
        self.watch = watch
        self.credentials = credentials
        connections = Connections(endpoint.api_host, settings, endpoint.is_insecure, watch)
        self._calls = Calls(connections, settings.patience, watch)
        self.authorizer = Authorizer(
            self._calls, endpoint.place, f"repository:{endpoint.repository}:pull", self._find_credentials
        )
        self.scheme = ""
        """Empty as long as nothing was asked."""

    def ask(
        self,
        method: str,
        path: str,
        what: str,
        headers: Mapping[str, str] = _NOTHING,
        *,
        found_at: str = "",
        missing: frozenset[int] = MISSING,
    ) -> Answer:
        """Ask for something of the repository.

        Args:
            method: ``GET`` or ``HEAD``.
            path: after ``/v2/<repository>/``; one that begins with a slash is the whole path.
            what: how messages name it.
            headers: more of them.
            found_at: the URL that an earlier answer came from. It is asked first if it is of another host, without
                credentials; where it serves no more, the registry is asked anew.
            missing: statuses that say that there is no such thing.

        Returns:
            An answer with the status 200, 206, 416 or one of those; one to ``HEAD`` may have any.

        Raises:
            RegistryError: there is no such answer.
        """
        own = path if path.startswith("/") else f"/v2/{self.endpoint.repository}/{path}"
        if found_at and not self._calls.connections.is_home(Origin.of(found_at)):
            answer = self._ask_again(method, found_at, what, headers, missing)
            if answer is not None:
                return answer
        if not self.scheme:
            self.scheme = self._find_scheme()
        request = _Request(method, f"{self.scheme}://{self.endpoint.api_host}{own}", what, path.startswith(_BLOBS))
        return self._accept(self._ask(request, headers), method, what, missing)

    def fetch(
        self,
        path: str,
        what: str,
        limit: int,
        headers: Mapping[str, str] = _NOTHING,
        *,
        missing: frozenset[int] = MISSING,
    ) -> tuple[Answer, bytes]:
        """Ask for a document, and read all of it; again where the connection breaks on the way.

        Args:
            path: see `ask`.
            what: how messages name it.
            limit: bytes that it may have.
            headers: more of them.
            missing: statuses that say that there is no such thing.

        Raises:
            MissingError: it is not there.
            RegistryError: it cannot be had.
        """
        for tries in count(1):
            answer = self.ask("GET", path, what, headers, missing=missing)
            if answer.status != 200:
                raise MissingError(f"{what}: {answer.origin} answers {answer.reason()}")
            try:
                return answer, answer.read_all(limit, what)
            except BrokenConnectionError:
                if tries >= self.settings.patience.tries:
                    raise
        raise AssertionError

    def close(self) -> None:
        """Close all connections that nobody reads from."""
        self._calls.connections.close()

    def _find_scheme(self) -> str:
        """https; but plain HTTP to this machine, and where certificates are not checked, if TLS is not spoken there."""
        name, port = split_host(self.endpoint.api_host)
        may_be_plain = self.endpoint.is_insecure or (is_loopback_name(name) and self.settings.tls_verify is not True)
        if not may_be_plain:
            return "https"
        try:
            speaks_tls = self._calls.connections.speaks_tls(Origin.of(f"https://{self.endpoint.api_host}"))
        except RefusedConnectionError:
            if port is not None:
                raise
            return "http"
        return "https" if speaks_tls else "http"

    def _ask_again(
        self, method: str, url: str, what: str, headers: Mapping[str, str], missing: frozenset[int]
    ) -> Answer | None:
        """Ask the other host where it was found; None where that serves no more, as a URL signed for a while."""
        answer = self._calls.call(method, url, headers)
        if answer.status in {400, 401, 403, 404, 410} or answer.status in _REDIRECTS:
            answer.drain()
            return None
        return self._accept(answer, method, what, missing)

    def _ask(self, request: "_Request", headers: Mapping[str, str]) -> Answer:
        """Ask the registry, follow where it leads, and log in where it asks for that."""
        url, redirects, logins = request.url, 0, 0
        while True:
            is_home = self._calls.connections.is_home(Origin.of(url))
            if not is_home and not request.is_of_blob:
                raise _led_away(url, request)
            secret = self.authorizer.header() if is_home else ""
            answer = self._calls.call(request.method, url, {**headers, **({"Authorization": secret} if secret else {})})
            if answer.status == 401 and is_home:
                answer.drain()
                logins += 1
                if logins > _MOST_LOGINS or not self.authorizer.answer(answer, secret, is_again=logins > 1):
                    raise self.authorizer.refused()
                url = request.url
            elif answer.status in _REDIRECTS:
                answer.drain()
                redirects += 1
                url = _next_url(answer, request.what)
                if redirects > _MOST_REDIRECTS:
                    raise WrongAnswerError(f"{request.what}: expected at most {_MOST_REDIRECTS} redirects, found more")
            else:
                return answer

    def _accept(self, answer: Answer, method: str, what: str, missing: frozenset[int]) -> Answer:
        if answer.status in {200, 206, 416, *missing} or method == "HEAD":
            return answer
        if answer.status in {401, 403} and self._calls.connections.is_home(answer.origin):
            raise self.authorizer.refused(answer.reason())
        raise RegistryError(f"{what}: {answer.origin} answers {answer.reason()}")

    def _find_credentials(self) -> "Credentials | None":
        if self.credentials is None:
            from ocitui.transports.registry.login.credentials import find_credentials  # most registries ask for none

            self.credentials = find_credentials(self.endpoint, self.settings, self.watch)
        return self.credentials


@dataclass(frozen=True, slots=True)
class _Request:
    """One request to the registry."""

    method: str
    url: str
    what: str
    is_of_blob: bool
    """True if another host may have it: registries store blobs elsewhere (distribution-spec, Pulling blobs)."""


def _led_away(url: str, request: _Request) -> LedAwayError:
    """The error for a registry that leads to another host for what is no blob; names the image there, if it is one."""
    parts = urlsplit(url)
    found = _MANIFEST.fullmatch(parts.path)
    hint = ""
    if found is not None and not parts.query:
        with suppress(UsageError):
            mark = "@" if ":" in found[2] else ":"
            hint = f"; to ask there: docker://{ImageName.parse(f'{Origin.of(url)}/{found[1]}{mark}{found[2]}')}"
    return LedAwayError(
        f"{request.what}: {Origin.of(request.url)} leads to another host, {Origin.of(url)}: "
        f"followed for blobs only{hint}"
    )


def _next_url(answer: Answer, what: str) -> str:
    """The URL that a redirect leads to; never from https to http, and to nothing that is neither."""
    location = answer.headers.get("Location", "")
    if not location or len(location) > _LOCATION_LIMIT or not location.isascii() or not location.isprintable():
        raise WrongAnswerError(
            f"{what}: expected a Location of at most {_LOCATION_LIMIT:,} characters, found {len(location):,}"
        )
    try:
        url = urljoin(answer.url, location)
    except ValueError:
        url = location
    if answer.origin.scheme == "https" and Origin.of(url).scheme != "https":
        raise WrongAnswerError(f"{what}: expected a redirect to https, found one to {shown_url(url)}")
    return url
