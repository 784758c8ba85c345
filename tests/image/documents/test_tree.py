"""The tree of documents: what stands where, what it is called, and what is said of each damaged part."""

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocitui.demo.layout import LayoutWriter, dump, sha256
from ocitui.errors import BlobError, LayerError, OcituiError
from ocitui.image.documents.summary import describe
from ocitui.image.documents.tree import build_tree
from ocitui.image.image import Image
from ocitui.image.node import DEPTH_LIMIT, NODE_LIMIT, Node, NodeKind
from ocitui.image.selection import images_below
from ocitui.spec.config import Config
from ocitui.spec.media_type import (
    DOCKER_CONFIG,
    DOCKER_MANIFEST,
    DOCKER_MANIFEST_LIST,
    DOCKER_MANIFEST_V1_SIGNED,
    OCI_CONFIG,
    OCI_EMPTY,
    OCI_INDEX,
    OCI_LAYER,
    OCI_MANIFEST,
)
from ocitui.spec.platform import Platform
from ocitui.transports.layout import Layout
from tests.examples import examples
from tests.images.layout_writer import REMOVE, LayerSpec, WrittenLayout, write_layout
from tests.images.tools import require_tool, run
from tests.spec.strategies import JSON, places, put

LAYERS = [b"lower" * 100, b"upper" * 100]
ABSENT = sha256(b"absent")


def tree(path: Path) -> Node:
    return build_tree(Layout.open(path, "here"))


def outline(node: Node) -> list[str]:
    """Each node below as ``kind name``, indented by its depth."""
    depth = sum(1 for _ in node.above())
    return [
        f"{'  ' * (sum(1 for _ in below.above()) - depth - 1)}{below.kind.value} {below.name}".rstrip()
        for below in node.walk()
        if below is not node
    ]


def only_image(path: Path) -> Image:
    image = Image.of(tree(path).children[0])
    assert image is not None
    return image


def problems(path: Path) -> list[str]:
    return list(tree(path).all_problems())


class TestNginx:
    """The real documents of nginx 1.21.4 without their layers."""

    def test_all_is_there_but_the_layers(self, nginx_layout: Path) -> None:
        top = tree(nginx_layout)
        assert list(top.all_problems()) == []
        assert outline(top) == ["image", "  config config", *(f"  layer {number}" for number in range(1, 7))]
        layers = top.children[0].children[1:]
        assert all(layer.is_missing for layer in layers)
        assert not top.children[0].is_missing
        assert str(top.children[0].platform) == "linux/amd64"
        assert str(top.children[0].digest).startswith("sha256:b77780a5c097")

    def test_its_history_against_its_layers(self, nginx_layout: Path) -> None:
        image = only_image(nginx_layout)
        assert [row.layer for row in image.history.rows] == [
            1, None, None, None, None, None, 2, 3, 4, 5, 6, None, None, None, None,
        ]  # fmt: skip
        assert image.history.problems == ()
        assert image.size == 56_721_513
        assert all(layer.diff_id for layer in image.layers)

    def test_each_layer_says_that_it_is_not_here(self, nginx_layout: Path) -> None:
        layout = Layout.open(nginx_layout)
        for layer in only_image(nginx_layout).layers:
            with pytest.raises(BlobError) as caught:
                layer.locate(layout)
            assert str(caught.value) == f"layer {layer.number} ({layer.descriptor.digest}): blob missing"


