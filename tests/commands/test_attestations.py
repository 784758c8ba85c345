"""``ocitui attestations``, what ``verify`` says of the same, and what is no attestation."""

import base64
import json
from pathlib import Path
from typing import Any

from ocitui.demo.layout import Document, LayoutWriter
from ocitui.demo.tar import file, write_tar
from tests.commands.conftest import Run
from tests.images.layout_writer import write_layout

REF_NAME = "org.opencontainers.image.ref.name"
PLATFORM = "linux/amd64"
EMPTY = {"mediaType": "application/vnd.oci.empty.v1+json", "data": "e30="}


def write_attested(folder: Path, kind: str, content: Any, *, is_cosign: bool = False) -> Document:
    """A layout of an image and one artifact about it; the content gets the digest of the image."""
    writer = LayoutWriter(folder)
    config = {"architecture": "amd64", "os": "linux"}
    image = writer.image(config, [writer.layer(write_tar([file("a")]))], platform=config)
    held = writer.blob(kind, json.dumps(content(image["digest"])).encode())
    subject = {} if is_cosign else {"subject": {name: image[name] for name in ("mediaType", "digest", "size")}}
    empty = writer.blob("application/vnd.oci.empty.v1+json", b"{}")
    artifact = writer.manifest(empty, [held], {"artifactType": kind, **subject}, artifactType=kind)
    tag = {REF_NAME: image["digest"].replace(":", "-") + ".att"} if is_cosign else {}
    writer.finish([{**image, "annotations": {REF_NAME: "latest"}}, {**artifact, "annotations": tag}])
    return image


def statement(digest: str, kind: str = "https://slsa.dev/provenance/v1") -> dict[str, Any]:
    subject = [{"name": "x", "digest": {"sha256": digest.removeprefix("sha256:")}}]
    return {"_type": "https://in-toto.io/Statement/v1", "subject": subject, "predicateType": kind, "predicate": {}}


def test_how_the_demo_was_built_and_what_is_in_it(run: Run, demo_layout: Path) -> None:
    done = run("attestations", f"{demo_layout}:latest", "--platform", PLATFORM)
    assert done.code == 0
    lines = [" ".join(line.split()) for line in done.lines]
    assert [line for line in done.lines if line and not line.startswith(" ")] == [
        "SLSA provenance v0.2",
        "SPDX SBOM",
        "CycloneDX SBOM",
    ]
    for line in (
        "builder https://ci.example.com/paperboat/builds/514",
        "revision 9b1c2f7e4d3a8065f1e0c9b7a6d5e4f3a2b1c0d9",
        "arguments VERSION=1.4.0",
        "took 92 s",
        "kept Dockerfile, 20 lines: ocitui attestations --dockerfile",
        "curl 7.88.1-10+deb12u5 curl",
    ):
        assert line in lines
    assert any(line.startswith("base debian:bookworm-slim linux/amd64 sha256:") for line in lines)


def test_the_dockerfile_and_the_packages(run: Run, demo_layout: Path) -> None:
    place = (f"{demo_layout}:latest", "--platform", PLATFORM)
    done = run("attestations", *place, "--dockerfile")
    assert done.lines[:2] == ["# syntax=docker/dockerfile:1", "FROM debian:bookworm-slim"]
    done = run("attestations", *place, "--packages", "--filter", "fl*")
    assert [line.split() for line in done.lines[1:]] == [
        ["flask", "3.0.3", "BSD-3-Clause", "pkg:pypi/flask@3.0.3"],
        ["flask", "3.0.3", "pkg:pypi/flask@3.0.3"],
    ]
    done = run("attestations", *place, "--packages", "--filter", "log4j*")
    assert (done.code, done.out) == (1, b"")
    assert run("attestations", *place, "--filter", "x").code == 2
    assert run("attestations", *place, "--json", "--packages").code == 2


