"""Certificates, keys and what belongs to them in DER, told apart by their form alone: nothing else names them.

Implements the outer forms of RFC 5280 (certificate, CRL, public key), RFC 2986 (certificate request), RFC 5958
(PKCS #8), RFC 8017, appendix A.1 (PKCS #1), RFC 5915 (EC keys), RFC 3279, section 2.3 (parameters, signatures),
RFC 5652 (PKCS #7) and RFC 7292 (PKCS #12). Nothing secret of a key is kept.
"""

import re
from collections.abc import Sequence
from itertools import islice

from ocitui.errors import DocumentError
from ocitui.image.described.key import Key
from ocitui.image.signatures.certificate import Certificate, read_certificate
from ocitui.image.signatures.public_key import EC, RSA, algorithm_of, key_words, pair, public_key_words, size_of
from ocitui.spec.der import INTEGER, OBJECT_IDENTIFIER, SEQUENCE, UTC_TIME, Value, read_all, read_value

CERTIFICATE, REQUEST, REVOCATIONS = "certificate", "certificate request", "CRL"
PKCS_7 = "PKCS #7"
CURVE, DH, DSA = "parameters of a curve", "Diffie-Hellman parameters", "DSA parameters"
SIGNATURE = "signature (ECDSA or DSA)"
OTHER = "ASN.1 values in DER"
"""The name of what is well-formed, and of no form that is known."""

_BITS, _OCTETS, _TIMES = 0x03, 0x04, (UTC_TIME, 0x18)
_FIRST, _SECOND = 0xA0, 0xA1
"""The tags of the first two optional values."""
_MOST = 12
"""Values that are looked at: a private key of RSA has up to ten."""
_DATA, _ENCRYPTED_DATA = "1.2.840.113549.1.7.1", "1.2.840.113549.1.7.6"
_SIGNED_DATA = "1.2.840.113549.1.7.2"
_PKCS_7_KINDS = {f"1.2.840.113549.1.7.{number}" for number in range(1, 7)}
_BAG_OF_KEY, _BAG_OF_ENCRYPTED_KEY = "1.2.840.113549.1.12.10.1.1", "1.2.840.113549.1.12.10.1.2"
_ENCRYPTIONS = ("1.2.840.113549.1.5.", "1.2.840.113549.1.12.1.")
"""The beginnings of the identifiers of encryptions by a password: PKCS #5, and the older ones of PKCS #12."""
_BAGS = 100
_LARGE, _LARGEST_OF_CURVE = 1024, 570
"""Bits from which a number may be a modulus of RSA, and of the largest that a signature of ECDSA has:
the order of the curves K-571 and B-571 (SEC 2, section 3.7)."""
_START = re.compile(
    rb"0(?:[\x2a-\x7f]|\x81.|\x82..|\x83...)"
    rb"(?:(?P<certificate>0(?:\x81.|\x82..|\x83...)\xa0\x03\x02\x01)|0(?:\x81.|\x82..|\x83...)(?:\x02|0)"
    rb"|0[\x05-\x7f]\x06|\x02\x01[\x00\x01\x03][\x02\x040]|\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07)",
    re.DOTALL,
)
"""The beginning of a certificate, a request, a CRL, a key, or a store, in DER."""


def declared_size(start: bytes) -> int | None:
    """Return the bytes of the one sequence that a file begins with, by its own words; None where it begins with none.

    Args:
        start: its first bytes, 16 or more of them unless it is smaller.
    """
    if start[:1] != b"\x30" or len(start) < 2:
        return None
    count = start[1] & 0x7F if start[1] & 0x80 else 0
    if start[1] == 0x80 or count > 4 or len(start) < 2 + count:
        return None
    return 2 + count + (int.from_bytes(start[2 : 2 + count]) if count else start[1])


def is_whole(start: bytes, size: int) -> bool:
    """True if a file of a size in bytes is one sequence, from its first byte to its last."""
    if declared_size(start) != size or len(start) < 6:
        return False
    first = size_of_header(start)
    return start[first] in (INTEGER, OBJECT_IDENTIFIER, SEQUENCE)