class TestRealImages:
    """What skopeo, umoci and buildah made, as they themselves read it."""

    @pytest.mark.parametrize(
        ("fixture", "tag"),
        [
            ("skopeo_gzip_layout", "latest"),
            ("skopeo_zstd_layout", "latest"),
            ("skopeo_plain_layout", "latest"),
            ("umoci_layout", "umoci"),
            ("buildah_layout", "oci"),
            ("buildah_docker_layout", "docker"),
        ],
    )
    def test_as_skopeo_reads_it(self, fixture: str, tag: str, request: pytest.FixtureRequest) -> None:
        path: Path = request.getfixturevalue(fixture)
        top = tree(path)
        assert list(top.all_problems()) == []
        image = Image.of(top.children[0])
        assert image is not None
        assert image.node.name == tag
        skopeo = require_tool("skopeo")
        assert image.node.raw == run(skopeo, "inspect", "--raw", f"oci:{path}:{tag}")
        assert image.config is not None
        assert image.config.raw == run(skopeo, "inspect", "--raw", "--config", f"oci:{path}:{tag}")
        inspected = json.loads(run(skopeo, "inspect", f"oci:{path}:{tag}"))
        assert [str(layer.descriptor.digest) for layer in image.layers] == inspected["Layers"]
        assert image.config.execution.env == tuple(inspected["Env"] or ())

    def test_two_platforms_in_one_index(self, buildah_index_layout: Path) -> None:
        top = tree(buildah_index_layout)
        assert list(top.all_problems()) == []
        (index,) = top.children
        assert (index.kind, index.name) == (NodeKind.INDEX, "multi")
        assert index.raw == run(require_tool("skopeo"), "inspect", "--raw", f"oci:{buildah_index_layout}:multi")
        images = [Image.of(node) for node in index.children]
        assert len(images) == 2
        assert any(image is not None and str(image.platform).startswith("linux/arm64") for image in images)

    def test_history_is_paired_as_umoci_pairs_it(self, umoci_layout: Path) -> None:
        stat = json.loads(run(require_tool("umoci"), "stat", "--json", "--image", f"{umoci_layout}:umoci"))
        image = only_image(umoci_layout)
        found = []
        for row in image.history.rows:
            digest = str(image.layers[row.layer - 1].descriptor.digest) if row.layer else None
            found.append((digest, row.entry.created_by if row.entry else None))
        assert found == [
            ((entry["layer"] or {}).get("digest") if entry.get("layer") else None, entry.get("created_by", ""))
            for entry in stat["history"]
        ]

    def test_the_demo(self, demo_layout: Path) -> None:
        top = tree(demo_layout)
        assert list(top.all_problems()) == []
        attestations = [node for node in top.walk() if node.kind is NodeKind.ATTESTATION]
        assert len(attestations) == 2
        for node in attestations:
            assert node.parent is not None
            assert node.parent.kind is NodeKind.IMAGE
            assert {child.kind for child in node.children} == {NodeKind.CONFIG, NodeKind.BLOB}


def test_docker_media_types(tmp_path: Path) -> None:
    writer = LayoutWriter(tmp_path)
    layer = writer.blob("application/vnd.docker.image.rootfs.diff.tar.gzip", b"layer")
    rootfs = {"type": "layers", "diff_ids": [sha256(b"x")]}
    config = writer.document(DOCKER_CONFIG, {"os": "linux", "architecture": "386", "rootfs": rootfs})
    document = {"schemaVersion": 2, "mediaType": DOCKER_MANIFEST, "config": config, "layers": [layer]}
    manifest = writer.document(DOCKER_MANIFEST, document)
    manifests = {"schemaVersion": 2, "mediaType": DOCKER_MANIFEST_LIST, "manifests": [manifest]}
    writer.finish([writer.document(DOCKER_MANIFEST_LIST, manifests)])
    assert outline(tree(tmp_path)) == ["index", "  image", "    config config", "    layer 1"]
    assert problems(tmp_path) == []


def test_schema_1_is_said_to_be_unsupported(tmp_path: Path) -> None:
    writer = LayoutWriter(tmp_path)
    document = {"schemaVersion": 1, "name": "x", "architecture": "amd64", "fsLayers": [], "history": []}
    for media_type in (DOCKER_MANIFEST_V1_SIGNED, DOCKER_MANIFEST):
        found = writer.document(media_type, document)
        writer.finish([found])
        (problem,) = problems(tmp_path)
        assert problem.endswith(
            f"{found['digest']}: expected a manifest of OCI or of Docker's schema 2, "
            f"found Docker's schema 1, which ocitui does not read"
        )


def test_a_missing_media_type_is_told_from_the_document(tmp_path: Path) -> None:
    written = write_layout(tmp_path, LAYERS, manifest={"mediaType": REMOVE}, manifest_descriptor={"mediaType": REMOVE})
    assert outline(tree(tmp_path)) == ["image latest", "  config config", "  layer 1", "  layer 2"]
    assert problems(tmp_path) == ["index.json: manifests[0].mediaType: expected text, found nothing"]
    assert only_image(tmp_path).manifest.raw == written.blob(written.manifest).read_bytes()


