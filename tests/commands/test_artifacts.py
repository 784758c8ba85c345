"""Artifacts whose layers have an image's types: what is verified of them, and what can be opened."""

import gzip
from pathlib import Path

import pytest

from ocitui.demo.tar import file, write_tar
from ocitui.spec.media_type import OCI_LAYER
from tests.commands.conftest import Run
from tests.images.layout_writer import LayerSpec, WrittenLayout, write_layout

TARS = [write_tar([file("a", "a")]), write_tar([file("b", "b")])]


@pytest.mark.parametrize(
    ("config_type", "config"),
    [
        ("application/vnd.buildkit.cacheconfig.v0", b'{"layers": [], "records": []}'),
        ("application/vnd.unknown.config.v1+json", b"{}"),
        ("application/vnd.cncf.helm.config.v1+json", b'{"name": "mychart"}'),
    ],
)
def test_an_artifact_is_intact_and_its_tars_can_be_listed(
    config_type: str, config: bytes, run: Run, tmp_path: Path
) -> None:
    helm = {"mediaType": "application/vnd.cncf.helm.chart.content.v1.tar"}
    specs = [LayerSpec(TARS[0]), LayerSpec(TARS[1], descriptor=helm)]
    layout = write_layout(tmp_path / "it", specs, config=config, config_descriptor={"mediaType": config_type})
    done = run("verify", layout.path)
    assert (done.code, done.lines[-1].partition(":")[0]) == (0, "intact")
    assert "nothing found" in done.lines[-1]
    done = run("ls", f"{layout.path}@{layout.manifest}")
    assert (done.code, done.lines) == (0, ["a", "b"])
    assert run("ls", f"{layout.path}@{layout.manifest}", "--layer", "2").lines == ["b"]
    assert run("inspect", "--json", layout.path).json["image"] is None


def test_a_file_with_the_type_of_a_tar_is_no_damage(run: Run, tmp_path: Path) -> None:
    layout = write_layout(
        tmp_path / "it",
        [LayerSpec(b"", blob=b'{"a": 1}\n')],
        config=b"{}",
        config_descriptor={"mediaType": "application/vnd.unknown.config.v1+json"},
    )
    assert run("verify", layout.path).code == 0


# Files as oras-py stores them: each under the type of a layer, with its name as the title; a folder is a tar.

FILES = {
    "a.json": b'{"a": 1}\n',
    "docs/notes.txt": b"a line\n" * 200,
    "packed.gz": gzip.compress(b"packed " * 100, mtime=0),
    "empty": b"",
    "../climbs": b"up",
}


@pytest.fixture
def oras(tmp_path: Path) -> WrittenLayout:
    specs = [LayerSpec(blob=data, descriptor=titled(name)) for name, data in FILES.items()]
    folder = LayerSpec(write_tar([file("folder/x", "x")]), descriptor=titled("folder", "+gzip"))
    untitled = LayerSpec(blob=b"no title", descriptor={"mediaType": OCI_LAYER})
    config_type = {"mediaType": "application/vnd.unknown.config.v1+json"}
    return write_layout(tmp_path / "it", [*specs, folder, untitled], config=b"{}", config_descriptor=config_type)


def titled(name: str, suffix: str = "") -> dict[str, object]:
    return {"mediaType": OCI_LAYER + suffix, "annotations": {"org.opencontainers.image.title": name}}


def test_files_with_the_type_of_a_tar_are_listed_by_their_titles(run: Run, oras: WrittenLayout) -> None:
    for _ in range(2):  # read, and with every index known
        done = run("ls", "-R", oras.path)
        assert (done.code, done.err) == (0, "")
        names = {"a.json", "docs/", "docs/notes.txt", "packed.gz", "empty", "climbs", "folder/", "folder/x"}
        assert set(done.lines) == names | {oras.layers[-1]}
        assert run("ls", oras.path, "--layer", "2").lines == ["docs"]
        assert run("verify", oras.path).code == 0


@pytest.mark.parametrize("name", FILES)
def test_the_contents_of_a_titled_file_are_its_bytes(name: str, run: Run, oras: WrittenLayout) -> None:
    for _ in range(2):
        assert run("cat", oras.path, name.removeprefix("../")).out == FILES[name]


def test_the_other_commands_know_them(run: Run, oras: WrittenLayout, tmp_path: Path) -> None:
    assert run("cat", oras.path, "folder/x").out == b"x"
    assert run("cat", oras.path, oras.layers[-1]).out == b"no title"
    assert [line.split("\t")[3] for line in run("find", oras.path, "text:line").lines[:1]] == ["/docs/notes.txt"]
    assert run("which", oras.path, "/a.json").lines[-1].startswith("/a.json: from layer 1, 9 B")
    assert run("extract", oras.path, "/", "-o", tmp_path / "out").code == 0
    assert (tmp_path / "out/packed.gz").read_bytes() == FILES["packed.gz"]


def test_a_changed_file_is_said_to_be(run: Run, oras: WrittenLayout) -> None:
    oras.replace(oras.layers[0], b'{"a": 2}\n')
    done = run("ls", oras.path)
    assert done.code == 2
    assert "expected " + oras.layers[0] in done.err


def test_in_an_image_the_same_bytes_are_no_tar(run: Run, oras: WrittenLayout, tmp_path: Path) -> None:
    """Whatever an artifact made of them, and the other way round."""
    image = write_layout(tmp_path / "image", [LayerSpec(blob=FILES["a.json"], descriptor=titled("a.json"))])
    for _ in range(2):
        assert run("ls", oras.path, "--layer", "1").lines == ["a.json"]
        done = run("ls", image.path)
        assert (done.code, done.lines) == (2, [])
        assert "the layer ends inside a header" in done.err


def test_of_several_artifacts_one_is_to_be_chosen(run: Run, oras: WrittenLayout) -> None:
    index = oras.path / "index.json"
    entry = index.read_text().partition("[")[2].rpartition("]")[0]
    other = entry.replace("latest", "other")
    index.write_text(index.read_text().replace(entry, f"{entry}, {other}"))
    assert "2 artifacts: choose one by its tag" in run("ls", oras.path).err
    assert "a.json" in run("ls", f"{oras.path}:other").lines
