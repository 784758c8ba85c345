"""Certificates and keys in files, made by the library `cryptography` and compared with what it says of them."""

import base64
import hashlib
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import certifi
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    SSHCertificateBuilder,
    SSHCertificateType,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from ocitui.errors import DocumentError
from ocitui.image.described.bounded import BoundedFile
from ocitui.image.described.credential_facts import credentials_words, validity_problem
from ocitui.image.described.credentials import LIMIT, Credentials, may_be_credentials, read_credentials
from ocitui.image.described.describe import describe_file, sections_of
from tests.images.signature_writer import KEYS, certificate

RSA_KEY = rsa.generate_private_key(65537, 2048)
PRIVATE = {
    "RSA, 2048 bits": RSA_KEY,
    "ECDSA P-384": ec.generate_private_key(ec.SECP384R1()),
    "Ed25519": ed25519.Ed25519PrivateKey.generate(),
    "DSA, 1024 bits": dsa.generate_private_key(1024),
}
SECRET = BestAvailableEncryption(b"secret")
OLD, PKCS_8, OPENSSH = PrivateFormat.TraditionalOpenSSL, PrivateFormat.PKCS8, PrivateFormat.OpenSSH


def read(data: bytes) -> Credentials:
    found = read_credentials(BoundedFile(lambda offset, size: data[offset : offset + size], len(data)))
    assert may_be_credentials(b"name", data, len(data))
    return found


def facts_of(data: bytes, most: int | None = None) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    described = describe_file(b"a.pem", lambda at, size: data[at : at + size], len(data))
    for section in sections_of(described, most):
        label = ""
        for fact in section.facts:
            label = fact.label or label
            found.setdefault(f"{section.title}: {label}", []).append(fact.value)
    return found


FORMS: list[tuple[Encoding, PrivateFormat, KeySerializationEncryption]] = [
    (Encoding.PEM, PKCS_8, NoEncryption()),
    (Encoding.DER, PKCS_8, NoEncryption()),
    (Encoding.PEM, PKCS_8, SECRET),
    (Encoding.DER, PKCS_8, SECRET),
    (Encoding.PEM, OLD, NoEncryption()),
    (Encoding.PEM, OLD, SECRET),
    (Encoding.PEM, OPENSSH, NoEncryption()),
]
MISSING = {("Ed25519", OLD), ("DSA, 1024 bits", OPENSSH)}
"""Forms that there are none of."""


@pytest.mark.parametrize(
    ("kind", "encoding", "form", "encryption"),
    [(kind, *form) for kind in PRIVATE for form in FORMS if (kind, form[1]) not in MISSING],
)
def test_private_keys(
    kind: str, encoding: Encoding, form: PrivateFormat, encryption: KeySerializationEncryption
) -> None:
    found = read(PRIVATE[kind].private_bytes(encoding, form, encryption))
    assert not found.problems
    (only,) = found.keys
    is_hidden = encryption is SECRET
    assert (only.is_private, only.is_encrypted) == (True, is_hidden)
    said = "" if form is PKCS_8 else {"ECDSA P-384": "EC"}.get(kind, kind.partition(",")[0])
    assert only.kind == (said if is_hidden else kind)


@pytest.mark.parametrize("kind", PRIVATE)
def test_public_keys(kind: str) -> None:
    public = PRIVATE[kind].public_key()
    for encoding in (Encoding.PEM, Encoding.DER):
        (only,) = read(public.public_bytes(encoding, PublicFormat.SubjectPublicKeyInfo)).keys
        assert (only.kind, only.is_private, only.is_encrypted) == (kind, False, None)
    if kind.startswith("DSA"):
        return
    line = public.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
    digest = base64.b64encode(hashlib.sha256(base64.b64decode(line.split(b" ")[1])).digest()).decode().rstrip("=")
    (only,) = read(line + b" me@host\n").keys
    assert (only.kind, only.fingerprint, only.comment) == (kind, f"SHA256:{digest}", "me@host")


def test_lists_of_ssh() -> None:
    line = PRIVATE["Ed25519"].public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
    text = b"# a list\n" + b'restrict,command="a b" ' + line + b" me\n|1|a=|b= " + line + b"\n\nnonsense\n"
    assert may_be_credentials(b"authorized_keys", text, len(text))
    found = read_credentials(BoundedFile(lambda offset, size: text[offset : offset + size], len(text)))
    assert [each.before for each in found.keys] == ['restrict,command="a b"', "|1|a=|b="]
    assert found.problems == ("line 5: expected a key of SSH, found something else",)
    assert credentials_words(found) == "2 public keys"


def test_options_before_a_key_may_hold_any_words() -> None:
    line = PRIVATE["Ed25519"].public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
    options = b'no-pty,command="echo \\"ssh-rsa AAAAB3 x\\" #",from="192.0.2.0/24"'
    data = b"# who may deploy\n\n" + options + b" " + line + b" me\n" + line + b" you\n"
    found = read(data)  # whatever its name is
    assert not found.problems
    assert [(each.before, each.kind, each.comment) for each in found.keys] == [
        (options.decode(), "Ed25519", "me"),
        ("", "Ed25519", "you"),
    ]


