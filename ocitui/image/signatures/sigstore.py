"""The signatures of cosign and Sigstore: payloads with annotations, envelopes, and bundles.

Implements cosign's SIGNATURE_SPEC (Storage: OCI Image Manifest V1), DSSE 1.0, and the bundles of
sigstore/protobuf-specs (v0.1 to v0.3).
"""

import base64
import binascii
from collections.abc import Iterator, Mapping
from dataclasses import replace

from ocitui.display import printable
from ocitui.errors import DocumentError
from ocitui.image.attestations.statement import load_statement, payload_of
from ocitui.image.attestations.statement import read_payload as read_statement_in
from ocitui.image.node import Node
from ocitui.image.signatures.certificate import read_chain, read_pem
from ocitui.image.signatures.signature import Claim, LogEntry, Signature, Signed, claim_of, claim_of_digest, moment_of
from ocitui.image.signatures.simple_signing import VALUES_LIMIT, Payload, read_payload
from ocitui.spec.document import load_embedded
from ocitui.spec.fields import Fields

PAYLOAD = "application/vnd.dev.cosign.simplesigning.v1+json"
ENVELOPE = "application/vnd.dsse.envelope"
BUNDLE = "application/vnd.dev.sigstore.bundle"

_ANNOTATIONS = ("dev.sigstore.cosign/", "dev.cosignproject.cosign/")
"""The beginnings of the names of annotations; the second is that of the signature, and old."""
PROOF = ("certificate", "bundle", "rfc3161timestamp")
"""The last words of the names of annotations in which cosign has the proof of a keyless signature."""
_ENTRIES = 100
"""Entries of logs and signatures of one envelope that are read."""
_ALGORITHMS = {"SHA2_256": "sha256", "SHA2_384": "sha384", "SHA2_512": "sha512"}


def read_cosign(raw: bytes, annotations: Mapping[str, str], title: str, about: Node, node: Node | None) -> Signature:
    """Read a payload of cosign with the annotations that stand beside it. What is wrong is in it."""
    problems: list[str] = []
    payload: Payload | None = None
    try:
        payload = read_payload(raw, title)
    except DocumentError as error:
        problems.append(str(error))
    signature = _data(_annotation(annotations, "signature"))
    if not signature and not problems:
        problems.append(f"{title}: expected an annotation with a signature in Base 64, found none")
    return _annotated(
        Signature(
            "cosign",
            title,
            about,
            node,
            payload.claim if payload is not None else None,
            made=payload.made if payload is not None else None,
            tool=payload.tool if payload is not None else "",
            signed=(Signed(raw, signature),) if signature else (),
            raw=raw,
            problems=tuple(problems),
        ),
        annotations,
    )


def read_signed_statement(
    raw: bytes, annotations: Mapping[str, str], title: str, about: Node, node: Node | None
) -> Signature:
    """Read an envelope (DSSE) with the annotations that stand beside it. What is wrong is in it."""
    try:
        claim, signed, key = _read_envelope(load_statement(raw, title), title)
    except DocumentError as error:
        return Signature("cosign", title, about, node, raw=raw, problems=(str(error),))
    return _annotated(Signature("cosign", title, about, node, claim, key, signed=signed, raw=raw), annotations)


def read_bundle(raw: bytes, title: str, about: Node, node: Node | None) -> Signature:
    """Read a bundle. What is wrong is in it."""
    form = "Sigstore bundle"
    try:
        fields = Fields(load_statement(raw, title), "")
        version = fields.text("mediaType").partition(".bundle")[2].replace("+json", "").replace(";version=0", ".v0")
        form = f"{form} {printable(version.strip('.')[:20])}".rstrip()
        claim: Claim | None
        held = fields.raw("dsseEnvelope")
        if isinstance(held, dict):
            claim, signed, key = _read_envelope(held, title)
        else:
            claim, signed, key = _read_message(fields.child("messageSignature")), (), ""
            if claim is None:
                raise DocumentError(f"{title}: expected an envelope or a signature with a digest, found neither")
            signature = _data(fields.child("messageSignature").text("signature"))
            signed = (Signed(about.raw or b"", signature),) if signature and about.raw is not None else ()
    except DocumentError as error:
        return Signature(form, title, about, node, raw=raw, problems=(str(error),))
    material = fields.child("verificationMaterial")
    chain = [material.child("certificate"), *_each(material.child("x509CertificateChain"), "certificates")]
    ders = [der for each in chain if (der := _data(each.text("rawBytes")))]
    certificates, problems = read_chain(ders)
    hint = material.child("publicKey").text("hint")
    stamps = material.child("timestampVerificationData").items("rfc3161Timestamps")
    return Signature(
        form,
        title,
        about,
        node,
        claim,
        hint or key,
        certificates,
        log=tuple(_log_entries(material)),
        timestamps=len(stamps),
        signed=signed,
        raw=raw,
        problems=problems,
    )


