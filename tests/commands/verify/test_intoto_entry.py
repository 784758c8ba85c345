"""Keyless statements whose entry of the log is of the kind ``intoto``, in ``ocitui verify``."""

from pathlib import Path

import pytest

from tests.commands.conftest import Run
from tests.image.signatures.test_intoto_entry import (
    IDENTITY,
    IN_THE_BUNDLE,
    IN_THE_ENTRY,
    ISSUER,
    NOTHING,
    Change,
    other_certificate,
    tamper,
)
from tests.images.signature_writer import BUNDLE, SignedImage, Sigstore, statement

IN_AN_IMAGE: dict[str, tuple[Change, Change, int]] = {
    "nothing": (NOTHING, NOTHING, 0),
    "payload": (NOTHING, tamper, 1),
    "certificate": (other_certificate, NOTHING, 1),
    "digest": (IN_THE_ENTRY["the payload's digest"][0], NOTHING, 1),
    "promise": (NOTHING, IN_THE_BUNDLE["the promise"][0], 1),
}


@pytest.mark.parametrize("name", IN_AN_IMAGE)
def test_verify(run: Run, tmp_path: Path, name: str) -> None:
    in_entry, in_bundle, code = IN_AN_IMAGE[name]
    image, sigstore, root = SignedImage(tmp_path / "image"), Sigstore(), tmp_path / "root.json"
    made = sigstore.bundle(statement(image.digest), IDENTITY, ISSUER, intoto=in_entry)
    in_bundle(made)
    image.referrer(BUNDLE, made)
    root.write_bytes(sigstore.trusted_root())
    options = "--certificate-identity", IDENTITY, "--certificate-oidc-issuer", ISSUER, "--trusted-root", root
    done = run("verify", image.finish(), "--json", *options)
    found = [each for blob in done.json["blobs"] for each in blob["findings"]]
    errors = [each["message"] for each in found if each["severity"] == "error"]
    assert (done.code, len(errors), done.err) == (code, code, "")
    assert all("does not hold: " in each for each in errors)