def test_an_artifact_of_the_empty_config_with_layers_of_any_type(tmp_path: Path) -> None:
    writer = LayoutWriter(tmp_path)
    empty = {"mediaType": OCI_EMPTY, "digest": sha256(b"{}"), "size": 2, "data": "e30="}
    blobs = [
        writer.blob(OCI_LAYER, b"tar"),
        writer.blob("text/plain", b"hello", annotations={"org.opencontainers.image.title": "hello.txt"}),
        writer.blob("application/x", b"?"),
        empty,
    ]
    writer.finish([writer.manifest(empty, blobs, {"artifactType": "a/b"})])
    top = tree(tmp_path)
    assert outline(top) == [
        "artifact", "  config config", "  layer 1", "  blob hello.txt", "  blob application/x", f"  blob {OCI_EMPTY}",
    ]  # fmt: skip
    assert list(top.all_problems()) == []
    assert not any(node.is_missing for node in top.walk())
    opened = Image.of(top.children[0])
    assert opened is not None
    assert [layer.file_path for layer in opened.layers[1:]] == [b"hello.txt", blobs[2]["digest"].encode()]
    assert images_below(top) == []


def test_what_an_index_may_list_besides_manifests(tmp_path: Path) -> None:
    writer = LayoutWriter(tmp_path)
    huge = {"mediaType": "application/x-disk", "digest": ABSENT, "size": 10**12}
    writer.finish([writer.blob(OCI_LAYER, b"x"), writer.blob(OCI_CONFIG, b"{}"), huge, writer.blob("a/b+json", b"[]")])
    assert outline(tree(tmp_path)) == ["layer", "config", "blob", "blob"]
    assert [node.is_missing for node in tree(tmp_path).children] == [False, False, True, False]


def test_names_of_entries(tmp_path: Path) -> None:
    writer = LayoutWriter(tmp_path)
    names = {"org.opencontainers.image.ref.name": "1.21", "io.containerd.image.name": "docker.io/library/nginx:1.21"}
    writer.finish([writer.image({}, [], annotations=names)])
    (node,) = tree(tmp_path).children
    assert (node.name, node.tag) == ("docker.io/library/nginx:1.21", "1.21")


BAD_INDEXES = [
    (None, "index.json: missing in here"),
    (b"", "index.json: expected a JSON document, found nothing"),
    (b"{", "index.json: expected JSON, found something else at line 1, column 2 "
           "(Expecting property name enclosed in double quotes)"),
    (b"[]", "index.json: expected a JSON object, found a list"),
    (b"null", "index.json: expected a JSON object, found null"),
    (b'{"schemaVersion":2,"manifests":null}', "index.json: manifests: expected a list, found null"),
    (b'{"schemaVersion":2}', "index.json: manifests: expected a list, found nothing"),
    (b'{"schemaVersion":2,"manifests":{}}', "index.json: manifests: expected a list, found an object"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "problem"), BAD_INDEXES)
def test_without_an_index_the_images_are_found_among_the_blobs(
    content: bytes | None, problem: str, tmp_path: Path
) -> None:
    written = write_layout(tmp_path, LAYERS)
    if content is None:
        (tmp_path / "index.json").unlink()
    else:
        (tmp_path / "index.json").write_bytes(content)
    assert problems(tmp_path) == [problem]
    assert outline(tree(tmp_path)) == ["image", "  config config", "  layer 1", "  layer 2"]
    assert str(only_image(tmp_path).node.digest) == written.manifest


def test_an_empty_index_is_no_damage(tmp_path: Path) -> None:
    LayoutWriter(tmp_path).finish([])
    assert problems(tmp_path) == []
    assert outline(tree(tmp_path)) == []


Damage = Callable[[WrittenLayout], None]
Said = Callable[[WrittenLayout], list[str]]


def index_with(**changes: object) -> Damage:
    def damage(written: WrittenLayout) -> None:
        index = json.loads((written.path / "index.json").read_bytes())
        index["manifests"][0] |= changes
        (written.path / "index.json").write_bytes(dump(index))

    return damage


def size_of(written: WrittenLayout, digest: str) -> int:
    return written.blob(digest).stat().st_size


