"""What is in DER, told by its form: made by the library `cryptography`, or value by value."""

import base64
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    pkcs7,
    pkcs12,
)

from ocitui.image.described.credential_facts import credentials_words
from ocitui.image.described.describe import describe_file
from tests.images.signature_writer import KEYS, certificate

OWNER = KEYS["ECDSA P-256"]()
CURVE_KEY = ec.generate_private_key(ec.SECP256R1())
RSA_KEY = rsa.generate_private_key(3, 1024)
ISSUED = certificate(OWNER)
NAME = ISSUED.subject
PRIME = 0xFFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD << 768 | 1


def der(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    size = len(content)
    length = bytes([size]) if size < 128 else b"\x81" + bytes([size]) if size < 256 else b"\x82" + size.to_bytes(2)
    return bytes([tag]) + length + content


def number(value: int) -> bytes:
    return der(0x02, value.to_bytes(value.bit_length() // 8 + 1))


def sequence(*parts: bytes) -> bytes:
    return der(0x30, *parts)


def words(data: bytes) -> str:
    found = describe_file(b"file", lambda at, size: data[at : at + size], len(data))
    assert not found.all_problems
    return found.words


def request() -> bytes:
    builder = x509.CertificateSigningRequestBuilder().subject_name(NAME)
    return builder.sign(CURVE_KEY, hashes.SHA256()).public_bytes(Encoding.DER)


def revocations() -> bytes:
    begin = ISSUED.not_valid_before_utc
    builder = x509.CertificateRevocationListBuilder(NAME, begin, begin + timedelta(days=9))
    return builder.sign(CURVE_KEY, hashes.SHA256()).public_bytes(Encoding.DER)


def store(encryption: BestAvailableEncryption | NoEncryption) -> bytes:
    return pkcs12.serialize_key_and_certificates(b"name", OWNER, ISSUED, None, encryption)


def bundle() -> bytes:
    builder = pkcs7.PKCS7SignatureBuilder().set_data(b"data")
    return builder.add_signer(ISSUED, OWNER, hashes.SHA256()).sign(Encoding.DER, [])


def parameters(generator: int) -> bytes:
    return sequence(number(PRIME), number(generator))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (request(), "certificate request"),
        (revocations(), "CRL"),
        (ISSUED.public_bytes(Encoding.DER), "certificate"),
        (CURVE_KEY.sign(b"data", ec.ECDSA(hashes.SHA256())), "signature (ECDSA or DSA)"),
        (dsa.generate_private_key(1024).sign(b"data", hashes.SHA256()), "signature (ECDSA or DSA)"),
        (sequence(number(1 << 569 | 1), number(1 << 565 | 1)), "signature (ECDSA or DSA)"),  # of the curve B-571
        (parameters(2), "Diffie-Hellman parameters"),
        (sequence(number(PRIME), number(2), number(256)), "Diffie-Hellman parameters"),
        (parameters(3), "public key of RSA or Diffie-Hellman parameters"),
        (parameters(65537), "public key"),
        (sequence(number(PRIME), number(1 << 255), number(PRIME - 2)), "DSA parameters"),
        (RSA_KEY.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption()), "private key"),
        (
            sequence(
                number(1),
                sequence(bytes.fromhex("06072a8648ce3d0101"), number(PRIME >> 800)),
                sequence(der(4, bytes(32)), der(4, bytes(32))),
                der(4, bytes(65)),
                number(1 << 255),
                number(1),
            ),
            "parameters of a curve",
        ),
        (
            sequence(number(1), der(4, b"public"), der(0xA0, number(1), number(0), number(0), sequence(bytes(20)))),
            "ASN.1 values in DER",  # a request of SNMP 2
        ),
        (sequence(*map(number, range(40))), "ASN.1 values in DER"),
        (bundle(), "PKCS #7"),
        (
            store(BestAvailableEncryption(b"secret")),
            "PKCS #12 store of certificates and keys, encrypted: a password is needed",
        ),
        (store(NoEncryption()), "PKCS #12 store of certificates and keys, a key in it is not encrypted"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_names(data: bytes, expected: str) -> None:
    assert words(data) == expected


def test_a_label_decides_between_a_key_and_parameters() -> None:
    key = RSA_KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.PKCS1)
    body = base64.encodebytes(parameters(3))
    group = b"-----BEGIN DH PARAMETERS-----\n" + body + b"-----END DH PARAMETERS-----\n"
    assert (words(key), words(group)) == ("public key", "Diffie-Hellman parameters")


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (ISSUED.public_bytes(Encoding.DER), "certificate, cut off"),
        (request(), "certificate or key, cut off"),
        (store(NoEncryption()), "certificate or key, cut off"),
        (
            CURVE_KEY.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()),
            "certificate or key, cut off",
        ),
        (
            CURVE_KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
            "certificate or key, cut off",
        ),
    ],
    ids=["certificate", "request", "store", "private key", "public key"],
)
@pytest.mark.parametrize("missing", [1, 40])
def test_what_is_cut_off(data: bytes, expected: str, missing: int) -> None:
    rest = data[:-missing]
    found = describe_file(b"file", lambda at, size: rest[at : at + size], len(rest))
    assert found.all_problems == (f"DER: expected {len(data):,} bytes, found {len(rest):,}: its end is cut off",)
    assert found.credentials is not None
    assert credentials_words(found.credentials) == expected


def test_what_is_wrong_says_der_once() -> None:
    data = sequence(number(1), der(4, bytes(32)), der(0xA0))
    found = describe_file(b"file", lambda at, size: data[at : at + size], len(data))
    assert found.all_problems == ("DER: expected a value, found none",)
