"""That what is about an image stands under it: attestations, subjects, fallback tags, and circles of them."""

from pathlib import Path
from typing import Any

import pytest

from ocitui.demo.layout import Document, LayoutWriter, sha256
from ocitui.image.documents import referrers
from ocitui.image.image import Image
from ocitui.image.node import DEPTH_LIMIT, Node, NodeKind
from ocitui.image.selection import select_node
from ocitui.spec.media_type import OCI_CONFIG, OCI_EMPTY, OCI_INDEX, OCI_MANIFEST
from ocitui.spec.reference import Reference
from tests.image.documents.test_tree import lie, outline, problems, tree

REF_NAME = "org.opencontainers.image.ref.name"
UNKNOWN = {"os": "unknown", "architecture": "unknown"}
IMAGE = ["image", "  config config"]
"""The outline of `image`."""


def tagged(descriptor: Document, tag: str) -> Document:
    return {**descriptor, "annotations": {**descriptor.get("annotations", {}), REF_NAME: tag}}


def fallback_tag(subject: Document, suffix: str = "") -> str:
    return str(subject["digest"]).replace(":", "-") + suffix


def image(writer: LayoutWriter, **config: Any) -> Document:
    return writer.image({"os": "linux", "architecture": "amd64", **config}, [])


def artifact(writer: LayoutWriter, subject: Document | None, kind: str = "a/b", **properties: Any) -> Document:
    """A manifest without layers that is about another one."""
    about = {"subject": subject} if subject else {}
    return writer.manifest(writer.blob(OCI_EMPTY, b"{}"), [], {"artifactType": kind, **about}, **properties)


def attestation(writer: LayoutWriter, subject: Document, config: Document | None = None) -> Document:
    """As BuildKit writes it, or, without a config of an image, with ``oci-artifact=true``."""
    annotations = {
        "vnd.docker.reference.type": "attestation-manifest",
        "vnd.docker.reference.digest": subject["digest"],
    }
    statement = writer.blob(
        "application/vnd.in-toto+json",
        b"{}",
        annotations={"in-toto.io/predicate-type": "https://slsa.dev/provenance/v1"},
    )
    found = config or writer.document(OCI_CONFIG, {**UNKNOWN, "rootfs": {"type": "layers", "diff_ids": [sha256(b"")]}})
    return writer.manifest(found, [statement], annotations=annotations, platform=UNKNOWN)


@pytest.fixture
def writer(tmp_path: Path) -> LayoutWriter:
    return LayoutWriter(tmp_path)


def below(lines: list[str]) -> list[str]:
    return [f"  {line}" for line in lines]


ATTESTATION = ["attestation", "  config config", "  blob https://slsa.dev/provenance/v1"]
ARTIFACT = ["artifact", "  config config"]


def test_attestations_in_a_nested_index(writer: LayoutWriter, tmp_path: Path) -> None:
    one, other = image(writer), image(writer, architecture="arm64")
    inner = writer.index([attestation(writer, other), one, other, attestation(writer, one)])
    writer.finish([tagged(writer.index([inner]), "latest")])
    assert outline(tree(tmp_path)) == [
        "index latest", "  index", *below(below([*IMAGE, *below(ATTESTATION), *IMAGE, *below(ATTESTATION)])),
    ]  # fmt: skip
    assert problems(tmp_path) == []


def test_one_image_under_two_tags_is_attested_under_both(writer: LayoutWriter, tmp_path: Path) -> None:
    index = writer.index([one := image(writer), attestation(writer, one)])
    writer.finish([tagged(index, "1"), tagged(index, "2"), tagged(one, "3")])
    whole = [*IMAGE, *below(ATTESTATION)]
    assert outline(tree(tmp_path)) == [
        "index 1", *below(whole), "index 2", *below(whole), "image 3", "  config config", *below(ATTESTATION),
    ]  # fmt: skip
    assert [node.tag for node in tree(tmp_path).walk() if node.kind is NodeKind.ATTESTATION] == ["1", "2", "3"]


def test_an_attestation_of_what_is_not_here_stays(writer: LayoutWriter, tmp_path: Path) -> None:
    absent = {"mediaType": OCI_MANIFEST, "digest": sha256(b"absent"), "size": 5}
    writer.finish([attestation(writer, absent), artifact(writer, absent), image(writer)])
    assert outline(tree(tmp_path)) == [*ATTESTATION, *ARTIFACT, *IMAGE]


@pytest.mark.parametrize("properties", [{}, {"platform": UNKNOWN}])
def test_an_attestation_that_is_an_oci_artifact(
    properties: dict[str, Any], writer: LayoutWriter, tmp_path: Path
) -> None:
    one = image(writer)
    found = artifact(writer, one, "application/vnd.docker.attestation.manifest.v1+json", **properties)
    writer.finish([found, one])
    assert outline(tree(tmp_path)) == [*IMAGE, "  attestation", "    config config"]


