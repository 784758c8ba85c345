"""``ocitui signatures`` and ``ocitui verify --key``: what a signature says, and whether it is so."""

import base64
import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import x25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.commands.conftest import Result, Run
from tests.image.signatures.test_notary import Authority
from tests.images import signature_writer
from tests.images.openpgp_writer import NAME, Signer, container_payload
from tests.images.signature_writer import (
    BUNDLE,
    COSE,
    ENVELOPE,
    JWS,
    KEYS,
    NOTARY,
    PAYLOAD,
    Key,
    SignedImage,
    Sigstore,
    base64_of,
    bundle,
    certificate,
    envelope,
    notary_payload,
    public_file,
    sign,
    simple_payload,
    statement,
)

OTHER = f"sha256:{'1' * 64}"
PROVENANCE = "https://slsa.dev/provenance/v1"


@pytest.fixture(scope="module")
def key() -> Key:
    return KEYS["ECDSA P-256"]()


def hint(key: Key) -> str:
    der = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64_of(hashlib.sha256(der).digest())


def facts(done: Result) -> list[str]:
    return [" ".join(line.split()) for line in done.lines]


def errors(done: Result) -> list[str]:
    return [each["message"] for blob in done.json["blobs"] for each in blob["findings"] if each["severity"] == "error"]


def notes(done: Result) -> list[str]:
    return [each["message"] for blob in done.json["blobs"] for each in blob["findings"] if each["severity"] == "note"]


def test_what_a_signature_with_a_certificate_says(run: Run, tmp_path: Path, key: Key) -> None:
    image = SignedImage(tmp_path / "image")
    authority = KEYS["ECDSA P-256"]()
    root = certificate(authority, name="root", is_authority=True, days=3650)
    names = [x509.UniformResourceIdentifier("https://ci.example.com/paperboat/release.yml@refs/heads/main")]
    said = {"1": b"https://token.example.com", "8": b"\x0c\x19https://token.example.com", "13": b"\x0c\x049b1c"}
    leaf = certificate(key, names=names, fulcio=said, issuer=(root, authority), days=0.5)
    log = {"Payload": {"logIndex": 4711, "integratedTime": 1778578200, "logID": "c0d2", "body": ""}}
    image.cosign(
        key,
        simple_payload(image.digest, team="boats"),
        certificate=leaf.public_bytes(Encoding.PEM).decode(),
        chain=root.public_bytes(Encoding.PEM).decode(),
        bundle=json.dumps(log),
    )
    done = run("signatures", image.finish())
    assert (done.code, done.err) == (0, "")
    assert facts(done) == [
        "signature, cosign",
        "signature not checked",
        "signer https://ci.example.com/paperboat/release.yml@refs/heads/main",
        "vouched by https://token.example.com",
        "revision 9b1c",
        "certificate O=Paperboat, CN=signer",
        "issued by O=Paperboat, CN=root",
        "valid 2026-05-12 09:30:00 UTC to 2026-05-12 21:30:00 UTC",
        "chain ends O=Paperboat, CN=root",
        f"signed {image.digest}",
        "type cosign container image signature",
        "name registry.example.com/paperboat",
        "annotations team=boats",
        "log entry 4711, 2026-05-12 09:30:00 UTC",
    ]
    (found,) = run("signatures", f"{image.path}:latest", "--json").json["signatures"]
    assert (found["isAboutThis"], found["checked"], found["problems"]) == (True, False, [])
    assert found["certificates"][0]["notAfter"] == "2026-05-12T21:30:00Z"
    assert found["certificates"][0]["facts"]["issuer"] == "https://token.example.com"
    assert found["log"] == [{"index": 4711, "integrated": "2026-05-12T09:30:00Z", "logId": "c0d2"}]
    assert run("verify", image.path).code == 0


def test_what_a_bundle_says(run: Run, tmp_path: Path, key: Key) -> None:
    image = SignedImage(tmp_path / "image")
    content = {"dsseEnvelope": envelope(key, statement(image.digest))}
    image.referrer(BUNDLE, bundle(content, {"publicKey": {"hint": hint(key)}}))
    done = run("signatures", image.finish())
    assert (done.code, done.err) == (0, "")
    assert facts(done) == [
        "signature, Sigstore bundle v0.3",
        "signature not checked",
        f"key {hint(key)}",
        f"signed {image.digest}",
        "type cosign signature v1",
        "log entry 1234567, 2026-05-12 09:30:00 UTC",
    ]