def pre_authentication(kind: str, payload: bytes) -> bytes:
    """The bytes that an envelope's signatures are of (DSSE 1.0, Protocol)."""
    name = kind.encode()
    return b"DSSEv1 %d %s %d %s" % (len(name), name, len(payload), payload)


def _annotated(signature: Signature, annotations: Mapping[str, str]) -> Signature:
    """Add what cosign says in annotations: certificates, the entry of the log, timestamps."""
    problems: list[str] = []
    ders: list[bytes] = []
    for name in ("certificate", "chain"):
        if text := _annotation(annotations, name):
            try:
                ders += read_pem(text)
            except DocumentError as error:
                problems.append(f"{signature.title}: {name}: {error}")
    certificates, wrong = read_chain(ders)
    log: tuple[LogEntry, ...] = ()
    if text := _annotation(annotations, "bundle"):
        try:
            payload = Fields(load_embedded(text, "bundle", VALUES_LIMIT), "").child("Payload")
            log_id = payload.text("logID")
            log = (LogEntry(payload.integer("logIndex"), moment_of(payload.raw("integratedTime")), log_id),)
        except DocumentError as error:
            problems.append(f"{signature.title}: {error}")
    return replace(
        signature,
        certificates=certificates,
        log=log,
        annotations={name: text for name in PROOF if (text := _annotation(annotations, name))},
        timestamps=int(bool(_annotation(annotations, "rfc3161timestamp"))),
        problems=(*signature.problems, *problems, *wrong),
    )


def _read_envelope(held: dict[str, object], title: str) -> tuple[Claim, tuple[Signed, ...], str]:
    fields = Fields(held, "")
    payload = payload_of(held, title)
    claim = claim_of(read_statement_in(payload, title, None))
    message = pre_authentication(fields.text("payloadType"), payload)
    found, key = [], ""
    for each in _each(fields, "signatures"):
        key = key or each.text("keyid")
        if signature := _data(each.text("sig")):
            found.append(Signed(message, signature))
    return claim, tuple(found[:_ENTRIES]), key


def _read_message(fields: Fields) -> Claim | None:
    """The subject of the signature of bytes: the manifest itself, by its digest."""
    digest = fields.child("messageDigest")
    algorithm = digest.text("algorithm")
    encoded = _data(digest.text("digest")).hex()
    return claim_of_digest(f"{_ALGORITHMS.get(algorithm, algorithm)}:{encoded}", "message") if encoded else None


def _log_entries(material: Fields) -> Iterator[LogEntry]:
    for each in [*_each(material, "tlogEntries")][:_ENTRIES]:
        index = str(each.raw("logIndex") or "")
        number = int(index) if index.isascii() and index.isdigit() and len(index) < 20 else None
        log_id = _data(each.child("logId").text("keyId")).hex()
        yield LogEntry(number, moment_of(each.raw("integratedTime")), log_id)


def _each(fields: Fields, name: str) -> Iterator[Fields]:
    for number, item in enumerate(fields.items(name)):
        yield Fields(item, f"{name}[{number}]")


def _annotation(annotations: Mapping[str, str], name: str) -> str:
    return next((annotations[each + name] for each in _ANNOTATIONS if annotations.get(each + name)), "")


def _data(text: str) -> bytes:
    """Bytes in Base 64 of either alphabet; none where they are wrong."""
    try:
        return base64.b64decode(text.translate(str.maketrans("-_", "+/")), validate=True)
    except (binascii.Error, ValueError):
        return b""
