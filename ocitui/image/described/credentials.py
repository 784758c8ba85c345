"""Certificates and keys in files: in PEM, in DER, and as SSH has them.

Implements RFC 7468 (PEM). What is in DER is named by its form, whatever the words around it are. Nothing secret
of a key is kept: its kind, and whether it is encrypted.
"""

import base64
import binascii
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from ocitui.display import count_noun
from ocitui.errors import DocumentError
from ocitui.image.described.bounded import BoundedFile
from ocitui.image.described.der_form import (
    CERTIFICATE,
    CURVE,
    DH,
    DSA,
    PKCS_7,
    REQUEST,
    REVOCATIONS,
    cut_off,
    declared_size,
    is_whole,
    read_der,
)
from ocitui.image.described.key import Key
from ocitui.image.described.ssh import SshKey, is_line, read_lines, read_private
from ocitui.image.signatures.certificate import Certificate

LIMIT = 4 << 20
"""Bytes of a file with certificates or keys."""
_ITEMS = 5000
_PROBLEMS = 5
"""Problems that are said; of more it is said how many there are."""
_NAMES = re.compile(rb"\.(?:pem|crt|cer|cert|key|pub|csr|crl|p7b|p7c|ca-bundle)\Z", re.IGNORECASE)
_LISTS = re.compile(rb"(?:authorized_keys2?|(?:ssh_)?known_hosts2?)\Z")
_PRIVATE = "PRIVATE KEY"
_BEGIN, _END, _DASHES = "-----BEGIN ", "-----END ", "-----"
_LONGEST_LABEL = 80
_SIGNED_TEXT = "PGP SIGNED MESSAGE"
_PUTTY = b"PuTTY-User-Key-File-"
_JAVA = b"\xfe\xed\xfe\xed"
_SMALLEST = 40
"""Bytes of the smallest key in DER."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """All certificates and keys of a file, in its order."""

    certificates: tuple[Certificate, ...] = ()
    keys: tuple[Key, ...] = ()
    others: tuple[str, ...] = ()
    """The names of what else it has: ``certificate request``, ``CRL``, ``certificate, cut off``."""
    problems: tuple[str, ...] = ()


def may_be_credentials(name: bytes, start: bytes, size: int) -> bool:
    """True if a file may be one of certificates or keys, by its name and its first bytes.

    A text that has a certificate somewhere in it is no such file, unless its name says so.
    """
    if not _SMALLEST <= size <= LIMIT:
        return False
    bare = start[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if bare.startswith((_BEGIN.encode(), _PUTTY, _JAVA)) or is_whole(start, size) or cut_off(start, size):
        return True
    if is_line(start) or (_LISTS.search(name) and b"AAAA" in start):
        return True
    return bool(_NAMES.search(name)) and _BEGIN.encode() in start


def read_credentials(file: BoundedFile) -> Credentials:
    """Read the certificates and keys of a file; what is none of them is a problem, and the rest is read.

    Raises:
        DocumentError: it is too large.
        OcituiError: it cannot be read.
    """
    if file.length > LIMIT:
        raise DocumentError(f"expected at most {LIMIT:,} bytes of certificates and keys, found {file.length:,}")
    data = file.read_from(0, file.length)
    found = _Found()
    text = data.decode("utf-8-sig", "backslashreplace").replace("\r\n", "\n").replace("\r", "\n")
    if data.startswith(_JAVA):
        found.others.append("Java key store")
    elif is_whole(data, len(data)):
        found.take("DER", partial(found.add_der, data))
    elif what := cut_off(data, len(data)):
        found.others.append(f"{what}, cut off")
        found.add_problem(f"DER: expected {declared_size(data):,} bytes, found {len(data):,}: its end is cut off")
    elif data.startswith(_PUTTY):
        found.add_putty(text)
    elif _BEGIN in text:
        for label, body in _blocks(text):
            if not found.take(label, partial(found.add_pem, label, body)):
                break
    else:
        found.add_lines(text)
    return found.done()


def _blocks(text: str) -> Iterator[tuple[str, str | None]]:
    """Yield the labels of PEM, each with the text up to its end; None instead of the text where that has no end."""
    text = f"\n{text}"
    begins, at = f"\n{_BEGIN}", 0
    while (start := text.find(begins, at)) >= 0:
        at = start + len(begins)
        label = text[at : at + _LONGEST_LABEL].partition("\n")[0].partition(_DASHES)[0]
        begin = at + len(label) + len(_DASHES)
        after = text.find(begins, at)
        end = text.find(_END, at, after if after >= 0 else len(text))
        if label == _SIGNED_TEXT:  # it ends where its signature begins
            yield label, ""
        elif end < begin or not text.startswith(f"{label}{_DASHES}", end + len(_END)):
            yield label, None
        else:
            yield label, text[begin:end]


class _Found:
    """Collects what is found."""

    def __init__(self) -> None:
        self.certificates: list[Certificate] = []
        self.keys: list[Key] = []
        self.others: list[str] = []
        self._problems: dict[str, None] = {}
        self._more_problems = 0

    def done(self) -> Credentials:
        """All of it."""
        others = [each for each in self.others if not self.keys or each != CURVE]  # the key says it
        problems = [*self._problems]
        if self._more_problems:
            problems.append(f"and {count_noun(self._more_problems, 'more problem')} like these")
        return Credentials(tuple(self.certificates), tuple(self.keys), tuple(others), tuple(problems))

    def add_problem(self, text: str) -> None:
        """Take what is wrong; of many the first few are kept, and the others counted."""
        if len(self._problems) < _PROBLEMS or text in self._problems:
            self._problems[text] = None
        else:
            self._more_problems += 1

    def take(self, what: str, read: Callable[[], None]) -> bool:
        """Read one, or say what is wrong with it. Return False where it was one too many."""
        if len(self.certificates) + len(self.keys) + len(self.others) >= _ITEMS:
            self.add_problem(f"expected at most {_ITEMS:,} certificates and keys, found more")
            return False
        try:
            read()
        except DocumentError as error:
            self.add_problem(f"{what}: {str(error).removeprefix(f'{what}: ')}")
        except (binascii.Error, ValueError):
            self.add_problem(f"{what}: expected Base 64, found something else")
        return True

    def add_pem(self, label: str, body: str | None) -> None:
        """Take a block of PEM, by its label and by what is in it; of an encrypted one its label alone says it."""
        if body is None:
            raise DocumentError(f"expected {_END}{label}{_DASHES} behind it, found none")
        if label.startswith("PGP "):
            self.others.append(f"OpenPGP {label[4:].lower()}")
            return
        headers, _, rest = body.strip().rpartition("\n\n") if ":" in body else ("", "", body)
        data = base64.b64decode("".join(rest.split()), validate=True)
        if not data:
            raise DocumentError("expected Base 64, found nothing")
        if "ENCRYPTED" in headers and label.endswith(_PRIVATE):
            self.keys.append(Key("PEM of OpenSSL", label.removesuffix(_PRIVATE).strip(), True, True))
        elif label == "OPENSSH PRIVATE KEY":
            self.keys.append(_of_ssh(read_private(data)))
        elif label in _LABELS:
            self._add(read_der(data, _LABELS[label]), _LABELS[label])
        else:
            self.others.append(PKCS_7 if label in ("PKCS7", "CMS") else label.lower())  # which need not be DER

    def add_der(self, data: bytes) -> None:
        """Take a file of DER."""
        self._add(read_der(data))

    def _add(self, found: Certificate | Key | str, expected: str = "") -> None:
        """Take what was found, or raise `DocumentError` where something else was expected."""
        what = found if isinstance(found, str) else found.what if isinstance(found, Key) else CERTIFICATE
        if expected not in ("", what):
            raise DocumentError(f"expected {_an(expected)}, found {_an(what)}")
        if isinstance(found, Certificate):
            self.certificates.append(found)
        elif isinstance(found, Key):
            self.keys.append(found)
        else:
            self.others.append(found)

    def add_putty(self, text: str) -> None:
        """Take a private key of PuTTY, whose first lines are a name and a value each."""
        lines = dict(line.partition(": ")[::2] for line in text[:4096].splitlines())
        kind = next(iter(lines.values()), "")[:80]
        self.keys.append(Key("PuTTY", kind, True, lines.get("Encryption") != "none", "", lines.get("Comment", "")[:80]))

    def add_lines(self, text: str) -> None:
        """Take a list of public keys of SSH."""
        for each in read_lines(text):
            if len(self.keys) >= _ITEMS:
                self.add_problem(f"expected at most {_ITEMS:,} keys, found more")
                return
            if isinstance(each, str):
                self.add_problem(each)
            else:
                self.keys.append(_of_ssh(each))


_LABELS = {
    "CERTIFICATE": CERTIFICATE,
    "X509 CERTIFICATE": CERTIFICATE,
    "TRUSTED CERTIFICATE": CERTIFICATE,
    "CERTIFICATE REQUEST": REQUEST,
    "NEW CERTIFICATE REQUEST": REQUEST,
    "X509 CRL": REVOCATIONS,
    "DH PARAMETERS": DH,
    "X9.42 DH PARAMETERS": DH,
    "DSA PARAMETERS": DSA,
    "EC PARAMETERS": CURVE,
    "PUBLIC KEY": "public key",
    "RSA PUBLIC KEY": "public key",
    "PRIVATE KEY": "private key",
    "RSA PRIVATE KEY": "private key",
    "EC PRIVATE KEY": "private key",
    "DSA PRIVATE KEY": "private key",
    "ENCRYPTED PRIVATE KEY": "encrypted private key",
}
"""The labels of PEM (RFC 7468, section 4, and those of OpenSSL), and what must be in them."""


def _an(what: str) -> str:
    """The name of a thing, with its article."""
    if what.endswith(("parameters", "values in DER")) or what == PKCS_7:
        return what
    return f"{'an' if what[0] in 'ae' else 'a'} {what}"


def _of_ssh(found: SshKey) -> Key:
    is_private = found.is_encrypted is not None
    return Key("OpenSSH", found.kind, is_private, found.is_encrypted, found.fingerprint, found.comment, found.before)
