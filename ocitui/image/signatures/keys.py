"""Signatures checked against a public key, with the library ``cryptography``.

Implements cosign's SIGNATURE_SPEC (Signature Schemes) and DSSE 1.0: ECDSA over SHA-2, RSA with PKCS #1
v1.5 and SHA-256, Ed25519.
"""

import base64
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from ocitui.display import printable
from ocitui.errors import UsageError
from ocitui.image.signatures.signature import Signature, Signed
from ocitui.spec import clause
from ocitui.user_file import read_user_file

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

_HINT = 44
"""Characters of SHA-256 in Base 64, by which bundles name a key."""


class KeyCheck:
    """Checks signatures against one public key."""

    specification = clause.SIGNATURE

    def __init__(self, path: Path) -> None:
        """
        Args:
            path: a file with a public key in PEM, like ``cosign.pub``.

        Raises:
            UsageError: it cannot be read, or the library is missing.
        """
        self.name = f"the key in {printable(str(path))}"
        raw = read_user_file(path)
        try:
            from cryptography.exceptions import UnsupportedAlgorithm
            from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
            from cryptography.hazmat.primitives.serialization import load_pem_public_key
        except ImportError:
            raise missing_library("--key") from None
        try:
            self._key = load_pem_public_key(raw)
        except (ValueError, UnsupportedAlgorithm):
            raise UsageError(f"{printable(str(path))}: expected a public key in PEM, found something else") from None
        if not isinstance(self._key, ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey | rsa.RSAPublicKey):
            raise UsageError(f"{printable(str(path))}: expected a key of ECDSA, Ed25519 or RSA, found another")
        self._hint = _hint_of(self._key)

    def applies(self, signature: Signature) -> bool:
        """True for a signature that may be by a bare key: those of notation and OpenPGP never are."""
        return not signature.form.startswith(("notation", "OpenPGP"))

    def refusal(self, signature: Signature) -> str:
        """Say why a signature is not by this key; empty where it is."""
        if any(fits(self._key, each) for each in signature.signed):
            return ""
        if not signature.signed:
            return "holds no signature"
        if signature.certificates:
            return f"is by {printable(signature.signer[:200]) or 'the owner of a certificate'}, not by {self.name}"
        if len(signature.key) == _HINT and signature.key != self._hint:
            return f"is by the key {printable(signature.key)}, not by {self.name}"
        return f"does not fit {self.name}: it is by another key, or what it signs was changed"


def fits(key: "PublicKeyTypes", signed: Signed) -> bool:
    """True if a key made a signature."""
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

    try:
        if isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(signed.signature, signed.message)
        elif isinstance(key, rsa.RSAPublicKey):
            key.verify(signed.signature, signed.message, padding.PKCS1v15(), hashes.SHA256())
        elif isinstance(key, ec.EllipticCurvePublicKey):
            return any(_fits_curve(key, signed, each) for each in _hashes_of(key.curve.key_size))
        else:
            return False
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):
        return False
    return True


def missing_library(option: str) -> UsageError:
    """The error where the extra is not installed."""
    return UsageError(f"{option} needs libraries that are not installed: pip install 'ocitui[verify]'")


def _fits_curve(key: object, signed: Signed, bits: int) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec

    assert isinstance(key, ec.EllipticCurvePublicKey)
    algorithm = {256: hashes.SHA256(), 384: hashes.SHA384(), 521: hashes.SHA512()}[bits]
    try:
        key.verify(signed.signature, signed.message, ec.ECDSA(algorithm))
    except InvalidSignature:
        return False
    return True


def _hashes_of(key_size: int) -> tuple[int, ...]:
    """The hash functions that go with a curve: its own, and SHA-256, which cosign took for all."""
    return (256,) if key_size not in {384, 521} else (key_size, 256)


def _hint_of(key: "PublicKeyTypes") -> str:
    """The name of a key in bundles: the digest of the whole of it in DER."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(hashlib.sha256(der).digest()).decode()
