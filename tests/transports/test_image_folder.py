"""``dir:``: one image as files, as skopeo and podman write it."""

import json
from pathlib import Path

import pytest

from ocitui.errors import DocumentError, UsageError
from ocitui.image.documents.tree import build_tree
from ocitui.image.image import Image
from ocitui.image.selection import images_below
from ocitui.spec.digest import Digest
from ocitui.transports.image_folder import ImageFolder
from ocitui.transports.opening import open_reference
from tests.images.layout_writer import write_layout
from tests.images.with_skopeo import copy


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of one image, written by hand."""
    written = write_layout(tmp_path / "layout", [b"\0" * 1024])
    target = tmp_path / "dir"
    target.mkdir()
    (target / "version").write_text("Directory Transport Version: 1.1\n")
    (target / "manifest.json").write_bytes(written.blob(written.manifest).read_bytes())
    for digest in (written.config, *written.layers):
        (target / digest.partition(":")[2]).write_bytes(written.blob(digest).read_bytes())
    (target / "signature-1").write_bytes(b"signed")
    return target


def image_in(folder: Path) -> tuple[ImageFolder, Image]:
    transport, _ = open_reference(str(folder))
    assert isinstance(transport, ImageFolder)
    (image,) = images_below(build_tree(transport))
    return transport, image


def test_a_folder_is_told_by_what_it_holds(folder: Path) -> None:
    transport, image = image_in(folder)
    assert transport.problems == ()
    assert image.node.digest == Digest.of((folder / "manifest.json").read_bytes())
    assert image.layers[0].locate(transport).size == 1024 or image.layers[0].descriptor.size
    assert not list(build_tree(transport).all_problems())
    assert isinstance(open_reference(f"dir:{folder}")[0], ImageFolder)
    assert len(list(transport.digests())) == 2  # the signature is no blob


@pytest.mark.peer
@pytest.mark.parametrize("format", ["oci", "v2s2"])
def test_what_skopeo_writes(format: str, umoci_layout: Path, tmp_path: Path) -> None:
    copy(f"oci:{umoci_layout}:umoci", f"dir:{tmp_path / 'dir'}", "--format", format)
    transport, image = image_in(tmp_path / "dir")
    assert not list(build_tree(transport).all_problems())
    assert len(image.layers) == 5


@pytest.mark.peer
def test_an_index_and_its_images(demo_layout: Path, tmp_path: Path) -> None:
    copy(f"oci:{demo_layout}:latest", f"dir:{tmp_path / 'dir'}", "--all", "--preserve-digests")
    transport, _ = open_reference(f"dir:{tmp_path / 'dir'}")
    top = build_tree(transport)
    assert not list(top.all_problems())
    assert len(images_below(top)) == 2


def test_damage_is_said(folder: Path, tmp_path: Path) -> None:
    manifest = folder / "manifest.json"
    whole = manifest.read_bytes()
    layer = json.loads(whole)["layers"][0]["digest"].partition(":")[2]
    for tenth in range(10):
        manifest.write_bytes(whole[: len(whole) * tenth // 10])
        transport, _ = open_reference(str(folder))
        assert list(build_tree(transport).all_problems())
    manifest.write_bytes(whole)
    (folder / "version").write_text("something\x1b else")
    transport, _ = open_reference(str(folder))
    said = r"version: expected Directory Transport Version: 1.1, found something\x1b else"
    assert said in list(build_tree(transport).all_problems())
    (folder / layer).unlink()
    _, image = image_in(folder)
    assert image.layer_node(1).is_missing
    (folder / layer).symlink_to("/etc/passwd")
    _, image = image_in(folder)
    assert "found a link out of it" in image.layer_node(1).problems[0]
    manifest.unlink()
    with pytest.raises(DocumentError, match=r"manifest\.json: missing in"):
        ImageFolder.open(folder).read_top()
    with pytest.raises(UsageError, match="are missing"):
        open_reference(f"dir:{tmp_path}")
    with pytest.raises(UsageError, match="is a file, not a folder with an image"):
        open_reference(f"dir:{folder / 'version'}")
