"""Signatures that other programs made: skopeo with GnuPG, beside an image and in a lookaside folder."""

import json
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ocitui.demo.tar import file, write_tar
from ocitui.image.documents.tree import build_tree
from ocitui.image.signatures.find import read_file, signatures_of
from ocitui.image.signatures.openpgp_keys import OpenPgpCheck
from ocitui.transports.image_folder import ImageFolder
from tests.image.signatures.test_readers import ABOUT, DIGEST
from tests.images.layout_writer import write_layout
from tests.images.openpgp_writer import container_payload
from tests.images.tools import require_tool, run

pytestmark = pytest.mark.peer

_ON_A_DAY = ("--faked-system-time", "20260512T093000!")


@dataclass(frozen=True)
class Keyring:
    """A keyring of the test's own."""

    home: str
    fingerprint: str

    def run(self, *arguments: str, input: bytes = b"") -> bytes:
        """What GnuPG prints, on the day of a signature where one is named."""
        loopback = ("--pinentry-mode", "loopback", "--passphrase", "")
        return run(
            require_tool("gpg"), "--homedir", self.home, "--batch", "--quiet", *loopback, *arguments, input=input
        )

    def made(self, name: str, *arguments: str) -> str:
        """The fingerprint of a new key."""
        self.run(*_ON_A_DAY, "--quick-generate-key", name, "ed25519", *arguments)
        listed = self.run("--with-colons", "--list-keys", name).decode()
        return next(line.split(":")[9] for line in listed.splitlines() if line.startswith("fpr:"))


@pytest.fixture(scope="module")
def keyring() -> Iterator[Keyring]:
    """One key of GnuPG; its folder has a short name, since a socket is in it."""
    gpgconf, home = require_tool("gpgconf"), tempfile.mkdtemp(prefix="gpg")
    try:
        yield Keyring(home, Keyring(home, "").made("Paper Boat <boat@example.com>", "sign", "never"))
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
    keys = tmp_path / "keys.asc"
    keys.write_bytes(keyring.run("--armor", "--export", keyring.fingerprint))
    assert OpenPgpCheck(keys).refusal(found) == ""


def test_keys_of_gnupg_that_ended(keyring: Keyring, tmp_path: Path) -> None:
    """They signed when they were valid, and are refused as containers/image refuses them."""
    payload, path = json.dumps(container_payload(str(DIGEST))).encode(), tmp_path / "keys"

    def refusal(name: str, *options: str) -> str:
        raw = keyring.run(*_ON_A_DAY, *options, "--local-user", name, "--sign", input=payload)
        found = read_file(raw, "signature-1", ABOUT)
        assert (found.problems, found.made) == ((), datetime(2026, 5, 12, 9, 30, tzinfo=UTC))
        path.write_bytes(keyring.run("--export", name))
        return OpenPgpCheck(path).refusal(found)

    subkeys = keyring.made("Subkey <subkey@example.com>", "cert", "never")
    keyring.run(*_ON_A_DAY, "--quick-add-key", subkeys, "ed25519", "sign", "2026-06-01")
    other = keyring.made("Other <other@example.com>", "sign", "never")
    assert refusal(other, "--compress-algo", "none") == ""
    assert refusal(other, "--default-sig-expire", "1d") == "expired on 2026-05-13 09:30:00 UTC"
    assert refusal(subkeys).endswith(", which expired on 2026-06-01 12:00:00 UTC")
    assert refusal(keyring.made("Expired <expired@example.com>", "sign", "2026-06-01")).endswith(
        ", which expired on 2026-06-01 12:00:00 UTC"
    )
    signed = read_file(keyring.run(*_ON_A_DAY, "--local-user", other, "--sign", input=payload), "signature-1", ABOUT)
    revocation = (
        Path(keyring.home, "openpgp-revocs.d", f"{other}.rev").read_bytes().replace(b":-----BEGIN", b"-----BEGIN")
    )
    keyring.run("--import", input=revocation.replace(b":-----BEGIN", b"-----BEGIN"))
    found = read_file(keyring.run(*_ON_A_DAY, "--local-user", keyring.fingerprint, "--sign", input=payload), "x", ABOUT)
    assert OpenPgpCheck(path).refusal(found).endswith(f", not by a key in {path}")
    path.write_bytes(keyring.run("--export", other))
    assert OpenPgpCheck(path).refusal(signed) == f"is by the key {other}, which was revoked"