def test_an_image_without_any(run: Run, tmp_path: Path, key: Key) -> None:
    name = SignedImage(tmp_path / "image").finish()
    done = run("signatures", name)
    assert (done.code, done.out, done.message) == (1, b"", "no signatures found")
    done = run("verify", name, "--json", "--key", public_file(key, tmp_path / "cosign.pub"))
    assert done.code == 1
    assert errors(done) == [f"expected a signature by the key in {tmp_path / 'cosign.pub'}, found none"]


def test_a_signature_of_another_image(run: Run, tmp_path: Path, key: Key) -> None:
    image = SignedImage(tmp_path / "image")
    image.cosign(key, simple_payload(OTHER))
    name = image.finish()
    expected = f"expected a signature of {image.digest}, found one of {OTHER}"
    done = run("signatures", name)
    assert (done.code, done.message.endswith(expected)) == (2, True)
    for options in ((), ("--key", public_file(key, tmp_path / "cosign.pub"))):
        done = run("verify", image.path, "--json", *options)
        assert (done.code, [each.partition(": ")[2] or each for each in errors(done)]) == (1, [expected])


Make = Callable[[SignedImage, Key], object]


def _message_bundle(image: SignedImage, key: Key) -> object:
    digest = {"algorithm": "SHA2_256", "digest": base64_of(hashlib.sha256(image.raw).digest())}
    signature = {"messageDigest": digest, "signature": base64_of(sign(key, image.raw))}
    return image.referrer(BUNDLE, bundle({"messageSignature": signature}, {"publicKey": {"hint": hint(key)}}))


FORMS: dict[str, Make] = {
    "cosign": lambda image, key: image.cosign(key),
    "bundle of a statement": lambda image, key: image.referrer(
        BUNDLE, bundle({"dsseEnvelope": envelope(key, statement(image.digest))}, {"publicKey": {"hint": hint(key)}})
    ),
    "bundle of bytes": _message_bundle,
}


@pytest.mark.parametrize(
    ("form", "kind"),
    [*(("cosign", kind) for kind in KEYS), *((form, "ECDSA P-256") for form in FORMS if form != "cosign")],
)
def test_a_signature_that_holds(run: Run, tmp_path: Path, form: str, kind: str) -> None:
    image, key = SignedImage(tmp_path / "image"), KEYS[kind]()
    FORMS[form](image, key)
    name, public = image.finish(), public_file(key, tmp_path / "cosign.pub")
    for options in ((image.path,), (name, "--platform", "linux/amd64")):
        done = run("verify", *options, "--json", "--key", public)
        assert (done.code, errors(done)) == (0, [])
        assert [each.partition(": ")[2] for each in notes(done) if "signed by" in each] == [
            f"signed by the key in {public}"
        ]


@pytest.mark.parametrize("form", FORMS)
def test_a_signature_by_another_key_is_one_finding(run: Run, tmp_path: Path, key: Key, form: str) -> None:
    image = SignedImage(tmp_path / "image")
    FORMS[form](image, key)
    public = public_file(KEYS["ECDSA P-256"](), tmp_path / "cosign.pub")
    done = run("verify", image.finish(), "--json", "--key", public)
    (found,) = errors(done)
    assert done.code == 1
    if form == "cosign":
        assert found.endswith(
            f"the signature does not fit the key in {public}: it is by another key, or what it signs was changed"
        )
    else:
        assert found.endswith(f"the signature is by the key {hint(key)}, not by the key in {public}")
    # One that holds beside it is enough.
    image = SignedImage(tmp_path / "two")
    FORMS[form](image, key)
    image.cosign(KEYS["Ed25519"]())
    done = run("verify", image.finish(), "--json", "--key", public_file(key, tmp_path / "own.pub"))
    assert (done.code, errors(done)) == (0, [])


def test_a_payload_that_was_changed_is_one_finding(run: Run, tmp_path: Path, key: Key) -> None:
    public = public_file(key, tmp_path / "cosign.pub")
    image = SignedImage(tmp_path / "stored")  # under the digest of what it was before
    blob = image.cosign(key)
    name, path = image.finish(), image.blob_path(blob["digest"])
    path.write_bytes(path.read_bytes().replace(b"paperboat", b"steamboat"))
    done = run("verify", name, "--json", "--key", public)
    assert done.code == 1
    assert [each.startswith(f"expected digest {blob['digest']}") for each in errors(done)] == [True]

    image = SignedImage(tmp_path / "anew")  # under a digest of its own, with the signature of what it was before
    signature = base64_of(sign(key, b"{}"))
    raw = json.dumps(simple_payload(image.digest)).encode()
    image.tagged(
        ".sig",
        "application/vnd.dev.cosign.simplesigning.v1+json",
        raw,
        {"dev.cosignproject.cosign/signature": signature},
    )
    done = run("verify", image.finish(), "--json", "--key", public)
    assert (done.code, ["what it signs was changed" in each for each in errors(done)]) == (1, [True])

    image = SignedImage(tmp_path / "bundle")
    held = envelope(key, statement(image.digest, PROVENANCE))
    held["payload"] = base64_of(base64.b64decode(held["payload"]).replace(b"provenance", b"convenance"))
    image.referrer(BUNDLE, bundle({"dsseEnvelope": held}, {"publicKey": {"hint": hint(key)}}))
    done = run("verify", image.finish(), "--json", "--key", public)
    assert (done.code, ["what it signs was changed" in each for each in errors(done)]) == (1, [True])


