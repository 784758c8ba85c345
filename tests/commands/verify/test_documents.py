"""Documents that image-spec's own tests of its schema take or refuse, rebuilt in images that are else sound."""

from pathlib import Path
from typing import Any

import pytest

from ocitui.demo.tar import file, write_tar
from ocitui.spec.media_type import OCI_CONFIG, OCI_EMPTY, OCI_LAYER, OCI_MANIFEST
from tests.commands.conftest import Run
from tests.images.layout_writer import REMOVE, LayerSpec, write_layout

LAYER = write_tar([file("hello", "hi")])
OTHER = "sha256:" + "5b" * 32
LONGEST = "1234567" + "890" * 40
LONG = LONGEST + "1"

Parts = dict[str, Any]


def of_layer(**changes: object) -> Parts:
    return {"layers": [LayerSpec(LAYER, descriptor=changes)]}


BAD_DESCRIPTORS: dict[str, tuple[dict[str, object], str]] = {
    "no media type": ({"mediaType": REMOVE}, "mediaType: expected text, found nothing"),
    "no subtype": ({"mediaType": "application"}, "found the text 'application'"),
    "type begins with a dot": ({"mediaType": ".foo/bar"}, "found the text '.foo/bar'"),
    "subtype begins with a dot": ({"mediaType": "foo/.bar"}, "mediaType: expected type/subtype as RFC 6838 allows it"),
    "type too long": ({"mediaType": f"{LONG}/bar"}, "expected type/subtype"),
    "subtype too long": ({"mediaType": f"foo/{LONG}"}, "expected type/subtype"),
    "no size": ({"size": REMOVE}, "size: expected a whole number, zero or more, found nothing"),
    "size as text": ({"size": "7682"}, "size: expected a whole number, zero or more, found the text '7682'"),
    "negative size": ({"size": -7682}, "size: expected a whole number"),
    "no digest": ({"digest": REMOVE}, "digest: expected a digest like sha256:…, found nothing"),
    "no algorithm": ({"digest": ":" + "5b" * 32}, "digest: expected a digest"),
    "no hash": ({"digest": "sha256"}, "digest: expected a digest"),
    "algorithm in capitals": ({"digest": "SHA256:" + "5b" * 32}, "digest: expected a digest"),
    "hash in capitals": ({"digest": "sha256:" + "5B" * 32}, "expected 64 lower-case hexadecimal digits"),
    "separators that repeat": ({"digest": "sha256+foo+-b:" + "5b" * 32}, "digest: expected a digest"),
    "a URL that is none": ({"urls": ["value"]}, "urls[0]: expected a URI of RFC 3986, found the text 'value'"),
    "artifact type": ({"artifactType": "foo/.bar"}, "artifactType: expected type/subtype"),
    "Base 64 without padding": ({"data": "aHR0cHM6Ly9naXRodWIuY29tL29wZW5jb250YWluZXJzCg"}, "data: expected Base 64"),
}

