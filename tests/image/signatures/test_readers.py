"""Signatures of every form, read; and bytes that are none."""

import json
import zlib
from collections.abc import Callable
from pathlib import Path

import cbor2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from ocitui.errors import DocumentError
from ocitui.image.node import Node, NodeKind
from ocitui.image.signatures.certificate import read_certificate
from ocitui.image.signatures.find import read_file
from ocitui.image.signatures.notation import COSE, JWS, read_notation
from ocitui.image.signatures.signature import Signature
from ocitui.image.signatures.sigstore import read_bundle, read_cosign, read_signed_statement
from ocitui.spec.descriptor import Descriptor
from ocitui.spec.digest import Digest
from tests.images import signature_writer
from tests.images.signature_writer import KEYS, NOW, base64_of, certificate, notary_payload, simple_payload
from tests.images.tools import require_tool, run

DIGEST = Digest.of(b"image")
ABOUT = Node(NodeKind.IMAGE, "", Descriptor("", DIGEST, 5, {}), raw=b"image")
IMAGE = {"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": str(DIGEST), "size": 5}
PAYLOAD = json.dumps(simple_payload(str(DIGEST), creator="atomic 1.0", timestamp=1778578200)).encode()


def packet(kind: int, body: bytes, *, is_old: bool = False) -> bytes:
    if is_old:
        return bytes([0x80 | kind << 2 | 1]) + len(body).to_bytes(2) + body
    return bytes([0xC0 | kind, 255]) + len(body).to_bytes(4) + body


def signed_message(payload: bytes = PAYLOAD, *, is_packed: bool = True, is_old: bool = False) -> bytes:
    """What `gpg --sign` writes, but for the numbers of the signature."""
    key = bytes(range(20))
    hashed = b"\x16\x21\x04" + key + b"\x05\x02" + int(NOW.timestamp()).to_bytes(4)
    signature = b"\x04\x00\x16\x08" + len(hashed).to_bytes(2) + hashed + b"\x00\x0a\x09\x10" + key[-8:] + b"\x00\x00"
    inner = packet(4, b"\x03\x00\x08\x16" + key[-8:] + b"\x01", is_old=is_old)
    inner += packet(11, b"b\x00\x00\x00\x00\x00" + payload, is_old=is_old) + packet(2, signature, is_old=is_old)
    return packet(8, b"\x02" + zlib.compress(inner)) if is_packed else inner


@pytest.mark.parametrize("is_packed", [True, False])
@pytest.mark.parametrize("is_old", [True, False])
def test_a_signed_message_of_openpgp(is_packed: bool, is_old: bool) -> None:
    found = read_file(signed_message(is_packed=is_packed, is_old=is_old), "signature-1", ABOUT)
    assert (found.form, found.problems, found.is_about_this) == ("OpenPGP", (), True)
    assert (found.key, found.algorithm, found.made) == (bytes(range(20)).hex().upper(), "EdDSA", NOW)
    assert (found.tool, found.claim and found.claim.reference) == ("atomic 1.0", "registry.example.com/paperboat")


def test_a_signature_of_cosign_in_a_file() -> None:
    annotations = {"dev.cosignproject.cosign/signature": base64_of(b"any")}
    kind = "application/vnd.dev.cosign.simplesigning.v1+json"
    document = {"mimeType": kind, "payload": base64_of(PAYLOAD), "annotations": annotations}
    found = read_file(b"\x00sigstore-json\n" + json.dumps(document).encode(), "signature-1", ABOUT)
    assert (found.form, found.problems, found.is_about_this) == ("cosign", (), True)
    assert [each.signature for each in found.signed] == [b"any"]


@pytest.mark.parametrize("media_type", [JWS, COSE])
@pytest.mark.parametrize("kind", ["ECDSA P-256", "RSA"])
def test_signatures_of_notation(media_type: str, kind: str) -> None:
    key = KEYS[kind]()
    make = signature_writer.cose if media_type == COSE else signature_writer.jws
    chain = [certificate(key, name="boats")]
    expiry: object = cbor2.CBORTag(1, 1778664600) if media_type == COSE else "2026-05-13T09:30:00Z"
    found = read_notation(make(key, chain, notary_payload(IMAGE), expiry=expiry), media_type, "blob", ABOUT, None)
    assert (found.problems, found.is_about_this, found.signer) == ((), True, "O=Paperboat, CN=boats")
    assert (found.made, found.expires and found.expires.isoformat()) == (NOW, "2026-05-13T09:30:00+00:00")
    assert (found.tool, found.algorithm) == ("notation-go/1.3.0", "PS256" if kind == "RSA" else "ES256")
    other = {**IMAGE, "digest": f"sha256:{'1' * 64}"}
    found = read_notation(make(key, chain, notary_payload(other)), media_type, "blob", ABOUT, None)
    assert found.mismatch == f"expected a signature of {DIGEST}, found one of {other['digest']}"