def test_an_attestation_is_checked_and_is_no_signature(run: Run, tmp_path: Path, key: Key) -> None:
    image, public = SignedImage(tmp_path / "image"), public_file(key, tmp_path / "cosign.pub")
    raw = json.dumps(envelope(key, statement(image.digest, PROVENANCE))).encode()
    image.tagged(".att", ENVELOPE, raw, {"dev.cosignproject.cosign/signature": ""})
    done = run("verify", image.finish(), "--json", "--key", public)
    assert (done.code, errors(done)) == (1, [f"expected a signature by the key in {public}, found only attestations"])
    assert any(f"attested (SLSA provenance v1) by the key in {public}" in each for each in notes(done))
    image.cosign(key)
    done = run("verify", image.finish(), "--json", "--key", public)
    assert (done.code, errors(done)) == (0, [])


def test_what_is_signed_and_what_is_read_are_the_same(run: Run, tmp_path: Path, key: Key) -> None:
    public = public_file(key, tmp_path / "cosign.pub")
    for number, names in enumerate((("dsseEnvelope", "DsseEnvelope"), ("DsseEnvelope", "dsseEnvelope"))):
        image = SignedImage(tmp_path / f"{number}")
        signed = envelope(key, statement(OTHER))
        said = {**envelope(KEYS["ECDSA P-256"](), statement(image.digest)), "Payload": signed["payload"]}
        for first, second in ((signed, said), (said, signed)):
            image.referrer(BUNDLE, bundle(dict(zip(names, (first, second), strict=True)), {}))
        done = run("verify", image.finish(), "--json", "--key", public)
        assert done.code == 1
        assert not [each for each in notes(done) if "signed by" in each]


