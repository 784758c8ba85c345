"""The JSON output of ``ocitui signatures``::

    {"schemaVersion": 1, "place", "reference", "digest": of the manifest, "tag", "platform",
     "signatures": [
       {"form": "cosign", "Sigstore bundle v0.3", "notation (JWS)", "OpenPGP", …,
        "checked": false, "digest": of the blob that it is in, or null for a file, "title",
        "about": digest of what it stands under,
        "isAboutThis": true, false, or null where what is signed cannot be read,
        "signed": {"digests": ["sha256:…", …], "reference", "kind", "added": {NAME: VALUE, …}} or null,
        "signer", "key", "algorithm", "made", "expires", "tool", "timestamps": how many,
        "certificates": [{"subject", "issuer", "notBefore", "notAfter", "names", "facts"}, …],
        "log": [{"index", "integrated", "logId"}, …], "problems": […]}, …]}

``facts`` are the extensions of Fulcio: ``issuer`` of the identity, ``source``, ``revision``, ``run``, ….
"""

from collections.abc import Sequence

from ocitui.commands.opened.place import Place
from ocitui.commands.output.json import JsonObject, text_or_null, write_json
from ocitui.commands.output.layer_fields import image_head
from ocitui.image.image import Image
from ocitui.image.signatures.certificate import Certificate
from ocitui.image.signatures.signature import Claim, Signature
from ocitui.spec.moment import format_moment


def write_signatures(place: Place, image: Image, found: Sequence[Signature]) -> None:
    """Write the signatures of an image to standard output."""
    write_json({**image_head(place, image), "signatures": [_object(each) for each in found]})


def _object(signature: Signature) -> JsonObject:
    return {
        "form": signature.form,
        "checked": False,
        "digest": text_or_null(signature.node.digest if signature.node is not None else None),
        "title": signature.title,
        "about": text_or_null(signature.subject),
        "isAboutThis": signature.is_about_this,
        "signed": _claim_object(signature.claim) if signature.claim is not None else None,
        "signer": signature.signer or None,
        "key": signature.key or None,
        "algorithm": signature.algorithm or None,
        "made": signature.made and format_moment(signature.made),
        "expires": signature.expires and format_moment(signature.expires),
        "tool": signature.tool or None,
        "timestamps": signature.timestamps,
        "certificates": [_certificate_object(each) for each in signature.certificates],
        "log": [
            {
                "index": each.index,
                "integrated": each.integrated and format_moment(each.integrated),
                "logId": each.log_id,
            }
            for each in signature.log
        ],
        "problems": [*filter(None, [signature.mismatch]), *signature.problems],
    }


def _claim_object(claim: Claim) -> JsonObject:
    return {
        "digests": list(claim.digests),
        "reference": claim.reference or None,
        "kind": claim.kind,
        "added": dict(claim.others),
    }


def _certificate_object(certificate: Certificate) -> JsonObject:
    return {
        "subject": certificate.subject,
        "issuer": certificate.issuer,
        "notBefore": certificate.not_before and format_moment(certificate.not_before),
        "notAfter": certificate.not_after and format_moment(certificate.not_after),
        "names": list(certificate.names),
        "facts": dict(certificate.facts),
    }
