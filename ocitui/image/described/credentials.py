"""Certificates and keys in files: in PEM, in DER, and as SSH has them.

Implements RFC 7468 (PEM), RFC 5958 (PKCS #8), RFC 8017 (PKCS #1) and RFC 5915 (EC keys). Nothing secret of a
key is kept: its kind, and whether it is encrypted.
"""

import base64
import binascii
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from ocitui.errors import DocumentError
from ocitui.image.described.bounded import BoundedFile
from ocitui.image.described.ssh import SshKey, read_lines, read_private
from ocitui.image.signatures.certificate import Certificate, read_certificate
from ocitui.image.signatures.public_key import EC, RSA, algorithm_of, key_words, pair, public_key_words, size_of
from ocitui.spec.der import INTEGER, SEQUENCE, Value, read_value

LIMIT = 4 << 20
"""Bytes of a file with certificates or keys."""
_ITEMS = 5000
_NAMES = re.compile(rb"\.(?:pem|crt|cer|cert|key|pub|csr|crl|p7b|p7c|ca-bundle)\Z", re.IGNORECASE)
_LISTS = re.compile(rb"(?:authorized_keys2?|(?:ssh_)?known_hosts2?)\Z")
_BEGIN, _END, _DASHES = "-----BEGIN ", "-----END ", "-----"
_SSH = re.compile(rb"(?:sk-)?(?:ssh-(?:rsa|dss|ed25519|ed448)|ecdsa-sha2-nistp\d+)(?:@openssh\.com)? AAAA")
_PUTTY = b"PuTTY-User-Key-File-"
_PKCS_12 = "1.2.840.113549.1.7.1"
_JAVA = b"\xfe\xed\xfe\xed"
_SMALLEST = 40
"""Bytes of the smallest key in DER."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key, without what is secret in it."""

    form: str
    """``PKCS #8``, ``OpenSSH``, …"""
    kind: str
    """``RSA, 2048 bits``; empty where that is encrypted too."""
    is_private: bool
    is_encrypted: bool | None = None
    """Of a private key."""
    fingerprint: str = ""
    """Of a key of SSH: ``SHA256:…``."""
    comment: str = ""
    before: str = ""
    """The options before a key that may log in, or the names of its host."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """All certificates and keys of a file, in its order."""

    certificates: tuple[Certificate, ...] = ()
    keys: tuple[Key, ...] = ()
    others: tuple[str, ...] = ()
    """The names of what else it has: ``certificate request``, ``CRL``."""
    problems: tuple[str, ...] = ()


def may_be_credentials(name: bytes, start: bytes, size: int) -> bool:
    """True if a file may be one of certificates or keys, by its name and its first bytes.

    A text that has a certificate somewhere in it is no such file, unless its name says so.
    """
    if not _SMALLEST <= size <= LIMIT:
        return False
    bare = start[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if bare.startswith((_BEGIN.encode(), _PUTTY, _JAVA)) or _SSH.match(bare) or _is_whole_sequence(start, size):
        return True
    if _LISTS.search(name):
        return b"AAAA" in start
    return bool(_NAMES.search(name)) and _BEGIN.encode() in start


def _is_whole_sequence(start: bytes, size: int) -> bool:
    """True if a file is one sequence of DER, from its first byte to its last."""
    if start[:1] != b"\x30" or len(start) < 6:
        return False
    count = start[1] & 0x7F if start[1] & 0x80 else 0
    length = int.from_bytes(start[2 : 2 + count]) if count else start[1]
    return count <= 4 and 2 + count + length == size and start[2 + count] in (0x02, 0x30)


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
    text = data.decode("utf-8-sig", "backslashreplace")
    if data.startswith(_JAVA):
        found.others.append("Java key store")
    elif data[:1] == b"\x30" and _is_whole_sequence(data, len(data)):
        found.take("DER", partial(found.add_der, data))
    elif data.startswith(_PUTTY):
        found.add_putty(text)
    elif _BEGIN in text:
        for label, body in _blocks(text):
            found.take(label, partial(found.add_pem, label, body))
    else:
        found.add_lines(text)
    return found.done()


def _blocks(text: str) -> Iterator[tuple[str, str]]:
    """Yield the labels of PEM, each with the text up to its end."""
    at = 0
    while (start := text.find(_BEGIN, at)) >= 0:
        label_end = text.find(_DASHES, start + len(_BEGIN))
        end = text.find(_END, start + len(_BEGIN))
        if label_end < 0 or end < label_end:
            return
        yield text[start + len(_BEGIN) : label_end][:80], text[label_end + len(_DASHES) : end]
        at = end + len(_END)


class _Found:
    """Collects what is found."""

    def __init__(self) -> None:
        self.certificates: list[Certificate] = []
        self.keys: list[Key] = []
        self.others: list[str] = []
        self.problems: dict[str, None] = {}

    def done(self) -> Credentials:
        """All of it."""
        others = [each for each in self.others if not self.keys or each != _OTHERS["EC PARAMETERS"]]  # the key says it
        return Credentials(tuple(self.certificates), tuple(self.keys), tuple(others), tuple(self.problems))

    def take(self, what: str, read: Callable[[], None]) -> None:
        """Read one, or say what is wrong with it."""
        if len(self.certificates) + len(self.keys) + len(self.others) >= _ITEMS:
            self.problems[f"expected at most {_ITEMS:,} certificates and keys, found more"] = None
            return
        try:
            read()
        except DocumentError as error:
            self.problems[f"{what}: {error}"] = None
        except (binascii.Error, ValueError):
            self.problems[f"{what}: expected Base 64, found something else"] = None

    def add_pem(self, label: str, body: str) -> None:
        """Take a block of PEM by its label."""
        headers, _, rest = body.strip().rpartition("\n\n") if ":" in body else ("", "", body)
        is_encrypted = "ENCRYPTED" in headers
        if label.startswith("PGP "):
            self.others.append(f"OpenPGP {label[4:].lower()}")
            return
        if is_encrypted or label == "ENCRYPTED PRIVATE KEY":
            kind = label.removesuffix("PRIVATE KEY").removesuffix("ENCRYPTED ").strip()
            form = "PKCS #8" if label.startswith("ENCRYPTED") else "PEM of OpenSSL"
            self.keys.append(Key(form, "" if label.startswith("ENCRYPTED") else kind, True, True))
            return
        data = base64.b64decode("".join(rest.split()), validate=True)
        match label:
            case "CERTIFICATE" | "X509 CERTIFICATE" | "TRUSTED CERTIFICATE":
                self.certificates.append(read_certificate(data))
            case "OPENSSH PRIVATE KEY":
                self.keys.append(_of_ssh(read_private(data)))
            case "PUBLIC KEY":
                self.keys.append(Key("SubjectPublicKeyInfo", public_key_words(read_value(data)), False))
            case "RSA PUBLIC KEY":
                self.keys.append(Key("PKCS #1", f"RSA, {size_of(next(read_value(data).each(), None))}", False))
            case "PRIVATE KEY" | "RSA PRIVATE KEY" | "EC PRIVATE KEY" | "DSA PRIVATE KEY":
                self.keys.append(_private_key(read_value(data)))
            case _:
                self.others.append(_OTHERS.get(label, label.lower()))

    def add_der(self, data: bytes) -> None:
        """Take a file of DER: a certificate, a key, or a store of both."""
        whole = read_value(data)
        first, second = pair(whole)
        if first is not None and first.tag == SEQUENCE and second is not None and second.tag == SEQUENCE:
            self.certificates.append(read_certificate(data))
        elif first is not None and first.tag == SEQUENCE:
            kind, _ = algorithm_of(first)
            if kind.startswith("1.2.840.113549.1.5."):  # PKCS #5: an encrypted key of PKCS #8
                self.keys.append(Key("PKCS #8", "", True, True))
            else:
                self.keys.append(Key("SubjectPublicKeyInfo", public_key_words(whole), False))
        elif second is not None and second.tag == SEQUENCE and algorithm_of(second)[0] == _PKCS_12:
            self.others.append("PKCS #12 store of certificates and keys")
        elif first is not None and first.tag == INTEGER:
            self.keys.append(_private_key(whole))
        else:
            raise DocumentError("expected a certificate or a key, found something else")

    def add_putty(self, text: str) -> None:
        """Take a private key of PuTTY, whose first lines are a name and a value each."""
        lines = dict(line.partition(": ")[::2] for line in text[:4096].splitlines())
        kind = next(iter(lines.values()), "")[:80]
        self.keys.append(Key("PuTTY", kind, True, lines.get("Encryption") != "none", "", lines.get("Comment", "")[:80]))

    def add_lines(self, text: str) -> None:
        """Take a list of public keys of SSH."""
        for each in read_lines(text):
            if len(self.keys) >= _ITEMS:
                self.problems[f"expected at most {_ITEMS:,} keys, found more"] = None
                return
            if isinstance(each, str):
                self.problems[each] = None
            else:
                self.keys.append(_of_ssh(each))


_OTHERS = {
    "CERTIFICATE REQUEST": "certificate request",
    "NEW CERTIFICATE REQUEST": "certificate request",
    "X509 CRL": "CRL",
    "PKCS7": "PKCS #7",
    "DH PARAMETERS": "Diffie-Hellman parameters",
    "EC PARAMETERS": "parameters of a curve",
}


def _of_ssh(found: SshKey) -> Key:
    is_private = found.is_encrypted is not None
    return Key("OpenSSH", found.kind, is_private, found.is_encrypted, found.fingerprint, found.comment, found.before)


def _private_key(whole: Value) -> Key:
    """The kind of a private key that is not encrypted: PKCS #8, or an older form by what follows its version."""
    values = [each for each, _ in zip(whole.each(), range(4), strict=False)] if whole.tag == SEQUENCE else []
    if len(values) < 2 or values[0].tag != INTEGER:
        raise DocumentError("expected a private key, found something else")
    second = values[1]
    if second.tag == SEQUENCE:
        kind, parameters = algorithm_of(second)
        if kind == RSA and len(values) > 2:
            _, modulus = pair(read_value(values[2].content))
            return Key("PKCS #8", f"RSA, {size_of(modulus)}", True, False)
        return Key("PKCS #8", key_words(kind, parameters), True, False)
    if second.tag == INTEGER:
        # Of RSA the second number is the modulus, and nine follow; of DSA it is the prime, and five do.
        count = sum(1 for _ in whole.each())
        return Key("PKCS #1", f"{'RSA' if count > 6 else 'DSA'}, {size_of(second)}", True, False)
    curve = next((each for each in values if each.tag == 0xA0), None)
    return Key("SEC 1", key_words(EC, read_value(curve.content) if curve is not None else None), True, False)
