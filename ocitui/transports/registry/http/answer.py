"""One answer of a server: its head, and its body as it comes."""

import json
from collections.abc import Mapping
from contextlib import suppress
from http.client import HTTPException
from time import monotonic

from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse

from ocitui.display import printable
from ocitui.spec.media_type import base_type
from ocitui.transports.registry.errors import BrokenConnectionError, RegistryError, WrongAnswerError
from ocitui.transports.registry.origin import Origin
from ocitui.transports.registry.patience import Patience, Watch

ERROR_LIMIT = 1 << 16
"""Bytes of the body of an error."""

_PIECE = 1 << 18


class Answer:
    """An answer whose body is still to be read. Close it, if it was not read to its end."""

    def __init__(self, response: BaseHTTPResponse, url: str, patience: Patience, watch: Watch) -> None:
        self._response = response
        self._patience = patience
        self._watch = watch
        self._key = watch.begin(response.shutdown)
        self.url = url
        self.origin = Origin.of(url)
        self.status = response.status

    @property
    def headers(self) -> Mapping[str, str]:
        """By their names, in whatever case these are asked for."""
        return self._response.headers

    def header_values(self, name: str) -> list[str]:
        """A header that may stand several times."""
        return self._response.headers.getlist(name)

    @property
    def media_type(self) -> str:
        """``Content-Type`` without its parameters, in lower case; empty where the server says none."""
        return base_type(self._response.headers.get("Content-Type", ""))

    @property
    def length(self) -> int | None:
        """``Content-Length`` in bytes; None where there is none that can be understood."""
        text = self._response.headers.get("Content-Length", "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else None

    def read(self, size: int) -> bytes:
        """Bytes of the body, up to ``size``, as soon as there are any; none at its end.

        Raises:
            BrokenConnectionError: the connection broke, or went silent. All that came before has been given.
        """
        try:
            data = self._response.read1(size)
        except (HTTPError, HTTPException, OSError, ValueError):
            self.close()
            self._watch.check()
            raise BrokenConnectionError(f"{self.origin}: the connection broke in the middle of an answer") from None
        if not data:
            self.close()
            self._watch.check()
        return data

    def read_all(self, limit: int, what: str) -> bytes:
        """The whole body.

        Args:
            limit: bytes that it may have.
            what: how messages name it.

        Raises:
            WrongAnswerError: it is longer.
            BrokenConnectionError: it broke off.
            RegistryError: it took longer than a document may.
        """
        if (self.length or 0) > limit:
            self.close()
            raise WrongAnswerError(f"{what}: expected at most {limit:,} bytes, found {self.length:,}")
        end = monotonic() + self._patience.document
        parts: list[bytes] = []
        size = 0
        while data := self.read(_PIECE):
            parts.append(data)
            size += len(data)
            if size > limit:
                self.close()
                raise WrongAnswerError(f"{what}: expected at most {limit:,} bytes, found more")
            if monotonic() > end:
                self.close()
                raise RegistryError(f"{what}: not whole after {self._patience.document:g} s")
        if not size and self._response.headers.get("Content-Length") is None:  # even the head may have been cut off
            raise BrokenConnectionError(f"{self.origin}: the connection broke at the beginning of an answer")
        return b"".join(parts)

    def drain(self) -> None:
        """Read what nobody wants, where that is little, so that the connection can be used again."""
        with suppress(RegistryError):
            if self.length is not None and self.length <= ERROR_LIMIT:
                self.read_all(ERROR_LIMIT, "")
        self.close()

    def reason(self) -> str:
        """The reason why the server refuses, in one line: its own words if it has any (distribution-spec, Errors)."""
        said = _first_error(self._error_body())
        usual = self._response.reason or ""
        return f"{self.status} {printable(said or usual)}".rstrip()

    def close(self) -> None:
        """Let go of it; where it was not read to its end, the connection with it."""
        self._watch.finish(self._key)
        self._response.close()

    def _error_body(self) -> bytes:
        try:
            return self.read_all(ERROR_LIMIT, "") if self.status != 416 else b""  # whose length may be a lie
        except RegistryError:
            return b""
        finally:
            self.close()


def _first_error(body: bytes) -> str:
    """The first message of a registry's error; empty where it is something else."""
    try:
        errors = json.loads(body)["errors"]
        error = errors[0]
        said = " ".join(str(error.get(name) or "") for name in ("code", "message"))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return ""
    return " ".join(said.split())[:300]
