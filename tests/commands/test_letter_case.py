"""Documents whose names are in other letter case: every command reads them, and ``verify`` has a note."""

import json
from pathlib import Path

import pytest

from ocitui.demo.tar import file, write_tar
from tests.commands.conftest import Run
from tests.images.docker_archive_writer import ArchiveImage, jib_form, write_docker_archive
from tests.images.layout_writer import REMOVE, write_layout

LAYER = write_tar([file("hello", "hi")])


def notes(out: str) -> list[str]:
    return [line.split(" [")[0].strip() for line in out.splitlines() if line.startswith("  ")]


def test_documents_of_an_image(tmp_path: Path, run: Run) -> None:
    plain = write_layout(tmp_path / "plain", [LAYER])
    config, manifest = (json.loads(plain.blob(each).read_bytes()) for each in (plain.config, plain.manifest))
    rootfs = {"Type": "layers", "Diff_IDs": config["rootfs"]["diff_ids"]}
    write_layout(
        tmp_path / "odd",
        [LAYER],
        config={"rootfs": REMOVE, "rootfS": rootfs, "os": REMOVE, "OS": "linux"},
        manifest={"layers": REMOVE, "Layers": manifest["layers"]},
        oci_layout={"imageLayoutVersion": REMOVE, "ImageLayoutVersion": "1.0.0"},
    )
    found = run("ls", tmp_path / "odd")
    assert (found.code, found.text, found.err) == (0, "hello\n", "")
    assert run("ci", tmp_path / "odd").code == 0
    inspected = run("inspect", "--json", tmp_path / "odd")
    assert (inspected.code, inspected.json["problems"]) == (0, [])
    assert inspected.json["image"]["platform"] == "linux/amd64"
    found = run("verify", tmp_path / "odd")
    assert found.code == 0
    assert notes(found.text) == [
        "note: oci-layout: imageLayoutVersion: expected this spelling, found 'ImageLayoutVersion'",
        "note: layers: expected this spelling, found 'Layers'",
        "note: rootfs: expected this spelling, found 'rootfS'",
        "note: os: expected this spelling, found 'OS'",
        "note: rootfs.diff_ids: expected this spelling, found 'Diff_IDs'",
        "note: rootfs.type: expected this spelling, found 'Type'",
    ]


@pytest.mark.parametrize(
    ("execution", "code"),
    [
        ({"User": "1000"}, 0),
        ({"user": "1000"}, 0),
        ({"user": "root"}, 1),
        ({"User": "1000", "user": "root"}, 1),
        ({"user": "root", "User": "1000"}, 0),
        ({"User": "1000", "USER": None}, 0),
    ],
)
def test_rules_on_the_user_hold_for_what_engines_would_run(
    execution: dict[str, object], code: int, tmp_path: Path, run: Run
) -> None:
    write_layout(tmp_path / "image", [LAYER], config={"config": execution})
    (tmp_path / "rules.toml").write_text("[gate]\nno-root = true\n")
    assert run("ci", tmp_path / "image", "--config", tmp_path / "rules.toml").code == code


def test_manifest_json_of_a_docker_archive(tmp_path: Path, run: Run) -> None:
    path = write_docker_archive(tmp_path / "jib.tar", jib_form(ArchiveImage([LAYER], compression="gzip")))
    assert run("inspect", path).code == 0
    found = run("verify", path)
    assert found.code == 0
    assert notes(found.text) == [
        "note: Config: expected this spelling, found 'config'",
        "note: RepoTags: expected this spelling, found 'repoTags'",
        "note: Layers: expected this spelling, found 'layers'",
    ]
