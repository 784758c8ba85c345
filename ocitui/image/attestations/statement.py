"""One statement of an attestation, out of whatever it is wrapped in.

Implements the in-toto Attestation Framework: Statement v0.1 and v1; DSSE 1.0, Envelope; and
the bundles of Sigstore (v0.1 to v0.3) that hold an envelope. An SBOM that stands alone says
of nothing that it is about that.
"""

import binascii
from collections.abc import Mapping
from dataclasses import dataclass

from ocitui.display import quote
from ocitui.errors import DocumentError
from ocitui.image.attestations.sbom_items import LISTS
from ocitui.spec.digest import Digest
from ocitui.spec.fields import Fields
from ocitui.spec.lean_document import Kept, load_lean_object

SPDX = "https://spdx.dev/Document"
CYCLONE_DX = "https://cyclonedx.org/bom"

VALUES_LIMIT = 2_000_000
"""Values of a statement: an SBOM of 50 MB has about as many."""

_NAMES = {
    "https://slsa.dev/provenance/": "SLSA provenance",
    SPDX: "SPDX SBOM",
    CYCLONE_DX: "CycloneDX SBOM",
    "https://syft.dev/bom": "Syft SBOM",
    "https://in-toto.io/attestation/vulns/": "vulnerability scan",
    "https://cosign.sigstore.dev/attestation/vuln/": "vulnerability scan",
    "https://openvex.dev/ns": "OpenVEX",
    "https://in-toto.io/attestation/test-result/": "test result",
    "https://in-toto.io/attestation/scai/": "SCAI report",
    "https://in-toto.io/attestation/release/": "release",
    "https://in-toto.io/attestation/runtime-trace/": "runtime trace",
    "https://in-toto.io/attestation/link/": "in-toto link",
    "https://in-toto.io/Link/": "in-toto link",
    "https://slsa.dev/verification_summary/": "verification summary",
    "https://cosign.sigstore.dev/attestation/": "cosign attestation",
    "https://sigstore.dev/cosign/sign/": "cosign signature",
}
"""The names of predicate types, by their beginning: those of in-toto/attestation, cosign and BuildKit."""

_STATEMENTS = ("https://in-toto.io/Statement/v0.1", "https://in-toto.io/Statement/v1")
_PAYLOAD = "application/vnd.in-toto+json"
_BUNDLE = "application/vnd.dev.sigstore.bundle"
_KEPT: Kept = {**LISTS, "payload": bytes}
_INSIDE = ("predicate", "dsseEnvelope")


class NoStatementError(DocumentError):
    """A document that attests nothing, and is right as it is: the signature of bytes."""


@dataclass(frozen=True, slots=True)
class Subject:
    """The subject of a statement."""

    name: str
    digests: Mapping[str, str]
    """Encoded digests by algorithm: ``{"sha256": "…"}``."""

    def is_one_of(self, digests: frozenset[Digest]) -> bool:
        """True if it is one of some documents."""
        return any(self.digests.get(digest.algorithm) == digest.encoded for digest in digests)


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement about something."""

    predicate_type: str
    subjects: tuple[Subject, ...]
    predicate: Mapping[str, object]
    signatures: int | None
    """Signatures of the envelope, none of which is checked; None where it is in no envelope."""
    problems: tuple[str, ...] = ()

    @property
    def kind_name(self) -> str:
        """The predicate type as people call it; as it stands where it is none that is known."""
        for beginning, name in _NAMES.items():
            if self.predicate_type.startswith(beginning):
                version = self.predicate_type.removeprefix(beginning)
                return f"{name} {version}" if version.startswith("v") else name
        return self.predicate_type


def read_statement(raw: bytes, what: str) -> Statement:
    """Read a statement, bare or in an envelope or a bundle; or an SBOM that stands alone.

    Args:
        raw: the document.
        what: what it is, for messages.

    Raises:
        NoStatementError: it is a bundle with a signature of something else.
        DocumentError: it is none of these.
    """
    document = load_statement(raw, what)
    if str(document.get("mediaType", "")).startswith(_BUNDLE):
        held = document.get("dsseEnvelope")
        if not isinstance(held, dict):
            raise NoStatementError(f"{what}: expected a bundle with an envelope, found one with a signature of bytes")
        document = held
    if "payload" in document:
        signatures = len(Fields(document, "").items("signatures"))
        return read_payload(payload_of(document, what), what, signatures)
    return _read_document(document, what, None)


def load_statement(raw: bytes, what: str) -> dict[str, object]:
    """Parse a statement, an envelope or a bundle, which may be large, or raise `DocumentError`."""
    return load_lean_object(raw, what, _KEPT, VALUES_LIMIT, _INSIDE)


def payload_of(document: dict[str, object], what: str) -> bytes:
    """The bytes in an envelope (DSSE 1.0) that `load_statement` parsed; `DocumentError` where they are no statement."""
    fields = Fields(document, "")
    if (found := fields.text("payloadType")) != _PAYLOAD:
        raise DocumentError(f"{what}: expected an envelope of {_PAYLOAD}, found one of {quote(found, 120)}")
    held = fields.raw("payload")
    if isinstance(held, bytes):
        return held
    payload = fields.text("payload")
    try:  # DSSE allows both alphabets of Base 64
        other = payload.translate(str.maketrans("-_", "+/")) if "-" in payload or "_" in payload else payload
        return binascii.a2b_base64(other, strict_mode=True)  # b64decode would copy it first
    except (binascii.Error, ValueError):
        raise DocumentError(f"{what}: payload: expected Base 64, found something else") from None


def read_payload(payload: bytes, what: str, signatures: int | None) -> Statement:
    """Read the statement that was in an envelope of so many signatures, or raise `DocumentError`."""
    return _read_document(load_statement(payload, f"{what}: payload"), what, signatures)


def _read_document(document: dict[str, object], what: str, signatures: int | None) -> Statement:
    if document.get("_type") in _STATEMENTS:
        return _read_fields(Fields(document, ""), signatures)
    if "spdxVersion" in document:
        return Statement(SPDX, (), document, signatures)
    if document.get("bomFormat") == "CycloneDX":
        return Statement(CYCLONE_DX, (), document, signatures)
    raise DocumentError(f"{what}: expected a statement of in-toto or an SBOM, found another document")


def _read_fields(fields: Fields, signatures: int | None) -> Statement:
    subjects = []
    for number, item in enumerate(fields.items("subject")):
        each = Fields(item, f"subject[{number}]")
        subjects.append(Subject(each.text("name"), each.mapping("digest")))
        fields.problems += each.problems
    predicate = fields.raw("predicate")
    if not isinstance(predicate, dict):
        if predicate is not None:
            fields.problem("predicate", "an object", predicate)
        predicate = {}
    kind = fields.required_text("predicateType")
    return Statement(kind, tuple(subjects), predicate, signatures, tuple(fields.problems))
