"""Artifacts whose layers have an image's types: what is verified of them, and what can be opened."""

import gzip
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

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
    found = run("inspect", "--json", layout.path).json
    assert (found["image"], found["artifact"]["artifactType"]) == (None, config_type)


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
    assert run("which", oras.path, "/a.json").lines[0].startswith("/a.json: from blob 1, 9 B")
    assert run("which", oras.path, "/none").lines == ["/none: not in this artifact"]
    assert run("extract", oras.path, "/", "-o", tmp_path / "out").code == 0
    assert (tmp_path / "out/packed.gz").read_bytes() == FILES["packed.gz"]


def test_the_blobs_of_an_artifact_do_not_lie_over_each_other(run: Run, tmp_path: Path) -> None:
    two = model(tmp_path / "two", blob_of(b"one", "a"), blob_of(b"three", "a"))
    lines = run("which", two.path, "/a").lines
    assert lines[0].startswith("/a: from blob 2, 5 B ")
    assert lines[0].endswith("; in the artifact as well: 3 B in blob 1")
    assert [line.split()[:2] for line in lines[1:]] == [["blob", "1"], ["blob", "2"]]


def test_find_says_blob(run: Run, tmp_path: Path) -> None:
    two = model(tmp_path / "two", blob_of(b"one", "a"), blob_of(b"three", "a"))
    assert run("find", two.path, "a").lines == ["1\treplaced by blob 2\t3\t/a", "2\tmodified\t5\t/a"]
    two.replace(two.layers[1], b"thre!")
    assert f"blob 2 ({two.layers[1]})" in run("find", two.path, "a").err


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


# What is no tar and has no title, or a type of its own; and what each command says of an artifact.

TYPE = "application/vnd.example.model.v1"


def model(folder: Path, *blobs: LayerSpec, annotations: dict[str, str] | None = None) -> WrittenLayout:
    config = {"mediaType": "application/vnd.oci.empty.v1+json"}
    manifest = {"artifactType": TYPE, "annotations": annotations or {"made.by": "hand"}}
    return write_layout(folder, blobs, config=b"{}", config_descriptor=config, manifest=manifest)


def blob_of(data: bytes, title: str = "", **annotations: str) -> LayerSpec:
    said = annotations | ({"org.opencontainers.image.title": title} if title else {})
    return LayerSpec(blob=data, descriptor={"mediaType": "application/x-weights", "annotations": said})


def test_every_blob_is_a_file_whatever_its_type_is(run: Run, tmp_path: Path) -> None:
    packed = gzip.compress(write_tar([file("x")]))
    layout = model(tmp_path / "it", blob_of(b"\x7fELF"), blob_of(b"w" * 30, "weights"), blob_of(packed, "x.tgz"))
    digest = layout.layers[0]
    for _ in range(2):  # read, and with every index known
        assert run("ls", layout.path).lines == [digest, "weights", "x.tgz"]
        assert run("cat", layout.path, digest).out == b"\x7fELF"
        assert run("cat", layout.path, "x.tgz").out == packed
    assert run("ls", layout.path, "--layer", digest[7:15]).lines == [digest]
    assert run("extract", layout.path, digest, "-o", tmp_path / "out").code == 0
    assert (tmp_path / "out" / digest).read_bytes() == b"\x7fELF"


def test_a_title_may_have_half_of_a_surrogate_pair(run: Run, tmp_path: Path) -> None:
    layout = model(tmp_path / "it", blob_of(b"w" * 30, "a/\ud800"), blob_of(b"x", "\udc80"))
    for command in (("ls", "-R"), ("inspect",), ("signatures",), ("verify",), ("find", "*")):
        done = run(command[0], layout.path, *command[1:])
        assert "defect of ocitui" not in done.err
    assert run("cat", layout.path, os.fsdecode(b"a/\xed\xa0\x80")).out == b"w" * 30


def test_nothing_is_invented_of_the_mode_owner_and_time_of_a_blob(run: Run, tmp_path: Path) -> None:
    layout = model(tmp_path / "it", blob_of(b"w" * 30, "weights"))
    assert run("ls", "-l", layout.path).lines == ["-?????????  ?:?  30  ?  1  weights"]
    (entry,) = run("ls", "--json", layout.path).json["entries"]
    assert (entry["kind"], entry["implied"]) == ("file", True)
    assert "-?????????" in run("which", layout.path, "weights").text
    before = time.time() - 5
    assert run("extract", layout.path, "/", "-o", tmp_path / "out").code == 0
    assert (tmp_path / "out/weights").stat().st_mtime > before


def test_inspect_says_what_an_artifact_is_and_holds(run: Run, tmp_path: Path) -> None:
    layout = model(tmp_path / "it", blob_of(b"w" * 30, "../weights", made_on="Monday"), blob_of(b"\x7fELF"))
    done = run("inspect", layout.path)
    assert (done.code, done.err) == (0, "")
    assert f"* latest  an artifact ({TYPE})  34 B stored" in done.lines
    assert "  annotations  made.by=hand" in done.lines
    rows = done.lines[done.lines.index("blobs") + 2 :]
    assert [row.split() for row in rows] == [
        ["1", "30", "B", layout.layers[0][7:19], "application/x-weights", "../weights"],
        ["made_on=Monday"],
        ["2", "4", "B", layout.layers[1][7:19], "application/x-weights"],
    ]
    artifact = run("inspect", "--json", layout.path).json["artifact"]
    assert (artifact["artifactType"], artifact["size"]) == (TYPE, 34)
    assert [blob["title"] for blob in artifact["blobs"]] == ["../weights", None]
    assert run("inspect", "--json", "--files", layout.path).json["artifact"] == artifact


