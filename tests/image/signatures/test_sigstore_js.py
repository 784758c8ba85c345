"""Bundles that npm's packages of Sigstore made, by an authority, a log and a timestamp authority of their own."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ocitui.image.signatures.identity import IdentityCheck
from ocitui.image.signatures.sigstore import read_bundle
from tests.image.signatures.test_readers import ABOUT

DATA = json.loads((Path(__file__).parents[2] / "fixtures/sigstore_js/bundles.json").read_text())
NAMES = tuple(DATA["bundles"])
IDENTITY = "https://ci.example.com/paperboat/release.yml@refs/heads/main"
ISSUER = "https://token.example.com"
KIND = "application/vnd.dev.sigstore.bundle+json;version="


def refusal(path: Path, bundle: object, root: object = DATA["trustedRoot"], identity: str = IDENTITY) -> str:
    path.write_text(json.dumps(root))
    found = read_bundle(json.dumps(bundle).encode(), "blob", ABOUT, None)
    assert (found.problems, found.is_about_this, found.signer) == ((), True, IDENTITY)
    assert found.certificates[0].facts["source"] == "https://github.com/paper/boat"
    return IdentityCheck(identity, ISSUER, path).refusal(found)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "root.json"


@pytest.mark.parametrize("name", NAMES)
def test_they_hold(path: Path, name: str) -> None:
    """One has an entry of the kind ``intoto``, as npm's older bundles."""
    bundle = DATA["bundles"][name]
    assert refusal(path, bundle) == ""
    assert refusal(path, bundle, identity=f"{IDENTITY}x").startswith(f"is by {IDENTITY} (vouched for by {ISSUER}), not")


BY_PROMISE: dict[str, tuple[Callable[[dict[str, Any], dict[str, Any], dict[str, Any]], object], str]] = {
    "nothing": (lambda root, bundle, entry: None, ""),
    "null for the proof": (lambda root, bundle, entry: entry.update(inclusionProof=None), ""),
    "another entry beside it": (
        lambda root, bundle, entry: bundle["verificationMaterial"]["tlogEntries"].append(entry),
        "does not hold",
    ),
    "another body": (lambda root, bundle, entry: entry.update(canonicalizedBody="e30="), "SET"),
    "another time": (
        lambda root, bundle, entry: entry.update(integratedTime=str(int(entry["integratedTime"]) + 1)),
        "SET",
    ),
    "no promise": (lambda root, bundle, entry: entry.pop("inclusionPromise"), "no promise of a log"),
    "another log": (lambda root, bundle, entry: entry.update(logId={"keyId": "AAAA"}), "does not hold"),
    "a later version": (lambda root, bundle, entry: bundle.update(mediaType=f"{KIND}0.2"), "validation error"),
}


@pytest.mark.parametrize("change", BY_PROMISE)
@pytest.mark.parametrize("name", ["statement", "statement with an entry of in-toto", "message"])
def test_the_promise_of_the_log_must_do_in_the_first_version(name: str, change: str, path: Path) -> None:
    bundle, root = copy.deepcopy(DATA["bundles"][name]), copy.deepcopy(DATA["trustedRoot"])
    bundle["mediaType"] = f"{KIND}0.1"
    (entry,) = bundle["verificationMaterial"]["tlogEntries"]
    del entry["inclusionProof"]
    make, expected = BY_PROMISE[change]
    make(root, bundle, entry)
    found = refusal(path, bundle, root)
    assert expected in found if expected else found == ""


def _end(root: dict[str, Any], end: str) -> None:
    for each in (*root["certificateAuthorities"], *root["timestampAuthorities"]):
        each["validFor"]["end"] = end


def _stamp(root: dict[str, Any], bundle: dict[str, Any]) -> None:
    stamps = bundle["verificationMaterial"]["timestampVerificationData"]["rfc3161Timestamps"]
    other = DATA["bundles"]["message with a timestamp"]["verificationMaterial"]["timestampVerificationData"]
    stamps[:] = other["rfc3161Timestamps"]


Change = Callable[[dict[str, Any], dict[str, Any]], object]
CHANGES: dict[str, tuple[Change, str]] = {
    "nothing": (lambda root, bundle: None, ""),
    "authorities that are no longer in use": (lambda root, bundle: _end(root, "2026-11-30T06:00:00Z"), ""),
    "authorities that were no longer in use": (lambda root, bundle: _end(root, "2026-11-29T00:00:00Z"), "no authority"),
    "no timestamp authority": (lambda root, bundle: root.update(timestampAuthorities=[]), "no Timestamp Authorities"),
    "the timestamp of another signature": (_stamp, "not enough sources of verified time"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_timestamp_is_the_only_proof_of_the_time(path: Path, change: str) -> None:
    root, bundle = copy.deepcopy(DATA["trustedRoot"]), copy.deepcopy(DATA["bundles"]["statement with a timestamp"])
    bundle["verificationMaterial"]["tlogEntries"][0].pop("inclusionPromise")
    make, expected = CHANGES[change]
    make(root, bundle)
    found = refusal(path, bundle, root)
    assert (found == "") is (expected == "")
    assert expected in found


def test_timestamps_beside_an_entry_of_in_toto_are_looked_at(path: Path) -> None:
    root, bundle = (
        copy.deepcopy(DATA["trustedRoot"]),
        copy.deepcopy(DATA["bundles"]["statement with an entry of in-toto"]),
    )
    material = bundle["verificationMaterial"]
    material["timestampVerificationData"]["rfc3161Timestamps"] = []
    _stamp(root, bundle)
    assert refusal(path, bundle, {**root, "timestampAuthorities": []}).startswith("does not hold: no Timestamp Auth")
    material["tlogEntries"][0].pop("inclusionPromise")
    assert refusal(path, bundle, root) == "does not hold: not enough sources of verified time"
