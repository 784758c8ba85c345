"""``inspect --format dive`` beside ``dive --json``, on images of many kinds."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.commands.conftest import Run
from tests.images.docker_archive_writer import ArchiveImage, kaniko_form, old_form, write_docker_archive
from tests.images.layout_writer import LayerSpec, write_layout
from tests.images.with_dive import ask_dive
from tests.images.with_dive_ci import CRAFTED, IMAGES, archive_of, layout_of

pytestmark = pytest.mark.peer


def by_size(document: Any) -> Any:
    """The document with the inefficient files of one size in order, which dive leaves to chance."""
    document["image"]["fileReference"].sort(key=lambda each: (-each["sizeBytes"], each["file"]))
    return document


def as_go_writes(document: Any) -> str:
    """JSON as Go indents and escapes it, in ASCII."""
    text = json.dumps(document, indent=2)
    for sign in "<>&\x7f":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text + "\n"


@pytest.mark.parametrize("name", IMAGES)
def test_as_dive_writes_it(name: str, run: Run, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    layout = layout_of(name, tmp_path, request)
    archive = archive_of(layout, tmp_path)
    theirs = by_size(ask_dive(archive).json)
    for place in (f"oci:{layout}", archive):
        done = run("inspect", place, "--format", "dive")
        assert done.code == 0, done.err
        assert done.json == by_size(theirs)
        assert done.out.isascii()
        assert done.text == as_go_writes(done.json)


@pytest.mark.parametrize("form", [old_form, kaniko_form])
def test_names_of_layers_are_those_of_the_archive(form: Any, run: Run, tmp_path: Path) -> None:
    image = ArchiveImage(CRAFTED["a file changed"], compression="gzip" if form is kaniko_form else "none")
    archive = write_docker_archive(tmp_path / "image.tar", form(image))
    assert run("inspect", archive, "--format", "dive").json == by_size(ask_dive(archive).json)


def test_history_that_does_not_line_up(run: Run, tmp_path: Path) -> None:
    history = [
        {"created_by": "ENV A=1", "empty_layer": True},
        {"created_by": "/bin/sh -c make && <install>"},
        {"created_by": "CMD x", "empty_layer": True},
    ]
    layout = write_layout(tmp_path / "layout", CRAFTED["a file changed"], config={"history": history})
    archive = archive_of(f"{layout.path}:latest", tmp_path)
    found = run("inspect", layout.path, "--format", "dive").json
    assert found == by_size(ask_dive(archive).json)
    assert [layer["command"] for layer in found["layer"]] == ["make && <install>", "(missing)"]


def test_nothing_is_said_of_an_image_that_is_not_whole(run: Run, tmp_path: Path) -> None:
    layers = CRAFTED["a file changed"]
    layout = write_layout(tmp_path / "layout", [LayerSpec(layers[0], stored=False), layers[1]])
    done = run("inspect", layout.path, "--format", "dive")
    assert (done.code, done.out) == (2, b"")
    assert "layer 1" in done.message


def test_formats(demo_layout: Path, run: Run) -> None:
    assert run("inspect", demo_layout, "--format", "json").out == run("inspect", demo_layout, "--json").out
    assert run("inspect", demo_layout, "--format", "text").out == run("inspect", demo_layout).out
    assert "files" in run("inspect", demo_layout, "--format", "json", "--files").json
    for options in (
        ("--json", "--format", "dive"),
        ("--dockerfile", "--format", "dive"),
        ("--files", "--format", "dive"),
    ):
        assert run("inspect", demo_layout, *options).code == 2
