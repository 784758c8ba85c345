"""Which image of a layout is meant by what was typed."""

from pathlib import Path
from typing import Any

import pytest

from ocitui.demo.layout import Document, LayoutWriter, sha256
from ocitui.errors import UsageError
from ocitui.image import selection
from ocitui.image.node import Node
from ocitui.image.selection import host_platform, images_below, select_image, select_node
from ocitui.spec.digest import Digest
from ocitui.spec.platform import Platform
from ocitui.spec.reference import Reference
from tests.image.documents.test_tree import tree
from tests.images.layout_writer import write_layout

REF_NAME = "org.opencontainers.image.ref.name"
ARM = Platform("linux", "arm64")
AMD = Platform("linux", "amd64")


def image(writer: LayoutWriter, architecture: str, variant: str = "", **properties: Any) -> Document:
    """An image of one architecture, that only its config tells."""
    return writer.image({"os": "linux", "architecture": architecture, "variant": variant}, [], **properties)


def tagged(descriptor: Document, tag: str) -> Document:
    return {**descriptor, "annotations": {REF_NAME: tag}}


def reference(tag: str = "", digest: object = None) -> Reference:
    return Reference("here", "", "here", tag, Digest.parse(digest) if digest else None)


@pytest.fixture
def writer(tmp_path: Path) -> LayoutWriter:
    return LayoutWriter(tmp_path)


@pytest.fixture(autouse=True)
def _on_amd64(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selection.machine, "machine", lambda: "x86_64")


def select(top: Node, tag: str = "", digest: object = None, platform: Platform | None = None) -> Node:
    return select_node(top, reference(tag, digest), platform)


def refusal(top: Node, tag: str = "", digest: object = None) -> str:
    with pytest.raises(UsageError) as caught:
        select(top, tag, digest)
    return str(caught.value)


def test_without_a_tag_the_top(writer: LayoutWriter, tmp_path: Path) -> None:
    writer.finish([image(writer, "amd64")])
    top = tree(tmp_path)
    assert select(top) is top


def test_tags_of_several_images(writer: LayoutWriter, tmp_path: Path) -> None:
    long = "docker.io/library/nginx:1.21"
    writer.finish([tagged(image(writer, "amd64"), "1"), tagged(image(writer, "arm64"), long)])
    top = tree(tmp_path)
    assert select(top, "1") is top.children[0]
    assert select(top, long) is top.children[1]
    assert refusal(top, "2") == f"here: no tag '2'; the tags are: 1, {long}"


def test_the_name_that_containerd_gave(writer: LayoutWriter, tmp_path: Path) -> None:
    annotations = {REF_NAME: "latest", "io.containerd.image.name": "docker.io/library/nginx:latest"}
    writer.finish([image(writer, "amd64"), image(writer, "arm64", annotations=annotations)])
    top = tree(tmp_path)
    assert select(top, "latest") is select(top, "docker.io/library/nginx:latest") is top.children[1]


def test_images_of_several_names_and_one_tag(writer: LayoutWriter, tmp_path: Path) -> None:
    names = ["docker.io/library/nginx:latest", "quay.io/redis:latest"]
    entries = [
        image(writer, architecture, annotations={REF_NAME: "latest", "io.containerd.image.name": name})
        for architecture, name in zip(("amd64", "arm64"), names, strict=True)
    ]
    writer.finish(entries)
    top = tree(tmp_path)
    assert [select(top, name) for name in names] == top.children
    assert refusal(top, "latest") == f"here: 2 names end in 'latest'; the names are: {', '.join(names)}"
    assert refusal(top, "1") == f"here: no tag '1'; the tags are: {', '.join(names)}"
    assert select(top, "quay.io/redis") is top.children[1]


def test_names_in_a_message_are_safe_and_few(writer: LayoutWriter, tmp_path: Path) -> None:
    one = image(writer, "amd64")
    writer.finish([tagged(one, f"t\x1b{number:02}") for number in range(25)])
    said = refusal(tree(tmp_path), "\u202e")
    assert said.startswith("here: no tag '\\u202e'; the tags are: t\\x1b00, t\\x1b01, ")
    assert said.endswith("t\\x1b19 and 5 more")


