"""Signatures of notation checked against certificates that the user trusts, with the library ``cryptography``.

Implements notaryproject/specifications, signature-specification (Algorithm Selection, Certificate
Requirements) and trust-store-trust-policy (Signature Verification Details): integrity, authenticity,
validity and expiry, as of now: a time that the signer says, as a "signing authority" or not, keeps
no expired certificate valid. Whether a certificate was revoked is asked of nobody, and timestamps are not checked.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from ocitui.display import current_moment, format_time, printable
from ocitui.errors import UsageError
from ocitui.image.signatures.keys import missing_library
from ocitui.image.signatures.signature import Signature, Signed
from ocitui.spec import clause
from ocitui.user_file import read_user_file

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
    from cryptography.x509 import Certificate, ObjectIdentifier

_ALGORITHMS = {("EC", 256): "ES256", ("EC", 384): "ES384", ("EC", 521): "ES512"} | {
    ("RSA", 2048): "PS256",
    ("RSA", 3072): "PS384",
    ("RSA", 4096): "PS512",
}
"""The algorithm of each key that is allowed; others are not."""
_WEAK = frozenset({"md5", "sha1"})
"""Functions by which certificates were signed once; nobody may be trusted by them now."""


class NotationCheck:
    """Checks signatures of notation against trusted certificates."""

    specification = clause.NOTATION

    def __init__(self, path: Path) -> None:
        """
        Args:
            path: a file with certificates in PEM: of authorities, or of signers themselves.

        Raises:
            UsageError: it cannot be read, or the library is missing.
        """
        self.name = f"a certificate in {printable(str(path))}"
        raw = read_user_file(path)
        try:
            import cbor2  # noqa: F401 - for COSE
            from cryptography import x509
        except ImportError:
            raise missing_library("--notation-cert") from None
        try:
            self._trusted = x509.load_pem_x509_certificates(raw)
        except ValueError:
            raise UsageError(f"{printable(str(path))}: expected certificates in PEM, found something else") from None

    def applies(self, signature: Signature) -> bool:
        """True for signatures of notation."""
        return signature.form.startswith("notation")

    def refusal(self, signature: Signature) -> str:
        """Say why a signature is not by one of the certificates; empty where it is."""
        from cryptography import x509

        descriptor, claim = signature.about.descriptor, signature.claim
        if claim is None or not signature.signed or not signature.certificates:
            return "holds no certificate"
        if signature.needs:
            return f"needs what ocitui does not know: {printable(', '.join(signature.needs)[:200])}"
        if descriptor is not None and (claim.kind, claim.size) != (descriptor.media_type, descriptor.size):
            said = f"{claim.size} bytes of {printable(claim.kind[:200])}"
            return f"is of {said}, found {descriptor.size} bytes of {printable(descriptor.media_type)}"
        try:
            chain = [x509.load_der_x509_certificate(each.der) for each in signature.certificates]
            key = chain[0].public_key()
            refusal = _signature_refusal(signature, key) or _leaf_refusal(chain[0])
            if refusal:
                return refusal
            path = self._trusted_path(chain)
            if path is None:
                return f"is by {_name(chain[0])}, which does not lead to {self.name}"
            return _time_refusal(signature, path)
        except (ValueError, TypeError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
            return "has a certificate that cannot be read"

    def _trusted_path(self, chain: "list[Certificate]") -> "list[Certificate] | None":
        """The chain from the signer up to a certificate that is trusted; None where it leads to none."""
        path: list[Certificate] = []
        for each in chain:
            if path and not _is_issuer(each, path):
                return None
            path.append(each)
            if each in self._trusted:
                return path
            issuer = next((trusted for trusted in self._trusted if _is_issuer(trusted, path)), None)
            if issuer is not None:
                return [*path, issuer]
        return None


def _signature_refusal(signature: Signature, key: "CertificatePublicKeyTypes") -> str:
    expected = algorithm_of(key)
    if not expected or signature.algorithm != expected:
        found = printable(signature.algorithm[:40]) or "another"
        return f"expected the algorithm {expected or 'of a key that is allowed'}, found {found}"
    if not fits_jose(key, signature.signed[0]):
        return "does not fit its certificate: it, or what it signs, was changed"
    return ""


def _time_refusal(signature: Signature, path: "list[Certificate]") -> str:
    now = current_moment()
    if signature.expires is not None and signature.expires < now:
        return f"expired on {format_time(signature.expires)} UTC"
    for each in path:
        name, begin, end = _name(each), each.not_valid_before_utc, each.not_valid_after_utc
        if now < begin:
            return f"is by a certificate of {name} that is not valid before {format_time(begin)} UTC"
        if now > end:
            return f"is by a certificate of {name} that expired on {format_time(end)} UTC"
    return ""


def algorithm_of(key: "CertificatePublicKeyTypes") -> str:
    """The algorithm that goes with a key; empty where none may be used with it."""
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    if isinstance(key, ec.EllipticCurvePublicKey):
        return _ALGORITHMS.get(("EC", key.curve.key_size), "") if key.curve.name.startswith("secp") else ""
    return _ALGORITHMS.get(("RSA", key.key_size), "") if isinstance(key, rsa.RSAPublicKey) else ""


def fits_jose(key: "CertificatePublicKeyTypes", signed: Signed) -> bool:
    """True if a key made a signature as JOSE and COSE have it (RFC 7518, section 3.4 and 3.5)."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils

    algorithm = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}[algorithm_of(key)[2:]]
    try:
        if isinstance(key, rsa.RSAPublicKey):
            pss = padding.PSS(padding.MGF1(algorithm), algorithm.digest_size)
            key.verify(signed.signature, signed.message, pss, algorithm)
            return True
        assert isinstance(key, ec.EllipticCurvePublicKey)
        size = (key.curve.key_size + 7) // 8
        if len(signed.signature) != 2 * size:
            return False
        numbers = int.from_bytes(signed.signature[:size]), int.from_bytes(signed.signature[size:])
        key.verify(utils.encode_dss_signature(*numbers), signed.message, ec.ECDSA(algorithm))
    except InvalidSignature:
        return False
    return True