def size_of_header(start: bytes) -> int:
    """Return the bytes of the tag and the length of a value."""
    return 2 + (start[1] & 0x7F if start[1] & 0x80 else 0)


def cut_off(start: bytes, size: int) -> str:
    """Return the name of what a file was before its end was cut off; empty where it is whole, or nothing like that.

    Args:
        start: its first bytes.
        size: its size in bytes.
    """
    found = _START.match(start)
    declared = declared_size(start)
    if found is None or declared is None or declared <= size:
        return ""
    return CERTIFICATE if found["certificate"] else "certificate or key"


def read_der(data: bytes, expected: str = "") -> Certificate | Key | str:
    """Read the first value in DER: a certificate, a key, or the name of what else it is.

    Args:
        data: the value, and what follows it.
        expected: the name of what it should be, which decides where two forms are alike.

    Raises:
        DocumentError: it is not DER.
    """
    whole = read_value(data)
    if whole.tag == OBJECT_IDENTIFIER:
        return CURVE
    if whole.tag != SEQUENCE:
        return OTHER
    values = [*islice(whole.each(), _MOST)]
    tags = [each.tag for each in values]
    if tags[:2] == [SEQUENCE, SEQUENCE] and tags[2:] == [_BITS]:
        return _signed(data, values[0])
    if tags == [SEQUENCE, _BITS] and _is_algorithm(values[0]):
        return Key("SubjectPublicKeyInfo", public_key_words(whole), False)
    if tags == [SEQUENCE, _OCTETS] and algorithm_of(values[0])[0].startswith(_ENCRYPTIONS):
        return Key("PKCS #8", "", True, True)
    if tags[:2] == [OBJECT_IDENTIFIER, _FIRST] and values[0].oid in _PKCS_7_KINDS:
        return PKCS_7
    if tags[:2] == [INTEGER, SEQUENCE]:
        return _after_version(values, tags)
    if tags[:2] == [INTEGER, _OCTETS] and _is_curve_key(values):
        curve = next((each for each in values if each.tag == _FIRST), None)
        return Key("SEC 1", key_words(EC, read_value(curve.content) if curve is not None else None), True, False)
    if set(tags) == {INTEGER} or (len(tags) == 10 and set(tags[:9]) == {INTEGER} and tags[9] == SEQUENCE):
        return _numbers(values, expected)
    if tags in ([INTEGER] * 3 + [SEQUENCE], [INTEGER] * 4 + [SEQUENCE]):
        return DH
    return OTHER


def _signed(data: bytes, body: Value) -> Certificate | str:
    """Something signed, with the algorithm and the signature after it: a certificate, a request, or a CRL."""
    tags = [each.tag for each in islice(body.each(), _MOST)]
    bare = tags[1:] if tags[:1] == [_FIRST] else tags
    if bare[:6] == [INTEGER, *[SEQUENCE] * 5]:
        return read_certificate(data)
    if tags in ([INTEGER, SEQUENCE, SEQUENCE, _FIRST], [INTEGER, SEQUENCE, SEQUENCE]):
        return REQUEST
    bare = tags[1:] if tags[:1] == [INTEGER] else tags
    if bare[:2] == [SEQUENCE, SEQUENCE] and len(bare) > 2 and bare[2] in _TIMES:
        return REVOCATIONS
    return OTHER


def _after_version(values: Sequence[Value], tags: Sequence[int]) -> Key | str:
    """A version with a sequence behind it: a key of PKCS #8, a curve in its own numbers, a store of PKCS #12."""
    version, held = values[0].content, values[1]
    if version == b"\3" and algorithm_of(held)[0] in (_DATA, _SIGNED_DATA):
        return _store(held)
    if version == b"\1" and tags[2:5] == [SEQUENCE, _OCTETS, INTEGER]:
        return CURVE
    if version not in (b"\0", b"\1") or tags[2:3] != [_OCTETS] or not _is_algorithm(held):
        return OTHER
    if not set(tags[3:]) <= {_FIRST, _SECOND, 0x81}:
        return OTHER
    kind, parameters = algorithm_of(held)
    if kind == RSA:
        _, modulus = pair(read_value(values[2].content))
        return Key("PKCS #8", f"RSA, {size_of(modulus)}", True, False)
    return Key("PKCS #8", key_words(kind, parameters), True, False)


