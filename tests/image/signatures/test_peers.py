"""Signatures that other programs made: skopeo with GnuPG, beside an image and in a lookaside folder."""

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from ocitui.demo.tar import file, write_tar
from ocitui.image.documents.tree import build_tree
from ocitui.image.signatures.find import signatures_of
from ocitui.transports.image_folder import ImageFolder
from tests.images.layout_writer import write_layout
from tests.images.tools import require_tool, run

pytestmark = pytest.mark.peer


@dataclass(frozen=True)
class Keyring:
    """A keyring of the test's own."""

    home: str
    fingerprint: str


@pytest.fixture(scope="module")
def keyring() -> Iterator[Keyring]:
    """One key of GnuPG; its folder has a short name, since a socket is in it."""
    gpg, gpgconf, home = require_tool("gpg"), require_tool("gpgconf"), tempfile.mkdtemp(prefix="gpg")
    options = ("--homedir", home, "--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", "")
    try:
        run(gpg, *options, "--quick-generate-key", "Paper Boat <boat@example.com>", "ed25519", "sign", "never")
        listed = run(gpg, *options, "--with-colons", "--list-keys").decode()
        yield Keyring(home, next(line.split(":")[9] for line in listed.splitlines() if line.startswith("fpr:")))
    finally:
        run(gpgconf, "--homedir", home, "--kill", "all")
        shutil.rmtree(home, ignore_errors=True)


def test_an_image_that_skopeo_signed(keyring: Keyring, tmp_path: Path) -> None:
    layout = write_layout(tmp_path / "layout", [write_tar([file("a")])])
    signed = ("--sign-by", keyring.fingerprint, "--sign-identity", "registry.example.com/boat:1")
    target = tmp_path / "folder"
    run(
        require_tool("skopeo"),
        *("--insecure-policy", "copy", "--quiet", *signed, f"oci:{layout.path}:latest", f"dir:{target}"),
        environment={"GNUPGHOME": keyring.home},
    )
    transport = ImageFolder.open(target)
    (found,) = signatures_of(build_tree(transport).children[0], transport)
    assert (found.form, found.title, found.problems, found.mismatch) == ("OpenPGP", "signature-1", (), "")
    assert found.is_about_this
    assert found.key == keyring.fingerprint
    assert found.claim is not None
    assert found.claim.reference == "registry.example.com/boat:1"
    assert found.claim.kind == "atomic container signature"
    assert found.tool.startswith("atomic ") or found.tool
    assert found.made is not None
