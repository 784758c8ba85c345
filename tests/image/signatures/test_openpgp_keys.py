"""Signatures of simple signing against keys of OpenPGP."""

import datetime
import sys
from pathlib import Path

import pysequoia
import pytest
from pysequoia import ArmorKind, armor

from ocitui.display import format_time
from ocitui.errors import UsageError
from ocitui.image.signatures import openpgp_keys
from ocitui.image.signatures.find import read_file
from ocitui.image.signatures.openpgp_keys import OpenPgpCheck
from tests.image.signatures.test_readers import ABOUT, DIGEST, packet, signed_message
from tests.images.openpgp_writer import Signer, container_payload

DAY = datetime.timedelta(days=1)


@pytest.fixture(scope="module")
def signer() -> Signer:
    return Signer(DAY)


@pytest.fixture
def keys(tmp_path: Path, signer: Signer) -> Path:
    path = tmp_path / "keys"
    path.write_bytes(bytes(signer.keys))
    return path


def refusal(keys: Path, raw: bytes) -> str:
    found, check = read_file(raw, "signature-1", ABOUT), OpenPgpCheck(keys)
    assert check.applies(found)
    return check.refusal(found)


def by(raw: bytes) -> str:
    return f"is by the key {read_file(raw, 'signature-1', ABOUT).key}"


def test_one_of_the_keys_signed(keys: Path, signer: Signer) -> None:
    raw, other = signer.sign(container_payload(str(DIGEST))), bytes(Signer().keys)
    own = keys.read_bytes()
    texts = [armor(each, ArmorKind.PublicKey).encode() for each in (other, own)]
    for data in (own, other + own, texts[1], b"".join(texts)):
        keys.write_bytes(data)
        assert refusal(keys, raw) == ""
    keys.write_bytes(other)
    assert refusal(keys, raw) == f"{by(raw)}, not by a key in {keys}"


def test_what_was_changed(keys: Path, signer: Signer) -> None:
    payload = container_payload(str(DIGEST))
    raw = signer.sign(payload)
    place = raw.index(b"docker-reference")
    changed = raw[:place] + b"D" + raw[place + 1 :]
    name = by(raw).removeprefix("is by ")
    expected = f"does not fit {name}: it, or what it signs, was changed, or its algorithm is too weak"
    assert refusal(keys, changed) == expected
    assert refusal(keys, raw[:-1] + bytes([raw[-1] ^ 1])) == expected
    assert refusal(keys, signed_message()).endswith(f", not by a key in {keys}")
    unsigned = packet(11, b"b\x00\x00\x00\x00\x00" + str(payload).replace("'", '"').encode())
    assert refusal(keys, unsigned) == f"is by a key without a name, not by a key in {keys}"


def test_a_defect_is_no_verdict(keys: Path, signer: Signer, monkeypatch: pytest.MonkeyPatch) -> None:
    """All that the library finds wrong with a signature is a `RuntimeError`."""
    with pytest.raises(RuntimeError):
        pysequoia.verify(bytes=b"\xff", store=lambda _: [])
    raw = signer.sign(container_payload(str(DIGEST)))
    monkeypatch.setattr(pysequoia, "verify", lambda: None)
    with pytest.raises(TypeError):
        refusal(keys, raw)


def test_a_key_that_ended(keys: Path, signer: Signer, monkeypatch: pytest.MonkeyPatch) -> None:
    raw = signer.sign(container_payload(str(DIGEST)))
    keys.write_bytes(bytes(signer.revoked))
    main = signer.keys.fingerprint.upper()
    assert refusal(keys, raw) == f"is by the key {main}, which was revoked"
    keys.write_bytes(bytes(signer.keys))
    ends = signer.keys.expiration
    assert ends is not None
    monkeypatch.setattr(openpgp_keys, "current_moment", lambda: ends + DAY)
    assert refusal(keys, raw) == f"{by(raw)}, which expired on {format_time(ends)} UTC"


def test_what_is_no_signature_of_an_image(keys: Path, signer: Signer) -> None:
    payload = container_payload(str(DIGEST))
    payload["critical"]["type"] = "cosign container image signature"
    expected = "is of the type cosign container image signature, not of atomic container signature"
    assert refusal(keys, signer.sign(payload)) == expected
    payload = container_payload(str(DIGEST))
    payload["critical"]["identity"]["platform"] = payload["critical"]["until"] = "x"
    expected = "needs what ocitui does not know: critical.until, critical.identity.platform"
    assert refusal(keys, signer.sign(payload)) == expected


def test_files_without_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, signer: Signer) -> None:
    path = tmp_path / "keys"
    for data in (b"", b"{}", b"\xff" * 100, bytes(signer.keys)[:40], signed_message(), b"-----BEGIN PGP PUBLIC KEY"):
        path.write_bytes(data)
        with pytest.raises(UsageError) as error:
            OpenPgpCheck(path)
        assert str(error.value) == f"{path}: expected public keys of OpenPGP, found something else"
    monkeypatch.setitem(sys.modules, "pysequoia", None)
    with pytest.raises(UsageError, match=r"^--gpg-key needs libraries that are not installed: pip install"):
        OpenPgpCheck(path)
