"""Keyless signatures checked with the library ``sigstore``: by whom, as the certificate's authority says.

Everything is in the bundle (v0.1 to v0.3, or cosign's older annotations) and in the file with the roots of
trust; nobody is asked. Authorities and logs count that were in use when the signature was made (``validFor``
of the file), and certificates as they were then.
"""

import json
import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ocitui.display import format_time, printable
from ocitui.errors import UsageError
from ocitui.image.attestations.statement import VALUES_LIMIT as STATEMENT_VALUES
from ocitui.image.signatures import intoto_entry
from ocitui.image.signatures.keys import missing_library
from ocitui.image.signatures.older_bundle import has_promise_alone, older_bundle, promised_bundle
from ocitui.image.signatures.signature import Signature
from ocitui.image.signatures.sigstore import pre_authentication
from ocitui.spec import clause
from ocitui.spec.document import load_object
from ocitui.spec.fields import Fields
from ocitui.user_file import read_user_file

if TYPE_CHECKING:
    from cryptography.x509 import Certificate
    from sigstore.models import Bundle, TrustedRoot
    from sigstore.verify import Verifier
    from sigstore_models.common.v1 import TimeRange

_NOT_VALID = "not valid at validation time"
"""Words of the library where a certificate had expired before the signature was made, or was not valid yet."""


class IdentityCheck:
    """Checks keyless signatures against an identity and who vouches for it."""

    specification = clause.SIGNATURE

    def __init__(self, identity: str, issuer: str, root: Path) -> None:
        """
        Args:
            identity: a name of the certificate, whole: a mail address, the address of a workflow.
            issuer: the address of the provider that vouches for it.
            root: the file with the roots of trust (``trusted_root.json``).

        Raises:
            UsageError: the file cannot be read, or the library is missing.
        """
        self.name = f"{printable(identity)} (vouched for by {printable(issuer)})"
        self._identity, self._issuer = identity, issuer
        logging.getLogger("sigstore").addHandler(logging.NullHandler())  # else it writes to standard error
        read_user_file(root)
        try:
            from sigstore.errors import Error
            from sigstore.models import TrustedRoot
            from sigstore.verify import Verifier
        except ImportError:
            raise missing_library("--certificate-identity") from None
        try:
            self._root = TrustedRoot.from_file(str(root))
            Verifier(trusted_root=self._root)
        except (Error, ValueError) as error:
            expected = f"{printable(str(root))}: expected the roots of trust of Sigstore, found something else"
            raise UsageError(f"{expected} ({type(error).__name__})") from None

    def applies(self, signature: Signature) -> bool:
        """True for signatures with a certificate, but for notation's."""
        return bool(signature.certificates) and not signature.form.startswith("notation")

    def refusal(self, signature: Signature) -> str:
        """Say why a signature is not by this identity; empty where it is."""
        from sigstore.errors import Error
        from sigstore.verify import Verifier

        is_older = _is_older(signature)
        if is_older and "bundle" not in signature.annotations:
            return "has no entry of a log beside it, by which the time of a keyless signature is known"
        try:
            bundle = older_bundle(signature) if is_older else _bundle(signature.raw)
            moments = _moments(bundle)
            if not moments:
                return "has neither an entry of a log nor a timestamp that says when it was made"
            root = root_at(self._root, moments)
            if root is None:
                return (
                    f"was made on {format_time(min(moments))} UTC, when no authority in the roots of trust was in use"
                )
            kind = bundle.log_entry._inner.kind_version
            if kind.kind == intoto_entry.KIND and kind.version != intoto_entry.VERSION:
                version = printable(kind.version[:20])
                return f"has an entry of a log of the kind intoto {version}; only {intoto_entry.VERSION} can be checked"
            is_intoto = kind.kind == intoto_entry.KIND
            verifier = intoto_entry.intoto_verifier(root) if is_intoto else Verifier(trusted_root=root)
            return _content_refusal(signature, bundle, verifier) or self._identity_refusal(signature, bundle)
        except Error as error:
            if _NOT_VALID in str(error):
                return f"is by a certificate of {_who(signature)} that was not valid when it was made"
            return f"does not hold: {_first_line(error)}"
        except Exception as error:  # of many kinds: those of all that reads a part of a bundle
            return f"cannot be checked: {_first_line(error)}"

    def _identity_refusal(self, signature: Signature, bundle: "Bundle") -> str:
        from sigstore.errors import Error
        from sigstore.verify import policy

        issuer = policy.AnyOf([policy.OIDCIssuer(self._issuer), policy.OIDCIssuerV2(self._issuer)])
        try:
            policy.AllOf([policy.Identity(identity=self._identity), issuer]).verify(bundle.signing_certificate)
        except Error:
            vouched = signature.certificates[0].facts.get("issuer") or "nobody"
            return f"is by {_who(signature)} (vouched for by {printable(vouched[:200])}), not by {self.name}"
        return ""


