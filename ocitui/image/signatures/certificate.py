"""A certificate's own words: who it names, who issued it, and for how long.

Implements RFC 5280, section 4.1 and 4.2.1.6, and the extensions of Fulcio (OID
1.3.6.1.4.1.57264.1), by which an identity provider and a build are named.
"""

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import ip_address
from itertools import islice

from ocitui.errors import DocumentError
from ocitui.image.signatures.public_key import public_key_words
from ocitui.spec.der import BOOLEAN, SEQUENCE, Value, read_value

CERTIFICATES = 20
"""Certificates of one chain that are read: real ones have up to four."""

_PEM = re.compile(r"-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]*)-----END CERTIFICATE-----")
_ATTRIBUTES = {
    "2.5.4.3": "CN",
    "2.5.4.5": "serialNumber",
    "2.5.4.6": "C",
    "2.5.4.7": "L",
    "2.5.4.8": "ST",
    "2.5.4.10": "O",
    "2.5.4.11": "OU",
    "2.5.4.97": "organizationIdentifier",
    "0.9.2342.19200300.100.1.1": "UID",
    "0.9.2342.19200300.100.1.25": "DC",
    "1.2.840.113549.1.9.1": "emailAddress",
}
_ALTERNATIVE_NAMES = "2.5.29.17"
_CONSTRAINTS = "2.5.29.19"
_MAIL, _DNS, _URI, _ADDRESS, _OTHER = 0x81, 0x82, 0x86, 0x87, 0xA0
_EXTENSIONS, _VERSION = 0xA3, 0xA0
_FULCIO = "1.3.6.1.4.1.57264.1."
_PLAIN = 7
"""The last extension of Fulcio whose text stands in it as it is; those that follow are strings of DER."""
_FACTS = {
    "8": "issuer",
    "1": "issuer",
    "9": "workflow",
    "12": "source",
    "13": "revision",
    "14": "ref",
    "20": "trigger",
    "21": "run",
}


@dataclass(frozen=True, slots=True)
class Certificate:
    """The words of a certificate, none of which is checked."""

    der: bytes = field(repr=False)
    subject: str
    issuer: str
    not_before: datetime | None
    not_after: datetime | None
    names: tuple[str, ...]
    """The alternative names: mail addresses, URIs, host names."""
    facts: Mapping[str, str]
    """The extensions of Fulcio about an identity: ``issuer`` (of the token), ``source``, ``revision``, ``run``, …"""
    serial: str = ""
    """In hexadecimal digits."""
    key: str = ""
    """The kind of its key: ``RSA, 2048 bits``."""
    is_authority: bool = False
    """True if it says that it may issue others (RFC 5280, section 4.2.1.9)."""

    @property
    def identity(self) -> str:
        """The one who signs, as people call them; empty where it names nobody."""
        return next(iter(self.names), self.subject)


def read_certificate(der: bytes) -> Certificate:
    """Read a certificate in DER, or raise `DocumentError`."""
    whole = _sequence(read_value(der))
    body = _sequence(whole[0]) if whole else []
    if body and body[0].tag == _VERSION:
        body = body[1:]
    if len(body) < 6:
        raise DocumentError("certificate: expected serial number, issuer, validity and subject, found less")
    issuer, validity, subject = body[2], [*islice(body[3].each(), 2)], body[4]
    if len(validity) != 2:
        raise DocumentError("certificate: expected two times of validity, found less")
    extensions = next((each for each in body[6:] if each.tag == _EXTENSIONS), None)
    names, facts, is_authority = _read_extensions(extensions)
    begin, end = validity
    serial = (body[0].content.lstrip(b"\0") or b"\0").hex()
    moments = begin.moment, end.moment
    return Certificate(der, _name(subject), _name(issuer), *moments, names, facts, serial, _key(body[5]), is_authority)


def read_pem(text: str) -> list[bytes]:
    """The certificates of a text in PEM (RFC 7468), each in DER, or raise `DocumentError`."""
    try:
        found = [base64.b64decode("".join(each.split()), validate=True) for each in _PEM.findall(text)[:CERTIFICATES]]
    except (binascii.Error, ValueError):
        raise DocumentError("certificate: expected PEM, found something else") from None
    if not found:
        raise DocumentError("certificate: expected PEM, found something else")
    return found


def read_chain(ders: Sequence[bytes]) -> tuple[tuple[Certificate, ...], tuple[str, ...]]:
    """Read some certificates, and say what is wrong with those that are none."""
    found, problems = [], []
    for der in ders[:CERTIFICATES]:
        try:
            found.append(read_certificate(der))
        except DocumentError as error:
            problems.append(str(error))
    if len(ders) > CERTIFICATES:
        problems.append(f"expected at most {CERTIFICATES} certificates, found {len(ders):,}")
    return tuple(found), tuple(problems)


def _key(value: Value) -> str:
    try:
        return public_key_words(value)
    except DocumentError:
        return "unknown"


def _sequence(value: Value) -> list[Value]:
    if value.tag != SEQUENCE:
        raise DocumentError("certificate: expected a sequence, found something else")
    return list(value.each())


def _name(value: Value) -> str:
    """A distinguished name on one line, the most special part last as it stands (RFC 5280, section 4.1.2.4)."""
    parts = []
    for each in value.each():
        for attribute in each.each():
            pair = [*islice(attribute.each(), 2)]
            if len(pair) == 2:
                parts.append(f"{_ATTRIBUTES.get(pair[0].oid, pair[0].oid)}={pair[1].text}")
    return ", ".join(parts)


def _read_extensions(value: Value | None) -> tuple[tuple[str, ...], Mapping[str, str], bool]:
    names: tuple[str, ...] = ()
    is_authority = False
    found: dict[str, str] = {}
    for extension in read_value(value.content).each() if value is not None and value.content else ():
        parts = [part for part in extension.each() if part.tag != BOOLEAN]
        if len(parts) != 2:
            continue
        oid, content = parts[0].oid, parts[1].content
        if oid == _ALTERNATIVE_NAMES:
            names = tuple(filter(None, map(_alternative_name, read_value(content).each())))
        elif oid == _CONSTRAINTS:
            first = next(read_value(content).each(), None)
            is_authority = first is not None and first.tag == BOOLEAN and first.content != b"\0"
        elif oid.startswith(_FULCIO) and content:
            number = oid.removeprefix(_FULCIO)
            is_plain = number.isdigit() and int(number) < _PLAIN
            found[number] = content.decode("utf-8", "backslashreplace") if is_plain else read_value(content).text
    facts: dict[str, str] = {}
    for number, name in _FACTS.items():
        if number in found:
            facts.setdefault(name, found[number])
    return names, facts, is_authority


def _alternative_name(value: Value) -> str:
    if value.tag in {_MAIL, _DNS, _URI}:
        return value.content.decode("utf-8", "backslashreplace")
    if value.tag == _ADDRESS and len(value.content) in (4, 16):
        return str(ip_address(value.content))
    if value.tag == _OTHER:  # Fulcio's user names: an identifier, and a string inside of a tag
        parts = [*value.each()]
        return read_value(parts[1].content).text if len(parts) == 2 and parts[1].content else ""
    return ""
