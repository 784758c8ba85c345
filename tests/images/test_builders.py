"""That the builders of real images build what they say; what ocitui makes of it is tested elsewhere."""

import gzip
import json
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pytest

from ocitui.demo.tar import directory, file, whiteout, write_tar
from tests.images.layout_writer import REMOVE, LayerSpec, write_layout
from tests.images.tools import require_tool, run
from tests.images.with_umoci import unpack


def read(layout: Path, digest: str) -> Any:
    return json.loads((layout / "blobs" / digest.replace(":", "/")).read_bytes())


def manifest(layout: Path) -> Any:
    return read(layout, json.loads((layout / "index.json").read_bytes())["manifests"][0]["digest"])


def layer_kinds(layout: Path) -> set[str]:
    return {layer["mediaType"].rpartition(".")[2] for layer in manifest(layout)["layers"]}


def layer_names(layout: Path) -> list[list[str]]:
    """The names in each gzip layer, as GNU tar reads them, as far as it can (see `tests.images.with_umoci`)."""
    names = []
    for layer in manifest(layout)["layers"]:
        data = gzip.decompress((layout / "blobs" / layer["digest"].replace(":", "/")).read_bytes())
        listing = subprocess.run(["tar", "--quoting-style=literal", "-t"], input=data, capture_output=True)
        names.append(listing.stdout.decode().splitlines())
    return names


@pytest.mark.parametrize(
    ("fixture", "kind", "magic"),
    [
        ("skopeo_gzip_layout", "tar+gzip", b"\x1f\x8b"),
        ("skopeo_zstd_layout", "tar+zstd", b"\x28\xb5\x2f\xfd"),
        ("skopeo_plain_layout", "tar", b""),
    ],
)
def test_skopeo_recompresses_every_layer(fixture: str, kind: str, magic: bytes, request: pytest.FixtureRequest) -> None:
    layout: Path = request.getfixturevalue(fixture)
    assert layer_kinds(layout) == {kind}
    layers = manifest(layout)["layers"]
    assert len(layers) == 8
    for layer in layers:
        assert (layout / "blobs" / layer["digest"].replace(":", "/")).read_bytes().startswith(magic)


def test_umoci_writes_whiteouts_and_an_opaque_one(umoci_layout: Path) -> None:
    names = layer_names(umoci_layout)
    assert len(names) == 5
    assert {"etc/.wh.issue", "var/cache/.wh.old"} <= set(names[2])
    assert {"srv/site/.wh..wh..opq", "srv/site/new.html"} <= set(names[3])
    assert "etc/.wh.motd" in names[4]
    config = read(umoci_layout, manifest(umoci_layout)["config"]["digest"])
    assert sum(entry.get("empty_layer", False) for entry in config["history"]) == 4


@pytest.mark.peer
def test_umoci_unpacks_what_it_packed(umoci_layout: Path, tmp_path: Path) -> None:
    root = unpack(f"{umoci_layout}:umoci", tmp_path / "bundle")
    assert [path.name for path in (root / "srv/site").iterdir()] == ["new.html"]
    assert not (root / "etc/motd").exists()
    assert (root / "usr/bin/tool").stat().st_nlink == 2


def test_buildah_makes_a_layer_of_each_instruction(buildah_layout: Path) -> None:
    names = layer_names(buildah_layout)
    assert len(names) >= 5
    assert "bin/busybox" in names[0]
    assert {"data/.wh.b", "data/.wh.tree"} <= set(names[3])


def test_buildah_puts_two_platforms_into_one_index(buildah_index_layout: Path) -> None:
    platforms = [descriptor["platform"]["architecture"] for descriptor in manifest(buildah_index_layout)["manifests"]]
    assert len(platforms) == 2
    assert "arm64" in platforms


def test_docker_format_keeps_its_media_types(buildah_docker_dir: Path, buildah_docker_layout: Path) -> None:
    stored = json.loads((buildah_docker_dir / "manifest.json").read_bytes())
    assert stored["mediaType"] == "application/vnd.docker.distribution.manifest.v2+json"
    assert layer_kinds(buildah_docker_layout) == {"tar+gzip"}


def test_archives_are_tars_of_an_image(oci_archive: Path, docker_archive: Path) -> None:
    with tarfile.open(oci_archive) as tar:
        assert {"index.json", "oci-layout"} <= set(tar.getnames())
    with tarfile.open(docker_archive) as tar:
        assert "manifest.json" in tar.getnames()


def test_the_nginx_fixture_has_its_documents_and_no_layers(nginx_layout: Path) -> None:
    document = manifest(nginx_layout)
    assert (nginx_layout / "blobs" / document["config"]["digest"].replace(":", "/")).exists()
    assert not any(
        (nginx_layout / "blobs" / layer["digest"].replace(":", "/")).exists() for layer in document["layers"]
    )


@pytest.mark.peer
def test_a_written_layout_is_sound_for_skopeo_and_umoci(tmp_path: Path) -> None:
    lower = write_tar([directory("etc"), file("etc/motd", "hello"), file("etc/hosts", "")])
    layout = write_layout(tmp_path / "image", [lower, LayerSpec(write_tar([whiteout("etc/motd")]), "none")])
    inspected = json.loads(run(require_tool("skopeo"), "inspect", f"oci:{layout.path}:latest"))
    assert inspected["Digest"] == layout.manifest
    assert inspected["Layers"] == list(layout.layers)
    root = unpack(f"{layout.path}:latest", tmp_path / "bundle")
    assert [path.name for path in (root / "etc").iterdir()] == ["hosts"]


def test_a_written_layout_can_be_wrong_in_every_part(tmp_path: Path) -> None:
    layer = LayerSpec(write_tar([file("a")]), blob=b"not a tar", descriptor={"size": -1}, diff_id="sha256:x")
    layout = write_layout(
        tmp_path / "image",
        [layer, LayerSpec(b"absent", stored=False)],
        config={"history": None, "os": REMOVE},
        manifest={"mediaType": REMOVE},
        manifest_descriptor={"digest": "sha256:../../x"},
        oci_layout=b"",
    )
    config, document = read(layout.path, layout.config), read(layout.path, layout.manifest)
    assert config["history"] is None
    assert "os" not in config
    assert config["rootfs"]["diff_ids"][0] == "sha256:x"
    assert "mediaType" not in document
    assert document["layers"][0]["size"] == -1
    assert layout.blob(layout.layers[0]).read_bytes() == b"not a tar"
    assert not layout.blob(layout.layers[1]).exists()
    assert json.loads((layout.path / "index.json").read_bytes())["manifests"][0]["digest"] == "sha256:../../x"
    assert (layout.path / "oci-layout").read_bytes() == b""
    layout.truncate(layout.layers[0], 3)
    assert layout.blob(layout.layers[0]).read_bytes() == b"not"


@pytest.mark.peer
def test_a_tool_that_fails_says_why() -> None:
    with pytest.raises(AssertionError, match="ended with 3"):
        run("sh", "-c", "echo reason >&2; exit 3")
