"""The credentials of a user: sent never unasked, and to the registry alone.

Implements RFC 7617 (Basic) and the distribution project's Token Authentication.
"""

import base64
import json
import re
import threading
from collections.abc import Callable
from dataclasses import asdict
from time import monotonic
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit, urlunsplit

from ocitui.display import quote
from ocitui.transports.registry.errors import RegistryError, WrongAnswerError
from ocitui.transports.registry.http.answer import Answer
from ocitui.transports.registry.http.calls import Calls
from ocitui.transports.registry.origin import Origin, shown_url

if TYPE_CHECKING:  # most registries that are asked without a login give what is public
    from ocitui.transports.registry.login.challenge import Challenge
    from ocitui.transports.registry.login.credentials import Credentials

CLIENT_ID = "ocitui"

_TOKEN_LIMIT = 1 << 16
_TOKEN = re.compile(r"[\x21-\x7e]+")
_LEAST_LIFE = 60
"""Seconds that a token is good for where less is said, or nothing."""

_SPARE = 5.0


class Authorizer:
    """The ``Authorization`` for one repository. For several threads."""

    def __init__(self, calls: Calls, place: str, scope: str, find: "Callable[[], Credentials | None]") -> None:
        """
        Args:
            calls: asks the realm for tokens.
            place: registry and repository, for messages.
            scope: what is asked for: ``repository:library/nginx:pull``.
            find: gives the credentials, once somebody asks for them.
        """
        self._calls = calls
        self._place = place
        self._scope = scope
        self._find = find
        self._lock = threading.RLock()
        self._is_found = False
        self._credentials: Credentials | None = None
        self._header = ""
        self._expires = float("inf")
        self._challenge: Challenge | None = None
        self._registry: Origin | None = None

    def header(self) -> str:
        """The header to send; empty as long as nobody asked. A token that ran out is changed for another first."""
        with self._lock:
            if self._challenge is not None and self._registry is not None and monotonic() > self._expires:
                self._take_token(self._challenge, self._registry, "")
            return self._header

    def answer(self, refusal: Answer, sent: str, *, is_again: bool) -> bool:
        """Do what a 401 asks for. Says whether that is anything new.

        Args:
            refusal: the answer.
            sent: the header that was refused.
            is_again: whether it was got for this very request: then another of the same kind is of no use.

        Raises:
            RegistryError: there are no credentials, or the realm gives no token.
        """
        from ocitui.transports.registry.login.challenge import parse_challenges

        challenges = parse_challenges(refusal.header_values("WWW-Authenticate"))
        with self._lock:
            if sent != self._header:  # another thread has a new one already
                return True
            before = self._header
            bearer = next((each for each in challenges if each.scheme == "bearer" and "realm" in each.parameters), None)
            if bearer is not None:
                self._answer_bearer(bearer, refusal.origin, is_again)
            elif any(each.scheme == "basic" for each in challenges):
                self._answer_basic(refusal.origin)
            else:
                raise RegistryError(f"{self._place}: 401, and no way to log in that ocitui knows (Basic, Bearer)")
            return self._header != before

    def refused(self, reason: str = "") -> RegistryError:
        """The error for when all of that is not enough."""
        if not self._is_found:
            return RegistryError(f"{self._place}: the registry refuses it: {reason}")
        found, said = self._credentials, f" ({reason})" if reason else ""
        if found is None:
            where = "found none (`--creds`, `--authfile`, or `skopeo login`)"
            return RegistryError(f"{self._place}: no such repository, or one that asks for credentials{said}; {where}")
        who = f"the user {quote(found.user)}" if found.user else "the token"
        return RegistryError(
            f"{self._place}: {who} ({found.origin}) may not read it, or there is no such repository{said}"
        )

    def state(self) -> dict[str, object]:
        """Return what another process needs to go on with the same token."""
        with self._lock:
            if self._challenge is None or self._registry is None:
                return {"header": self._header}
            return {
                "header": self._header,
                "life": self._expires - monotonic(),
                "parameters": dict(self._challenge.parameters),
                "registry": asdict(self._registry),
            }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on as `state` says."""
        self._header = state["header"]
        if "parameters" in state:
            from ocitui.transports.registry.login.challenge import Challenge

            self._expires = monotonic() + state["life"]
            self._challenge = Challenge("bearer", state["parameters"])
            self._registry = Origin(**state["registry"])

    def _known(self) -> "Credentials | None":
        if not self._is_found:
            self._credentials, self._is_found = self._find(), True
        return self._credentials

    def _answer_basic(self, registry: Origin) -> None:
        found = self._known()
        if found is None or not found.user:
            raise self.refused()
        self._check_secrecy(registry)
        self._header = _basic(found)

    def _answer_bearer(self, challenge: "Challenge", registry: Origin, is_again: bool) -> None:
        found = self._known()
        if found is not None and found.registry_token:
            self._check_secrecy(registry)
            self._header = f"Bearer {found.registry_token}"
            return
        is_narrow = challenge.parameters.get("error") == "insufficient_scope"
        more = challenge.parameters.get("scope", "") if is_again and is_narrow else ""
        if not is_again or more not in {"", self._scope}:
            self._take_token(challenge, registry, more)

    def _take_token(self, challenge: "Challenge", registry: Origin, more: str) -> None:
        """Change credentials for a token, or get one for nobody."""
        realm = challenge.parameters["realm"]
        origin = Origin.of(realm)
        if origin.scheme == "http" and registry.scheme != "http":
            raise WrongAnswerError(f"{self._place}: expected a realm of https, found {shown_url(realm)}")
        found = self._known()
        if found is not None:
            self._check_secrecy(origin)
        answer = self._ask_realm(realm, challenge.parameters.get("service", ""), found, more)
        if answer.status != 200:
            reason = f"{origin}: {answer.reason()}"
            if answer.status in {401, 403} and found is not None:
                raise RegistryError(
                    f"{self._place}: {quote(found.user or 'the token')} ({found.origin}) is refused by {reason}"
                )
            raise RegistryError(f"{self._place}: no token from {reason}")
        token, life = _read_token(answer.read_all(_TOKEN_LIMIT, f"token of {origin}"), origin)
        self._header, self._expires = f"Bearer {token}", monotonic() + life - _SPARE
        self._challenge, self._registry = challenge, registry

    def _ask_realm(self, realm: str, service: str, found: "Credentials | None", more: str) -> Answer:
        scopes = [("scope", scope) for scope in (self._scope, more) if scope]
        named = [("service", service)] if service else []
        if found is not None and found.identity_token:
            fields = [("grant_type", "refresh_token"), *named, ("scope", " ".join(scope for _, scope in scopes))]
            form = urlencode([*fields, ("client_id", CLIENT_ID), ("refresh_token", found.identity_token)])
            headers = {"Content-Type": "application/x-www-form-urlencoded"}
            return self._calls.call("POST", realm, headers, form.encode(), what="token")
        account = [("account", found.user)] if found is not None and found.user else []
        parts = urlsplit(realm)
        query = "&".join(filter(None, (parts.query, urlencode([*account, *named, *scopes]))))
        headers = {"Authorization": _basic(found)} if found is not None and found.user else {}
        asked = urlunsplit((parts.scheme, parts.netloc, parts.path or "/", query, ""))
        return self._calls.call("GET", asked, headers, what="token")

    def _check_secrecy(self, origin: Origin) -> None:
        if not self._calls.connections.may_carry_secrets(origin):
            raise RegistryError(
                f"{self._place}: credentials are not sent to {origin} over http (`--tls-verify=false` allows it)"
            )


def _basic(found: "Credentials") -> str:
    return f"Basic {base64.b64encode(f'{found.user}:{found.password}'.encode()).decode()}"


def _read_token(body: bytes, origin: Origin) -> tuple[str, float]:
    """A token, and the seconds that it is good for."""
    try:
        found = json.loads(body)
        token = found.get("token") or found.get("access_token")
        life = found.get("expires_in")
    except (ValueError, AttributeError, RecursionError):
        raise WrongAnswerError(f"{origin}: expected a token as JSON, found something else") from None
    if not isinstance(token, str) or not _TOKEN.fullmatch(token):
        raise WrongAnswerError(f"{origin}: expected a token, found none")
    is_number = isinstance(life, int | float) and not isinstance(life, bool)
    return token, max(float(life) if is_number and life < 1e9 else _LEAST_LIFE, _LEAST_LIFE)