def test_certificates_are_read_as_the_library_reads_them() -> None:
    key = KEYS["Ed25519"]()
    names = [
        x509.RFC822Name("a@example.com"),
        x509.DNSName("example.com"),
        x509.UniformResourceIdentifier("spiffe://b"),
    ]
    other = x509.OtherName(x509.ObjectIdentifier("1.3.6.1.4.1.57264.1.7"), b"\x0c\x04user")
    for each in ([], names, [other]):
        made = certificate(key, names=each, fulcio={"1": b"old", "8": b"\x0c\x03new"})
        found = read_certificate(made.public_bytes(Encoding.DER))
        assert (found.not_before, found.not_after) == (made.not_valid_before_utc, made.not_valid_after_utc)
        assert (found.subject, found.facts) == ("O=Paperboat, CN=signer", {"issuer": "new"})
        assert found.names == (("user",) if each == [other] else tuple(name.value for name in each))


@pytest.mark.peer
def test_a_certificate_of_openssl(tmp_path: Path) -> None:
    openssl = require_tool("openssl")
    options = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", tmp_path / "key")
    subject = (
        "-subj",
        "/C=DE/O=Boote \u00fc/CN=paper",
        "-utf8",
        "-days",
        "20000",
        "-addext",
        "subjectAltName=email:a@b.de",
    )
    der = run(openssl, "req", "-x509", *options, *subject, "-outform", "DER")
    found = read_certificate(der)
    assert (found.subject, found.identity) == ("C=DE, O=Boote \u00fc, CN=paper", "a@b.de")
    assert found.not_after is not None
    said = run(openssl, "x509", "-inform", "DER", "-noout", "-enddate", "-dateopt", "iso_8601", input=der).decode()
    assert f"{found.not_after:%Y-%m-%d %H:%M:%SZ}" in said


Read = Callable[[bytes], Signature]
READERS: dict[str, Read] = {
    "cosign": lambda raw: read_cosign(raw, {"dev.cosignproject.cosign/signature": "AAAA"}, "blob", ABOUT, None),
    "DSSE": lambda raw: read_signed_statement(raw, {}, "blob", ABOUT, None),
    "bundle": lambda raw: read_bundle(raw, "blob", ABOUT, None),
    "JWS": lambda raw: read_notation(raw, JWS, "blob", ABOUT, None),
    "COSE": lambda raw: read_notation(raw, COSE, "blob", ABOUT, None),
    "file": lambda raw: read_file(raw, "blob", ABOUT),
    "file of Sigstore": lambda raw: read_file(b"\x00sigstore-json\n" + raw, "blob", ABOUT),
}
DAMAGED = {
    "nothing": b"",
    "no JSON": b"\xff\x00",
    "an empty object": b"{}",
    "a list": b"[1]",
    "nested": b"[" * 100_000,
    "nested CBOR": b"\x81" * 100_000,
    "long CBOR": b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff",
    "deep message": packet(
        8, b"\x00" + packet(8, b"\x00" + packet(8, b"\x00" + packet(8, b"\x00" + packet(8, b"\x00"))))
    ),
    "many packets": packet(10, b"") * 1000,
    "a bomb": packet(8, b"\x02" + zlib.compress(bytes(4 << 20))),
    "other types": json.dumps(
        {"critical": 1, "payload": [], "protected": {}, "dsseEnvelope": 5, "messageSignature": [], "annotations": 1}
    ).encode(),
}


@pytest.mark.parametrize("name", DAMAGED)
@pytest.mark.parametrize("reader", READERS)
def test_what_is_none_is_one_problem(reader: str, name: str) -> None:
    found = READERS[reader](DAMAGED[name])
    assert found.claim is None
    assert found.mismatch == ""
    assert len(found.problems) == 1
    assert found.problems[0].startswith("blob")


@pytest.mark.parametrize(
    "der",
    [b"", b"\x30", b"\x30\x84\xff\xff\xff\xff", b"\x30\x00", b"\x30\x02\x30\x00", b"\x04\x01a", b"\x30\x80\x00\x00"],
)
def test_what_is_no_certificate(der: bytes) -> None:
    with pytest.raises(DocumentError):
        read_certificate(der)
