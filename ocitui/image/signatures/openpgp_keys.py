"""Signatures of simple signing checked against OpenPGP keys, with the library ``pysequoia``.

Implements containers-signature(5), Criteria for Accepting Signatures, with a ``keyPath`` of
containers-policy.json(5): one of the keys must have signed, and be neither expired nor revoked now. The
image's digest and name are compared by `ocitui.image.signatures.policy`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ocitui.display import current_moment, format_time, printable
from ocitui.errors import UsageError
from ocitui.image.signatures.keys import missing_library
from ocitui.image.signatures.signature import Signature
from ocitui.image.signatures.simple_signing import SIGNATURE
from ocitui.spec import clause
from ocitui.user_file import read_user_file

if TYPE_CHECKING:
    from pysequoia import Cert
    from pysequoia.packet import Packet

_KEY_ID = 16
"""Characters of the short name of a key, which is the end of its fingerprint (RFC 9580, section 5.5.4.2)."""

_NEVER = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True, slots=True)
class _Key:
    """One key of a certificate, which may be a subkey, as of now."""

    fingerprint: str
    """In capitals."""
    main: str
    """The fingerprint of the certificate's main key, which may be this one."""
    is_revoked: bool
    ends: datetime | None


class OpenPgpCheck:
    """Checks signatures of simple signing against the keys of a file."""

    specification = clause.SIMPLE_SIGNING

    def __init__(self, path: Path) -> None:
        """
        Args:
            path: a file with public keys, armored or binary, like `gpg --export` writes it.

        Raises:
            UsageError: it cannot be read, or the library is missing.
        """
        self.name = f"a key in {printable(str(path))}"
        raw = read_user_file(path)
        try:
            from pysequoia import Cert
        except ImportError:
            raise missing_library("--gpg-key") from None
        try:
            self._certificates = Cert.split_bytes(raw)
            self._keys = {key.fingerprint: key for each in self._certificates for key in _keys_of(each)}
        except RuntimeError:  # the one kind that the library raises
            self._keys = {}
        if not self._keys:
            raise UsageError(f"{printable(str(path))}: expected public keys of OpenPGP, found something else")

    def applies(self, signature: Signature) -> bool:
        """True for signatures of OpenPGP."""
        return signature.form == "OpenPGP"

    def refusal(self, signature: Signature) -> str:
        """Say why a signature is not by one of the keys; empty where it is."""
        from pysequoia import verify

        if signature.expires is not None and signature.expires < current_moment():
            return f"expired on {format_time(signature.expires)} UTC"
        try:
            held = verify(bytes=signature.raw, store=lambda _: self._certificates)
        except RuntimeError:  # the one kind that the library raises; it tells of all alike that no signature is valid
            return self._mismatch(signature)
        if not any(each.message == held.bytes for each in signature.signed):
            return "is of something else than what was read"
        refusals = [
            self._key_refusal(each.signing_key) or self._key_refusal(each.certificate) for each in held.valid_sigs
        ]
        return min(refusals, default="holds no signature") or _content_refusal(signature)

    def _mismatch(self, signature: Signature) -> str:
        name = signature.key
        found = [each for each in self._keys.values() if name and each.fingerprint.endswith(name[-_KEY_ID:])]
        if not found:
            return f"is by {_by(name)}, not by {self.name}"
        refusal = self._key_refusal(found[0].fingerprint)
        return refusal or f"does not fit {_by(name)}: it, or what it signs, was changed, or its algorithm is too weak"

    def _key_refusal(self, name: str) -> str:
        """Say why a key may not sign now; empty where it may."""
        key = self._keys.get(name.upper())
        if key is None:
            return f"is by {_by(name.upper())}, not by {self.name}"
        for each in (key, self._keys[key.main]):
            if each.is_revoked:
                return f"is by {_by(each.fingerprint)}, which was revoked"
            if each.ends is not None and each.ends < current_moment():
                return f"is by {_by(each.fingerprint)}, which expired on {format_time(each.ends)} UTC"
        return ""


def _content_refusal(signature: Signature) -> str:
    kind = signature.claim.kind if signature.claim is not None else ""
    if kind != SIGNATURE:
        return f"is of the type {printable(kind[:200]) or 'of nothing'}, not of {SIGNATURE}"
    if signature.needs:
        return f"needs what ocitui does not know: {printable(', '.join(signature.needs)[:200])}"
    return ""


def _keys_of(certificate: "Cert") -> Iterator[_Key]:
    """Yield the main key and the subkeys.

    The library looks at a subkey as it was when it signed; so what ends it since is read here, as
    its newest binding has it. All of it is from the user's own file.
    """
    from pysequoia.packet import PacketPile, SignatureType, Tag

    main = certificate.fingerprint.upper()
    yield _Key(main, main, certificate.is_revoked, certificate.expiration)
    subkeys: list[tuple[Packet, list[Packet]]] = []
    for packet in PacketPile.from_bytes(bytes(certificate)):
        if packet.tag in (Tag.PublicSubkey, Tag.SecretSubkey):
            subkeys.append((packet, []))
        elif packet.tag == Tag.Signature and subkeys:
            subkeys[-1][1].append(packet)
    for subkey, signatures in subkeys:
        is_revoked = any(each.signature_type == SignatureType.SubkeyRevocation for each in signatures)
        yield _Key((subkey.fingerprint or "").upper(), main, is_revoked, _end_of(subkey, signatures))


def _end_of(subkey: "Packet", signatures: "Sequence[Packet]") -> datetime | None:
    """The time at which a subkey expires, as its newest binding has it (RFC 9580, section 5.2.3.13)."""
    from pysequoia.packet import SignatureType

    bindings = [each for each in signatures if each.signature_type == SignatureType.SubkeyBinding]
    newest = max(bindings, key=lambda each: each.signature_created or _NEVER, default=None)
    if newest is None or subkey.key_created is None or not newest.key_validity_period:
        return None
    return subkey.key_created + newest.key_validity_period


def _by(name: str) -> str:
    return f"the key {printable(name)}" if name else "a key without a name"