def test_json(run: Run, demo_layout: Path) -> None:
    found = run("attestations", f"{demo_layout}:latest", "--platform", PLATFORM, "--json").json
    sbom, provenance, alone = found["attestations"]
    assert [each["about"] for each in found["attestations"]] == [found["digest"]] * 3
    assert [each["isAboutThis"] for each in found["attestations"]] == [True, True, None]
    assert provenance["provenance"]["bases"][0]["image"] == "debian:bookworm-slim  linux/amd64"
    assert provenance["provenance"]["files"][0]["text"].startswith("# syntax")
    assert provenance["provenance"]["started"] == "2024-05-14T09:58:47Z"
    assert len(sbom["sbom"]["packages"]) == 7
    assert (alone["name"], alone["signatures"], alone["problems"]) == ("CycloneDX SBOM", None, [])


def test_an_image_without_any(run: Run, tmp_path: Path) -> None:
    image = write_layout(tmp_path / "image", [write_tar([file("a")])]).path
    for option in ([], ["--packages"], ["--dockerfile"]):
        done = run("attestations", image, *option)
        assert (done.code, done.out) == (1, b"")
        assert done.message
    assert run("attestations", image, "--json").json["attestations"] == []


def test_cosign_signs_an_envelope(run: Run, tmp_path: Path) -> None:
    def content(digest: str) -> object:
        payload = base64.b64encode(json.dumps(statement(digest)).encode()).decode()
        return {"payloadType": "application/vnd.in-toto+json", "payload": payload, "signatures": [{"sig": "MEUC"}]}

    write_attested(tmp_path / "image", "application/vnd.dsse.envelope.v1+json", content, is_cosign=True)
    done = run("attestations", f"{tmp_path / 'image'}:latest")
    assert done.code == 0
    assert "  signed   1 signature, not checked" in done.lines
    assert run("verify", tmp_path / "image").code == 0


def test_a_statement_about_another_image(run: Run, tmp_path: Path) -> None:
    other = f"sha256:{'1' * 64}"
    image = write_attested(tmp_path / "image", "application/vnd.in-toto+json", lambda _: statement(other))
    expected = f"expected a statement about {image['digest']}, found one about {other}"
    done = run("attestations", f"{tmp_path / 'image'}:latest")
    assert (done.code, done.message.endswith(expected)) == (2, True)
    assert "problem" in done.text
    done = run("verify", tmp_path / "image", "--json")
    assert done.code == 1
    findings = [each for blob in done.json["blobs"] for each in blob["findings"]]
    (finding,) = [each for each in findings if each["severity"] == "error"]
    assert finding["message"] == expected
    assert finding["clause"]["specification"] == "in-toto Attestation Framework"


def test_hostile_words_only_stand_there(run: Run, tmp_path: Path) -> None:
    evil = "\x1b]0;x\x07[bold]"

    def content(digest: str) -> object:
        predicate = {"builder": {"id": evil}, "materials": [{"uri": evil, "digest": {evil: evil}}]}
        subject = [{"name": evil, "digest": {"sha256": digest.removeprefix("sha256:")}}]
        return {**statement(digest), "subject": subject, "predicate": predicate}

    def odd(digest: str) -> object:
        return {**statement(digest, evil), "subject": [{"name": evil, "digest": {evil: evil}}]}

    for name, each in (("a", content), ("b", odd)):
        write_attested(tmp_path / name, "application/vnd.in-toto+json", each)
        done = run("attestations", f"{tmp_path / name}:latest")
        assert "\\x1b]0;x" in done.text
        assert "\x1b" not in done.text + done.err


def test_what_is_no_statement_is_a_warning(run: Run, tmp_path: Path) -> None:
    write_attested(tmp_path / "image", "application/vnd.in-toto+json", lambda _: {"a": 1})
    done = run("attestations", f"{tmp_path / 'image'}:latest")
    assert done.code == 2
    assert "expected a statement of in-toto or an SBOM, found another document" in done.message
    done = run("verify", tmp_path / "image")
    assert done.code == 0
    assert "warning: expected a statement of in-toto or an SBOM, found another document" in done.text
