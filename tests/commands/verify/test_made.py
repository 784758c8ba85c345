"""What is wrong with a docker archive is said of its documents, and never of the manifests that were made of them."""

from pathlib import Path
from typing import Any

import pytest

from ocitui.demo.tar import file, write_tar
from tests.commands.conftest import Run
from tests.images.docker_archive_writer import ArchiveImage, Members, old_form, regular, table, write_docker_archive

LAYERS = [write_tar([file("a", "a")]), write_tar([file("b", "b")])]
SOUND = ArchiveImage(LAYERS)


def members(**config: Any) -> Members:
    return old_form(ArchiveImage(LAYERS, config=config))


def without(suffix: bytes) -> Members:
    return [each for each in members() if not each.name.endswith(suffix) or each.name == b"manifest.json"]


def with_diff_ids(found: object) -> Members:
    return members(rootfs={"type": "layers", "diff_ids": found})


EMPTY = [regular("c.json", ArchiveImage([]).config_bytes), table({"Config": "c.json", "RepoTags": None, "Layers": []})]
COUNT = "config: expected 2 diff IDs, one for each layer of the manifest, found"

ARCHIVES: dict[str, tuple[Members, list[str]]] = {
    "sound": (members(), []),
    "no layers": (EMPTY, []),
    "fewer diff IDs": (with_diff_ids(SOUND.diff_ids[:1]), [f"{COUNT} 1"]),
    "null for diff IDs": (with_diff_ids(None), [f"{COUNT} 0"]),
    "a diff ID that is none": (
        with_diff_ids(["x", SOUND.diff_ids[1]]),
        ["config: rootfs.diff_ids[0]: expected a digest like sha256:…, found 'x'"],
    ),
    "more history than layers": (
        members(history=[{"created_by": "a"}] * 3),
        ["config: history: expected 2 layers, found 3 entries that say they made one"],
    ),
    "layers are missing": (
        without(b"layer.tar"),
        ["manifest.json: manifest.json[0]: layer 1", "manifest.json: manifest.json[0]: layer 2", "layer: blob missing"],
    ),
    "the config is missing": (
        without(b".json"),
        ["manifest.json: manifest.json[0]: config", "config: blob missing", "config: history: not known"],
    ),
}


@pytest.mark.parametrize("name", ARCHIVES)
def test_a_made_manifest_is_never_blamed(name: str, tmp_path: Path, run: Run) -> None:
    found, expected = ARCHIVES[name]
    reports = run("verify", "--json", write_docker_archive(tmp_path / "x.tar", found)).json["blobs"]
    said = [f"{each['title'].split(' ')[0]}: {line['message']}" for each in reports for line in each["findings"]]
    assert len({line for line in said if not line.startswith("layer: ")}) == len(
        [each for each in expected if not each.startswith("layer: ")]
    )
    for line in said:
        assert any(line.startswith(each) for each in expected), line
