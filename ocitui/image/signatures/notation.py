"""The signatures of notation: a descriptor of what is signed, in JWS or in COSE.

Implements notaryproject/specifications: signature-specification (Payload), signature-envelope-jws
and signature-envelope-cose. Reading COSE needs the extra ``ocitui[verify]``.
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ocitui.errors import DocumentError
from ocitui.image.node import Node
from ocitui.image.signatures.certificate import read_chain
from ocitui.image.signatures.signature import Claim, Signature, Signed, moment_of
from ocitui.image.signatures.simple_signing import VALUES_LIMIT
from ocitui.spec.document import load_object
from ocitui.spec.fields import Fields
from ocitui.spec.moment import parse_moment

ARTIFACT = "application/vnd.cncf.notary.signature"
JWS = "application/jose+json"
COSE = "application/cose"
PAYLOAD = "application/vnd.cncf.notary.payload.v1+json"

_NOTARY = "io.cncf.notary."
_SIGN1 = 18
_ALG, _CONTENT_TYPE, _CHAIN = 1, 3, 33
_CRITICAL = 2
_KNOWN = frozenset(f"{_NOTARY}{name}" for name in ("signingScheme", "signingTime", "authenticSigningTime", "expiry"))
_SCHEMES = ("notary.x509", "notary.x509.signingAuthority")
_ALGORITHMS = {-7: "ES256", -35: "ES384", -36: "ES512", -37: "PS256", -38: "PS384", -39: "PS512"}


@dataclass(frozen=True, slots=True)
class _Envelope:
    """The parts of an envelope of either kind."""

    payload: bytes
    signed: Signed
    algorithm: str
    content_type: str
    chain: list[bytes]
    attributes: Mapping[str, object]
    """The protected attributes of notation, without the beginning of their names; times as they stand."""
    others: Mapping[str, object]
    """The attributes that are not protected."""
    needs: tuple[str, ...]
    """The critical attributes that are not known here."""


def read_notation(raw: bytes, media_type: str, title: str, about: Node, node: Node | None) -> Signature:
    """Read a signature of notation. What is wrong is in it."""
    form = "notation (COSE)" if media_type == COSE else "notation (JWS)"
    try:
        envelope = _read_cose(raw, title) if media_type == COSE else _read_jws(raw, title)
        claim, said = _read_claim(envelope, title), envelope.attributes
        expires = _expiry(said, title)
    except DocumentError as error:
        return Signature(form, title, about, node, raw=raw, problems=(str(error),))
    certificates, problems = read_chain(envelope.chain)
    tool = envelope.others.get("signingAgent", "")
    return Signature(
        form,
        title,
        about,
        node,
        claim,
        certificates=certificates,
        algorithm=envelope.algorithm,
        made=_moment(said.get("signingTime")) or _moment(said.get("authenticSigningTime")),
        expires=expires,
        timestamps=int("timestampSignature" in envelope.others),
        tool=tool if isinstance(tool, str) else "",
        needs=(*envelope.needs, *_unknown_scheme(said)),
        signed=(envelope.signed,),
        raw=raw,
        problems=problems,
    )


def _read_claim(envelope: _Envelope, title: str) -> Claim:
    if envelope.content_type != PAYLOAD:
        raise DocumentError(f"{title}: expected a payload of {PAYLOAD}, found another")
    fields = Fields(load_object(envelope.payload, f"{title}: payload", VALUES_LIMIT), "").child("targetArtifact")
    return Claim(
        (fields.text("digest"),),
        kind=fields.text("mediaType"),
        others=fields.mapping("annotations"),
        size=fields.integer("size"),
    )


def _read_jws(raw: bytes, title: str) -> _Envelope:
    fields = Fields(load_object(raw, title, VALUES_LIMIT), "")
    protected, payload, signature = fields.text("protected"), fields.text("payload"), fields.text("signature")
    said = Fields(load_object(_decode(protected, title), f"{title}: protected", VALUES_LIMIT), "")
    header = fields.child("header")
    chain = [_decode(each, title) for each in header.texts("x5c") or ()]
    return _Envelope(
        _decode(payload, title),
        Signed(f"{protected}.{payload}".encode(), _decode(signature, title)),
        said.text("alg"),
        said.text("cty"),
        chain,
        _of_notary(said.unknown()),
        _of_notary(header.unknown()),
        _needs(said.raw("crit") or [], title),
    )


def _read_cose(raw: bytes, title: str) -> _Envelope:
    try:
        import cbor2
    except ImportError:
        raise DocumentError(f"{title}: is COSE, which needs `pip install 'ocitui[verify]'`") from None

    def load(data: bytes) -> Any:
        try:
            return cbor2.loads(data)
        except Exception as error:  # of many kinds, as deep as its own modules
            raise DocumentError(f"{title}: expected CBOR, found something else ({type(error).__name__})") from None

    message = load(raw)
    parts = message.value if isinstance(message, cbor2.CBORTag) and message.tag == _SIGN1 else None
    if not isinstance(parts, list | tuple) or len(parts) != 4:
        raise DocumentError(f"{title}: expected COSE_Sign1 (tag 18), found something else")
    protected, others, payload, signature = parts
    if not all(isinstance(each, bytes) for each in (protected, payload, signature)) or not isinstance(others, Mapping):
        raise DocumentError(f"{title}: expected COSE_Sign1 with a payload, found something else")
    said = load(protected)
    if not isinstance(said, Mapping):
        raise DocumentError(f"{title}: expected protected attributes, found something else")
    chain = others.get(_CHAIN, said.get(_CHAIN, []))
    ders = [each for each in (chain if isinstance(chain, list | tuple) else [chain]) if isinstance(each, bytes)]
    message = cbor2.dumps(["Signature1", protected, b"", payload])
    content_type, algorithm = said.get(_CONTENT_TYPE), said.get(_ALG)
    return _Envelope(
        payload,
        Signed(message, signature),
        _ALGORITHMS.get(algorithm, "") if isinstance(algorithm, int) else "",
        content_type if isinstance(content_type, str) else "",
        ders,
        _of_notary(said),
        _of_notary(others),
        _needs(said.get(_CRITICAL, []), title),
    )


def _needs(critical: object, title: str) -> tuple[str, ...]:
    """The names of attributes that are critical and not known here, or raise `DocumentError`."""
    if not isinstance(critical, list | tuple) or not all(
        isinstance(each, str) or (isinstance(each, int) and each.bit_length() < 64) for each in critical
    ):
        raise DocumentError(f"{title}: expected a list of critical attributes, found something else")
    return tuple(str(each) for each in critical if each not in _KNOWN)


def _unknown_scheme(said: Mapping[str, object]) -> tuple[str, ...]:
    scheme = said.get("signingScheme")
    return (
        ()
        if scheme in _SCHEMES
        else (f"the signing scheme {scheme}" if isinstance(scheme, str) else "a signing scheme",)
    )


def _expiry(said: Mapping[str, object], title: str) -> datetime | None:
    """The time of expiry, or raise `DocumentError`: one that cannot be read must not pass for none."""
    moment = _moment(said.get("expiry"))
    if moment is None and "expiry" in said:
        raise DocumentError(f"{title}: expected a time of expiry, found something else")
    return moment


def _of_notary(fields: Mapping[Any, object]) -> dict[str, object]:
    return {
        name[len(_NOTARY) :]: value
        for name, value in fields.items()
        if isinstance(name, str) and name.startswith(_NOTARY)
    }


def _moment(value: object) -> datetime | None:
    """A time: text in JWS, and in COSE seconds, of which the library may have made a time already."""
    if isinstance(value, datetime):
        return value if value.tzinfo is not None else None
    return parse_moment(value) if isinstance(value, str) else moment_of(value)


def _decode(text: str, title: str) -> bytes:
    """Bytes in Base 64 of either alphabet, with or without what fills it up, or raise `DocumentError`."""
    try:
        plain = text.rstrip("=").translate(str.maketrans("-_", "+/"))
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise DocumentError(f"{title}: expected Base 64, found something else") from None
