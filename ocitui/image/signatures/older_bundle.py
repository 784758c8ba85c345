"""Older keyless signatures, with no proof that the log has the entry, as bundles that the library ``sigstore`` checks.

They are cosign's, with all in annotations (its SIGNATURE_SPEC, Properties: certificate, the promise of the log,
timestamp), and bundles v0.1 (protobuf-specs, sigstore_bundle.proto: from v0.2 on the proof is required). The promise
of the log must do for them (Rekor's signed entry timestamp), as for cosign; all else is checked as of any bundle.

It rests on parts of the library that it does not promise; tests/image/signatures/test_sigstore_library.py has them.
"""

import base64
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from ocitui.errors import DocumentError
from ocitui.image.signatures.certificate import read_pem
from ocitui.image.signatures.signature import Signature
from ocitui.image.signatures.simple_signing import VALUES_LIMIT
from ocitui.spec.document import load_embedded, load_object
from ocitui.spec.fields import Fields

if TYPE_CHECKING:
    from sigstore._internal.trust import RekorKeyring
    from sigstore.models import Bundle

_KIND = "application/vnd.dev.sigstore.bundle+json;version=0.1"
"""The version of bundles that have a promise of the log, and need no proof."""
_NO_PROOF = {"logIndex": "0", "treeSize": "1", "rootHash": "", "hashes": []}
"""A stand-in for the proof, which the library wants to be there; nobody looks at it."""


def older_bundle(signature: Signature) -> "Bundle":
    """Return the bundle that says what a signature and its annotations say.

    Raises:
        DocumentError: there is no promise of a log among them, or no certificate.
        ValueError: something in them is none of what it should be; of many kinds.
    """
    (der, *_) = read_pem(signature.annotations.get("certificate", ""))
    return promised_bundle(_document(signature, der))


def has_promise_alone(document: Mapping[str, object]) -> bool:
    """True for a bundle v0.1 whose one entry of a log has no proof; ``null`` is none (ProtoJSON)."""
    entries = Fields(document, "").child("verificationMaterial").items("tlogEntries")
    (entry, *more) = entries or [None]
    if document.get("mediaType") != _KIND or more or not isinstance(entry, dict):
        return False
    return entry.get("inclusionProof") is None


def promised_bundle(document: Mapping[str, object]) -> "Bundle":
    """Return the bundle that a document says, which has one entry of a log; its proof is not looked at.

    Raises:
        DocumentError: there is no promise of a log in it.
        ValueError: something in it is none of what it should be; of many kinds.
    """
    from cryptography.x509 import load_der_x509_certificate
    from sigstore.models import Bundle, TransparencyLogEntry
    from sigstore_models.bundle.v1 import Bundle as Parts

    class PromisedEntry(TransparencyLogEntry):
        """An entry of which only the promise is known."""

        def _validate(self) -> None:
            if self._inner.inclusion_promise is None or self._inner.integrated_time is None:
                raise DocumentError("no promise of a log")

        def _verify(self, keyring: "RekorKeyring") -> None:
            self._verify_set(keyring)

    class OlderBundle(Bundle):
        """A bundle with such an entry."""

        def _verify(self) -> None:
            material = self._inner.verification_material
            chain = material.x509_certificate_chain
            certificate = material.certificate if chain is None else chain.certificates[0]
            if certificate is None:
                raise DocumentError("no certificate")
            self._signing_certificate = load_der_x509_certificate(certificate.raw_bytes)
            self._log_entry = PromisedEntry(material.tlog_entries[0])

    material = document.get("verificationMaterial")
    if not isinstance(material, dict):
        raise DocumentError("no entry of a log")
    listed = Fields(material, "").items("tlogEntries")
    entries = [{**each, "inclusionProof": _NO_PROOF} for each in listed if isinstance(each, dict)]
    whole = {**document, "verificationMaterial": {**material, "tlogEntries": entries}}
    return OlderBundle(Parts.from_json(json.dumps(whole)))


def _document(signature: Signature, der: bytes) -> dict[str, object]:
    text = signature.annotations.get("bundle")
    if text is None:
        raise DocumentError("no promise of a log")
    held = Fields(load_embedded(text, "bundle", VALUES_LIMIT), "")
    payload = held.child("Payload")
    body = payload.text("body")
    kind = Fields(load_object(base64.b64decode(body), "bundle: body", VALUES_LIMIT), "")
    entry = {
        "logIndex": str(payload.integer("logIndex")),
        "logId": {"keyId": _base64(bytes.fromhex(payload.text("logID")))},
        "kindVersion": {"kind": kind.text("kind"), "version": kind.text("apiVersion")},
        "integratedTime": str(payload.integer("integratedTime")),
        "inclusionPromise": {"signedEntryTimestamp": held.text("SignedEntryTimestamp")},
        "canonicalizedBody": body,
    }
    material: dict[str, object] = {
        "x509CertificateChain": {"certificates": [{"rawBytes": _base64(der)}]},
        "tlogEntries": [entry],
    }
    if stamp := signature.annotations.get("rfc3161timestamp"):
        signed = Fields(load_embedded(stamp, "rfc3161timestamp", VALUES_LIMIT), "").text("SignedRFC3161Timestamp")
        material["timestampVerificationData"] = {"rfc3161Timestamps": [{"signedTimestamp": signed}]}
    return {"mediaType": _KIND, "verificationMaterial": material, **_content(signature)}


def _content(signature: Signature) -> dict[str, object]:
    if signature.claim is not None and signature.claim.statement is not None:
        return {"dsseEnvelope": load_object(signature.raw, "envelope")}
    (signed, *_) = signature.signed
    return {"messageSignature": {"signature": _base64(signed.signature)}}


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