def _is_issuer(issuer: "Certificate", path: "list[Certificate]") -> bool:
    """True if an authority may have issued the last certificate of a path, and did (RFC 5280, section 6.1.4)."""
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

    last, extensions = path[-1], issuer.extensions
    try:
        limits = extensions.get_extension_for_class(x509.BasicConstraints).value
        usage = extensions.get_extension_for_class(x509.KeyUsage).value if _has_usage(issuer) else None
        last.verify_directly_issued_by(issuer)
    except (x509.ExtensionNotFound, InvalidSignature, UnsupportedAlgorithm, ValueError, TypeError):
        return False
    is_short = limits.path_length is None or len(path) - 1 <= limits.path_length
    is_strong = last.signature_hash_algorithm is None or last.signature_hash_algorithm.name not in _WEAK
    is_known = not any(each.critical and each.oid not in _known_extensions() for each in extensions)
    return limits.ca and is_short and is_strong and is_known and (usage is None or usage.key_cert_sign)


def _has_usage(certificate: "Certificate") -> bool:
    from cryptography.x509.oid import ExtensionOID

    return any(each.oid == ExtensionOID.KEY_USAGE for each in certificate.extensions)


def _known_extensions() -> "frozenset[ObjectIdentifier]":
    """The extensions that may be critical, since they are looked at, or limit nothing that is asked here."""
    from cryptography.x509.oid import ExtensionOID

    return frozenset({ExtensionOID.BASIC_CONSTRAINTS, ExtensionOID.KEY_USAGE, ExtensionOID.EXTENDED_KEY_USAGE})


def _leaf_refusal(certificate: "Certificate") -> str:
    """Say why a certificate may not sign documents; empty where it may (Certificate Requirements)."""
    from cryptography import x509

    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
        if not usage.digital_signature:
            return "is by a certificate that is not for signing"
    except x509.ExtensionNotFound:
        return "is by a certificate that does not say that it is for signing"
    try:
        uses = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return ""
    return "" if x509.oid.ExtendedKeyUsageOID.CODE_SIGNING in uses else "is by a certificate that is not for code"


def _name(certificate: "Certificate") -> str:
    return printable(certificate.subject.rfc4514_string()[:200])