DAMAGES: dict[str, tuple[Damage, Said]] = {
    "a digest that is a path": (
        index_with(digest="sha256:../../x"),
        lambda w: ["index.json: manifests[0].digest: expected a digest like sha256:…, found 'sha256:../../x'"],
    ),
    "a size that is wrong": (
        index_with(size=7),
        lambda w: [f"manifest {w.manifest}: expected 7 bytes, found {size_of(w, w.manifest)}"],
    ),
    "a size that is negative": (
        index_with(size=-7),
        lambda w: ["index.json: manifests[0].size: expected a whole number, zero or more, found the number -7"],
    ),
    "a size that is text": (
        index_with(size="7"),
        lambda w: ["index.json: manifests[0].size: expected a whole number, zero or more, found the text '7'"],
    ),
    "a media type that disagrees": (
        index_with(mediaType=OCI_INDEX),
        lambda w: [
            f"index {w.manifest}: expected an image index, found an image manifest",
            f"manifest {w.manifest}: expected mediaType {OCI_INDEX}, found {OCI_MANIFEST}",
        ],
    ),
    "a platform that disagrees": (
        index_with(platform={"os": "linux", "architecture": "arm64"}),
        lambda w: [f"config {w.config}: expected platform linux/arm64, as its index says, found linux/amd64"],
    ),
    "a manifest that is not here": (
        lambda w: w.remove(w.manifest),
        lambda w: [f"manifest {w.manifest}: blob missing"],
    ),
    "a config that is not here": (
        lambda w: w.remove(w.config),
        lambda w: [f"config {w.config}: blob missing"],
    ),
    "a config that was changed": (
        lambda w: w.replace(w.config, w.blob(w.config).read_bytes().replace(b"amd64", b"riscv")),
        lambda w: [f"config {w.config}: expected digest {w.config}, found {sha256(w.blob(w.config).read_bytes())}"],
    ),
    "a layer that was cut": (
        lambda w: w.truncate(w.layers[1], 3),
        lambda w: [f"layer {w.layers[1]}: expected {len_of_layer(1)} bytes, found 3"],
    ),
    "a layer that is a folder": (
        lambda w: (w.remove(w.layers[0]), w.blob(w.layers[0]).mkdir())[0],
        lambda w: [f"blob {w.layers[0]}: expected a file, found a folder"],
    ),
    "a layer that is a link out": (
        lambda w: (w.remove(w.layers[0]), w.blob(w.layers[0]).symlink_to("/dev/null"))[0],
        lambda w: [f"blob {w.layers[0]}: expected a file of the folder, found a link out of it"],
    ),
}


def len_of_layer(number: int) -> int:
    with TemporaryDirectory() as folder:
        written = write_layout(Path(folder), LAYERS)
        return size_of(written, written.layers[number])


@pytest.mark.parametrize("name", DAMAGES)
def test_damage_is_said_with_what_and_where(name: str, tmp_path: Path) -> None:
    damage, said = DAMAGES[name]
    written = write_layout(tmp_path, LAYERS)
    damage(written)
    assert problems(tmp_path) == said(written)
    for node in tree(tmp_path).walk():
        if image := Image.of(node):
            assert len(image.layers) == 2
            assert image.config is None or len(image.history.rows) == 2


def test_a_truncated_manifest_says_all_three(tmp_path: Path) -> None:
    written = write_layout(tmp_path, LAYERS)
    size = size_of(written, written.manifest)
    written.truncate(written.manifest, 100)
    found = sha256(written.blob(written.manifest).read_bytes())
    said = problems(tmp_path)
    assert said[:2] == [
        f"manifest {written.manifest}: expected digest {written.manifest}, found {found}",
        f"manifest {written.manifest}: expected {size} bytes, found 100",
    ]
    assert said[2].startswith(f"manifest {written.manifest}: expected JSON, found something else at line 1, column ")


@pytest.mark.parametrize(
    ("config", "problem"),
    [
        (b"\x1f\x8b\x08", "expected UTF-8, found byte 0x8b at 1"),
        (b"[]", "expected a JSON object, found a list"),
        (b"{}", "expected 2 diff IDs, one for each layer of the manifest, found 0"),
        ({"rootfs": {"type": "layers", "diff_ids": [ABSENT]}},
         "expected 2 diff IDs, one for each layer of the manifest, found 1"),
        ({"created": "now"}, "created: expected a date and time of RFC 3339, found the text 'now'"),
    ],
)  # fmt: skip
def test_a_bad_config_leaves_the_layers(config: Any, problem: str, tmp_path: Path) -> None:
    written = write_layout(tmp_path, LAYERS, config=config)
    assert problems(tmp_path) == [f"config {written.config}: {problem}"]
    image = only_image(tmp_path)
    assert [layer.number for layer in image.layers] == [1, 2]
    assert image.node.children[0].raw == written.blob(written.config).read_bytes()