BAD: dict[str, tuple[Parts, str]] = {
    **{f"descriptor: {name}": (of_layer(**changes), said) for name, (changes, said) in BAD_DESCRIPTORS.items()},
    "config: os is a number": ({"config": {"os": 123}}, "os: expected text, found the number 123"),
    "config: variant is a number": ({"config": {"variant": 123}}, "variant: expected text, found the number 123"),
    "config: user is a number": ({"config": {"config": {"User": 1234}}}, "config.User: expected text"),
    "config: history is a text": ({"config": {"history": "should be an array"}}, "history: expected a list"),
    "config: environment with a number": ({"config": {"config": {"Env": [7353]}}}, "config.Env[0]: expected text"),
    "config: environment without =": (
        {"config": {"config": {"Env": ["A=b", "foo"]}}},
        "config.Env[1]: expected NAME=VALUE, found the text 'foo'",
    ),
    "config: environment without a name": ({"config": {"config": {"Env": ["=foo"]}}}, "Env[0]: expected NAME=VALUE"),
    "config: volumes as a list": (
        {"config": {"config": {"Volumes": ["/var/data", "/var/log"]}}},
        "config.Volumes: expected an object, found a list",
    ),
    "config: ports as a list": (
        {"config": {"config": {"ExposedPorts": ["80/tcp"]}}},
        "config.ExposedPorts: expected an object, found a list",
    ),
    "config: no JSON": ({"config": b"invalid JSON"}, "expected JSON"),
    "manifest: media type": ({"manifest": {"mediaType": "invalid"}}, "mediaType: expected type/subtype"),
    "manifest: media type of the config": ({"config_descriptor": {"mediaType": "invalid"}}, "expected type/subtype"),
    "manifest: size of the config": ({"config_descriptor": {"size": "1470"}}, "config.size: expected a whole number"),
    "manifest: artifact type": ({"manifest": {"artifactType": "a"}}, "artifactType: expected type/subtype"),
    "manifest: subject": ({"manifest": {"subject": ".nope"}}, "subject: expected an object, found the text '.nope'"),
    "index: media type": ({"index": {"mediaType": "x"}}, "mediaType: expected type/subtype"),
    "index: media type of a manifest": (
        {"manifest_descriptor": {"mediaType": "invalid"}},
        "manifests[0].mediaType: expected type/subtype as RFC 6838 allows it, found the text 'invalid'",
    ),
    "index: media type is empty": ({"manifest_descriptor": {"mediaType": ""}}, "found the text ''"),
    "index: size as text": ({"manifest_descriptor": {"size": "7682"}}, "manifests[0].size: expected a whole number"),
    "index: no digest": ({"manifest_descriptor": {"digest": REMOVE}}, "manifests[0].digest: expected a digest"),
    "index: platform without architecture": (
        {"manifest_descriptor": {"platform": {"os": "linux"}}},
        "manifests[0].platform.architecture: expected text, found nothing",
    ),
    "index: platform without os": (
        {"manifest_descriptor": {"platform": {"architecture": "amd64"}}},
        "manifests[0].platform.os: expected text, found nothing",
    ),
    "index: subject": ({"index": {"subject": "nope"}}, "subject: expected an object, found the text 'nope'"),
    "layout: version": ({"oci_layout": b'{"imageLayoutVersion": 1.0.0}'}, "oci-layout: expected JSON"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_the_specification_refuses_is_an_error(name: str, tmp_path: Path, run: Run) -> None:
    parts, said = BAD[name]
    write_layout(tmp_path / "image", **{"layers": [LAYER], **parts})
    found = run("verify", tmp_path / "image", "--json")
    assert found.code == 1
    findings = [finding for blob in found.json["blobs"] for finding in blob["findings"]]
    assert [each["severity"] for each in findings if said in each["message"]] == ["error"], findings


SUBJECT = {"mediaType": OCI_MANIFEST, "size": 1234, "digest": OTHER}

GOOD: dict[str, Parts] = {
    "only what is required": {"config": {"created": REMOVE, "config": REMOVE}},
    "a URL": of_layer(urls=["https://example.com/foo", "urn:example:a", "s3://bucket/key%20?a=b#c"]),
    "an artifact type": of_layer(artifactType=OCI_MANIFEST),
    "a subject": {"manifest": {"subject": SUBJECT}, "index": {"subject": SUBJECT}},
    "annotations": {"manifest": {"annotations": {"key1": "value1"}}, "index": {"annotations": {"a.b": "c"}}},
    "no media types of their own": {"manifest": {"mediaType": REMOVE}},
    "features of a platform": {
        "manifest_descriptor": {"platform": {"architecture": "amd64", "os": "linux", "features": ["sse4"]}}
    },
    "null for what is not said": {"config": {"config": {"Entrypoint": None, "Cmd": None, "Volumes": None}}},
    "all of the config": {
        "config": {
            "author": "Alyssa P. Hacker <alyspdev@example.com>",
            "config": {
                "User": "1:1",
                "ExposedPorts": {"8080/tcp": {}},
                "Env": ["PATH=/usr/bin:/bin", "FOO=", "A=b=c"],
                "Entrypoint": ["/bin/sh"],
                "Cmd": ["--foreground"],
                "Volumes": {"/var/log": {}},
                "WorkingDir": "/home/alice",
                "Labels": {"com.example": "x"},
            },
        }
    },
}


@pytest.mark.parametrize("name", GOOD)
def test_what_the_specification_takes_is_no_error(name: str, tmp_path: Path, run: Run) -> None:
    write_layout(tmp_path / "image", **{"layers": [LAYER], **GOOD[name]})
    found = run("verify", tmp_path / "image")
    assert (found.code, found.lines[-1].split(";")[1].strip()) == (0, "nothing found")


@pytest.mark.parametrize(
    "changes",
    [
        {"mediaType": f"{LONGEST}/{LONGEST}"},
        {"digest": "sha256+b64:" + "5b" * 32, "mediaType": OCI_CONFIG},
        {"digest": "sha256+foo-bar:" + "5b" * 32},
        {"digest": "sha256.foo-bar:" + "5b" * 32},
        {"digest": "multihash+base58:QmRZxt2b1FVZPNqd8hsiykDL3TdBDeTSPX9Kv46HmX4Gx8"},
        {"digest": "sha256+b64u:LCa0a2j_xo_5m0U8HTBBNBNCLXBkg7-g-YpeiGJm564"},
        {"digest": "sha256+b64u.unknownlength:LCa0a2j_xo_5m0U8HTBBNBNCLXBkg7-g-YpeiGJm564="},
    ],
)
def test_descriptors_of_other_kinds_are_no_error(changes: dict[str, object], tmp_path: Path, run: Run) -> None:
    write_layout(tmp_path / "image", **of_layer(**changes))
    found = run("verify", tmp_path / "image", "--json")
    messages = [
        finding["message"]
        for blob in found.json["blobs"]
        for finding in blob["findings"]
        if finding["severity"] == "error" and "missing" not in finding["message"]
    ]
    assert messages == []


@pytest.mark.parametrize("changes", [{}, {"artifactType": "application/vnd.example+type"}])
def test_no_layers_are_a_note(changes: dict[str, object], tmp_path: Path, run: Run) -> None:
    config = {"mediaType": OCI_EMPTY} if changes else {}
    write_layout(tmp_path / "image", [], manifest={"layers": [], **changes}, config_descriptor=config)
    found = run("verify", tmp_path / "image")
    assert found.code == 0
    assert "  note: layers: expected at least one, as portable images have, found none [" in found.text
    assert OCI_LAYER not in found.text
