"""Keyless signatures against an identity, with an instance of Sigstore of the test's own."""

import base64
import copy
import datetime
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from ocitui.errors import UsageError
from ocitui.image.signatures.identity import IdentityCheck
from ocitui.image.signatures.sigstore import read_bundle, read_cosign, read_signed_statement
from tests.image.signatures.test_readers import ABOUT, DIGEST
from tests.images.signature_writer import NOW, Sigstore, base64_of, simple_payload, statement

IDENTITY = "https://ci.example.com/paperboat/release.yml@refs/heads/main"
ISSUER = "https://token.example.com"


@pytest.fixture(scope="module")
def sigstore() -> Sigstore:
    return Sigstore()


@pytest.fixture(scope="module")
def bundle(sigstore: Sigstore) -> dict[str, Any]:
    return sigstore.bundle(statement(str(DIGEST)), IDENTITY, ISSUER)


@pytest.fixture
def root(sigstore: Sigstore, tmp_path: Path) -> Path:
    path = tmp_path / "trusted_root.json"
    path.write_bytes(sigstore.trusted_root())
    return path


def refusal(check: IdentityCheck, document: object) -> str:
    found = read_bundle(json.dumps(document).encode(), "blob", ABOUT, None)
    assert (found.problems, found.signer, check.applies(found)) == ((), IDENTITY, True)
    return check.refusal(found)


def test_the_identity(root: Path, bundle: dict[str, Any]) -> None:
    assert refusal(IdentityCheck(IDENTITY, ISSUER, root), bundle) == ""
    for identity, issuer in ((f"{IDENTITY}x", ISSUER), (IDENTITY, f"{ISSUER}x"), (IDENTITY[:-1], ISSUER)):
        assert refusal(IdentityCheck(identity, issuer, root), bundle) == (
            f"is by {IDENTITY} (vouched for by {ISSUER}), not by {identity} (vouched for by {issuer})"
        )


def test_other_roots_and_a_certificate_that_had_expired(root: Path, bundle: dict[str, Any], sigstore: Sigstore) -> None:
    late = sigstore.bundle(statement(str(DIGEST)), IDENTITY, ISSUER, later=datetime.timedelta(minutes=10))
    check = IdentityCheck(IDENTITY, ISSUER, root)
    assert refusal(check, late) == f"is by a certificate of {IDENTITY} that was not valid when it was made"
    root.write_bytes(Sigstore().trusted_root())
    assert refusal(IdentityCheck(IDENTITY, ISSUER, root), bundle).startswith("does not hold: failed to build")


def _payload(document: dict[str, Any]) -> None:
    held = document["dsseEnvelope"]
    held["payload"] = base64_of(base64.b64decode(held["payload"]) + b" ")


def _entry(document: dict[str, Any]) -> dict[str, Any]:
    entry: dict[str, Any] = document["verificationMaterial"]["tlogEntries"][0]
    return entry


