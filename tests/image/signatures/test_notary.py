"""Signatures of notation against certificates that are trusted, or not."""

import datetime
import json
from pathlib import Path
from typing import Any

import cbor2
import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from ocitui.errors import UsageError
from ocitui.image.signatures.notary import NotationCheck
from ocitui.image.signatures.notation import COSE, JWS, read_notation
from tests.image.signatures.test_readers import ABOUT, IMAGE
from tests.images import signature_writer
from tests.images.signature_writer import KEYS, Key, certificate, notary_payload

NOW = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
DAY = datetime.timedelta(days=1)


class Authority:
    """A root, an authority below it, and a signer."""

    def __init__(self, kind: str = "ECDSA P-256", *, is_middle: bool = True, **leaf: Any) -> None:
        made: dict[str, Any] = {"begin": NOW - DAY, "days": 30.0}
        self.root_key, self.middle_key, self.key = KEYS["ECDSA P-256"](), KEYS["ECDSA P-256"](), KEYS[kind]()
        self.root = certificate(self.root_key, name="root", is_authority=True, **made)
        issuer = (self.root, self.root_key)
        self.middle = certificate(self.middle_key, name="middle", is_authority=is_middle, issuer=issuer, **made)
        self.leaf = certificate(self.key, name="boats", issuer=(self.middle, self.middle_key), **{**made, **leaf})

    @property
    def chain(self) -> list[Any]:
        return [self.leaf, self.middle, self.root]


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


def trusted(path: Path, *certificates: Any) -> NotationCheck:
    path.write_bytes(b"".join(each.public_bytes(Encoding.PEM) for each in certificates))
    return NotationCheck(path)


def refusal(check: NotationCheck, raw: bytes, media_type: str = JWS) -> str:
    found = read_notation(raw, media_type, "blob", ABOUT, None)
    assert (found.problems, check.applies(found)) == ((), True)
    return check.refusal(found)


def about() -> dict[str, Any]:
    """The payload for `ABOUT`, whose descriptor says no type."""
    return notary_payload({**IMAGE, "mediaType": ""})


@pytest.mark.parametrize("kind", ["ECDSA P-256", "RSA"])
def test_a_signature_that_leads_to_what_is_trusted(tmp_path: Path, kind: str) -> None:
    by = Authority(kind)
    other = Authority()
    for each in (by.root, by.middle, by.leaf):
        check = trusted(tmp_path / "trusted.pem", each)
        assert refusal(check, signature_writer.jws(by.key, by.chain, about())) == ""
        assert refusal(check, signature_writer.cose(by.key, by.chain, about()), COSE) == ""
        assert refusal(check, signature_writer.jws(by.key, by.chain[:2], about())) == ""
        assert refusal(check, signature_writer.jws(other.key, other.chain, about())).startswith("is by CN=boats")
    assert refusal(trusted(tmp_path / "other.pem", other.root), signature_writer.jws(by.key, by.chain, about())) == (
        f"is by CN=boats,O=Paperboat, which does not lead to a certificate in {tmp_path / 'other.pem'}"
    )


def test_a_signature_that_was_changed(tmp_path: Path, authority: Authority) -> None:
    check = trusted(tmp_path / "root.pem", authority.root)
    changed = "does not fit its certificate: it, or what it signs, was changed"
    document = json.loads(signature_writer.jws(authority.key, authority.chain, about(), note="a"))
    longer = {**about(), "more": "b"}
    other = json.loads(signature_writer.jws(authority.key, authority.chain, longer, note="b"))
    for name in ("payload", "protected", "signature"):
        assert refusal(check, json.dumps({**document, name: other[name]}).encode()) == changed
    tag = cbor2.loads(signature_writer.cose(authority.key, authority.chain, about()))
    parts = [*tag.value]
    parts[2] = parts[2] + b" "
    assert refusal(check, cbor2.dumps(cbor2.CBORTag(18, parts)), COSE) == changed
    other_key = KEYS["ECDSA P-256"]()
    assert refusal(check, signature_writer.jws(other_key, authority.chain, about())) == changed


