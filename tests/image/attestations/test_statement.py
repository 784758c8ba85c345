"""Statements in every wrapping, and documents that are none."""

import base64
import json
import tracemalloc
from typing import cast

import pytest

from ocitui.errors import DocumentError
from ocitui.image.attestations.statement import read_statement
from ocitui.spec.digest import Digest
from ocitui.spec.lean_document import LARGE, LeanItems

DIGEST = Digest.of(b"image")
STATEMENT = {
    "_type": "https://in-toto.io/Statement/v1",
    "subject": [{"name": "pkg:docker/x", "digest": {"sha256": DIGEST.encoded}}],
    "predicateType": "https://slsa.dev/provenance/v1",
    "predicate": {"buildDefinition": {}},
}


def envelope(content: bytes, **fields: object) -> dict[str, object]:
    payload_text = base64.b64encode(content).decode()
    return {
        "payloadType": "application/vnd.in-toto+json",
        "payload": payload_text,
        "signatures": [{"sig": ""}],
        **fields,
    }


def test_a_statement_in_every_wrapping() -> None:
    raw = json.dumps(STATEMENT).encode()
    url_safe = base64.urlsafe_b64encode(json.dumps({**STATEMENT, "x": "ÿ>?"}, ensure_ascii=False).encode()).decode()
    assert "-" in url_safe or "_" in url_safe
    bundle = {"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json", "dsseEnvelope": envelope(raw)}
    forms: list[tuple[dict[str, object], int | None]] = [
        (STATEMENT, None),
        ({**STATEMENT, "_type": "https://in-toto.io/Statement/v0.1"}, None),
        (envelope(raw), 1),
        (envelope(raw, payload=url_safe, signatures=[]), 0),
        (bundle, 1),
    ]
    for document, signatures in forms:
        found = read_statement(json.dumps(document).encode(), "blob x")
        assert found.predicate_type == "https://slsa.dev/provenance/v1"
        assert found.kind_name == "SLSA provenance v1"
        assert found.signatures == signatures
        assert found.predicate == {"buildDefinition": {}}
        assert [subject.name for subject in found.subjects] == ["pkg:docker/x"]
        assert found.subjects[0].is_one_of(frozenset({DIGEST}))
        assert not found.subjects[0].is_one_of(frozenset({Digest.of(b"other")}))
        assert found.problems == ()


@pytest.mark.parametrize("is_in_bundle", [False, True])
def test_nothing_but_the_payload_is_made_of_a_large_envelope(is_in_bundle: bool) -> None:
    raw = json.dumps({**STATEMENT, "predicate": {"components": [{"name": "x" * 1000}] * 2000}}).encode()
    document = envelope(raw)
    if is_in_bundle:
        document = {"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json", "dsseEnvelope": document}
    wrapped = json.dumps(document).encode()
    assert len(raw) > 2_000_000 > LARGE
    read_statement(wrapped, "blob x")  # which loads the library
    tracemalloc.start()
    found = read_statement(wrapped, "blob x")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(cast(LeanItems, found.predicate["components"])) == 2000
    assert (found.signatures, found.subjects[0].name) == (1, "pkg:docker/x")
    assert peak < len(wrapped)


def test_an_sbom_that_stands_alone_names_no_subject() -> None:
    for document, name in (
        ({"spdxVersion": "SPDX-2.3"}, "SPDX SBOM"),
        ({"bomFormat": "CycloneDX", "specVersion": "1.5"}, "CycloneDX SBOM"),
    ):
        found = read_statement(json.dumps(document).encode(), "blob x")
        assert (found.kind_name, found.subjects, found.predicate) == (name, (), document)


def test_names_of_predicate_types() -> None:
    for kind, name in (
        ("https://slsa.dev/provenance/v0.2", "SLSA provenance v0.2"),
        ("https://cyclonedx.org/bom/v1.4", "CycloneDX SBOM"),
        ("https://cosign.sigstore.dev/attestation/vuln/v1", "vulnerability scan v1"),
        ("https://openvex.dev/ns/v0.2.0", "OpenVEX"),
        ("https://in-toto.io/attestation/test-result/v0.1", "test result v0.1"),
        ("https://example.com/mine", "https://example.com/mine"),
    ):
        assert read_statement(json.dumps({**STATEMENT, "predicateType": kind}).encode(), "").kind_name == name


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({}, "expected a statement of in-toto or an SBOM"),
        ([], "expected a JSON object"),
        ({"_type": "https://in-toto.io/Statement/v9"}, "expected a statement of in-toto or an SBOM"),
        (envelope(b"not JSON"), "payload: expected JSON"),
        (envelope(b"{}", payload="%"), "payload: expected Base 64"),
        (envelope(b"{}", payloadType="text/plain"), "found one of 'text/plain'"),
        ({"mediaType": "application/vnd.dev.sigstore.bundle+json;version=0.1", "messageSignature": {}}, "a bundle"),
    ],
)
def test_what_is_none(document: object, expected: str) -> None:
    with pytest.raises(DocumentError, match=expected):
        read_statement(json.dumps(document).encode(), "blob x")


def test_wrong_fields_are_problems_and_the_rest_stays() -> None:
    odd = {**STATEMENT, "subject": [1, {"digest": "x"}], "predicate": "no"}
    found = read_statement(json.dumps(odd).encode(), "")
    assert len(found.subjects) == 2
    assert found.predicate == {}
    assert len(found.problems) == 3
