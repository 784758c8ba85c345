"""Keyless signatures against an identity, with an instance of Sigstore of the test's own."""

import base64
import copy
import datetime
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ocitui.errors import UsageError
from ocitui.image.signatures.identity import IdentityCheck
from ocitui.image.signatures.sigstore import read_bundle
from tests.image.signatures.test_readers import ABOUT, DIGEST
from tests.images.signature_writer import Sigstore, base64_of, statement

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
