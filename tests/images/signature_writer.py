"""Images that are signed as cosign, notation and Sigstore sign them, by keys that are made for the test.

The documents are built by hand, from the specifications; each part can be changed before it is stored.
"""

import base64
import datetime
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import cbor2
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from ocitui.demo.layout import Document, LayoutWriter
from ocitui.demo.tar import file, write_tar

Key = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey

PAYLOAD = "application/vnd.dev.cosign.simplesigning.v1+json"
ENVELOPE = "application/vnd.dsse.envelope.v1+json"
BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json"
SIGN = "https://sigstore.dev/cosign/sign/v1"
REF_NAME = "org.opencontainers.image.ref.name"
NOW = datetime.datetime(2026, 5, 12, 9, 30, tzinfo=datetime.UTC)
_NONE = datetime.timedelta()
_EMPTY = "application/vnd.oci.empty.v1+json"
_FULCIO = "1.3.6.1.4.1.57264.1."

KEYS: dict[str, Callable[[], Key]] = {
    "ECDSA P-256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "ECDSA P-384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "Ed25519": ed25519.Ed25519PrivateKey.generate,
    "RSA": lambda: rsa.generate_private_key(65537, 2048),
}


def base64_of(data: bytes) -> str:
    return base64.b64encode(data).decode()


def sign(key: Key, message: bytes) -> bytes:
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return key.sign(message, ec.ECDSA(hashes.SHA256()))
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(message, padding.PKCS1v15(), hashes.SHA256())
    return key.sign(message)


def public_file(key: Key, path: Path) -> Path:
    path.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return path


def certificate(
    key: Key,
    *,
    name: str = "signer",
    names: Sequence[x509.GeneralName] = (),
    fulcio: Mapping[str, bytes] | None = None,
    issuer: tuple[x509.Certificate, Key] | None = None,
    begin: datetime.datetime = NOW,
    days: float = 1,
    is_authority: bool = False,
    serial: int | None = None,
    timestamps: bytes = b"",
) -> x509.Certificate:
    """A certificate of a key, by itself where no issuer is given."""
    subject = x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Paperboat"), x509.NameAttribute(NameOID.COMMON_NAME, name)]
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer[0].subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(serial or x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + datetime.timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
    )
    authority_key = (issuer[1] if issuer else key).public_key()
    builder = builder.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key), False)
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
    if is_authority:
        usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
        builder = builder.add_extension(usage, critical=True)
    else:
        usage = x509.KeyUsage(True, False, False, False, False, False, False, False, False)
        builder = builder.add_extension(usage, critical=True)
        builder = builder.add_extension(x509.ExtendedKeyUsage([x509.oid.ExtendedKeyUsageOID.CODE_SIGNING]), False)
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(list(names)), critical=not names)
    for number, value in (fulcio or {}).items():
        builder = builder.add_extension(
            x509.UnrecognizedExtension(x509.ObjectIdentifier(_FULCIO + number), value), False
        )
    if timestamps:
        oid = x509.oid.ExtensionOID.PRECERT_SIGNED_CERTIFICATE_TIMESTAMPS
        builder = builder.add_extension(x509.UnrecognizedExtension(oid, timestamps), False)
    by = issuer[1] if issuer else key
    return builder.sign(by, None if isinstance(by, ed25519.Ed25519PrivateKey) else hashes.SHA256())


def simple_payload(digest: str, **optional: object) -> dict[str, Any]:
    return {
        "critical": {
            "identity": {"docker-reference": "registry.example.com/paperboat"},
            "image": {"docker-manifest-digest": digest},
            "type": "cosign container image signature",
        },
        "optional": optional or None,
    }


def statement(digest: str, kind: str = SIGN) -> dict[str, Any]:
    subject = [{"name": "", "digest": {"sha256": digest.removeprefix("sha256:")}}]
    return {"_type": "https://in-toto.io/Statement/v1", "subject": subject, "predicateType": kind, "predicate": {}}


def envelope(key: Key, content: object) -> dict[str, Any]:
    payload, kind = json.dumps(content).encode(), "application/vnd.in-toto+json"
    message = b"DSSEv1 %d %s %d %s" % (len(kind), kind.encode(), len(payload), payload)
    return {
        "payload": base64_of(payload),
        "payloadType": kind,
        "signatures": [{"sig": base64_of(sign(key, message)), "keyid": ""}],
    }


