"""Signatures of simple signing in OpenPGP: the payload in a signed message, and who says to have signed it.

Implements RFC 9580, section 4.2 (packets), 5.2 (signatures), 5.4, 5.6 (compressed data), 5.9 (literal
data): what `gpg --sign` writes. Nothing is checked.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from ocitui.errors import DocumentError
from ocitui.image.node import Node
from ocitui.image.signatures.signature import Signature, Signed, moment_of
from ocitui.image.signatures.simple_signing import read_payload

_SIGNATURE, _ONE_PASS, _COMPRESSED, _LITERAL = 2, 4, 8, 11
_MADE, _EXPIRES, _ISSUER, _FINGERPRINT = 2, 3, 16, 33
_ALGORITHMS = {1: "RSA", 3: "RSA", 17: "DSA", 19: "ECDSA", 22: "EdDSA", 27: "Ed25519", 28: "Ed448"}
_UNPACKED_LIMIT = 1 << 20
"""Bytes of a message once it is unpacked: real ones have some hundreds."""
_PACKETS = 50
_NESTING = 4


@dataclass(slots=True)
class _Found:
    payload: bytes | None = None
    key: str = ""
    algorithm: str = ""
    made: datetime | None = None
    expires: datetime | None = None
    count: int = 0


def read_openpgp(raw: bytes, title: str, about: Node) -> Signature:
    """Read a signed message. What is wrong is in it."""
    found = _Found()
    try:
        _walk(raw, found, 0)
        if found.payload is None:
            raise DocumentError(f"{title}: expected a signed message of OpenPGP, found none")
        payload = read_payload(found.payload, title)
    except DocumentError as error:
        return Signature("OpenPGP", title, about, key=found.key, raw=raw, problems=(_titled(title, error),))
    return Signature(
        "OpenPGP",
        title,
        about,
        claim=payload.claim,
        key=found.key,
        algorithm=found.algorithm,
        made=found.made,
        expires=found.expires,
        tool=payload.tool,
        needs=payload.needs,
        signed=(Signed(found.payload, raw),),
        raw=raw,
    )


def _titled(title: str, error: DocumentError) -> str:
    text = str(error)
    return text if text.startswith(title) else f"{title}: {text}"


def _walk(data: bytes, found: _Found, depth: int) -> None:
    for kind, body in _packets(data):
        found.count += 1
        if found.count > _PACKETS or depth > _NESTING:
            raise DocumentError(f"OpenPGP: expected at most {_PACKETS} packets nested {_NESTING} deep, found more")
        if kind == _COMPRESSED:
            _walk(_unpack(body), found, depth + 1)
        elif kind == _LITERAL and found.payload is None:
            start = 2 + body[1] + 4 if len(body) > 1 else len(body)
            found.payload = body[start:]
        elif kind == _ONE_PASS and len(body) >= 12 and body[0] == 3:
            found.key = found.key or body[4:12].hex().upper()
        elif kind == _SIGNATURE:
            _read_signature(body, found)


def _packets(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the kind and the body of each packet (RFC 9580, section 4.2), or raise `DocumentError`."""
    position = 0
    while position < len(data):
        head = data[position]
        position += 1
        if not head & 0x80:
            raise DocumentError("OpenPGP: expected a packet, found something else")
        if head & 0x40:
            parts, is_partial = [], True
            while is_partial:
                length, is_partial, position = _length(data, position)
                parts.append(data[position : position + length])
                position += length
            yield head & 0x3F, b"".join(parts)
            continue
        size = (1, 2, 4, 0)[head & 3]
        length = int.from_bytes(data[position : position + size]) if size else len(data) - position
        position += size
        yield head >> 2 & 0xF, data[position : position + length]
        position += length


def _length(data: bytes, position: int) -> tuple[int, bool, int]:
    """A length of the new format, whether more parts follow, and where the body begins (section 4.2.1)."""
    first = data[position] if position < len(data) else 0
    if first < 192:
        return first, False, position + 1
    if first < 224:
        second = data[position + 1] if position + 1 < len(data) else 0
        return (first - 192 << 8) + second + 192, False, position + 2
    if first == 255:
        return int.from_bytes(data[position + 1 : position + 5]), False, position + 5
    return 1 << (first & 0x1F), True, position + 1


def _unpack(body: bytes) -> bytes:
    algorithm, packed = body[:1], body[1:]
    if algorithm == b"\x00":
        return packed
    if algorithm not in {b"\x01", b"\x02"}:
        raise DocumentError("OpenPGP: expected a message that is packed with ZIP or ZLIB, found another")
    unpacker = zlib.decompressobj(-15 if algorithm == b"\x01" else 15)
    try:
        data = unpacker.decompress(packed, _UNPACKED_LIMIT)
    except zlib.error:
        raise DocumentError("OpenPGP: expected ZIP or ZLIB, found something else") from None
    if unpacker.unconsumed_tail:
        raise DocumentError(f"OpenPGP: expected at most {_UNPACKED_LIMIT:,} bytes, found more")
    return data


def _read_signature(body: bytes, found: _Found) -> None:
    """Read the signer and the time of a signature of version 4 or 6 (section 5.2.3)."""
    version = body[0] if body else 0
    if version not in {4, 6} or len(body) < 10:
        return
    found.algorithm = _ALGORITHMS.get(body[2], "")
    size = 2 if version == 4 else 4
    position, made, lifetime = 4, 0, 0
    for _ in range(2):  # what is signed of it, and what is not
        length = int.from_bytes(body[position : position + size])
        position += size
        for kind, content in _subpackets(body[position : position + length]):
            if kind == _MADE:
                made = int.from_bytes(content[:4])
            elif kind == _EXPIRES:
                lifetime = int.from_bytes(content[:4])
            elif kind == _FINGERPRINT:
                found.key = content[1:].hex().upper()
            elif kind == _ISSUER and len(found.key) <= 16:
                found.key = content.hex().upper()
        position += length
    found.made = moment_of(made)
    found.expires = moment_of(made + lifetime) if lifetime else None


def _subpackets(data: bytes) -> Iterator[tuple[int, bytes]]:
    position = 0
    while position < len(data):
        length, _, position = _length(data, position)
        content = data[position : position + length]
        position += length
        if content:
            yield content[0] & 0x7F, content[1:]