def test_certificates_that_may_not_sign(tmp_path: Path, authority: Authority) -> None:
    no_authority = Authority(is_middle=False)
    check = trusted(tmp_path / "root.pem", no_authority.root)
    raw = signature_writer.jws(no_authority.key, no_authority.chain, about())
    assert "does not lead to" in refusal(check, raw)
    root, key = authority.root, authority.root_key
    raw = signature_writer.jws(key, [root], about())
    assert refusal(trusted(tmp_path / "own.pem", root), raw) == "is by a certificate that is not for signing"
    short: Key = KEYS["Ed25519"]()
    leaf = certificate(short, issuer=(root, key), begin=NOW - DAY, days=30)
    raw = signature_writer.jws(authority.key, [leaf, root], about())
    assert refusal(trusted(tmp_path / "root.pem", root), raw).startswith(
        "expected the algorithm of a key that is allowed"
    )


def test_time(tmp_path: Path) -> None:
    past = Authority(begin=NOW - 20 * DAY, days=10)
    check = trusted(tmp_path / "root.pem", past.root)
    assert "CN=boats,O=Paperboat that expired on" in refusal(check, signature_writer.jws(past.key, past.chain, about()))
    future = Authority(begin=NOW + DAY)
    check = trusted(tmp_path / "root.pem", future.root)
    raw = signature_writer.jws(future.key, future.chain, about())
    assert "that is not valid before" in refusal(check, raw)
    expired = signature_writer.jws(future.key, future.chain, about(), expiry="2020-01-01T00:00:00Z")
    assert refusal(check, expired) == "expired on 2020-01-01 00:00:00 UTC"


def test_nobody_vouches_for_the_time_of_an_expired_certificate(tmp_path: Path) -> None:
    """Whoever found its key could say so."""
    past = Authority(begin=NOW - 20 * DAY, days=10)
    check = trusted(tmp_path / "root.pem", past.root)
    said = {"signingScheme": "notary.x509.signingAuthority", "authenticSigningTime": (NOW - 15 * DAY).isoformat()}
    for more in (said, {**said, "signingTime": (NOW - 15 * DAY).isoformat()}):
        raw = signature_writer.jws(past.key, past.chain, about(), **more)
        assert "CN=boats,O=Paperboat that expired on" in refusal(check, raw)


@pytest.mark.parametrize(
    "expiry", ["2020-01-01", 1.5, [], None, 1 << 40_000], ids=["date", "float", "list", "null", "big"]
)
def test_an_expiry_that_cannot_be_read(authority: Authority, expiry: object) -> None:
    """It passed for none."""
    raw = signature_writer.cose(authority.key, authority.chain, about(), expiry=expiry)
    assert read_notation(raw, COSE, "blob", ABOUT, None).problems == (
        "blob: expected a time of expiry, found something else",
    )


@pytest.mark.parametrize(
    "attributes",
    [{1 << 40_000: 1}, {cbor2.CBORTag(36, "io.cncf.notary.x: y\n\n"): 1}, {2: [1 << 40_000]}, {"io.cncf.notary.x": 1}],
    ids=["a number", "a message", "critical", "text"],
)
def test_names_of_attributes_of_any_type(attributes: dict[object, object]) -> None:
    """Their text was asked for, which ended in a traceback."""
    protected = cbor2.dumps({3: "application/vnd.cncf.notary.payload.v1+json", **attributes})
    raw = cbor2.dumps(cbor2.CBORTag(18, [protected, {}, json.dumps(about()).encode(), b""]))
    found = read_notation(raw, COSE, "blob", ABOUT, None)
    assert found.problems == (
        ("blob: expected a list of critical attributes, found something else",) if 2 in attributes else ()
    )


def test_a_scheme_that_is_not_known(tmp_path: Path, authority: Authority) -> None:
    check = trusted(tmp_path / "root.pem", authority.root)
    raw = signature_writer.jws(authority.key, authority.chain, about(), signingScheme="x")
    assert refusal(check, raw) == "needs what ocitui does not know: the signing scheme x"


def test_what_is_critical_and_the_rest_of_the_descriptor(tmp_path: Path, authority: Authority) -> None:
    check = trusted(tmp_path / "root.pem", authority.root)
    raw = signature_writer.jws(
        authority.key, authority.chain, about(), critical=["io.cncf.notary.verificationPlugin"], verificationPlugin="x"
    )
    assert refusal(check, raw) == "needs what ocitui does not know: io.cncf.notary.verificationPlugin"
    raw = signature_writer.jws(authority.key, authority.chain, notary_payload({**IMAGE, "mediaType": "", "size": 6}))
    assert refusal(check, raw).startswith("is of 6 bytes of ")
    (tmp_path / "none.pem").write_text("none")
    with pytest.raises(UsageError, match="expected certificates in PEM"):
        NotationCheck(tmp_path / "none.pem")
