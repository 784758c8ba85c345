"""Keys of SSH: private ones, public ones, and the lists of those that may log in and of known hosts.

Implements RFC 4253, section 6.6 (Public Key Algorithms), RFC 5656 and 8709, and OpenSSH's PROTOCOL.key,
PROTOCOL.certkeys and PROTOCOL.u2f. Of a private key only what stands in the clear is read, of a certificate its key.
"""

import base64
import binascii
import hashlib
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from ocitui.errors import DocumentError

_MAGIC = b"openssh-key-v1\0"
_KINDS = {
    "ssh-ed25519": "Ed25519",
    "ssh-ed448": "Ed448",
    "ecdsa-sha2-nistp256": "ECDSA P-256",
    "ecdsa-sha2-nistp384": "ECDSA P-384",
    "ecdsa-sha2-nistp521": "ECDSA P-521",
    "sk-ssh-ed25519@openssh.com": "Ed25519 on a security key",
    "sk-ecdsa-sha2-nistp256@openssh.com": "ECDSA P-256 on a security key",
}
_NUMBER_OF = {"ssh-rsa": ("RSA", 2), "ssh-dss": ("DSA", 1)}
"""The kinds whose size is that of a number: which string of the key it is."""
_CERTIFICATE = "-cert-v01"
_FIELDS = {"ssh-rsa": 2, "ssh-dss": 4, "ssh-ed25519": 1, "sk-ssh-ed25519": 2, "ecdsa": 2, "sk-ecdsa": 3}
"""The strings of a key behind its name, by the beginning of that: in a certificate other values follow."""
_KIND = r"(?:sk-)?(?:ssh-|ecdsa-sha2-)[a-z0-9@.-]++"
_OPTION = r'[A-Za-z@][A-Za-z0-9@-]*+(?:="(?:\\"|[^"\n])*+")?'
_OPTIONS = rf"{_OPTION}(?:,{_OPTION})*+"
_KEY = re.compile(rf"({_KIND})[ \t]++(AAAA[A-Za-z0-9+/=]++)(?:[ \t]++(.*))?$")
_BEFORE = re.compile(rf"{_OPTIONS}(?=[ \t])|\S++")
"""The options of a key that may log in (sshd(8), AUTHORIZED_KEYS FILE FORMAT), or a word: a mark, names of hosts."""
_LINE = re.compile(rf"(?:[ \t]*+(?:#[^\n]*+)?\r?\n)*+[ \t]*+(?:{_OPTIONS}[ \t]++)??{_KIND}[ \t]++AAAA".encode())
_WORDS = 2
"""Words before a key: of a known host a mark, and the names."""
_TEXT = 300
"""Characters of options, of hosts and of a comment."""


@dataclass(frozen=True, slots=True)
class SshKey:
    """One key."""

    kind: str
    """``RSA, 3072 bits``."""
    fingerprint: str
    """``SHA256:…``, as ``ssh-keygen -l`` prints it."""
    comment: str = ""
    before: str = ""
    """The words before it: options of one that may log in, the names of a host."""
    is_encrypted: bool | None = None
    """Of a private key; None for a public one."""


def read_public(blob: bytes, comment: str = "", before: str = "", expected: str = "") -> SshKey:
    """Read a public key as it is sent, or raise `DocumentError`.

    Args:
        blob: the key.
        comment: the words behind it.
        before: the words before it.
        expected: the name of its kind as its line has it, which must be its own.
    """
    name = _name(blob)
    is_certificate = _CERTIFICATE in name
    if is_certificate and expected in ("", name):
        blob, expected = _certified(blob, name), ""
        name = _name(blob)
    count = sum(1 for _ in _strings(blob))
    if count < 2 or expected not in ("", name):
        raise DocumentError(f"SSH key: expected a key of the kind {expected or 'that it names'}, found something else")
    parts = _strings(blob)
    next(parts)
    kind = _KINDS.get(name, name)
    if name in _NUMBER_OF:
        kind, position = _NUMBER_OF[name]
        numbers = [part for part, _ in zip(parts, range(position), strict=False)]
        if len(numbers) < position:
            raise DocumentError(f"SSH key: expected the numbers of a key of {kind}, found less")
        kind = f"{kind}, {int.from_bytes(numbers[-1]).bit_length()} bits"
    digest = base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")
    return SshKey(f"{kind}, certificate" if is_certificate else kind, f"SHA256:{digest}", comment, before)


def _name(blob: bytes) -> str:
    return next(_strings(blob), b"").decode("ascii", "backslashreplace")[:_TEXT]


def _certified(blob: bytes, name: str) -> bytes:
    """Return the plain key in a certificate, whose fingerprint is that of both, or raise `DocumentError`.

    Behind its name stand a nonce and the key; the other values, which are no strings only, are not read.
    """
    plain = name.replace(_CERTIFICATE, "").removesuffix("" if name.startswith("sk-") else "@openssh.com")
    count = next((fields for begin, fields in _FIELDS.items() if re.match(rf"{begin}(?:[-@]|$)", plain)), 0)
    parts = [part for part, _ in zip(_strings(blob), range(count + 2), strict=False)]
    if not count or len(parts) < count + 2:
        raise DocumentError("SSH certificate: expected a key of a kind that is known, found something else")
    return b"".join(struct.pack(">I", len(part)) + part for part in (plain.encode(), *parts[2:]))


def read_private(data: bytes) -> SshKey:
    """Read the part of a private key of OpenSSH that is never encrypted, or raise `DocumentError`."""
    if not data.startswith(_MAGIC):
        raise DocumentError("SSH key: expected the words openssh-key-v1, found something else")
    at = len(_MAGIC)
    header = []
    for part, _ in zip(_strings(data[at:]), range(3), strict=False):
        header.append(part)
        at += 4 + len(part)
    public = read_public(next(_strings(data[at + 4 :]), b""))  # after the number of keys
    return SshKey(public.kind, public.fingerprint, is_encrypted=header[:1] != [b"none"])


def is_line(start: bytes) -> bool:
    """True if the first line of a file that is no comment is a public key, with options before it or without."""
    return _LINE.match(start.removeprefix(b"\xef\xbb\xbf")) is not None


def read_lines(text: str) -> Iterator[SshKey | str]:
    """Yield the keys of a list, and what is wrong with a line."""
    for number, line in enumerate(text.split("\n"), 1):
        bare = line.strip()
        if not bare or bare.startswith("#"):
            continue
        try:
            kind, found = _key_in(bare)
            blob = base64.b64decode(found[2], validate=True)
            yield read_public(blob, (found[3] or "")[:_TEXT], bare[:kind].strip()[:_TEXT], found[1])
        except (DocumentError, binascii.Error, ValueError) as error:
            yield f"line {number}: {error}"


def _key_in(line: str) -> tuple[int, re.Match[str]]:
    """Return where the key of a line begins, which no words in quotes before it are, and the key."""
    at = 0
    for _ in range(_WORDS + 1):
        if found := _KEY.match(line, at):
            return at, found
        before = _BEFORE.match(line, at)
        if before is None:
            break
        at = before.end()
        at += len(line[at:]) - len(line[at:].lstrip())
    raise DocumentError("expected a key of SSH, found something else")


def _strings(data: bytes) -> Iterator[bytes]:
    """Yield strings that stand one after the other, each after its length, or raise `DocumentError`."""
    at = 0
    while len(data) - at >= 4:
        (length,) = struct.unpack_from(">I", data, at)
        at += 4
        if length > len(data) - at:
            raise DocumentError(f"SSH key: expected {length:,} bytes, found {len(data) - at:,}")
        yield data[at : at + length]
        at += length