@pytest.mark.parametrize(
    "blob", [bytes(12), b"\0\0\0\x0bssh-ed25519", b"\0\0\0\x07ssh-rsa\0\0\0\1x\0\0\0\1x"], ids=["none", "no key", "RSA"]
)
def test_a_line_whose_key_is_none_of_its_kind(blob: bytes) -> None:
    found = read(b"ssh-ed25519 " + base64.b64encode(blob) + b" somebody@host.example.com\n")
    assert not found.keys
    assert found.problems == ("line 1: SSH key: expected a key of the kind ssh-ed25519, found something else",)


@pytest.mark.parametrize("kind", ["RSA, 2048 bits", "ECDSA P-384", "Ed25519"])
def test_a_certificate_of_ssh_has_the_fingerprint_of_its_key(kind: str) -> None:
    key = PRIVATE[kind].public_key()
    now = 1_700_000_000
    builder = SSHCertificateBuilder().public_key(key).serial(7).type(SSHCertificateType.USER).key_id(b"somebody")
    builder = builder.valid_for_all_principals().valid_after(now).valid_before(now + 60)
    line = builder.sign(PRIVATE["Ed25519"]).public_bytes()
    plain = key.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
    (own,), (only,) = read(plain).keys, read(line + b" me@host\n").keys
    assert (only.kind, only.fingerprint, only.comment) == (f"{kind}, certificate", own.fingerprint, "me@host")


def test_a_certificate_of_ssh_without_a_key_is_none() -> None:
    name = b"ssh-ed25519-cert-v01@openssh.com"
    blob = len(name).to_bytes(4) + name + bytes(4)
    assert read(name + b" " + base64.b64encode(blob) + b"\n").problems == (
        "line 1: SSH certificate: expected a key of a kind that is known, found something else",
    )


def test_a_key_that_is_encrypted_says_only_its_public_part() -> None:
    line = PRIVATE["Ed25519"].public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
    blob = base64.b64decode(line.split(b" ")[1])
    strings = [b"aes256-ctr", b"bcrypt", bytes(24), None, blob, b"\xaa" * 144]
    raw = b"".join(bytes([0, 0, 0, 1]) if each is None else len(each).to_bytes(4) + each for each in strings)
    body = base64.encodebytes(b"openssh-key-v1\0" + raw)
    (only,) = read(b"-----BEGIN OPENSSH PRIVATE KEY-----\n" + body + b"-----END OPENSSH PRIVATE KEY-----\n").keys
    assert (only.form, only.kind, only.is_encrypted) == ("OpenSSH", "Ed25519", True)
    assert only.fingerprint == read(line).keys[0].fingerprint


def test_nothing_secret_is_said() -> None:
    data = RSA_KEY.private_bytes(Encoding.PEM, PKCS_8, NoEncryption())
    body = data.decode().split("-----")[2].split()
    said = str(facts_of(data))
    assert "no: whoever has this file has the key" in said
    assert not [line for line in body if line in said]


def test_a_certificate() -> None:
    key = KEYS["ECDSA P-256"]()
    made = certificate(key)
    for encoding in (Encoding.PEM, Encoding.DER):
        (only,) = read(made.public_bytes(encoding)).certificates
        assert (only.key, int(only.serial, 16)) == ("ECDSA P-256", made.serial_number)
    said = facts_of(made.public_bytes(Encoding.PEM))
    assert said["certificate: SHA-256"] == [hashlib.sha256(made.public_bytes(Encoding.DER)).hexdigest()]
    assert said["certificate: key"] == ["ECDSA P-256"]


def test_validity() -> None:
    (only,) = read(certificate(KEYS["ECDSA P-256"]()).public_bytes(Encoding.PEM)).certificates
    assert only.not_before is not None
    assert only.not_after is not None
    assert validity_problem(only, only.not_after) == ""
    assert validity_problem(only, datetime(2199, 1, 1, tzinfo=UTC)).startswith("expired on ")
    assert validity_problem(only, datetime(1999, 1, 1, tzinfo=UTC)).startswith("not valid before ")


@pytest.mark.filterwarnings("ignore:Parsed a serial number which wasn't positive")
def test_a_bundle_as_the_library_reads_it() -> None:
    data = Path(certifi.where()).read_bytes()
    assert may_be_credentials(b"cacert.pem", data, len(data))
    found = read_credentials(BoundedFile(lambda offset, size: data[offset : offset + size], len(data)))
    expected = x509.load_pem_x509_certificates(data)
    assert not found.problems
    assert len(found.certificates) == len(expected) > 100
    for ours, theirs in zip(found.certificates, expected, strict=True):
        key = theirs.public_key()
        size = f"RSA, {key.key_size} bits" if isinstance(key, rsa.RSAPublicKey) else ours.key
        assert (int(ours.serial, 16), ours.not_after, ours.key) == (
            theirs.serial_number,
            theirs.not_valid_after_utc,
            size,
        )
        try:
            is_authority = theirs.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
        except x509.ExtensionNotFound:
            is_authority = False
        assert ours.is_authority == is_authority
    title = f"{len(expected)} certificates"
    assert len([1 for name in facts_of(data, 5) if not name.startswith(title)]) == 0
    assert f"certificate {len(expected)}: serial" in facts_of(data)


