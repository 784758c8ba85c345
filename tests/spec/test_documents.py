"""What the documents say, field by field, and what is said of those that are wrong."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from ocitui.spec.config import Config
from ocitui.spec.descriptor import Descriptor
from ocitui.spec.digest import Digest
from ocitui.spec.index import Index
from ocitui.spec.manifest import Manifest
from ocitui.spec.media_type import (
    DOCKER_CONFIG,
    OCI_ARTIFACT_MANIFEST,
    OCI_CONFIG,
    OCI_EMPTY,
    OCI_LAYER,
    DocumentKind,
    kind_of,
    kind_of_object,
)
from ocitui.spec.platform import Platform
from tests.spec.strategies import CONFIG, DESCRIPTOR, DIGEST, INDEX, MANIFEST

LAYER = {"mediaType": OCI_LAYER, "digest": DIGEST, "size": 5}


def descriptor(**changes: object) -> Descriptor:
    return Descriptor.read({**LAYER, **changes}, "layers[0]")


def manifest(**changes: object) -> Manifest:
    return Manifest.parse(json.dumps({**MANIFEST, **changes}).encode(), "x")


def config(**changes: object) -> Config:
    return Config.parse(json.dumps({**CONFIG, **changes}).encode(), "x")


def test_a_descriptor_holds_all_that_the_specification_names() -> None:
    read = Descriptor.read({**DESCRIPTOR, "x-new": [1]}, "here")
    assert read.media_type == OCI_LAYER
    assert read.digest == Digest.parse(DIGEST)
    assert (read.size, read.data, read.urls) == (5, b"hello", ("https://example.com/",))
    assert read.platform == Platform("linux", "arm", "v7", "1", ("x",))
    assert read.artifact_type == "application/x"
    assert read.unknown == {"x-new": [1]}
    assert read.problems == ()


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"digest": "sha256:../../x"}, ".digest: expected a digest like sha256:…, found 'sha256:../../x'"),
        ({"digest": 5}, ".digest: expected a digest like sha256:…, found the number 5"),
        ({"digest": None}, ".digest: expected a digest like sha256:…, found null"),
        ({"size": -1}, ".size: expected a whole number, zero or more, found the number -1"),
        ({"size": 5.0}, ".size: expected a whole number, zero or more, found the number 5.0"),
        ({"size": "5"}, ".size: expected a whole number, zero or more, found the text '5'"),
        ({"size": True}, ".size: expected a whole number, zero or more, found true"),
        ({"size": None}, ".size: expected a whole number, zero or more, found null"),
        ({"size": 2**63}, ".size: expected a whole number, zero or more, found the number 9223372036854775808"),
        ({"mediaType": ["x"]}, ".mediaType: expected text, found a list"),
        ({"mediaType": None}, ".mediaType: expected text, found null"),
        ({"annotations": {"a": 1}}, ".annotations.a: expected text, found the number 1"),
        ({"annotations": {"\x1b": None}}, ".annotations.\\x1b: expected text, found null"),
        ({"annotations": []}, ".annotations: expected an object, found a list"),
        ({"urls": "https://x"}, ".urls: expected a list of texts, found the text 'https://x'"),
        ({"urls": ["a:b", 1]}, ".urls[1]: expected text, found the number 1"),
        ({"data": "?"}, ".data: expected Base 64, found the text '?'"),
        ({"platform": "linux"}, ".platform: expected an object, found the text 'linux'"),
        ({"platform": {"os": 1, "architecture": ""}}, ".platform.os: expected text, found the number 1"),
    ],
)
def test_a_wrong_property_is_said_and_the_others_stay(changes: dict[str, object], problem: str) -> None:
    read = descriptor(**changes)
    assert read.problems == (f"layers[0]{problem}",)
    assert "digest" in changes or read.digest == Digest.parse(DIGEST)
    assert "size" in changes or read.size == 5


def test_what_is_missing_is_said() -> None:
    assert Descriptor.read({}, "config").problems == (
        "config.mediaType: expected text, found nothing",
        "config.digest: expected a digest like sha256:…, found nothing",
        "config.size: expected a whole number, zero or more, found nothing",
    )
    assert Descriptor.read([], "config").problems == ("config: expected an object, found a list",)


@pytest.mark.parametrize(
    ("annotations", "tag", "name"),
    [
        ({}, "", ""),
        ({"org.opencontainers.image.ref.name": "1.21"}, "1.21", "1.21"),
        ({"io.containerd.image.name": "docker.io/library/nginx:1.21"}, "", "docker.io/library/nginx:1.21"),
        (
            {"org.opencontainers.image.ref.name": "1.21", "io.containerd.image.name": "docker.io/library/nginx:1.21"},
            "1.21",
            "docker.io/library/nginx:1.21",
        ),
        ({"org.opencontainers.image.ref.name": "mine", "io.containerd.image.name": "other:1"}, "mine", "mine"),
    ],
)
def test_names_of_an_entry(annotations: dict[str, str], tag: str, name: str) -> None:
    read = descriptor(annotations=annotations)
    assert (read.tag, read.name) == (tag, name)


def test_an_index_keeps_what_it_does_not_know() -> None:
    raw = json.dumps({**INDEX, "x-new": 1}).encode()
    index = Index.parse(raw, "x")
    assert index.raw is raw
    assert index.unknown == {"x-new": 1}
    assert len(index.manifests) == 2
    assert index.subject is not None


@pytest.mark.slow
@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"manifests": None}, "manifests: expected a list, found null"),
        ({"manifests": {}}, "manifests: expected a list, found an object"),
        ({"schemaVersion": 1}, "schemaVersion: expected 2, found the number 1"),
        ({"schemaVersion": "2"}, "schemaVersion: expected 2, found the text '2'"),
        ({"subject": 1}, "subject: expected an object, found the number 1"),
        ({"manifests": [{}] * 50_001}, "manifests: expected at most 50,000 items, found 50,001"),
    ],
)
def test_what_is_wrong_with_an_index(changes: dict[str, object], problem: str) -> None:
    assert Index.parse(json.dumps({**INDEX, **changes}).encode(), "x").problems == (problem,)


def test_names_that_repeat_are_said() -> None:
    raw = b'{"schemaVersion":2,"manifests":[{"digest":"x","mediaType":"a/b","size":1,"digest":"%s"}],"manifests":[]}'
    assert Index.parse(raw % DIGEST.encode(), "x").problems == (
        "manifests: expected once, found more than once; the last one counts",
    )
    raw = b'{"mediaType":"a/b","size":1,"digest":"x","annotations":{"a":"b","a":"c"},"digest":"%s"}' % DIGEST.encode()
    read = Index.parse(b'{"schemaVersion":2,"manifests":[' + raw + b"]}", "x").manifests[0]
    assert read.annotations == {"a": "c"}
    assert read.problems == (
        "manifests[0].digest: expected once, found more than once; the last one counts",
        "manifests[0].annotations.a: expected once, found more than once; the last one counts",
    )


@pytest.mark.parametrize(
    ("changes", "is_artifact", "kind_name"),
    [
        ({}, False, OCI_LAYER),
        ({"layers": []}, False, OCI_CONFIG),
        ({"config": {**LAYER, "mediaType": DOCKER_CONFIG}}, False, OCI_LAYER),
        ({"config": {**LAYER, "mediaType": OCI_EMPTY}, "artifactType": "a/b"}, True, "a/b"),
        ({"config": {**LAYER, "mediaType": OCI_EMPTY}}, True, OCI_LAYER),
        (
            {
                "config": {**LAYER, "mediaType": "application/vnd.cncf.helm.config.v1+json"},
                "layers": [{**LAYER, "mediaType": "application/vnd.cncf.helm.chart.content.v1.tar+gzip"}],
            },
            True,
            "application/vnd.cncf.helm.config.v1+json",
        ),
        # The config's type decides; but what cosign uploads as a file has an image's.
        ({"layers": [{**LAYER, "mediaType": "application/x-custom"}]}, False, "application/x-custom"),
        (
            {"layers": [{**LAYER, "mediaType": "application/vnd.oci.layer.v2.erofs"}]},
            False,
            "application/vnd.oci.layer.v2.erofs",
        ),
        ({"layers": [{**LAYER, "mediaType": ""}]}, False, ""),
        ({"layers": [{**LAYER, "mediaType": "text/plain; charset=utf-8"}]}, True, "text/plain; charset=utf-8"),
        ({"layers": [{**LAYER, "mediaType": "text/spdx+json"}]}, True, "text/spdx+json"),
        ({"layers": [LAYER, {**LAYER, "mediaType": "application/x-custom"}]}, False, OCI_LAYER),
        # Models of Ollama have an image's config, too.
        (
            {
                "config": {**LAYER, "mediaType": DOCKER_CONFIG},
                "layers": [{**LAYER, "mediaType": "application/vnd.ollama.image.model"}],
            },
            True,
            "application/vnd.ollama.image.model",
        ),
        # BuildKit's caches and the files of oras-py have layers of an image's type.
        (
            {"config": {**LAYER, "mediaType": "application/vnd.buildkit.cacheconfig.v0"}},
            True,
            "application/vnd.buildkit.cacheconfig.v0",
        ),
        (
            {"config": {**LAYER, "mediaType": "application/vnd.unknown.config.v1+json"}},
            True,
            "application/vnd.unknown.config.v1+json",
        ),
        ({"config": {**LAYER, "mediaType": "application/octet-stream"}}, False, "application/octet-stream"),
        # cosign's signatures and BuildKit's attestations have an image's config and nothing to unpack.
        (
            {"layers": [{**LAYER, "mediaType": "application/vnd.dev.cosign.simplesigning.v1+json"}]},
            True,
            "application/vnd.dev.cosign.simplesigning.v1+json",
        ),
        ({"layers": [{**LAYER, "mediaType": "application/vnd.in-toto+json"}]}, True, "application/vnd.in-toto+json"),
        ({"config": None}, False, ""),
    ],
)
def test_images_and_artifacts(changes: dict[str, object], is_artifact: bool, kind_name: str) -> None:
    read = manifest(**changes)
    assert (read.is_artifact, read.kind_name) == (is_artifact, kind_name)


def test_an_artifact_manifest_of_the_release_candidate() -> None:
    document = {"schemaVersion": 2, "mediaType": OCI_ARTIFACT_MANIFEST, "artifactType": "a/b", "blobs": [LAYER]}
    read = Manifest.parse(json.dumps(document).encode(), "x")
    assert read.is_artifact
    assert len(read.layers) == 1
    assert read.problems == ()


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"layers": None}, "layers: expected a list, found null"),
        ({"layers": "x"}, "layers: expected a list, found the text 'x'"),
        ({"config": None}, "config: expected a descriptor, found null"),
        ({"annotations": "x"}, "annotations: expected an object, found the text 'x'"),
        (
            {"subject": {**LAYER, "size": -1}},
            "subject.size: expected a whole number, zero or more, found the number -1",
        ),
    ],
)
def test_what_is_wrong_with_a_manifest(changes: dict[str, object], problem: str) -> None:
    assert manifest(**changes).problems == (problem,)


def test_what_is_said_once_of_objects_of_one_name() -> None:
    twice = json.dumps(CONFIG["rootfs"])
    text = json.dumps({**CONFIG, "history": []})[:-1]
    said = "rootfs: expected once, found as 'rootfs', 'Rootfs'; the last one counts"
    assert Config.parse(f'{text}, "Rootfs": {twice}}}'.encode(), "x").problems == (said,)
    again = "rootfs: expected once, found more than once; the last one counts"
    assert Config.parse(f'{text}, "rootfs": {twice}}}'.encode(), "x").problems == (again,)
    inner = "rootfs.type: expected once, found more than once; the last one counts"
    odd = twice[:-1] + ', "type": "layers"}'
    assert set(Config.parse(f'{text}, "Rootfs": {odd}}}'.encode(), "x").problems) == {said, inner}


@pytest.mark.parametrize(("kind", "document"), [(Index, INDEX), (Manifest, MANIFEST), (Config, CONFIG)])
def test_a_byte_order_mark_is_read_and_said(kind: type[Index | Manifest | Config], document: dict[str, object]) -> None:
    read = kind.parse(b"\xef\xbb\xbf" + json.dumps(document).encode(), "x")
    assert read.problems == ("expected a JSON object, found a byte-order mark before it",)
    assert read.unknown == kind.parse(json.dumps(document).encode(), "x").unknown


def test_a_manifest_without_a_list_of_layers() -> None:
    left_out = {name: value for name, value in MANIFEST.items() if name != "layers"}
    read = Manifest.parse(json.dumps(left_out).encode(), "x")
    assert read.problems == (read.no_list,) == ("layers: expected a list, found nothing",)
    assert manifest(layers="x").no_list == "layers: expected a list, found the text 'x'"
    assert manifest(layers=None).no_list == manifest(layers=[]).no_list == manifest().no_list == ""


def test_a_config_as_people_read_it() -> None:
    read = config()
    assert read.platform == Platform("linux", "amd64")
    assert read.created == datetime(2024, 5, 14, 10, tzinfo=UTC)
    execution = read.execution
    assert (execution.entrypoint, execution.cmd, execution.env) == (("/x",), ("y",), ("A=b",))
    assert (execution.exposed_ports, execution.volumes) == (("80/tcp",), ("/v",))
    assert execution.health_check is not None
    assert execution.health_check.interval == timedelta(seconds=5)
    assert execution.health_check.timeout is None
    assert read.history is not None
    assert [entry.empty_layer for entry in read.history] == [False, True]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"created": "yesterday"}, "created: expected a date and time of RFC 3339, found the text 'yesterday'"),
        ({"created": 1715680800}, "created: expected text, found the number 1715680800"),
        ({"author": ["me"]}, "author: expected text, found a list"),
        ({"os": 1}, "os: expected text, found the number 1"),
        ({"config": []}, "config: expected an object, found a list"),
        ({"config": False}, "config: expected an object, found false"),
        ({"config": {"Entrypoint": "/x"}}, "config.Entrypoint: expected a list of texts, found the text '/x'"),
        ({"config": {"Env": ["A=b", 1]}}, "config.Env[1]: expected text, found the number 1"),
        ({"config": {"Labels": {"a": 1}}}, "config.Labels.a: expected text, found the number 1"),
        ({"config": {"Volumes": "x"}}, "config.Volumes: expected an object, found the text 'x'"),
        ({"config": {"Healthcheck": "x"}}, "config.Healthcheck: expected an object, found the text 'x'"),
        (
            {"config": {"Healthcheck": {"Interval": "5s"}}},
            "config.Healthcheck.Interval: expected nanoseconds, found the text '5s'",
        ),
        ({"rootfs": []}, "rootfs: expected an object, found a list"),
        ({"rootfs": {"type": "zip"}}, "rootfs.type: expected 'layers', found the text 'zip'"),
        ({"rootfs": {"diff_ids": "x"}}, "rootfs.diff_ids: expected a list, found the text 'x'"),
        (
            {"rootfs": {"diff_ids": [DIGEST, "x"]}},
            "rootfs.diff_ids[1]: expected a digest like sha256:…, found 'x'",
        ),
        ({"history": {}}, "history: expected a list, found an object"),
        ({"history": [1]}, "history[0]: expected an object, found the number 1"),
        ({"history": [{"empty_layer": "yes"}]}, "history[0].empty_layer: expected true or false, found the text 'yes'"),
        (
            {"history": [{"created": "x"}]},
            "history[0].created: expected a date and time of RFC 3339, found the text 'x'",
        ),
    ],
)
def test_what_is_wrong_with_a_config(changes: dict[str, object], problem: str) -> None:
    assert config(**changes).problems == (problem,)


def test_an_entrypoint_of_one_text_is_one_word() -> None:
    assert config(config={"Entrypoint": "/bin/run it"}).execution.entrypoint == ("/bin/run it",)


def test_missing_and_empty_differ() -> None:
    assert config(config={"Cmd": []}).execution.cmd == ()
    assert config(config={"Cmd": None}).execution.cmd is None
    assert config(config=None).execution.cmd is None
    assert config(history=[]).history == ()
    assert config(history=None).history is None


def test_a_time_that_go_never_set_is_none() -> None:
    read = config(created="0001-01-01T00:00:00Z")
    assert read.created is None
    assert read.problems == ()


def test_an_object_tells_of_a_hundred_problems_and_no_more() -> None:
    problems = config(config={"Labels": {str(number): number for number in range(500)}}).problems
    assert len(problems) == 101
    assert problems[-1] == "config: more than 100 problems"


@pytest.mark.parametrize(
    ("media_type", "kind"),
    [
        ("application/vnd.oci.image.index.v1+json", DocumentKind.INDEX),
        ("Application/vnd.oci.image.manifest.v1+json; charset=utf-8", DocumentKind.MANIFEST),
        ("application/vnd.docker.distribution.manifest.list.v2+json", DocumentKind.INDEX),
        ("application/vnd.docker.distribution.manifest.v2+json", DocumentKind.MANIFEST),
        ("application/vnd.docker.container.image.v1+json", DocumentKind.CONFIG),
        ("application/vnd.oci.image.layer.v1.tar", DocumentKind.LAYER),
        ("application/vnd.oci.image.layer.v1.tar+zstd+encrypted", DocumentKind.LAYER),
        ("application/vnd.oci.image.layer.nondistributable.v1.tar+gzip", DocumentKind.LAYER),
        ("application/vnd.docker.image.rootfs.diff.tar.gzip", DocumentKind.LAYER),
        ("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", DocumentKind.LAYER),
        ("application/vnd.oci.image.layer.v1.tarball", DocumentKind.OTHER),
        ("application/vnd.docker.distribution.manifest.v1+prettyjws", DocumentKind.OTHER),
        ("", DocumentKind.OTHER),
    ],
)
def test_kinds_of_media_types(media_type: str, kind: DocumentKind) -> None:
    assert kind_of(media_type) is kind


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        ({"manifests": []}, DocumentKind.INDEX),
        ({"layers": []}, DocumentKind.MANIFEST),
        ({"schemaVersion": 2, "config": {}}, DocumentKind.MANIFEST),
        ({"rootfs": {}}, DocumentKind.CONFIG),
        ({"architecture": "a", "os": "b", "config": {}}, DocumentKind.CONFIG),
        ({"manifests": [], "layers": []}, DocumentKind.OTHER),
        ({"manifests": [], "layers": [], "mediaType": "application/vnd.oci.image.index.v1+json"}, DocumentKind.INDEX),
        ({"manifests": [], "mediaType": "application/vnd.oci.image.manifest.v1+json"}, DocumentKind.INDEX),
        ({"blobs": [], "mediaType": OCI_ARTIFACT_MANIFEST}, DocumentKind.MANIFEST),
        ({"blobs": [], "mediaType": 5}, DocumentKind.OTHER),
        ({"schemaVersion": 1, "fsLayers": []}, DocumentKind.OTHER),
        ({}, DocumentKind.OTHER),
    ],
)
def test_kinds_of_documents_that_need_not_say(document: dict[str, object], kind: DocumentKind) -> None:
    assert kind_of_object(document) is kind
