"""Findings in the order of the image, however long each blob takes; encrypted layers are said once."""

from pathlib import Path

import pytest

from ocitui.demo.tar import file, write_tar
from ocitui.image.verify.blob_report import BlobReport, in_order
from ocitui.spec.media_type import OCI_LAYER
from tests.commands.conftest import Run
from tests.images.layout_writer import LayerSpec, write_layout


def test_reports_wait_for_those_before_them() -> None:
    reports = [BlobReport(title, None, 0, True, ()) for title in "cabdb"]
    taken: list[str] = []

    def come() -> "list[BlobReport]":
        return reports

    order = [(title, None) for title in "abbcd"]
    taken = [report.title for report in in_order(come(), order)]
    assert taken == ["a", "b", "b", "c", "d"]
    assert [report.title for report in in_order(reports[:2], [("b", None), *order])] == ["c", "a"]
    stream = in_order(iter(reports), order)
    assert next(stream).title == "a"  # which does not wait for those after it


@pytest.mark.parametrize("as_json", [True, False])
def test_findings_are_in_the_order_of_the_image(as_json: bool, tmp_path: Path, run: Run) -> None:
    sizes = [10, 300_000, 20, 600_000]  # the largest is read first, in a process of its own
    layers = [LayerSpec(write_tar([file("a", b"x" * size)]), "none", diff_id="sha256:" + "ab" * 32) for size in sizes]
    layout = write_layout(tmp_path / "image", layers, config={"author": 1})
    (layout.path / "blobs/sha256" / ("cd" * 32)).write_bytes(b"")
    titles = [f"config {layout.config}", *(f"layer {n} ({digest})" for n, digest in enumerate(layout.layers, 1))]
    if as_json:
        found = run("verify", "--json", layout.path).json["blobs"]
        assert [blob["title"] for blob in found][2:] == [*titles, f"blob sha256:{'cd' * 32}"]
        return
    lines = [line for line in run("verify", layout.path).lines[:-1] if not line.startswith("  ")]
    assert lines == [f"{title}: wrong" for title in [*titles, f"blob sha256:{'cd' * 32}"]]


def test_encrypted_layers_are_said_once(tmp_path: Path, run: Run) -> None:
    encrypted = OCI_LAYER + "+gzip+encrypted"
    specs = [LayerSpec(blob=b"%d" % n, descriptor={"mediaType": encrypted}) for n in range(9)]
    write_layout(tmp_path / "image", [*specs, write_tar([file("a")])])
    said = f"layers 1–9: expected tars, found encrypted ones ({encrypted})"
    found = run("verify", tmp_path / "image")
    assert found.code == 0
    assert found.text.count("encrypted ones") == 1
    assert found.lines[-1].endswith("; 1 warning")
    for command in (["ls"], ["waste"], ["which", "a"], ["ci"]):
        assert run(command[0], tmp_path / "image", *command[1:]).message == said
    assert run("ls", "--json", tmp_path / "image").json["problems"] == [said]
    assert run("which", tmp_path / "image", "/a").lines[0].startswith("/a: from layer 10")
    assert run("which", tmp_path / "image", "/b").lines[0] == "/b: unknown: layers 1–9 are encrypted"
    assert run("waste", tmp_path / "image").lines[1] == "layers 1–9 of 10 are encrypted: there may be more"
    one = write_layout(tmp_path / "one", specs[:1])
    title = f"layer 1 ({one.layers[0]})"
    assert run("ls", one.path).message == f"{title}: expected a tar, found one that is encrypted ({encrypted})"


def test_a_layer_of_an_unknown_media_type_is_not_called_damaged(tmp_path: Path, run: Run) -> None:
    odd = LayerSpec(write_tar([file("b")]), descriptor={"mediaType": "application/x-odd"})
    layout = write_layout(tmp_path / "image", [write_tar([file("a")]), odd])
    said = f"layer 2 ({layout.layers[1]}): expected a layer's media type, found 'application/x-odd'"
    for command in (["ls"], ["waste"], ["which", "b"]):
        done = run(command[0], layout.path, *command[1:])
        assert (done.code, done.message) == (2, said)
    assert run("which", layout.path, "b").lines[0] == "/b: unknown: layer 2 is of an unknown media type"
    assert run("waste", layout.path).lines[1] == "layer 2 of 2 is of an unknown media type: there may be more"
    other = write_layout(tmp_path / "other", [write_tar([file("c")])])
    gap = "of A layer 2 of 2 is of an unknown media type"
    assert any(gap in line for line in run("diff", layout.path, other.path).lines)
    found = run("verify", layout.path)
    assert found.code == 0
    assert "umoci refuses the layer, buildah makes no container of the image" in found.text


def test_every_media_type_of_encrypted_layers_is_said(tmp_path: Path, run: Run) -> None:
    types = [OCI_LAYER + suffix for suffix in ("+gzip+encrypted", "+encrypted", "+gzip+encrypted")]
    specs = [LayerSpec(blob=b"%d" % n, descriptor={"mediaType": each}) for n, each in enumerate(types)]
    image = write_layout(tmp_path / "image", [*specs, LayerSpec(write_tar([file("a")]), stored=False)]).path
    said = f"layers 1–3: expected tars, found encrypted ones ({types[0]}, {types[1]})"
    assert run("ls", image).message == f"{said} (and 1 more problem)"
    assert run("which", image, "/b").lines[0] == "/b: unknown: layers 1–4 are missing, damaged or encrypted"