def test_an_attestation_without_annotations_is_told_by_what_it_holds(writer: LayoutWriter, tmp_path: Path) -> None:
    one = image(writer)
    found = attestation(writer, one)
    writer.finish([one, {**found, "annotations": {}}])
    assert outline(tree(tmp_path)) == [*IMAGE, *ATTESTATION]


@pytest.mark.parametrize("value", ["", "x", "sha256:../../x", None, 5])
def test_an_attestation_of_no_digest_stays(value: object, writer: LayoutWriter, tmp_path: Path) -> None:
    one = image(writer)
    found = attestation(writer, one)
    found["annotations"]["vnd.docker.reference.digest"] = value
    writer.finish([one, found])
    assert outline(tree(tmp_path)) == [*IMAGE, *ATTESTATION]


def test_a_referrer_of_a_referrer(writer: LayoutWriter, tmp_path: Path) -> None:
    one = image(writer)
    sbom = artifact(writer, one, "an/sbom")
    signature = artifact(writer, sbom, "a/signature")
    writer.finish([signature, sbom, tagged(one, "latest")])
    assert outline(tree(tmp_path)) == ["image latest", "  config config", *below(ARTIFACT), *below(below(ARTIFACT))]


def test_a_referrer_of_an_index(writer: LayoutWriter, tmp_path: Path) -> None:
    index = writer.index([image(writer)])
    writer.finish([artifact(writer, index), index])
    assert outline(tree(tmp_path)) == ["index", *below(IMAGE), *below(ARTIFACT)]


def test_the_fallback_tag_gives_its_list_to_the_subject(writer: LayoutWriter, tmp_path: Path) -> None:
    one = image(writer)
    known, unsaid = artifact(writer, one, "a/known"), artifact(writer, None, "an/unsaid")
    listing = tagged(writer.index([known, unsaid]), fallback_tag(one))
    writer.finish([listing, known, tagged(one, "latest")])
    top = tree(tmp_path)
    assert outline(top) == ["image latest", "  config config", *below(ARTIFACT), *below(ARTIFACT)]
    # The tag is still a name that can be typed.
    assert select_node(top, Reference("x", "", "x", fallback_tag(one))) is top.children[0]


def test_the_fallback_tag_of_what_is_not_here_stays(writer: LayoutWriter, tmp_path: Path) -> None:
    tag = fallback_tag({"digest": sha256(b"absent")})
    writer.finish([tagged(writer.index([artifact(writer, None)]), tag), image(writer)])
    assert outline(tree(tmp_path)) == [f"index {tag}", *below(ARTIFACT), *IMAGE]


def test_a_damaged_fallback_index_is_shown_with_its_damage(writer: LayoutWriter, tmp_path: Path) -> None:
    one = image(writer)
    listing = tagged({"mediaType": OCI_INDEX, "digest": sha256(b"absent"), "size": 5}, fallback_tag(one))
    writer.finish([one, listing])
    assert outline(tree(tmp_path)) == [*IMAGE, f"  index {fallback_tag(one)}"]
    assert problems(tmp_path) == [f"index {listing['digest']}: blob missing"]


@pytest.mark.parametrize(("suffix", "name"), [(".sig", "signature"), (".att", "attestation"), (".sbom", "SBOM")])
def test_the_tags_of_cosign(suffix: str, name: str, writer: LayoutWriter, tmp_path: Path) -> None:
    one = image(writer)
    payload = writer.blob("application/vnd.dev.cosign.simplesigning.v1+json", b"{}")
    signature = writer.manifest(writer.document(OCI_CONFIG, {"rootfs": {"diff_ids": []}}), [payload])
    writer.finish([tagged(signature, fallback_tag(one, suffix)), one])
    top = tree(tmp_path)
    assert outline(top) == [*IMAGE, f"  artifact {name}", "    config config", f"    blob {payload['mediaType']}"]
    assert problems(tmp_path) == []
    assert select_node(top, Reference("x", "", "x", fallback_tag(one, suffix))).name == name


def test_an_image_tagged_with_its_own_digest_stands_for_itself(writer: LayoutWriter, tmp_path: Path) -> None:
    one = image(writer)
    writer.finish([tagged(one, fallback_tag(one))])
    assert outline(tree(tmp_path)) == [f"image {fallback_tag(one)}", "  config config"]


def test_two_tags_of_one_referrer_are_both_kept(writer: LayoutWriter, tmp_path: Path) -> None:
    one = image(writer)
    sbom = artifact(writer, one)
    writer.finish([one, tagged(sbom, "a"), tagged(sbom, "b"), sbom, sbom])
    assert [line for line in outline(tree(tmp_path)) if "artifact" in line] == [
        "  artifact a", "  artifact b", "  artifact",
    ]  # fmt: skip