def test_of_an_artifact_attached_to_an_image_the_artifact_is_said(run: Run, demo_layout: Path) -> None:
    tree = run("inspect", "--json", demo_layout).json["tree"]
    found = [node for node in nodes_of(tree) if node["kind"] == "artifact"]
    for node in found:
        name = f"{demo_layout}@{node['descriptor']['digest']}"
        assert run("ls", name).lines == ["statement.json"]
        assert run("inspect", "--json", name).json["artifact"]["digest"] == node["descriptor"]["digest"]
    assert found


def nodes_of(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node["children"]:
        yield from nodes_of(child)


def test_a_title_that_leads_out_or_that_two_have_is_a_warning(run: Run, tmp_path: Path) -> None:
    titles = ["../../x", "/etc/y", "a/../b", "same", "same", "..", "d/.wh.z"]
    layout = model(tmp_path / "it", *(blob_of(title.encode() * n, title) for n, title in enumerate(titles, 1)))
    done = run("verify", layout.path)
    assert (done.code, done.lines[-1].partition(":")[0]) == (0, "intact")
    said = [line.partition("  warning: ")[2].partition(" [")[0] for line in done.lines if "  warning: " in line]
    assert said == [
        "its title '../../x' leads out of the folder it is pulled into; listed as 'x'",
        "its title '/etc/y' leads out of the folder it is pulled into; listed as 'etc/y'",
        "blob 5 of the artifact has the same title, 'same', and hides it in lists",
        "its title '..' leads out of the folder it is pulled into; listed under its digest",
        "its title 'd/.wh.z' is called like a whiteout; listed under its digest",
    ]
    assert set(run("ls", "-R", layout.path).lines) == {"b", "etc/", "etc/y", "same", *layout.layers[5:], "x"}


def test_diff_of_two_artifacts(run: Run, tmp_path: Path) -> None:
    same, old = blob_of(b"same", "same"), blob_of(b"old", "weights")
    one = model(tmp_path / "one", same, old, blob_of(b"gone"))
    two = model(tmp_path / "two", same, blob_of(b"new!", "weights"), annotations={"made.by": "machine"})
    done = run("diff", one.path, two.path)
    assert (done.code, done.err) == (1, "")
    old_digests, new_digests = ([digest[7:19] for digest in each.layers] for each in (one, two))
    assert [line.split() for line in done.lines if line.startswith("  ")] == [
        ["-", "2", old_digests[1], "3", "B", "weights"],
        ["-", "3", old_digests[2], "4", "B"],
        ["+", "2", new_digests[1], "4", "B", "weights"],
        ["~", "annotation", "made.by", "hand", "->", "machine"],
        ["-", "file", "4", "B", f"/{one.layers[2]}"],
        ["~", "content", "3", "B", "->", "4", "B", "/weights"],
    ]
    assert "blobs    1 shared, 2 only in A, 1 only in B" in done.lines
    assert not any(line.startswith("history") for line in done.lines)
    assert run("diff", "--stat", one.path, two.path).code == 1
    found = run("diff", "--json", one.path, two.path).json
    assert [path["modified"] for path in found["paths"]] == [[], ["content"]]
    done = run("diff", one.path, one.path)
    assert (done.code, done.err) == (0, "")


def test_an_artifact_is_not_compared_with_an_image(run: Run, tmp_path: Path) -> None:
    artifact, image = model(tmp_path / "it", blob_of(b"w")), write_layout(tmp_path / "image", TARS)
    done = run("diff", artifact.path, image.path)
    said = f"diff: A is an artifact ({TYPE}), and B is an image: they cannot be compared"
    assert (done.code, done.message) == (2, said)


def test_rules_are_for_images(run: Run, tmp_path: Path) -> None:
    artifact = model(tmp_path / "it", blob_of(b"w"))
    done = run("ci", artifact.path)
    assert (done.code, done.out) == (2, b"")
    assert done.message == f"ci: {artifact.path} is an artifact ({TYPE}): the rules are for images"
    assert run("inspect", "--dockerfile", artifact.path).message == f"no image found: only an artifact ({TYPE})"
    image = write_layout(tmp_path / "image", TARS)
    rules = tmp_path / "rules.toml"
    rules.write_text('[gate]\nmax-growth = "1MB"\n')
    done = run("ci", image.path, "--config", rules, "--base", artifact.path)
    assert done.code == 2
    assert f"is an artifact ({TYPE})" in done.message


def test_an_artifact_has_no_waste_and_no_instructions(run: Run, tmp_path: Path) -> None:
    config_type = "application/vnd.unknown.config.v1+json"
    layout = write_layout(tmp_path / "it", TARS, config=b"{}", config_descriptor={"mediaType": config_type})
    done = run("waste", layout.path)
    said = f"is an artifact ({config_type}): its blobs are not layered, so none is waste"
    assert (done.code, done.out, done.message) == (2, b"", f"waste: {layout.path} {said}")
    assert run("which", layout.path, "/a").lines[1].endswith("(a blob of an artifact)")


def test_layers_are_counted_where_all_are_missing(run: Run, tmp_path: Path) -> None:
    layout = write_layout(tmp_path / "it", [LayerSpec(tar, stored=False) for tar in TARS])
    for command in ("ls", "waste", "ci"):
        assert run(command, layout.path).message == "2 of 2 layers are missing"


def test_blobs_are_counted_where_all_are_missing(run: Run, tmp_path: Path) -> None:
    config_type = {"mediaType": "application/vnd.unknown.config.v1+json"}
    specs = [LayerSpec(tar, stored=False) for tar in TARS]
    layout = write_layout(tmp_path / "it", specs, config=b"{}", config_descriptor=config_type)
    assert run("ls", layout.path).message == "2 of 2 blobs are missing"