def test_a_config_of_a_wrong_media_type_is_read_all_the_same(tmp_path: Path) -> None:
    written = write_layout(tmp_path, LAYERS, config_descriptor={"mediaType": OCI_LAYER})
    assert problems(tmp_path) == [f"config {written.config}: expected the media type of a config, found {OCI_LAYER}"]
    assert only_image(tmp_path).config is not None


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"digest": "x"}, "layers[0].digest: expected a digest like sha256:…, found 'x'"),
        ({"size": -1}, "layers[0].size: expected a whole number, zero or more, found the number -1"),
    ],
)
def test_a_bad_layer_descriptor_leaves_the_other_layer(
    changes: dict[str, object], problem: str, tmp_path: Path
) -> None:
    written = write_layout(tmp_path, [LayerSpec(LAYERS[0], descriptor=changes), LAYERS[1]])
    assert problems(tmp_path) == [f"manifest {written.manifest}: {problem}"]
    image = only_image(tmp_path)
    assert image.layers[1].locate(Layout.open(tmp_path)).size == image.layers[1].descriptor.size
    assert [node.kind for node in image.node.children] == [NodeKind.CONFIG, NodeKind.LAYER, NodeKind.LAYER]


@pytest.mark.parametrize(
    ("media_type", "problem"),
    [
        (f"{OCI_LAYER}+gzip+encrypted", f"expected a tar, found one that is encrypted ({OCI_LAYER}+gzip+encrypted)"),
        ("application/x-\x1b[31m", "expected a layer's media type, found 'application/x-\\x1b[31m'"),
    ],
)
def test_a_layer_that_is_no_tar(media_type: str, problem: str, tmp_path: Path) -> None:
    written = write_layout(tmp_path, [LayerSpec(LAYERS[0], descriptor={"mediaType": media_type}), LAYERS[1]])
    first, second = only_image(tmp_path).layers
    with pytest.raises(LayerError) as caught:
        first.locate(Layout.open(tmp_path))
    assert str(caught.value) == f"layer 1 ({written.layers[0]}): {problem}"
    assert second.locate(Layout.open(tmp_path)).path == written.blob(written.layers[1])


def test_a_layer_that_is_elsewhere_says_where(tmp_path: Path) -> None:
    spec = LayerSpec(LAYERS[0], descriptor={"urls": ["https://example.com/\x1b"]}, stored=False)
    written = write_layout(tmp_path, [spec])
    (layer,) = only_image(tmp_path).layers
    with pytest.raises(BlobError) as caught:
        layer.locate(Layout.open(tmp_path))
    assert str(caught.value) == (
        f"layer 1 ({written.layers[0]}): blob missing; it may be had from https://example.com/\\x1b"
    )


def test_a_layer_without_a_digest_says_why(tmp_path: Path) -> None:
    write_layout(tmp_path, [LayerSpec(LAYERS[0], descriptor={"digest": None})])
    (layer,) = only_image(tmp_path).layers
    with pytest.raises(BlobError) as caught:
        layer.locate(Layout.open(tmp_path))
    assert str(caught.value) == ("layer 1 (no digest): layers[0].digest: expected a digest like sha256:…, found null")


def lie(path: Path, name: str, document: object) -> dict[str, Any]:
    """Store a document under a digest that is not its own; give the descriptor."""
    data = dump(document)
    (path / "blobs" / "sha256" / sha256(name.encode())[7:]).write_bytes(data)
    media_type = document["mediaType"] if isinstance(document, dict) else ""
    return {"mediaType": media_type, "digest": sha256(name.encode()), "size": len(data)}


def test_an_index_in_itself_is_not_followed(tmp_path: Path) -> None:
    writer = LayoutWriter(tmp_path)
    itself = {"mediaType": OCI_INDEX, "digest": sha256(b"a"), "size": 5}
    image = writer.image({}, [])
    loop = lie(tmp_path, "a", {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [itself, image]})
    writer.finish([loop])
    assert outline(tree(tmp_path)) == ["index", "  index", "  image", "    config config"]
    assert f"index {loop['digest']}: names itself, and is not followed" in problems(tmp_path)


