"""Formats that are known and not read, and images without layers: said, and nothing else is claimed of them."""

import gzip
import json
from pathlib import Path

import pytest

from ocitui.demo.layout import LayoutWriter
from ocitui.demo.tar import file, write_tar
from ocitui.spec.media_type import DOCKER_MANIFEST, DOCKER_MANIFEST_V1, DOCKER_MANIFEST_V1_SIGNED
from tests.commands.conftest import Run
from tests.image.verify.unpackers import with_umoci, with_vfs
from tests.images.layout_writer import REMOVE, write_layout

LAYER = write_tar([file("hello", "hi")])
SAID = "expected a manifest of OCI or of Docker's schema 2, found Docker's schema 1, which ocitui does not read"


def write_schema_1(path: Path, media_type: str) -> None:
    """Write a layout with a manifest of Docker's schema 1 and its one layer."""
    writer = LayoutWriter(path)
    layer = writer.blob("", gzip.compress(LAYER, mtime=0))
    document = {
        "schemaVersion": 1,
        "name": "library/example",
        "tag": "latest",
        "architecture": "amd64",
        "fsLayers": [{"blobSum": layer["digest"]}],
        "history": [{"v1Compatibility": "{}"}],
    }
    writer.finish([writer.blob(media_type, json.dumps(document).encode())])


@pytest.mark.parametrize(
    "media_type", [DOCKER_MANIFEST_V1, DOCKER_MANIFEST_V1_SIGNED, DOCKER_MANIFEST, "application/json"]
)
def test_schema_1_is_not_read(media_type: str, tmp_path: Path, run: Run) -> None:
    path = tmp_path / "image"
    write_schema_1(path, media_type)
    for command in (["inspect"], ["ls"], ["waste"], ["find", "hello"], ["which", "hello"], ["ci"], ["diff", path]):
        found = run(command[0], path, *command[1:])
        assert found.code == 2
        assert SAID in found.message
    found = run("verify", path)
    assert found.code == 2
    assert f"  not read: {SAID} [" in found.text
    assert "expected a document that names it" not in found.text
    assert "error" not in found.text
    assert found.lines[-1].startswith("NOT ALL CHECKED: 3 blobs")


@pytest.mark.parametrize("layers", [None, []])
@pytest.mark.parametrize("diff_ids", [{"diff_ids": None}, {}, {"diff_ids": []}])
def test_of_an_image_without_layers_it_is_said_that_there_is_nothing(
    layers: object, diff_ids: dict[str, object], tmp_path: Path, run: Run
) -> None:
    config = {"rootfs": {"type": "layers", **diff_ids}, "history": None}
    written = write_layout(tmp_path / "none", [], manifest={"layers": layers}, config=config)
    write_layout(tmp_path / "one", [LAYER])
    said = f"manifest {written.manifest}: it has no layers, so it has no files"
    for code, *command in (
        (0, "ls"),
        (0, "ls", "-l"),
        (0, "ls", "--json"),
        (0, "waste"),
        (1, "find", "hello"),
        (1, "find", "hello", "--json"),
        (1, "diff", tmp_path / "one"),
    ):
        found = run(command[0], tmp_path / "none", *command[1:])
        assert (command, found.code, found.message) == (command, code, said)
    assert run("diff", tmp_path / "one", tmp_path / "none").message == said
    assert run("ls", tmp_path / "one").err == ""
    history = run("history", tmp_path / "none")
    assert (history.code, history.lines) == (0, ["#  stored  instruction"])
    assert history.message == f"manifest {written.manifest}: it has no layers and no history"
    verified = run("verify", tmp_path / "none")
    assert verified.code == 0
    assert ("note: layers: expected a list, found null" in verified.text) == (layers is None)
    assert ("note: rootfs.diff_ids: expected a list, found none" in verified.text) == (diff_ids.get("diff_ids") is None)


@pytest.mark.peer
@pytest.mark.parametrize("layers", [None, []])
@pytest.mark.parametrize("diff_ids", [{"diff_ids": None}, {}, {"diff_ids": []}])
def test_an_image_without_layers_is_taken(layers: object, diff_ids: dict[str, object], tmp_path: Path) -> None:
    config = {"rootfs": {"type": "layers", **diff_ids}, "history": None}
    write_layout(tmp_path / "image", [], manifest={"layers": layers}, config=config, tag="it")
    assert with_umoci(tmp_path) == ""
    assert with_vfs(tmp_path) == ""


@pytest.mark.parametrize(("layers", "found"), [(REMOVE, "nothing"), ("x", "the text 'x'")])
def test_nothing_is_claimed_of_layers_of_which_there_is_no_list(
    layers: object, found: str, tmp_path: Path, run: Run
) -> None:
    written = write_layout(tmp_path / "none", [LAYER], manifest={"layers": layers})
    write_layout(tmp_path / "one", [LAYER])
    said = f"manifest {written.manifest}: layers: expected a list, found {found}"
    for command in ("ls", "waste", "find hello", "which hello", "cat hello", "ci"):
        name, *others = command.split()
        done = run(name, tmp_path / "none", *others)
        assert (done.code, done.message) == (2, said)
    done = run("diff", tmp_path / "none", tmp_path / "one")
    assert (done.code, done.message) == (2, said)
    assert run("history", tmp_path / "none").code == 2
    assert f"error: layers: expected a list, found {found}" in run("verify", tmp_path / "none").text