def test_one_tag_of_several_platforms(writer: LayoutWriter, tmp_path: Path) -> None:
    writer.finish([tagged(image(writer, architecture), "v1") for architecture in ("s390x", "arm64", "amd64")])
    top = tree(tmp_path)
    assert select(top, "v1") is top.children[2]
    assert select(top, "v1", platform=ARM) is top.children[1]
    assert select(top, "v1", platform=Platform("linux", "riscv64")) is top.children[2]


def test_a_tag_at_the_top_goes_before_one_further_down(writer: LayoutWriter, tmp_path: Path) -> None:
    inner = tagged(image(writer, "amd64"), "v1")
    writer.finish([writer.index([inner]), tagged(image(writer, "arm64"), "v1")])
    top = tree(tmp_path)
    assert select(top, "v1") is top.children[1]


def test_digests(writer: LayoutWriter, tmp_path: Path) -> None:
    one = image(writer, "amd64")
    index = writer.index([one])
    writer.finish([tagged(index, "a"), tagged(one, "b")])
    top = tree(tmp_path)
    assert select(top, digest=one["digest"]) is top.children[0].children[0]
    assert select(top, "b", one["digest"]) is top.children[1]
    assert select(top, "a", index["digest"]) is top.children[0]
    absent = sha256(b"absent")
    assert refusal(top, digest=absent) == f"here: there is no {absent} in the index"
    assert refusal(top, "b", index["digest"]).endswith(f"there is no {index['digest']} under the tag 'b'")


def test_the_image_of_a_platform(writer: LayoutWriter, tmp_path: Path) -> None:
    images = [image(writer, "arm", "v6"), image(writer, "arm64"), image(writer, "amd64")]
    writer.finish([writer.index(images)])
    top = tree(tmp_path)
    assert str(select_image(top, None).platform) == "linux/amd64"
    assert str(select_image(top, ARM).platform) == "linux/arm64"
    assert str(select_image(top, Platform("linux", "arm", "v6")).platform) == "linux/arm/v6"
    with pytest.raises(UsageError) as caught:
        select_image(top, Platform("windows", "amd64"))
    assert str(caught.value) == (
        "no image for windows/amd64; the platforms are: linux/amd64, linux/arm/v6, linux/arm64"
    )


def test_a_platform_whose_manifest_is_missing(writer: LayoutWriter, tmp_path: Path) -> None:
    here, away = (image(writer, name, platform={"os": "linux", "architecture": name}) for name in ("amd64", "arm64"))
    writer.finish([writer.index([here, away])])
    (tmp_path / "blobs/sha256" / away["digest"][7:]).unlink()
    with pytest.raises(UsageError) as caught:
        select_image(tree(tmp_path), ARM)
    said = f"the manifest for linux/arm64 is missing ({away['digest']}); the other platforms are: linux/amd64"
    assert str(caught.value) == said


def test_a_machine_that_fits_no_variant_takes_another(
    writer: LayoutWriter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selection.machine, "machine", lambda: "armv7l")
    writer.finish([image(writer, "amd64"), image(writer, "arm", "v6")])
    assert str(select_image(tree(tmp_path), None).platform) == "linux/arm/v6"


@pytest.mark.parametrize(
    ("machine", "platform"),
    [
        ("x86_64", AMD),
        ("AMD64", AMD),
        ("aarch64", ARM),
        ("arm64", ARM),
        ("armv7l", Platform("linux", "arm", "v7")),
        ("", AMD),
        ("a b", AMD),
    ],
)
def test_this_machine(machine: str, platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selection.machine, "machine", lambda: machine)
    assert host_platform() == platform


def test_any_part_of_an_image_stands_for_it(writer: LayoutWriter, tmp_path: Path) -> None:
    writer.finish([image(writer, "amd64"), image(writer, "arm64")])
    config = tree(tmp_path).children[1].children[0]
    assert str(select_image(config, None).platform) == "linux/arm64"


def test_where_there_is_no_image(writer: LayoutWriter, tmp_path: Path) -> None:
    writer.finish([])
    with pytest.raises(UsageError, match=r"^no image found$"):
        select_image(tree(tmp_path), None)
    broken = write_layout(tmp_path / "broken", manifest_descriptor={"digest": "x"})
    with pytest.raises(UsageError) as caught:
        select_image(tree(broken.path), None)
    assert str(caught.value) == (
        "no image found: index.json: manifests[0].digest: expected a digest like sha256:…, found 'x'"
    )
    assert images_below(tree(broken.path)) == []