def test_a_key_that_is_none_or_cannot_be_had(
    run: Run, tmp_path: Path, key: Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = SignedImage(tmp_path / "image").finish()
    wrong = tmp_path / "wrong.pub"
    wrong.write_text("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n")
    done = run("verify", image, "--key", wrong)
    assert (done.code, done.message) == (2, f"{wrong}: expected a public key in PEM, found something else")
    assert run("verify", image, "--key", tmp_path / "none").code == 2
    other = x25519.X25519PrivateKey.generate().public_key()
    wrong.write_bytes(other.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    done = run("verify", image, "--key", wrong)
    assert (done.code, done.message) == (2, f"{wrong}: expected a key of ECDSA, Ed25519 or RSA, found another")
    monkeypatch.setitem(__import__("sys").modules, "cryptography.hazmat.primitives.serialization", None)
    done = run("verify", image, "--key", wrong)
    assert (done.code, done.message) == (
        2,
        "--key needs libraries that are not installed: pip install 'ocitui[verify]'",
    )


def test_where_no_image_is_none_is_signed(run: Run, tmp_path: Path, key: Key) -> None:
    """It said that all is intact."""
    (tmp_path / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}')
    (tmp_path / "index.json").write_text('{"schemaVersion":2,"manifests":[]}')
    public = public_file(key, tmp_path / "cosign.pub")
    done = run("verify", tmp_path, "--key", public)
    assert (done.code, done.out) == (2, b"")
    assert done.message == f"index.json: expected an image, which the key in {public} should have signed, found none"


def test_hostile_words_only_stand_there(run: Run, tmp_path: Path, key: Key) -> None:
    evil = "\x1b]0;x\x07[bold]"
    image = SignedImage(tmp_path / "image")
    payload = {
        "critical": {"image": {"docker-manifest-digest": evil}, "identity": {"docker-reference": evil}, "type": evil},
        "optional": {evil: evil, "creator": evil},
    }
    image.cosign(key, payload, certificate=evil, bundle=evil)
    image.referrer(BUNDLE, bundle({"dsseEnvelope": {}}, {"publicKey": {"hint": evil}}, mediaType=BUNDLE + evil))
    name = image.finish()
    for command in (("signatures", name), ("signatures", name, "--json"), ("verify", name)):
        done = run(*command)
        assert "\x1b" not in done.text + done.err
    assert "\\x1b]0;x" in run("signatures", name).text


@pytest.mark.parametrize("form", [JWS, COSE])
def test_notation(run: Run, tmp_path: Path, form: str) -> None:
    image, authority = SignedImage(tmp_path / "image"), Authority()
    make = signature_writer.cose if form == COSE else signature_writer.jws
    image.referrer(form, make(authority.key, authority.chain, notary_payload(image.image)), NOTARY)
    name = image.finish()
    assert not [line for line in facts(run("signatures", name)) if line.startswith("name ")]
    for root, code in ((authority.root, 0), (Authority().root, 1)):
        (tmp_path / "root.pem").write_bytes(root.public_bytes(Encoding.PEM))
        done = run("verify", name, "--json", "--notation-cert", tmp_path / "root.pem")
        assert (done.code, len(errors(done))) == (code, code)
    done = run("verify", name, "--json", "--key", public_file(authority.key, tmp_path / "cosign.pub"))
    assert [each.rpartition(", ")[2] for each in errors(done)] == ["found none"]


def test_openpgp(run: Run, tmp_path: Path) -> None:
    """Beside an image in a folder, which knows no name of its own."""
    image, signer = SignedImage(tmp_path / "layout"), Signer()
    image.finish()
    folder, keys = tmp_path / "folder", tmp_path / "keys.pgp"
    shutil.copytree(image.path / "blobs/sha256", folder)
    (folder / "manifest.json").write_bytes(image.raw)
    (folder / "version").write_text("Directory Transport Version: 1.1\n")
    keys.write_bytes(bytes(signer.keys))

    def verify() -> Result:
        return run("verify", folder, "--json", "--gpg-key", keys)

    done = verify()
    assert (done.code, errors(done)) == (1, [f"expected a signature by a key in {keys}, found none"])
    (missing,) = [each for blob in done.json["blobs"] for each in blob["findings"] if each["severity"] == "error"]
    assert missing["clause"]["specification"] == "containers-signature(5)"
    (folder / "signature-1").write_bytes(signer.sign(container_payload(image.digest)))
    (folder / "signature-2").write_bytes(Signer().sign(container_payload(image.digest)))
    done = verify()
    assert (done.code, errors(done)) == (0, [])
    held, failed = (each for each in notes(done) if each.startswith("signature-"))
    assert held == f"signature-1: signed by a key in {keys}, as {NAME} (no name is known to compare that with)"
    assert failed.endswith(f", not by a key in {keys}")
    keys.write_bytes(bytes(signer.revoked))
    done = verify()
    assert (done.code, len(errors(done))) == (1, 2)
    (folder / "signature-1").write_bytes(signer.sign(container_payload(OTHER)))
    (folder / "signature-2").unlink()
    keys.write_bytes(bytes(signer.keys))
    done = verify()
    expected = f"signature-1: expected a signature of {image.digest}, found one of {OTHER}"
    assert (done.code, errors(done)) == (1, [expected])


def test_keyless(run: Run, tmp_path: Path, key: Key) -> None:
    image, sigstore = SignedImage(tmp_path / "image"), Sigstore()
    who, issuer, root = "https://ci.example.com/release.yml", "https://token.example.com", tmp_path / "root.json"
    image.referrer(BUNDLE, sigstore.bundle(statement(image.digest), who, issuer))
    name = image.finish()
    root.write_bytes(sigstore.trusted_root())
    options = ("--certificate-oidc-issuer", issuer, "--trusted-root", root, "--certificate-identity")
    done = run("verify", name, "--json", *options, who)
    assert (done.code, errors(done), done.err) == (0, [], "")
    assert any(f"signed by {who} (vouched for by {issuer})" in each for each in notes(done))
    done = run("verify", name, "--json", *options, "https://ci.example.com/other.yml")
    assert (done.code, ["not by https://ci.example.com/other.yml" in each for each in errors(done)]) == (1, [True])
    assert run("verify", name, *options[:2]).message.endswith("go together")
    image = SignedImage(tmp_path / "older")
    image.cosign(key, certificate=certificate(key).public_bytes(Encoding.PEM).decode())
    done = run("verify", image.finish(), "--json", *options, who)
    assert (done.code, ["no entry of a log" in each for each in errors(done)]) == (1, [True])
    image = SignedImage(tmp_path / "promised")
    raw = json.dumps(simple_payload(image.digest)).encode()
    image.tagged(".sig", PAYLOAD, raw, sigstore.annotations(raw, who, issuer))
    done = run("verify", image.finish(), "--json", *options, who)
    assert (done.code, errors(done), done.err) == (0, [], "")
    assert any(f"signed by {who} (vouched for by {issuer})" in each for each in notes(done))