def about(tmp_path: Path, name: str, subject: str, **extra: object) -> Document:
    """A manifest under a digest that is not its own, so that circles can be made."""
    empty = {"mediaType": OCI_EMPTY, "digest": sha256(b"{}"), "size": 2, "data": "e30="}
    target = {"mediaType": OCI_MANIFEST, "digest": sha256(subject.encode()), "size": 5}
    document = {"schemaVersion": 2, "mediaType": OCI_MANIFEST, "artifactType": name, "config": empty, "layers": []}
    return lie(tmp_path, name, {**document, "subject": target, **extra})


def names(top: Node) -> list[str]:
    """The artifact types of the tree, indented by their depth."""
    found = []
    for node in top.walk():
        if node.document is not None and hasattr(node.document, "artifact_type") and node is not top:
            found.append("  " * (sum(1 for _ in node.above()) - 2) + node.document.artifact_type)
    return found


@pytest.mark.parametrize(
    ("subjects", "shown"),
    [
        ({"a": "a"}, ["a"]),
        ({"a": "b", "b": "a"}, ["a", "  b"]),
        ({"a": "b", "b": "c", "c": "a"}, ["a", "  c", "    b"]),
        ({"a": "b", "b": "b"}, ["b", "  a"]),
        ({"x": "a", "a": "b", "b": "a"}, ["x", "a", "  b"]),
    ],
)
def test_circles_are_cut_and_nothing_is_lost(
    subjects: dict[str, str], shown: list[str], writer: LayoutWriter, tmp_path: Path
) -> None:
    writer.finish([about(tmp_path, name, subject) for name, subject in subjects.items()])
    found = names(tree(tmp_path))
    assert sorted(line.strip() for line in found) == sorted(subjects)
    if "x" not in subjects:
        assert found == shown


def test_a_circle_under_two_tags_loses_no_tag(writer: LayoutWriter, tmp_path: Path) -> None:
    one, other = about(tmp_path, "a", "b"), about(tmp_path, "b", "a")
    writer.finish([tagged(one, "1"), tagged(one, "2"), tagged(other, "3")])
    tags = {node.descriptor.tag for node in tree(tmp_path).walk() if node.descriptor and node.descriptor.tag}
    assert tags == {"1", "2", "3"}


def test_an_index_about_an_image_that_it_lists_stays(writer: LayoutWriter, tmp_path: Path) -> None:
    one = image(writer)
    document = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [one], "subject": one}
    writer.finish([writer.document(OCI_INDEX, document)])
    assert outline(tree(tmp_path)) == ["index", *below(IMAGE)]


def test_an_index_about_an_image_that_it_lists_and_that_stands_elsewhere(writer: LayoutWriter, tmp_path: Path) -> None:
    one = image(writer)
    document = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [one], "subject": one}
    writer.finish([writer.document(OCI_INDEX, document), one])
    assert outline(tree(tmp_path)) == [*IMAGE, "  index", *below(below(IMAGE))]


def test_a_long_chain_goes_on_at_the_top(writer: LayoutWriter, tmp_path: Path) -> None:
    chain = [image(writer)]
    for _ in range(100):
        chain.append(artifact(writer, chain[-1]))
    writer.finish(chain)
    nodes = list(tree(tmp_path).walk())
    assert sum(1 for node in nodes if node.is_entry) == 101
    assert max(sum(1 for _ in node.above()) for node in nodes) <= DEPTH_LIMIT + 4


def test_many_tags_of_one_image_with_many_referrers(
    writer: LayoutWriter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(referrers, "NODE_LIMIT", 1000)
    one = image(writer)
    found = [artifact(writer, one, f"a/{number}") for number in range(40)]
    writer.finish([*(tagged(one, str(number)) for number in range(100)), *found])
    nodes = list(tree(tmp_path).walk())
    assert len(nodes) <= 1005
    assert {node.descriptor.tag for node in nodes if node.descriptor} >= {str(number) for number in range(100)}
    assert f"manifest {one['digest']}: expected at most 1,000 nodes, found more; not all referrers shown" in problems(
        tmp_path
    )


def test_the_image_of_an_attestation_is_the_one_it_attests(writer: LayoutWriter, tmp_path: Path) -> None:
    one = image(writer)
    writer.finish([one, attestation(writer, one)])
    top = tree(tmp_path)
    found = next(node for node in top.walk() if node.kind is NodeKind.ATTESTATION)
    whole = Image.containing(found.children[0])
    assert whole is not None
    assert whole.node is top.children[0]
