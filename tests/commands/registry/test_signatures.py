"""Signatures of an image in a registry: under cosign's tags, and in a folder of this machine."""

import json
from pathlib import Path

from ocitui.transports.registry import registries_conf
from ocitui.transports.registry.lookaside import lookaside_folder
from ocitui.transports.registry.name import ImageName
from tests.commands.conftest import Run
from tests.commands.registry.test_registry import fake, server  # noqa: F401
from tests.image.signatures.test_readers import signed_message
from tests.images.openpgp_writer import Signer, container_payload
from tests.images.signature_writer import KEYS, REF_NAME, SignedImage, public_file, simple_payload
from tests.transports.registry.conftest import home  # noqa: F401
from tests.transports.registry.scripted import REPOSITORY, FakeRegistry, Reply, Seen, Server, error


def test_the_tags_of_cosign_are_asked_for(fake: FakeRegistry, server: Server, run: Run, tmp_path: Path) -> None:  # noqa: F811
    image, key = SignedImage(tmp_path / "image"), KEYS["Ed25519"]()
    image.cosign(key)
    image.finish()
    entries = json.loads((image.path / "index.json").read_text())["manifests"]
    fake.add_layout(image.path, "1")
    fake.add_manifest(fake.blobs[entries[1]["digest"]], entries[1]["mediaType"], entries[1]["annotations"][REF_NAME])
    name = f"docker://{server.host}/{REPOSITORY}:1"
    done = run("signatures", name, "--json")
    assert (done.code, [each["isAboutThis"] for each in done.json["signatures"]]) == (0, [True])
    for options in ((), ("--platform", "linux/amd64")):
        assert run("verify", name, *options, "--key", public_file(key, tmp_path / "own.pub")).code == 0
        done = run("verify", name, *options, "--key", public_file(KEYS["Ed25519"](), tmp_path / "other.pub"))
        assert done.code == 1
    server.seen.clear()
    assert run("verify", name).code == 0
    assert not server.asked(".sig")

    def answer(seen: Seen) -> Reply | None:
        return error(403, "DENIED", "no") if ".sig" in seen.path or ".att" in seen.path else None

    fake.before = answer
    assert run("signatures", name).code == 2
    done = run("verify", name, "--key", tmp_path / "own.pub")  # there may be one
    assert done.code == 2
    assert "expected a signature by the key in" in done.err


def test_a_lookaside_folder(fake: FakeRegistry, server: Server, run: Run, tmp_path: Path) -> None:  # noqa: F811
    image = SignedImage(tmp_path / "image")
    image.finish()
    fake.add_layout(image.path, "1")
    settings = registries_conf.SYSTEM / "registries.d"
    settings.mkdir(parents=True)
    keeps = tmp_path / "signatures"
    (settings / "a.yaml").write_text(f"docker:\n  {server.host}:\n    lookaside: {keeps.as_uri()}\n")
    folder = keeps / f"{REPOSITORY}@{image.digest.replace(':', '=')}"
    folder.mkdir(parents=True)
    payload = json.dumps(simple_payload(image.digest)).encode()
    (folder / "signature-1").write_bytes(signed_message(payload))
    other = json.dumps(simple_payload(f"sha256:{'1' * 64}")).encode()
    (folder / "signature-2").write_bytes(signed_message(other))
    name = f"docker://{server.host}/{REPOSITORY}:1"
    done = run("signatures", name, "--json")
    found = done.json["signatures"]
    assert [(each["form"], each["isAboutThis"]) for each in found] == [("OpenPGP", True), ("OpenPGP", False)]
    assert done.code == 2
    done = run("verify", name, "--json")
    findings = [each["message"] for blob in done.json["blobs"] for each in blob["findings"]]
    (finding,) = [each for each in findings if "expected a signature of" in each]
    assert (done.code, "signature-2: " in finding) == (1, True)
    (settings / "a.yaml").write_text("default-docker:\n  lookaside: https://signatures.example.com\n")
    done = run("signatures", name)
    assert done.code == 1
    assert "are kept at https://signatures.example.com, which is not asked for them" in done.err
    (settings / "a.yaml").write_text("[")
    assert "not valid YAML" in run("signatures", name).err


def test_the_name_that_a_signature_of_openpgp_is_for(
    fake: FakeRegistry,  # noqa: F811
    server: Server,  # noqa: F811
    run: Run,
    tmp_path: Path,
) -> None:
    image, signer, keys = SignedImage(tmp_path / "image"), Signer(), tmp_path / "keys"
    image.finish()
    for tag in ("1", "2"):
        fake.add_layout(image.path, tag)
    keys.write_bytes(bytes(signer.keys))
    settings = registries_conf.SYSTEM / "registries.d"
    settings.mkdir(parents=True)
    kept = (tmp_path / "signatures").as_uri()
    (settings / "a.yaml").write_text(f"docker:\n  {server.host}:\n    lookaside: {kept}\n")
    folder = tmp_path / "signatures" / f"{REPOSITORY}@{image.digest.replace(':', '=')}"
    folder.mkdir(parents=True)
    place, other = f"{server.host}/{REPOSITORY}", f"{server.host}/other"
    for signed, opened, code in (
        (f"{place}:1", f"{place}:1", 0),
        (f"{place}:1", f"{place}:2", 1),
        (f"{place}:1", f"{place}@{image.digest}", 0),
        (f"{other}:1", f"{place}@{image.digest}", 1),
        (f"{other}:1", f"{place}:1", 1),
        (place, f"{place}:1", 1),
        ("", f"{place}:1", 1),
        ("\x1b[0m", f"{place}:1", 1),
    ):
        (folder / "signature-1").write_bytes(signer.sign(container_payload(image.digest, signed)))
        done = run("verify", f"docker://{opened}", "--json", "--gpg-key", keys)
        findings = [each["message"] for blob in done.json["blobs"] for each in blob["findings"]]
        said = signed.replace("\x1b", "\\x1b") or "no image"
        expected = f"the signature names {said}, which is not the name that the image was opened by"
        expected = expected if code else f"signed by a key in {keys}"
        (found,) = [each for each in findings if "signature-1: " in each]
        assert (done.code, found.rpartition("signature-1: ")[2]) == (code, expected)


def test_the_most_precise_scope_counts(home: Path) -> None:  # noqa: F811
    settings = home / ".config/containers/registries.d"
    settings.mkdir(parents=True)
    scopes = ("a.example:5000", "a.example", "a.example/b", "a.example/b/c", "a.example/b/c:1")
    lines = [f"  {each}:\n    sigstore: file:///{number}\n" for number, each in enumerate(scopes)]
    (settings / "a.yaml").write_text(f"docker:\n{''.join(lines)}default-docker:\n  lookaside: file:///x%20y\n")
    for name, expected in (
        ("a.example:5000/b/c", "/0/b/c"),
        ("a.example/d", "/1/d"),
        ("a.example/bb", "/1/bb"),
        ("a.example/b/d:1", "/2/b/d"),
        ("a.example/b/c:2", "/3/b/c"),
        ("a.example/b/c:1", "/4/b/c"),
        ("nginx", "/x y/library/nginx"),
    ):
        assert str(lookaside_folder(ImageName.parse(name))) == expected