def test_a_manifest_that_names_itself(tmp_path: Path) -> None:
    writer = LayoutWriter(tmp_path)
    itself = {"digest": sha256(b"m"), "size": 5}
    document = {
        "schemaVersion": 2,
        "mediaType": OCI_MANIFEST,
        "config": {"mediaType": OCI_CONFIG, **itself},
        "layers": [{"mediaType": OCI_LAYER, **itself}],
        "subject": {"mediaType": OCI_MANIFEST, **itself},
    }
    manifest = lie(tmp_path, "m", document)
    writer.finish([manifest])
    assert outline(tree(tmp_path)) == ["image", "  config config", "  layer 1"]
    said = problems(tmp_path)
    assert f"manifest {manifest['digest']}: names itself as its config" in said
    assert f"manifest {manifest['digest']}: names itself as its layer 1" in said


def test_a_document_that_is_an_index_and_a_manifest(tmp_path: Path) -> None:
    writer = LayoutWriter(tmp_path)
    image = writer.image({}, [])
    both = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [image], "layers": [], "config": image}
    found = writer.document(OCI_INDEX, both)
    writer.finish([found])
    assert outline(tree(tmp_path))[:2] == ["index", "  image"]
    said = f"index {found['digest']}: expected an index or a manifest, found the properties of both"
    assert problems(tmp_path)[0] == said


def test_one_blob_of_two_sizes_is_wrong_once(tmp_path: Path) -> None:
    writer = LayoutWriter(tmp_path)
    image = writer.image({}, [])
    writer.finish([{**image, "size": 1}, image])
    first, second = tree(tmp_path).children
    assert first.problems == (f"manifest {image['digest']}: expected 1 bytes, found {image['size']}",)
    assert second.problems == ()


class TestBombs:
    """Documents that are small and would be huge trees."""

    @pytest.mark.slow
    def test_an_index_of_indexes_of_indexes(self, tmp_path: Path) -> None:
        writer = LayoutWriter(tmp_path)
        entry = writer.image({}, [])
        for _ in range(8):
            entry = writer.index([entry] * 20)
        writer.finish([entry])
        nodes = list(tree(tmp_path).walk())
        assert len(nodes) <= NODE_LIMIT + 1
        assert any("expected at most 50,000 nodes, found more" in problem for problem in problems(tmp_path))

    @pytest.mark.slow
    def test_thousands_of_nested_indexes(self, tmp_path: Path) -> None:
        writer = LayoutWriter(tmp_path)
        entry = writer.image({}, [])
        for _ in range(2_000):
            entry = writer.index([entry])
        writer.finish([entry])
        top = tree(tmp_path)
        deepest = list(top.walk())[-1]
        assert sum(1 for _ in deepest.above()) == DEPTH_LIMIT + 2
        assert deepest.problems == (
            f"index {deepest.digest}: nested more than {DEPTH_LIMIT} deep; what it lists is not shown",
        )

    def test_walking_needs_no_recursion(self) -> None:
        top = node = Node(NodeKind.INDEX, "", None)
        for _ in range(10_000):
            child = Node(NodeKind.INDEX, "", None, parent=node)
            node.children.append(child)
            node = child
        assert sum(1 for _ in top.walk()) == 10_001

    @pytest.mark.slow
    def test_a_manifest_of_very_many_layers(self, tmp_path: Path) -> None:
        written = write_layout(tmp_path, manifest={"layers": [{}] * 200_000})
        said = f"manifest {written.manifest}: layers: expected at most 50,000 items, found 200,000"
        assert said in problems(tmp_path)


