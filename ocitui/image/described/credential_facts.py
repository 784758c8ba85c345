"""Certificates and keys of a file as labelled facts."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from ocitui.display import NOT_SET, count_noun, current_moment, format_time
from ocitui.image.described.credentials import Credentials
from ocitui.image.described.key import Key
from ocitui.image.documents.summary import Fact, Section, several
from ocitui.image.signatures.certificate import Certificate

_NAMES = 200
"""Names of one certificate that are said."""


def credentials_words(found: Credentials) -> str:
    """Return what a file holds in a few words: ``142 certificates``, ``OpenSSH private key, encrypted``."""
    certificates = len(found.certificates)
    words = [count_noun(certificates, "certificate") if certificates > 1 else "certificate"] if certificates else []
    for what, count in Counter(key.what for key in found.keys).items():
        words.append(what if count == 1 else count_noun(count, what))
    for what, count in Counter(found.others).items():
        words.append(what if count == 1 else f"{count:,} × {what}")
    return ", ".join(words)


def credentials_sections(found: Credentials, most: int | None) -> Iterator[Section]:
    """Yield the certificates and keys of a file; see `ocitui.image.described.describe.sections_of`."""
    facts = [Fact("problem", text, is_problem=True) for text in found.problems]
    facts += [Fact("also", text) for text in dict.fromkeys(found.others)]
    if facts:
        yield Section("file", tuple(facts))
    of_ssh = [each for each in found.keys if each.form == "OpenSSH" and not each.is_private]
    for key in found.keys:
        if key not in of_ssh:
            yield Section(key.what, tuple(_key_facts(key)))
    if of_ssh:
        yield Section("public keys of SSH", tuple(several("keys", map(_line, of_ssh), None)))
    certificates = found.certificates
    if len(certificates) > 1:
        title = count_noun(len(certificates), "certificate")
        yield Section(title, tuple(Fact(_until(each), _subject_line(each), each.subject) for each in certificates))
    if most is None or len(certificates) <= most:
        for number, each in enumerate(certificates, 1):
            title = f"certificate {number}" if len(certificates) > 1 else "certificate"
            yield Section(title, tuple(_certificate_facts(each)))


def validity_problem(certificate: Certificate, now: datetime | None = None) -> str:
    """Return ``expired on 2021-09-30``, or that it is not valid yet; empty where it is valid, by its own words."""
    now = now or current_moment()
    if certificate.not_after is not None and certificate.not_after < now:
        return f"expired on {format_time(certificate.not_after)} UTC"
    if certificate.not_before is not None and certificate.not_before > now:
        return f"not valid before {format_time(certificate.not_before)} UTC"
    return ""


def sha256_of(certificate: Certificate) -> str:
    """Return the fingerprint of a certificate, in hexadecimal digits."""
    return hashlib.sha256(certificate.der).hexdigest()


def _certificate_facts(certificate: Certificate) -> Iterator[Fact]:
    if problem := validity_problem(certificate):
        yield Fact("not valid", problem, is_problem=True)
    yield Fact("subject", certificate.subject or NOT_SET)
    is_own = certificate.subject == certificate.issuer
    yield Fact("issuer", "itself (self-issued)" if is_own else certificate.issuer or NOT_SET)
    begin, end = (_moment(each) for each in (certificate.not_before, certificate.not_after))
    yield Fact("valid", f"{begin} to {end}")
    for number, name in enumerate(certificate.names[:_NAMES]):
        yield Fact("" if number else "names", name)
    if len(certificate.names) > _NAMES:
        yield Fact("", f"… and {len(certificate.names) - _NAMES:,} more")
    yield Fact("key", certificate.key)
    yield Fact("authority", "yes, may issue others" if certificate.is_authority else "no")
    yield Fact("serial", certificate.serial)
    yield Fact("SHA-256", sha256_of(certificate))


def _moment(moment: datetime | None) -> str:
    return f"{format_time(moment)} UTC" if moment is not None else NOT_SET


def _until(certificate: Certificate) -> str:
    return certificate.not_after.strftime("%Y-%m-%d") if certificate.not_after is not None else NOT_SET


def _subject_line(certificate: Certificate) -> str:
    words = [certificate.subject or NOT_SET, certificate.key, validity_problem(certificate)]
    return "  ".join(filter(None, words))


def _key_facts(key: Key) -> Iterator[Fact]:
    yield Fact("form", key.form)
    yield Fact("kind", key.kind or "encrypted too")
    if key.is_private:
        yield Fact("encrypted", "yes" if key.is_encrypted else "no: whoever has this file has the key")
    if key.fingerprint:
        yield Fact("fingerprint", key.fingerprint)
    if key.comment:
        yield Fact("comment", key.comment)


def _line(key: Key) -> str:
    return "  ".join(filter(None, (key.before, key.kind, key.fingerprint, key.comment)))
