"""Signatures of simple signing by keys of OpenPGP that are made for the test, by the library that checks them."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from pysequoia import Cert, SignatureMode, Tsk
from pysequoia import sign as sign_message

from tests.images.signature_writer import simple_payload

NAME = "registry.example.com/boat:1"


class Signer:
    """Who signs: a main key, and a subkey that is for signing."""

    def __init__(self, lifetime: timedelta | None = None) -> None:
        seconds = int(lifetime.total_seconds()) if lifetime is not None else None
        self._key = Tsk.generate("Paper Boat <boat@example.com>", validity_seconds=seconds)

    @property
    def keys(self) -> Cert:
        """What a user has of them."""
        return self._key.extract_certificate()

    @property
    def revoked(self) -> Cert:
        """The same, once the main key was revoked."""
        return Cert.from_bytes(bytes(self.keys) + bytes(self.keys.revoke(self._key.certifier())))

    def sign(self, content: object) -> bytes:
        """A signed message, as `gpg --sign` writes it."""
        raw = content if isinstance(content, bytes) else json.dumps(content).encode()
        return sign_message(self._key.signer(), raw, mode=SignatureMode.INLINE, armor=False)


SIGNER = Signer()


def container_payload(digest: str, name: str = NAME) -> dict[str, Any]:
    """What containers/image signs."""
    found = simple_payload(digest, creator="test", timestamp=int(datetime(2026, 5, 12, tzinfo=UTC).timestamp()))
    found["critical"] |= {"type": "atomic container signature", "identity": {"docker-reference": name}}
    return found
