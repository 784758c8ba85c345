"""The parts of the library `sigstore` that it does not promise, and on which keyless signatures rest here.

Where one of these fails with a newer library, `ocitui.image.signatures.older_bundle`, `intoto_entry` and `identity`
must be read again beside it: a part that has another name there is one that is no longer called.
"""

import inspect
import json
from pathlib import Path
from typing import Any

import pytest
from sigstore import dsse
from sigstore._internal.timestamp import TimestampVerificationResult
from sigstore._internal.trust import Keyring, RekorKeyring
from sigstore.models import Bundle, TransparencyLogEntry, TrustedRoot
from sigstore.verify import Verifier
from sigstore_models.bundle.v1 import Bundle as Parts

from ocitui.image.signatures.identity import IdentityCheck
from ocitui.image.signatures.older_bundle import older_bundle
from ocitui.image.signatures.sigstore import read_cosign
from tests.image.signatures.test_readers import ABOUT, DIGEST
from tests.images.signature_writer import Sigstore, simple_payload, statement

IDENTITY, ISSUER = "https://ci.example.com/release.yml@refs/heads/main", "https://token.example.com"
PAYLOAD = json.dumps(simple_payload(str(DIGEST))).encode()


def parameters(function: Any) -> list[str]:
    return list(inspect.signature(function).parameters)


def test_what_is_overridden_has_these_names_and_parameters() -> None:
    assert parameters(TransparencyLogEntry._validate) == ["self"]
    assert parameters(TransparencyLogEntry._verify) == ["self", "keyring"]
    assert parameters(TransparencyLogEntry._verify_set) == ["self", "keyring"]
    assert parameters(Bundle._verify) == ["self"]
    assert parameters(Verifier._establish_time) == ["self", "bundle"]
    assert parameters(Verifier.verify_dsse) == ["self", "bundle", "policy"]


def test_what_is_called_has_these_names_and_parameters() -> None:
    assert parameters(Verifier._verify_common_signing_cert) == ["self", "bundle", "policy"]
    assert parameters(dsse._verify) == ["key", "evp"]
    assert parameters(TimestampVerificationResult) == ["source", "time"]
    assert "_establish_time(" in inspect.getsource(Verifier._verify_common_signing_cert)


def test_a_bundle_looks_at_itself_when_it_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """And has the certificate and the entry where what is overridden puts them."""
    document = Sigstore().bundle(statement(str(DIGEST)), IDENTITY, ISSUER)
    made = Bundle.from_json(json.dumps(document))
    assert made.signing_certificate is made._signing_certificate
    assert made.log_entry is made._log_entry
    assert made._inner.verification_material.tlog_entries[0].integrated_time == made.log_entry._inner.integrated_time
    called: list[str] = []
    monkeypatch.setattr(Bundle, "_verify", lambda _: called.append("bundle"))
    monkeypatch.setattr(TransparencyLogEntry, "_validate", lambda _: called.append("entry"))
    Bundle(Parts.from_json(json.dumps(document)))
    TransparencyLogEntry(made.log_entry._inner)
    assert called == ["bundle", "entry"]


def test_the_promise_of_the_log_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the verifier through the entry's own method, and with the keys of the log."""
    sigstore, path = Sigstore(), tmp_path / "root.json"
    path.write_bytes(sigstore.trusted_root())
    found = read_cosign(PAYLOAD, sigstore.annotations(PAYLOAD, IDENTITY, ISSUER), "blob", ABOUT, None)
    asked: list[object] = []
    ask = TransparencyLogEntry._verify_set

    def spy(self: TransparencyLogEntry, keyring: RekorKeyring) -> None:
        asked.append(keyring)
        ask(self, keyring)

    monkeypatch.setattr(TransparencyLogEntry, "_verify_set", spy)
    assert IdentityCheck(IDENTITY, ISSUER, path).refusal(found) == ""
    assert [type(each) for each in asked] == [Keyring]
    assert isinstance(older_bundle(found), Bundle)


def test_the_authorities_of_a_root_are_those_of_its_file(tmp_path: Path) -> None:
    path = tmp_path / "root.json"
    path.write_bytes(Sigstore().trusted_root())
    held = TrustedRoot.from_file(str(path))._inner
    (authority,) = held.certificate_authorities
    assert authority.valid_for.start.year == 2020
    Verifier(trusted_root=TrustedRoot(held.model_copy(update={"certificate_authorities": [authority]})))
