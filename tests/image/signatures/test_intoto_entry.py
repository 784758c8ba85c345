"""Statements whose entry of the log is of the kind ``intoto``, which the library leaves alone."""

import base64
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from ocitui.image.signatures.identity import IdentityCheck
from ocitui.image.signatures.sigstore import read_bundle, read_signed_statement
from tests.image.signatures.test_readers import ABOUT, DIGEST
from tests.images.signature_writer import Sigstore, base64_of, certificate, statement

IDENTITY, ISSUER = "https://ci.example.com/release.yml@refs/heads/main", "https://token.example.com"
Change = Callable[[dict[str, Any]], object]
NOTHING: Change = lambda document: None  # noqa: E731


@pytest.fixture(scope="module")
def sigstore() -> Sigstore:
    return Sigstore()


@pytest.fixture
def check(sigstore: Sigstore, tmp_path: Path) -> IdentityCheck:
    path = tmp_path / "trusted_root.json"
    path.write_bytes(sigstore.trusted_root())
    return IdentityCheck(IDENTITY, ISSUER, path)


def refusal(check: IdentityCheck, document: object) -> str:
    return check.refusal(read_bundle(json.dumps(document).encode(), "blob", ABOUT, None))


def content(document: dict[str, Any]) -> dict[str, Any]:
    held: dict[str, Any] = document["spec"]["content"]
    return held


def signed(document: dict[str, Any]) -> dict[str, Any]:
    held: dict[str, Any] = content(document)["envelope"]["signatures"][0]
    return held


def other_certificate(document: dict[str, Any]) -> None:
    pem = certificate(ec.generate_private_key(ec.SECP256R1())).public_bytes(Encoding.PEM)
    signed(document).update(publicKey=base64_of(pem))


def two_certificates(document: dict[str, Any]) -> None:
    pem = certificate(ec.generate_private_key(ec.SECP256R1())).public_bytes(Encoding.PEM)
    signed(document).update(publicKey=base64_of(base64.b64decode(signed(document)["publicKey"]) + pem))


def two_signatures(document: dict[str, Any]) -> None:
    content(document)["envelope"]["signatures"].append(signed(document))


def payload(data: bytes) -> Change:
    twice = base64_of(base64_of(data).encode())
    return lambda document: content(document)["envelope"].update(payload=twice)


OTHER_PAYLOAD, OTHER_CERTIFICATE = "of another payload", "of another certificate"
STATEMENT = json.dumps(statement(str(DIGEST))).encode()
IN_THE_ENTRY: dict[str, tuple[Change, str]] = {
    "nothing": (NOTHING, ""),
    "with the payload": (payload(STATEMENT), ""),
    "without the digest of the envelope": (lambda document: content(document).pop("hash"), ""),
    "a payload that differs": (payload(STATEMENT + b" "), "of a payload that differs"),
    "the payload's digest": (lambda document: content(document)["payloadHash"].update(value="0" * 64), OTHER_PAYLOAD),
    "its algorithm": (lambda document: content(document)["payloadHash"].update(algorithm="sha512"), OTHER_PAYLOAD),
    "no digest": (lambda document: content(document).pop("payloadHash"), OTHER_PAYLOAD),
    "the type": (lambda document: content(document)["envelope"].update(payloadType="x"), "of another type of payload"),
    "the certificate": (other_certificate, OTHER_CERTIFICATE),
    "two certificates": (two_certificates, OTHER_CERTIFICATE),
    "no certificate": (lambda document: signed(document).update(publicKey=base64_of(b"x")), "none that can be read"),
    "the signature": (
        lambda document: signed(document).update(sig=base64_of(base64_of(b"x").encode())),
        "of another signature",
    ),
    "the signature in Base 64 once": (
        lambda document: signed(document).update(sig=base64.b64decode(signed(document)["sig"]).decode()),
        "none that can be read",
    ),
    "two signatures": (two_signatures, "of another signature"),
    "no signatures": (lambda document: content(document)["envelope"].pop("signatures"), "of another signature"),
    "nothing in it": (lambda document: document.pop("spec"), "of another signature"),
}


@pytest.mark.parametrize("change", IN_THE_ENTRY)
def test_the_entry_is_of_what_is_in_the_bundle(sigstore: Sigstore, check: IdentityCheck, change: str) -> None:
    make, expected = IN_THE_ENTRY[change]
    made = sigstore.bundle(statement(str(DIGEST)), IDENTITY, ISSUER, intoto=make)
    assert refusal(check, made) == (expected and f"does not hold: the log's entry is {expected}")