def pem(label: str) -> bytes:
    return f"-----BEGIN {label}-----\nAAAA\n-----END {label}-----\n".encode()


SIGNED_TEXT = b"""-----BEGIN PGP SIGNED MESSAGE-----
Hash: SHA256

Origin: Debian
-----BEGIN PGP SIGNATURE-----

AAAA
-----END PGP SIGNATURE-----
"""
BOTH = certificate(KEYS["ECDSA P-256"]()).public_bytes(Encoding.PEM) + RSA_KEY.private_bytes(
    Encoding.PEM, OLD, NoEncryption()
)


@pytest.mark.parametrize(
    ("data", "words", "problem"),
    [
        (BOTH, "certificate, private key", ""),
        (BOTH.replace(b"MII", b"!!!", 1), "private key", "CERTIFICATE: expected Base 64"),
        (
            b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n" + BOTH,
            "certificate, private key",
            "CERTIFI",
        ),
        (BOTH[:-30], "certificate", "RSA PRIVATE KEY: expected -----END RSA PRIVATE KEY----- behind it, found none"),
        (BOTH[:-3], "certificate", "RSA PRIVATE KEY: expected -----END RSA PRIVATE KEY----- behind it, found none"),
        (BOTH[: BOTH.index(b"-----END")] + BOTH, "certificate, private key", "CERTIFICATE: expected -----END CERTIF"),
        (b"-----BEGIN CERTIFICATE-----" * 20_000, "", "expected -----END CERTIFICATE----- behind it, found none"),
        (pem("X509 CRL") * 3, "", "X509 CRL: expected a CRL, found ASN.1 values in DER"),
        (pem("ENCRYPTED PRIVATE KEY"), "", "expected an encrypted private key, found ASN.1"),
        (pem("PUBLIC KEY"), "", "expected a public key, found ASN.1"),
        (SIGNED_TEXT, "OpenPGP signed message, OpenPGP signature", ""),
        (
            pem("PGP PRIVATE KEY BLOCK"),
            "OpenPGP private",
            "",
        ),
        (b"PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: aes256-cbc\nComment: me\n", "encrypted private key", ""),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_damaged_is_one_problem_and_the_rest_is_said(data: bytes, words: str, problem: str) -> None:
    found = read(data)
    assert problem in " ".join(found.problems)
    assert bool(problem) == bool(found.problems)
    assert credentials_words(found).startswith(words)


def test_of_many_problems_the_first_few_are_said() -> None:
    line = PRIVATE["Ed25519"].public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
    nonsense = b"".join(b"nonsense %d\n" % number for number in range(20_000))
    for data, first in (
        (line + b"\n" + nonsense, "line 2: expected a key of SSH, found something else"),
        (b"".join(pem(f"A{number}").replace(b"AAAA", b"!!!!") for number in range(20_000)), "A0: expected Base 64"),
    ):
        problems = read(data).problems
        assert len(problems) == 6
        assert problems[0].startswith(first)
        assert problems[5] == "and 19,995 more problems like these"


def test_lines_may_end_as_those_of_windows() -> None:
    old = RSA_KEY.private_bytes(Encoding.PEM, OLD, SECRET)
    for data in (BOTH, old, SIGNED_TEXT, PRIVATE["Ed25519"].private_bytes(Encoding.PEM, OPENSSH, NoEncryption())):
        assert read(data.replace(b"\n", b"\r\n")) == read(data)
        assert not read(data).problems


@pytest.mark.parametrize(
    ("name", "data"),
    [
        (b"README.md", b"# Certificates\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
        (b"a.key", b"a key of something else, in a text\n"),
        (b"a.bin", b"0\x82\xff\xff" + bytes(600)),
        (b"big.pem", b"-----BEGIN CERTIFICATE-----" + bytes(LIMIT)),
    ],
    ids=lambda value: "" if len(value) > 20 else value.decode(),
)
def test_what_is_none(name: bytes, data: bytes) -> None:
    assert not may_be_credentials(name, data, len(data))


@settings(max_examples=60, deadline=None)
@given(st.sampled_from([Encoding.PEM, Encoding.DER]), st.integers(0, 1500), st.binary(max_size=8))
def test_damage_is_told_and_nothing_else_is_raised(encoding: Encoding, at: int, change: bytes) -> None:
    data = certificate(KEYS["ECDSA P-256"]()).public_bytes(encoding)
    with suppress(DocumentError):
        facts_of(data[:at] + change + data[at + len(change) :])
