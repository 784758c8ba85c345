"""The base of an image, found by the digest of what its provenance says it was built from."""

import json
from pathlib import Path
from typing import Any

import pytest

from ocitui.demo.layout import LayoutWriter
from ocitui.demo.tar import file, write_tar
from tests.commands.conftest import Run

REF_NAME = "org.opencontainers.image.ref.name"
CONFIG = {"architecture": "amd64", "os": "linux"}
NAME = "pkg:docker/paper/base@1?platform=linux%2Famd64"
FRONTEND = {"uri": "pkg:docker/docker/dockerfile@1", "digest": {"sha256": "2" * 64}}
LAYERS = [write_tar([file("a", "x" * 100)]), write_tar([file("a", "y" * 100)]), write_tar([file("b"), file("a")])]


def predicate(kind: str, digest: str) -> dict[str, Any]:
    materials = [FRONTEND, {"uri": NAME, "digest": {"sha256": digest.removeprefix("sha256:")}}]
    if kind == "v1":
        return {"buildDefinition": {"buildType": "x", "resolvedDependencies": materials}, "runDetails": {}}
    return {"buildType": "x", "materials": materials}


def write_images(folder: Path, kind: str, named: str = "", *, is_beside: bool = False) -> str:
    """An image with its provenance, as BuildKit writes both, and its base in the same layout or in one of its own.

    Args:
        folder: where the layouts go.
        kind: the version of SLSA provenance.
        named: the digest of the material; else that of the base.
        is_beside: whether the base has a layout of its own.
    """
    writer, other = LayoutWriter(folder / "app"), LayoutWriter(folder / "base")
    of_base = other if is_beside else writer
    base = of_base.image(CONFIG, [of_base.layer(each) for each in LAYERS[:2]], platform=CONFIG)
    image = writer.image(CONFIG, [writer.layer(each) for each in LAYERS], platform=CONFIG)
    statement = {
        "_type": "https://in-toto.io/Statement/v0.1",
        "subject": [{"name": "app", "digest": {"sha256": image["digest"].removeprefix("sha256:")}}],
        "predicateType": f"https://slsa.dev/provenance/{kind}",
        "predicate": predicate(kind, named or base["digest"]),
    }
    annotations = {"in-toto.io/predicate-type": f"https://slsa.dev/provenance/{kind}"}
    raw = json.dumps(statement).encode()
    blob = writer.blob("application/vnd.in-toto+json", raw, annotations=annotations)
    config = writer.document("application/vnd.oci.image.config.v1+json", {"architecture": "unknown", "os": "unknown"})
    about = {"vnd.docker.reference.type": "attestation-manifest", "vnd.docker.reference.digest": image["digest"]}
    unknown = {"architecture": "unknown", "os": "unknown"}
    attestation = {**writer.manifest(config, [blob]), "annotations": about, "platform": unknown}
    index = writer.document(
        "application/vnd.oci.image.index.v1+json",
        {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": [image, attestation]},
    )
    entries = [{**index, "annotations": {REF_NAME: "1"}}]
    tagged = {**base, "annotations": {REF_NAME: "base"}}
    writer.finish(entries if is_beside else [*entries, tagged])
    if is_beside:
        other.finish([tagged])
    return f"{folder / 'app'}:1"


@pytest.mark.parametrize("kind", ["v0.2", "v1"])
@pytest.mark.parametrize("is_beside", [False, True])
def test_the_digest_of_the_material_tells_the_base(run: Run, tmp_path: Path, kind: str, is_beside: bool) -> None:
    image = write_images(tmp_path, kind, is_beside=is_beside)
    if is_beside:
        done = run("waste", image, "--base", "auto")
        assert (done.code, "; its base is named, and was not opened yet: open" in done.message) == (2, True)
        assert run("inspect", f"{tmp_path / 'base'}:base").code == 0
    (found,) = run("inspect", "--json", image).json["image"]["bases"]
    expected = ["provenance", "layers"] if is_beside else ["provenance"]
    assert (found["name"], found["layers"], found["evidence"]) == ("paper/base:1", 2, expected)
    done = run("waste", image, "--base", "auto", "--json")
    assert (done.code, done.json["base"]["layers"], done.json["base"]["wastedBytes"]) == (0, 2, 100)
    assert "layers 1–2 are paper/base:1, as its provenance says, whose signature is not checked" in done.message


@pytest.mark.parametrize("kind", ["v0.2", "v1"])
def test_a_digest_that_nothing_has(run: Run, tmp_path: Path, kind: str) -> None:
    digest = f"sha256:{'1' * 64}"
    image = write_images(tmp_path, kind, digest)
    (found,) = run("inspect", "--json", image).json["image"]["bases"]
    assert (found["name"], found["digest"], found["layers"], found["evidence"]) == (
        *("paper/base:1", digest, None),
        ["provenance"],
    )
    assert run("waste", image, "--base", "auto").code == 2