def entry(document: dict[str, Any]) -> dict[str, Any]:
    held: dict[str, Any] = document["verificationMaterial"]["tlogEntries"][0]
    return held


def tamper(document: dict[str, Any]) -> None:
    held = document["dsseEnvelope"]
    held["payload"] = base64_of(base64.b64decode(held["payload"]) + b" ")


IN_THE_BUNDLE: dict[str, tuple[Change, str]] = {
    "the payload": (tamper, "DSSE: invalid signature"),
    "the promise": (
        lambda document: entry(document)["inclusionPromise"].update(signedEntryTimestamp=base64_of(b"no")),
        "SET",
    ),
    "the time": (lambda document: entry(document).update(integratedTime="1778578261"), "SET"),
    "no promise": (lambda document: entry(document).pop("inclusionPromise"), "must contain an inclusion promise"),
    "the root": (
        lambda document: entry(document)["inclusionProof"].update(rootHash=base64_of(bytes(32))),
        "root hash",
    ),
    "the body": (lambda document: entry(document).update(canonicalizedBody=base64_of(b"{}")), "root hash"),
    "the log": (lambda document: entry(document).update(logId={"keyId": base64_of(bytes(32))}), "checkpoint"),
}


@pytest.mark.parametrize("change", IN_THE_BUNDLE)
def test_all_else_is_checked_as_of_others(sigstore: Sigstore, check: IdentityCheck, change: str) -> None:
    made = sigstore.bundle(statement(str(DIGEST)), IDENTITY, ISSUER, intoto=NOTHING)
    make, expected = IN_THE_BUNDLE[change]
    make(made)
    found = refusal(check, made)
    assert found.startswith("does not hold: ")
    assert expected in found


def test_the_identity_and_the_time(sigstore: Sigstore, check: IdentityCheck) -> None:
    other = sigstore.bundle(statement(str(DIGEST)), f"{IDENTITY}x", ISSUER, intoto=NOTHING)
    assert refusal(check, other).startswith(f"is by {IDENTITY}x (vouched for by {ISSUER}), not by {IDENTITY} ")
    late = sigstore.bundle(statement(str(DIGEST)), IDENTITY, ISSUER, later=timedelta(minutes=10), intoto=NOTHING)
    assert refusal(check, late) == f"is by a certificate of {IDENTITY} that was not valid when it was made"
    others = Sigstore().bundle(statement(str(DIGEST)), IDENTITY, ISSUER, intoto=NOTHING)
    assert refusal(check, others).startswith("does not hold: failed to build")


def test_the_kind_is_that_of_the_body(sigstore: Sigstore, check: IdentityCheck) -> None:
    """What the bundle says of the kind is signed by nobody."""
    of_dsse = sigstore.bundle(statement(str(DIGEST)), IDENTITY, ISSUER)
    entry(of_dsse)["kindVersion"] = {"kind": "intoto", "version": "0.0.2"}
    assert refusal(check, of_dsse) == "does not hold: the log's entry is of another kind"
    older = sigstore.bundle(
        statement(str(DIGEST)), IDENTITY, ISSUER, intoto=lambda document: document.update(apiVersion="0.0.1")
    )
    expected = "has an entry of a log of the kind intoto 0.0.1; only 0.0.2 can be checked"
    assert refusal(check, older) == expected
    entry(older)["kindVersion"]["version"] = "0.0.2"
    assert refusal(check, older) == "does not hold: the log's entry is of another kind"


def test_a_statement_in_the_older_form(sigstore: Sigstore, check: IdentityCheck) -> None:
    for change, expected in ((NOTHING, ""), (other_certificate, OTHER_CERTIFICATE)):
        made = sigstore.bundle(statement(str(DIGEST)), IDENTITY, ISSUER, intoto=change)
        held = entry(made)
        log = {
            "SignedEntryTimestamp": held["inclusionPromise"]["signedEntryTimestamp"],
            "Payload": {
                "body": held["canonicalizedBody"],
                "integratedTime": int(held["integratedTime"]),
                "logIndex": 0,
                "logID": base64.b64decode(held["logId"]["keyId"]).hex(),
            },
        }
        der = base64.b64decode(made["verificationMaterial"]["certificate"]["rawBytes"])
        pem = x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM).decode()
        said = {"dev.sigstore.cosign/certificate": pem, "dev.sigstore.cosign/bundle": json.dumps(log)}
        raw = json.dumps(made["dsseEnvelope"]).encode()
        found = check.refusal(read_signed_statement(raw, said, "blob", ABOUT, None))
        assert found == (expected and f"does not hold: the log's entry is {expected}")
