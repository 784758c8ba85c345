"""Entries of the log of the kind ``intoto`` 0.0.2, which the library ``sigstore`` does not check.

npm's bundles had them before there was the kind ``dsse``, and so had cosign's attestations. Implements
Rekor's schema (``intoto_v0_0_2_schema.json``): an entry has the envelope's type, its signature with the certificate,
and the digest of its payload; its ``sig`` is in Base 64 twice. Its digest of the whole envelope (``hash``) is one
of whatever JSON the client wrote, which is not kept: all that the envelope says is compared instead. An entry of
0.0.1 does not have the signature, so that its time may be that of another one.

It rests on parts of the library that it does not promise; tests/image/signatures/test_sigstore_library.py has them.
"""

import base64
import copy
import hashlib
from typing import TYPE_CHECKING

from ocitui.errors import DocumentError
from ocitui.image.attestations.statement import VALUES_LIMIT
from ocitui.spec.document import load_object
from ocitui.spec.fields import Fields

if TYPE_CHECKING:
    from cryptography.x509 import Certificate
    from sigstore._internal.timestamp import TimestampVerificationResult
    from sigstore.dsse import Envelope
    from sigstore.models import Bundle, TrustedRoot
    from sigstore.verify import Verifier
    from sigstore.verify.policy import VerificationPolicy

KIND, VERSION = "intoto", "0.0.2"


def intoto_verifier(root: "TrustedRoot") -> "Verifier":
    """Return a verifier of statements with such an entry; all but the entry's contents is checked as of others.

    Args:
        root: the roots of trust.
    """
    from datetime import UTC, datetime

    from sigstore import dsse
    from sigstore._internal.timestamp import TimestampSource, TimestampVerificationResult
    from sigstore.errors import VerificationError
    from sigstore.verify import Verifier

    class InTotoVerifier(Verifier):
        """Checks such an entry in place of one of the kind ``dsse``."""

        def _establish_time(self, bundle: "Bundle") -> "list[TimestampVerificationResult]":
            """The times of timestamps, and that of the entry, whose promise is checked with the entry."""
            entry = bundle.log_entry._inner
            untimed = copy.copy(bundle)
            untimed._log_entry = copy.copy(bundle.log_entry)
            untimed._log_entry._inner = entry.model_copy(update={"integrated_time": None})
            found = super()._establish_time(untimed)
            if entry.integrated_time and entry.inclusion_promise:
                moment = datetime.fromtimestamp(entry.integrated_time, UTC)
                found.append(TimestampVerificationResult(TimestampSource.TRANSPARENCY_SERVICE, moment))
            return found

        def verify_dsse(self, bundle: "Bundle", policy: "VerificationPolicy") -> tuple[str, bytes]:
            """Check all of a bundle; return the type of its payload, and the payload."""
            self._verify_common_signing_cert(bundle, policy)
            envelope = bundle._dsse_envelope
            if envelope is None:
                raise VerificationError("there is no envelope")
            dsse._verify(bundle.signing_certificate.public_key(), envelope)  # type: ignore[arg-type]
            body = bundle.log_entry._inner.canonicalized_body
            if difference := _difference(body, envelope, bundle.signing_certificate):
                raise VerificationError(f"the log's entry is {difference}")
            return envelope._inner.payload_type, envelope._inner.payload

    return InTotoVerifier(trusted_root=root)


def _difference(body: bytes, envelope: "Envelope", certificate: "Certificate") -> str:
    """Say of what else than the bundle an entry is; empty where it is of the bundle."""
    from cryptography.x509 import load_pem_x509_certificates

    try:
        entry = Fields(load_object(body, "body", VALUES_LIMIT), "body")
        content = entry.child("spec").child("content")
        held, digest = content.child("envelope"), content.child("payloadHash")
        signatures = [Fields(each, "signatures") for each in held.items("signatures")]
        found = [(_twice(each.text("sig")), _once(each.text("publicKey"))) for each in signatures]
        certificates = [load_pem_x509_certificates(pem) for _, pem in found]
        stored = _twice(held.text("payload")) if held.has("payload") else None
    except (DocumentError, ValueError):
        return "none that can be read"
    payload = envelope._inner.payload
    is_sha256 = digest.text("algorithm") == "sha256"
    checks = {
        "of another kind": (entry.text("kind"), entry.text("apiVersion")) == (KIND, VERSION),
        "of another signature": [signature for signature, _ in found] == [envelope.signature],
        "of another certificate": certificates == [[certificate]],
        "of another type of payload": held.text("payloadType") == envelope._inner.payload_type,
        "of another payload": is_sha256 and digest.text("value") == hashlib.sha256(payload).hexdigest(),
        "of a payload that differs": stored in (None, payload),
    }
    return next((words for words, is_so in checks.items() if not is_so), "")


def _once(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def _twice(text: str) -> bytes:
    return base64.b64decode(_once(text), validate=True)