@pytest.fixture(scope="module")
def victim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small layout with a bit of everything."""
    path = tmp_path_factory.mktemp("victim")
    writer = LayoutWriter(path)
    layers = [writer.layer(tar) for tar in LAYERS]
    history = [{"created_by": "a"}, {"created_by": "b", "empty_layer": True}, {"created_by": "c"}]
    image = writer.image(
        {"os": "linux", "architecture": "amd64", "history": history, "config": {"Labels": {"a": "b"}}}, layers
    )
    empty = writer.blob(OCI_EMPTY, b"{}")
    sbom = writer.manifest(empty, [writer.blob("text/spdx+json", b"{}")], {"artifactType": "a/b", "subject": image})
    annotations = {
        "vnd.docker.reference.type": "attestation-manifest",
        "vnd.docker.reference.digest": image["digest"],
    }
    unknown = {"os": "unknown", "architecture": "unknown"}
    attestation = writer.manifest(
        empty, [writer.blob("application/vnd.in-toto+json", b"{}")], platform=unknown, annotations=annotations
    )
    index = writer.index([image, attestation], annotations={"org.opencontainers.image.ref.name": "latest"})
    fallback = writer.index(
        [sbom], annotations={"org.opencontainers.image.ref.name": image["digest"].replace(":", "-")}
    )
    writer.finish([index, fallback, image])
    return path


def test_facts_of_an_index_name_what_it_lists(victim: Path) -> None:
    top = tree(victim)
    index = next(node for node in top.walk() if node.kind is NodeKind.INDEX and node.name == "latest")
    listed = [fact.label for section in describe(index, None) for fact in section.facts if section.title == "index"]
    assert listed == ["manifests", "manifest.v1…", "attestation"]


def documents(path: Path) -> Iterator[Path]:
    yield path / "index.json"
    yield path / "oci-layout"
    yield from sorted((path / "blobs" / "sha256").iterdir())


@pytest.mark.slow
@given(data=st.data())
@settings(max_examples=examples(150), deadline=None)
def test_any_damage_gives_a_tree(victim: Path, data: st.DataObject) -> None:
    with TemporaryDirectory() as folder:
        path = Path(shutil.copytree(victim, Path(folder) / "copy"))
        for _ in range(data.draw(st.integers(1, 4))):
            file = data.draw(st.sampled_from(list(documents(path))))
            raw = file.read_bytes()
            how = data.draw(st.sampled_from(["mutate", "mutate", "mutate", "delete", "truncate", "flip", "swap"]))
            match how:
                case "delete":
                    file.unlink()
                    break
                case "truncate":
                    file.write_bytes(raw[: data.draw(st.integers(0, len(raw)))])
                case "flip" if raw:
                    at = data.draw(st.integers(0, len(raw) - 1))
                    file.write_bytes(raw[:at] + bytes([raw[at] ^ data.draw(st.integers(1, 255))]) + raw[at + 1 :])
                case "swap":
                    file.write_bytes(data.draw(st.sampled_from(list(documents(path)))).read_bytes())
                case _:
                    try:
                        value = json.loads(raw)
                    except ValueError:
                        continue
                    file.write_bytes(dump_any(put(value, data.draw(st.sampled_from(places(value))), data.draw(JSON))))
        layout = Layout.open(path, "here")
        top = build_tree(layout)
        seen = list(top.walk())
        assert len({id(node) for node in seen}) == len(seen)
        for node in seen:
            assert all(problem.isprintable() for problem in node.problems)
            assert all(child.parent is node for child in node.children)
            if image := Image.of(node):
                assert len([row for row in image.history.rows if row.layer]) == len(image.layers)
                for layer in image.layers:
                    assert image.layer_node(layer.number).descriptor is layer.descriptor
                    try:
                        layer.locate(layout)
                    except OcituiError as error:
                        said = str(error)
                        assert said.isprintable()


def dump_any(value: object) -> bytes:
    return json.dumps(value).encode()


def test_the_victim_is_sound(victim: Path) -> None:
    assert problems(victim) == []
    assert outline(tree(victim)) == [
        "index latest",
        *(f"  {line}" for line in VICTIM),
        *VICTIM,
    ]
    skopeo = shutil.which("skopeo")
    if skopeo:
        subprocess.run([skopeo, "inspect", "--raw", f"oci:{victim}:latest"], check=True, capture_output=True)


VICTIM = [
    "image",
    "  config config",
    "  layer 1",
    "  layer 2",
    "  attestation",
    "    config config",
    "    blob application/vnd.in-toto+json",
    "  artifact",
    "    config config",
    "    blob text/spdx+json",
]


def test_a_platform_that_the_index_does_not_say_is_the_configs(tmp_path: Path) -> None:
    write_layout(tmp_path, LAYERS, manifest_descriptor={"platform": {}})
    image = only_image(tmp_path)
    assert image.platform == Platform("linux", "amd64")
    assert isinstance(image.config, Config)