Change = Callable[[dict[str, Any]], object]
CHANGES: dict[str, tuple[Change, str]] = {
    "the payload": (_payload, "DSSE: invalid signature"),
    "the signature": (
        lambda document: document["dsseEnvelope"]["signatures"][0].update(sig=base64_of(b"no")),
        "DSSE: invalid signature",
    ),
    "the time": (lambda document: _entry(document).update(integratedTime="1778578261"), "SET"),
    "the promise": (lambda document: _entry(document).pop("inclusionPromise"), "time"),
    "the proof": (lambda document: _entry(document).pop("inclusionProof"), "failed to load bundle"),
    "the body": (lambda document: _entry(document).update(canonicalizedBody=base64_of(b"{}")), "root hash"),
    "the root": (
        lambda document: _entry(document)["inclusionProof"].update(rootHash=base64_of(bytes(32))),
        "root hash",
    ),
    "the log": (lambda document: _entry(document).update(logId={"keyId": base64_of(bytes(32))}), "checkpoint"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_was_changed(root: Path, bundle: dict[str, Any], change: str) -> None:
    changed = copy.deepcopy(bundle)
    make, expected = CHANGES[change]
    make(changed)
    found = refusal(IdentityCheck(IDENTITY, ISSUER, root), changed)
    assert found.startswith(("does not hold: ", "cannot be checked: "))
    assert expected in found


def test_no_roots_of_trust(tmp_path: Path) -> None:
    path = tmp_path / "root.json"
    for text in ("", "{}", "[]", '{"mediaType": "x"}'):
        path.write_text(text)
        with pytest.raises(UsageError, match="expected the roots of trust of Sigstore"):
            IdentityCheck(IDENTITY, ISSUER, path)


def older_refusal(check: IdentityCheck, raw: bytes, annotations: dict[str, str]) -> str:
    found = read_cosign(raw, annotations, "blob", ABOUT, None)
    assert (found.problems, found.signer, check.applies(found)) == ((), IDENTITY, True)
    return check.refusal(found)


PAYLOAD = json.dumps(simple_payload(str(DIGEST))).encode()


def test_the_older_form_of_cosign(root: Path, sigstore: Sigstore) -> None:
    check, said = IdentityCheck(IDENTITY, ISSUER, root), sigstore.annotations(PAYLOAD, IDENTITY, ISSUER)
    assert older_refusal(check, PAYLOAD, said) == ""
    assert older_refusal(IdentityCheck(f"{IDENTITY}x", ISSUER, root), PAYLOAD, said).startswith(f"is by {IDENTITY} ")
    assert "Signature is invalid for input" in older_refusal(check, PAYLOAD + b" ", said)
    late = sigstore.annotations(PAYLOAD, IDENTITY, ISSUER, later=datetime.timedelta(minutes=10))
    assert (
        older_refusal(check, PAYLOAD, late) == f"is by a certificate of {IDENTITY} that was not valid when it was made"
    )
    others = Sigstore().annotations(PAYLOAD, IDENTITY, ISSUER)
    assert older_refusal(check, PAYLOAD, others).startswith("does not hold: failed to build")
    bundle = "dev.sigstore.cosign/bundle"
    assert "SET: " in older_refusal(check, PAYLOAD, {**said, bundle: others[bundle]})
    assert "has no entry of a log" in older_refusal(check, PAYLOAD, {**said, bundle: ""})


def _promise(document: dict[str, Any]) -> dict[str, Any]:
    payload: dict[str, Any] = document["Payload"]
    return payload


OLDER_CHANGES: dict[str, tuple[Change, str]] = {
    "the time": (lambda document: _promise(document).update(integratedTime=1778578261), "SET"),
    "the number": (lambda document: _promise(document).update(logIndex=1), "SET"),
    "no time": (lambda document: _promise(document).pop("integratedTime"), "cannot be checked"),
    "the log": (lambda document: _promise(document).update(logID="00" * 32), "SET"),
    "no hexadecimal": (lambda document: _promise(document).update(logID="x"), "cannot be checked"),
    "the promise": (lambda document: document.update(SignedEntryTimestamp=base64_of(b"no")), "SET"),
    "no promise": (lambda document: document.pop("SignedEntryTimestamp"), "SET"),
    "the body": (lambda document: _promise(document).update(body=base64_of(b"{}")), "does not hold"),
    "no body": (lambda document: _promise(document).pop("body"), "cannot be checked"),
}


@pytest.mark.parametrize("change", OLDER_CHANGES)
def test_what_was_changed_of_the_older_form(root: Path, sigstore: Sigstore, change: str) -> None:
    said = sigstore.annotations(PAYLOAD, IDENTITY, ISSUER)
    document = json.loads(said["dev.sigstore.cosign/bundle"])
    make, expected = OLDER_CHANGES[change]
    make(document)
    found = older_refusal(
        IdentityCheck(IDENTITY, ISSUER, root), PAYLOAD, {**said, "dev.sigstore.cosign/bundle": json.dumps(document)}
    )
    assert found.startswith(("does not hold: ", "cannot be checked: "))
    assert expected in found


@pytest.mark.parametrize("name", ["bundle", "rfc3161timestamp"])
def test_half_of_a_surrogate_pair_in_the_older_form(root: Path, sigstore: Sigstore, name: str) -> None:
    said = sigstore.annotations(PAYLOAD, IDENTITY, ISSUER) | {f"dev.sigstore.cosign/{name}": '{"a": "\ud800"}'}
    found = read_cosign(PAYLOAD, said, "blob", ABOUT, None)
    expected = f"{name}: expected a JSON document, found half of a surrogate pair at character 7"
    assert found.problems == ((f"blob: {expected}",) if name == "bundle" else ())
    assert IdentityCheck(IDENTITY, ISSUER, root).refusal(found) == f"cannot be checked: {expected}"


def test_a_statement_in_the_older_form(root: Path, sigstore: Sigstore) -> None:
    """Its parts are those of a bundle, but for the proof."""
    bundle = sigstore.bundle(statement(str(DIGEST)), IDENTITY, ISSUER)
    entry, raw = _entry(bundle), json.dumps(bundle["dsseEnvelope"]).encode()
    der = base64.b64decode(bundle["verificationMaterial"]["certificate"]["rawBytes"])
    log = {
        "SignedEntryTimestamp": entry["inclusionPromise"]["signedEntryTimestamp"],
        "Payload": {
            "body": entry["canonicalizedBody"],
            "integratedTime": int(entry["integratedTime"]),
            "logIndex": 0,
            "logID": base64.b64decode(entry["logId"]["keyId"]).hex(),
        },
    }
    pem = x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM).decode()
    said = {"dev.sigstore.cosign/certificate": pem, "dev.sigstore.cosign/bundle": json.dumps(log)}
    check = IdentityCheck(IDENTITY, ISSUER, root)
    assert check.refusal(read_signed_statement(raw, said, "blob", ABOUT, None)) == ""
    changed = json.dumps({**bundle["dsseEnvelope"], "payload": base64_of(b"{}")}).encode()
    other = replace(read_signed_statement(raw, said, "blob", ABOUT, None), raw=changed)
    assert check.refusal(other) == "does not hold: DSSE: invalid signature"


def test_a_bundle_without_a_time(root: Path, bundle: dict[str, Any]) -> None:
    changed = copy.deepcopy(bundle)
    _entry(changed).pop("integratedTime")
    found = refusal(IdentityCheck(IDENTITY, ISSUER, root), changed)
    assert found == "has neither an entry of a log nor a timestamp that says when it was made"


@pytest.mark.parametrize("form", ["bundle", "older form"])
def test_an_authority_counts_for_what_was_signed_while_it_was_in_use(tmp_path: Path, form: str) -> None:
    """Its certificate has expired since, and that of the signer; both were valid then."""
    path, made = tmp_path / "root.json", "2026-05-12 09:31:00"
    expired = f"was made on {made} UTC, when no authority in the roots of trust was in use"
    for after, expected in ((datetime.timedelta(hours=1), ""), (datetime.timedelta(0), expired)):
        sigstore = Sigstore(days=1, end=NOW + after)
        path.write_bytes(sigstore.trusted_root())
        check = IdentityCheck(IDENTITY, ISSUER, path)
        if form == "bundle":
            found = refusal(check, sigstore.bundle(statement(str(DIGEST)), IDENTITY, ISSUER))
        else:
            found = older_refusal(check, PAYLOAD, sigstore.annotations(PAYLOAD, IDENTITY, ISSUER))
        assert found == expected