def _is_algorithm(value: Value) -> bool:
    """True for an identifier, and perhaps parameters after it."""
    tags = [each.tag for each in islice(value.each(), 3)]
    return tags[:1] == [OBJECT_IDENTIFIER] and len(tags) <= 2


def _is_curve_key(values: Sequence[Value]) -> bool:
    """True for a private key of RFC 5915; a message of SNMP begins alike."""
    if values[0].content != b"\1":
        return False
    allowed = {_FIRST: (OBJECT_IDENTIFIER, SEQUENCE), _SECOND: (_BITS,)}
    return all(each.tag in allowed and read_value(each.content).tag in allowed[each.tag] for each in values[2:])


def _numbers(values: Sequence[Value], expected: str) -> Key | str:
    """A list of numbers, whose count and sizes say what they are."""
    sizes = [int.from_bytes(each.content).bit_length() for each in values]
    match len(values):
        case 9 | 10 if sizes[0] <= 1:
            return Key("PKCS #1", f"RSA, {size_of(values[1])}", True, False)
        case 6 if sizes[0] == 0:
            return Key("PKCS #1", f"DSA, {size_of(values[1])}", True, False)
        case 2 if sizes[0] > _LARGEST_OF_CURVE or sizes[1] <= 32:
            return _two_numbers(values, sizes, expected)
        case 2 if max(sizes) <= _LARGEST_OF_CURVE and min(sizes) > 64:
            return SIGNATURE
        case 3 | 4 if sizes[0] >= 512:
            return DSA if len(values) == 3 and 160 <= sizes[1] <= 256 else DH
        case _:
            return OTHER


def _two_numbers(values: Sequence[Value], sizes: Sequence[int], expected: str) -> Key | str:
    """A modulus and an exponent of RSA, or a prime and a generator of Diffie and Hellman."""
    second = int.from_bytes(values[1].content)
    if sizes[0] < 512 or second < 2:
        return OTHER
    key = Key("PKCS #1", f"RSA, {size_of(values[0])}", False)
    if second in (17, 257, 65537) or (second % 2 and second > 65537 and sizes[1] <= 256 and sizes[0] >= _LARGE):
        return key
    if second in (2, 5) or second % 2 == 0 or sizes[1] > 256 or expected == DH:
        return DH
    return key if expected == key.what else "public key of RSA or Diffie-Hellman parameters"


def _store(held: Value) -> str:
    """A store of PKCS #12, and what one needs to read it (RFC 7292, section 4)."""
    words = "PKCS #12 store of certificates and keys"
    try:
        is_encrypted, has_key = _bags(held)
    except DocumentError:  # it may be in BER, which leaves more open
        return words
    if has_key:
        return f"{words}, a key in it is not encrypted"
    return f"{words}, encrypted: a password is needed" if is_encrypted else f"{words}, not encrypted"


def _bags(held: Value) -> tuple[bool, bool]:
    """Say of a store whether anything in it is encrypted, and whether a key in it is not, or raise `DocumentError`."""
    kind, content = algorithm_of(held)
    if kind != _DATA or content is None or content.tag != _FIRST:
        raise DocumentError("expected a store that a password protects, found another")
    is_encrypted = has_key = False
    for part in islice(read_value(read_value(content.content).content).each(), _BAGS):
        kind, content = algorithm_of(part)
        if kind == _ENCRYPTED_DATA:
            is_encrypted = True
        elif kind == _DATA and content is not None:
            bags = read_all(read_value(read_value(content.content).content).content)
            kinds = {algorithm_of(bag)[0] for bag in islice(bags, _BAGS)}
            is_encrypted = is_encrypted or _BAG_OF_ENCRYPTED_KEY in kinds
            has_key = has_key or _BAG_OF_KEY in kinds
    return is_encrypted, has_key