def bundle(content: Mapping[str, Any], material: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    entry = {
        "logIndex": "1234567",
        "logId": {"keyId": base64_of(b"\x12" * 32)},
        "kindVersion": {"kind": "dsse", "version": "0.0.1"},
        "integratedTime": str(int(NOW.timestamp())),
    }
    return {"mediaType": BUNDLE, "verificationMaterial": {**material, "tlogEntries": [entry]}, **content, **changes}


class SignedImage:
    """A layout with one image, whose signatures are added one by one; `finish` completes it."""

    def __init__(self, folder: Path) -> None:
        self.path = folder
        self._writer = LayoutWriter(folder)
        config = {"architecture": "amd64", "os": "linux"}
        layer = self._writer.layer(write_tar([file("a")]))
        self.image: Document = self._writer.image(config, [layer], platform=config)
        self.digest: str = self.image["digest"]
        self._blobs: list[tuple[str, Document]] = []
        self._entries: list[Document] = []

    @property
    def raw(self) -> bytes:
        """The manifest."""
        return self.blob_path(self.digest).read_bytes()

    def blob_path(self, digest: str) -> Path:
        return self.path / "blobs" / "sha256" / digest.removeprefix("sha256:")

    def cosign(self, key: Key, payload: object = None, **annotations: str) -> Document:
        """Add a signature as cosign has them under a tag."""
        raw = json.dumps(simple_payload(self.digest) if payload is None else payload).encode()
        said = {"dev.cosignproject.cosign/signature": base64_of(sign(key, raw))}
        said |= {f"dev.sigstore.cosign/{name}": value for name, value in annotations.items()}
        return self.tagged(".sig", PAYLOAD, raw, said)

    def tagged(self, suffix: str, kind: str, raw: bytes, annotations: Mapping[str, str]) -> Document:
        blob = self._writer.blob(kind, raw, annotations=dict(annotations))
        self._blobs.append((suffix, blob))
        return blob

    def referrer(self, kind: str, content: bytes | object, artifact: str = "") -> Document:
        """Add one document that refers to the image."""
        raw = content if isinstance(content, bytes) else json.dumps(content).encode()
        blob = self._writer.blob(kind, raw)
        subject = {name: self.image[name] for name in ("mediaType", "digest", "size")}
        empty = self._writer.blob(_EMPTY, b"{}")
        extra = {"artifactType": artifact or kind, "subject": subject}
        self._entries.append(self._writer.manifest(empty, [blob], extra, artifactType=artifact or kind))
        return blob

    def finish(self) -> str:
        """Complete the layout, and return the name of the image."""
        for suffix in dict.fromkeys(suffix for suffix, _ in self._blobs):
            blobs = [blob for each, blob in self._blobs if each == suffix]
            # cosign writes a config of an image's type, with diff IDs that are no tars' (mutate.AppendLayers)
            config = {
                "architecture": "",
                "os": "",
                "rootfs": {"type": "layers", "diff_ids": [b["digest"] for b in blobs]},
            }
            stored = self._writer.document("application/vnd.oci.image.config.v1+json", config)
            tag = {REF_NAME: self.digest.replace(":", "-") + suffix}
            self._entries.append({**self._writer.manifest(stored, blobs), "annotations": tag})
        self._writer.finish([{**self.image, "annotations": {REF_NAME: "latest"}}, *self._entries])
        return f"{self.path}:latest"


NOTARY = "application/vnd.cncf.notary.signature"
JWS = "application/jose+json"
COSE = "application/cose"
_NOTARY_PAYLOAD = "application/vnd.cncf.notary.payload.v1+json"


def notary_payload(image: Document) -> dict[str, Any]:
    return {"targetArtifact": {name: image[name] for name in ("mediaType", "digest", "size")}}


def sign_jose(key: Key, message: bytes) -> bytes:
    """A signature as JOSE and COSE have it: two numbers one after the other, or RSA with PSS."""
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(message, padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    r, s = utils.decode_dss_signature(key.sign(message, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32) + s.to_bytes(32)


def jws(
    key: Key, chain: Sequence[x509.Certificate], payload: object, critical: Sequence[str] = (), **attributes: object
) -> bytes:
    """A signature of notation in JWS."""
    protected = {
        "alg": "PS256" if isinstance(key, rsa.RSAPrivateKey) else "ES256",
        "cty": _NOTARY_PAYLOAD,
        "crit": ["io.cncf.notary.signingScheme", *critical],
        "io.cncf.notary.signingScheme": "notary.x509",
        "io.cncf.notary.signingTime": NOW.isoformat().replace("+00:00", "Z"),
        **{f"io.cncf.notary.{name}": value for name, value in attributes.items()},
    }
    head, body = _url(json.dumps(protected).encode()), _url(json.dumps(payload).encode())
    document = {
        "payload": body,
        "protected": head,
        "header": {
            "x5c": [base64_of(each.public_bytes(Encoding.DER)) for each in chain],
            "io.cncf.notary.signingAgent": "notation-go/1.3.0",
        },
        "signature": _url(sign_jose(key, f"{head}.{body}".encode())),
    }
    return json.dumps(document).encode()


def cose(key: Key, chain: Sequence[x509.Certificate], payload: object, **attributes: object) -> bytes:
    """The same in COSE."""
    protected = cbor2.dumps(
        {
            1: -37 if isinstance(key, rsa.RSAPrivateKey) else -7,
            2: ["io.cncf.notary.signingScheme"],
            3: _NOTARY_PAYLOAD,
            "io.cncf.notary.signingScheme": "notary.x509",
            "io.cncf.notary.signingTime": cbor2.CBORTag(1, int(NOW.timestamp())),
            **{f"io.cncf.notary.{name}": value for name, value in attributes.items()},
        }
    )
    body = json.dumps(payload).encode()
    signature = sign_jose(key, cbor2.dumps(["Signature1", protected, b"", body]))
    others = {
        33: [each.public_bytes(Encoding.DER) for each in chain],
        "io.cncf.notary.signingAgent": "notation-go/1.3.0",
    }
    return cbor2.dumps(cbor2.CBORTag(18, [protected, others, body, signature]))


def _url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


class Sigstore:
    """An instance of Sigstore of the test's own: an authority, a log of certificates, and a log of signatures."""

    def __init__(self, *, days: float = 3650, end: datetime.datetime | None = None) -> None:
        """
        Args:
            days: how long the certificate of the authority is valid.
            end: when the authority was no longer in use.
        """
        self._authority_key, self._ct_key, self._log_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
        root = certificate(self._authority_key, name="root", is_authority=True, days=days)
        self._authority, self._end = (root, self._authority_key), end

    def trusted_root(self) -> bytes:
        """The file of the roots of trust."""
        start = {"start": "2020-01-01T00:00:00Z"}
        end = {"end": self._end.isoformat().replace("+00:00", "Z")} if self._end is not None else {}

        def log(key: Key, name: str) -> dict[str, Any]:
            public = {"rawBytes": base64_of(_der(key)), "keyDetails": "PKIX_ECDSA_P256_SHA_256", "validFor": start}
            return {
                "baseUrl": f"https://{name}.example.com",
                "hashAlgorithm": "SHA2_256",
                "publicKey": public,
                "logId": {"keyId": base64_of(_key_id(key))},
            }

        chain = {"certificates": [{"rawBytes": base64_of(self._authority[0].public_bytes(Encoding.DER))}]}
        authority = {
            "subject": {"organization": "Paperboat", "commonName": "root"},
            "uri": "https://ca.example.com",
            "certChain": chain,
            "validFor": {**start, **end},
        }
        document = {
            "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
            "tlogs": [log(self._log_key, "log")],
            "certificateAuthorities": [authority],
            "ctlogs": [log(self._ct_key, "ct")],
            "timestampAuthorities": [],
        }
        return json.dumps(document).encode()

    def bundle(
        self,
        content: object,
        identity: str,
        issuer: str,
        *,
        later: datetime.timedelta = _NONE,
        intoto: Callable[[dict[str, Any]], object] | None = None,
    ) -> dict[str, Any]:
        """A bundle of a statement, signed by whoever the authority believes it is.

        Args:
            content: the statement.
            identity: the address of a workflow.
            issuer: who vouches for it.
            later: how long after the certificate was made it is signed.
            intoto: makes the entry of the log one of this kind (0.0.2), and changes it before the log signs it.
        """
        key = ec.generate_private_key(ec.SECP256R1())
        leaf = self._leaf(key, identity, issuer)
        held = envelope(key, content)
        pem = base64_of(leaf.public_bytes(Encoding.PEM))
        payload = base64.b64decode(held["payload"])
        digests = {
            name: {"algorithm": "sha256", "value": hashlib.sha256(data).hexdigest()}
            for name, data in (("envelopeHash", _canonical(held)), ("payloadHash", payload))
        }
        signature = held["signatures"][0]["sig"]
        document: dict[str, Any] = {
            "apiVersion": "0.0.1",
            "kind": "dsse",
            "spec": {**digests, "signatures": [{"signature": signature, "verifier": pem}]},
        }
        if intoto is not None:
            signatures = [{"sig": base64_of(signature.encode()), "publicKey": pem}]
            of_it: dict[str, Any] = {"envelope": {"payloadType": held["payloadType"], "signatures": signatures}}
            of_it |= {"hash": digests["envelopeHash"], "payloadHash": digests["payloadHash"]}
            document = {"apiVersion": "0.0.2", "kind": "intoto", "spec": {"content": of_it}}
            intoto(document)
        body = _canonical(document)
        material = {"certificate": {"rawBytes": base64_of(leaf.public_bytes(Encoding.DER))}}
        made = bundle({"dsseEnvelope": held}, material)
        entry = self._entry(body, NOW + datetime.timedelta(minutes=1) + later)
        entry["kindVersion"] = {"kind": document["kind"], "version": document["apiVersion"]}
        made["verificationMaterial"]["tlogEntries"] = [entry]
        return made

    def annotations(
        self, payload: bytes, identity: str, issuer: str, *, later: datetime.timedelta = _NONE
    ) -> dict[str, str]:
        """What cosign's older form has beside a payload; see `bundle`."""
        key = ec.generate_private_key(ec.SECP256R1())
        pem, signature = self._leaf(key, identity, issuer).public_bytes(Encoding.PEM), base64_of(sign(key, payload))
        body = _canonical(
            {
                "apiVersion": "0.0.1",
                "kind": "hashedrekord",
                "spec": {
                    "data": {"hash": {"algorithm": "sha256", "value": hashlib.sha256(payload).hexdigest()}},
                    "signature": {"content": signature, "publicKey": {"content": base64_of(pem)}},
                },
            }
        )
        entry = self._entry(body, NOW + datetime.timedelta(minutes=1) + later)
        log = {
            "SignedEntryTimestamp": entry["inclusionPromise"]["signedEntryTimestamp"],
            "Payload": {
                "body": base64_of(body),
                "integratedTime": int(entry["integratedTime"]),
                "logIndex": 0,
                "logID": _key_id(self._log_key).hex(),
            },
        }
        return {
            "dev.cosignproject.cosign/signature": signature,
            "dev.sigstore.cosign/certificate": pem.decode(),
            "dev.sigstore.cosign/chain": self._authority[0].public_bytes(Encoding.PEM).decode(),
            "dev.sigstore.cosign/bundle": json.dumps(log),
        }

    def _leaf(self, key: Key, identity: str, issuer: str) -> x509.Certificate:
        """A certificate with the timestamp of the log of certificates (RFC 6962, section 3.2)."""
        said = {"1": issuer.encode(), "8": b"\x0c" + bytes([len(issuer)]) + issuer.encode()}
        names = [x509.UniformResourceIdentifier(identity)]
        options: dict[str, Any] = {"names": names, "fulcio": said, "issuer": self._authority, "days": 10 / 1440}
        options["serial"] = x509.random_serial_number()
        moment = int(NOW.timestamp() * 1000).to_bytes(8)
        head = b"\x00" + _key_id(self._ct_key) + moment + b"\x00\x00\x04\x03"
        draft = certificate(key, timestamps=_timestamp_list(head, b"\x30\x00"), **options)
        signed = b"\x00\x00" + moment + b"\x00\x01" + _key_id(self._authority_key)
        signed += len(draft.tbs_precertificate_bytes).to_bytes(3) + draft.tbs_precertificate_bytes + b"\x00\x00"
        return certificate(key, timestamps=_timestamp_list(head, sign(self._ct_key, signed)), **options)

    def _entry(self, body: bytes, moment: datetime.datetime) -> dict[str, Any]:
        """The only entry of the log, with its promise and its proof."""
        log_id, root = _key_id(self._log_key), hashlib.sha256(b"\x00" + body).digest()
        seconds = int(moment.timestamp())
        promised = {"body": base64_of(body), "integratedTime": seconds, "logID": log_id.hex(), "logIndex": 0}
        note = f"log.example.com - 1\n1\n{base64_of(root)}\n"
        signature = base64_of(log_id[:4] + sign(self._log_key, note.encode()))
        return {
            "logIndex": "0",
            "logId": {"keyId": base64_of(log_id)},
            "kindVersion": {"kind": "dsse", "version": "0.0.1"},
            "integratedTime": str(seconds),
            "inclusionPromise": {"signedEntryTimestamp": base64_of(sign(self._log_key, _canonical(promised)))},
            "inclusionProof": {
                "logIndex": "0",
                "rootHash": base64_of(root),
                "treeSize": "1",
                "hashes": [],
                "checkpoint": {"envelope": f"{note}\n\u2014 log.example.com {signature}\n"},
            },
            "canonicalizedBody": base64_of(body),
        }


def _timestamp_list(head: bytes, signature: bytes) -> bytes:
    one = head + len(signature).to_bytes(2) + signature
    listed = len(one).to_bytes(2) + one
    content = len(listed).to_bytes(2) + listed
    return b"\x04" + (bytes([len(content)]) if len(content) < 128 else b"\x81" + bytes([len(content)])) + content


def _canonical(document: object) -> bytes:
    return json.dumps(document, sort_keys=True, separators=(",", ":")).encode()


def _der(key: Key) -> bytes:
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _key_id(key: Key) -> bytes:
    return hashlib.sha256(_der(key)).digest()