def _is_older(signature: Signature) -> bool:
    """True if its proof is in cosign's annotations, False if it is a bundle."""
    return not signature.form.startswith("Sigstore bundle")


def _content_refusal(signature: Signature, bundle: "Bundle", verifier: "Verifier") -> str:
    """Check all but the identity: certificate, log, signature; and that it is of what was read here."""
    if signature.claim is not None and signature.claim.statement is not None:
        kind, payload = verifier.verify_dsse(bundle, _Anybody())
        is_same = any(each.message == pre_authentication(kind, payload) for each in signature.signed)
        return "" if is_same else "is of something else than what was read"
    signed = signature.raw if _is_older(signature) else signature.about.raw or b""
    verifier.verify_artifact(signed, bundle, _Anybody())
    return ""


def _bundle(raw: bytes) -> "Bundle":
    from sigstore.models import Bundle

    document = with_defaults(raw)
    return promised_bundle(document) if has_promise_alone(document) else Bundle.from_json(json.dumps(document))


def with_defaults(raw: bytes) -> dict[str, object]:
    """A bundle with those values of an entry that may be left out since they are 0, or empty (ProtoJSON).

    The first entry of a log has some, which the library wants to be there.
    """
    document = load_object(raw, "bundle", STATEMENT_VALUES)
    material = Fields(document, "").child("verificationMaterial")
    for entry in material.items("tlogEntries"):
        if isinstance(entry, dict):
            entry.setdefault("logIndex", "0")
            if isinstance(proof := entry.get("inclusionProof"), dict):
                proof.setdefault("logIndex", "0")
                proof.setdefault("hashes", [])
    return document


def _moments(bundle: "Bundle") -> list[datetime]:
    """The times at which the signature was made, as the log and the timestamps say; the library checks them."""
    material = bundle.verification_material
    stamps = material.timestamp_verification_data
    found = [each.tst_info.gen_time for each in stamps.rfc3161_timestamps] if stamps is not None else []
    seconds = bundle.log_entry._inner.integrated_time
    return [*found, *([datetime.fromtimestamp(seconds, UTC)] if seconds else [])]


def root_at(root: "TrustedRoot", moments: Sequence[datetime]) -> "TrustedRoot | None":
    """The roots of trust with those authorities that were in use at some times; None where none was.

    The library looks at the certificates of authorities that are no longer in use, which is right, and
    trusts them whenever the signature was made.
    """
    from sigstore.models import TrustedRoot

    held = root._inner
    kept = [each for each in held.certificate_authorities if all(_is_within(each.valid_for, at) for at in moments)]
    return TrustedRoot(held.model_copy(update={"certificate_authorities": kept})) if kept else None


def _is_within(period: "TimeRange | None", moment: datetime) -> bool:
    return period is None or (period.start <= moment and (period.end is None or moment <= period.end))


class _Anybody:
    """The policy by which any identity will do: it is looked at when all else is known to hold."""

    def verify(self, cert: "Certificate") -> None:
        """Accept it."""


def _who(signature: Signature) -> str:
    return printable(signature.signer[:200]) or "nobody"


def _first_line(error: Exception) -> str:
    return printable((str(error).splitlines() or [""])[0][:200]) or type(error).__name__
