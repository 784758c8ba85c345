"""Where a place has several images and none is named, commands say which one they took, and how another is named."""

import json
import shutil
import tarfile
from pathlib import Path

import pytest

from tests.commands.conftest import Run, spawn

TAKEN = "took latest (linux/amd64) of 3 images; name another: "


@pytest.mark.parametrize(
    "words",
    [
        ["ls", "DEMO"],
        ["ls", "DEMO", "--layer", "1"],
        ["which", "DEMO", "/etc"],
        ["find", "DEMO", "passwd"],
        ["waste", "DEMO"],
        ["cat", "DEMO", "/etc/hostname"],
        ["history", "DEMO"],
        ["diff", "DEMO", "--layer", "2"],
        ["diff", "DEMO", "DEMO:latest"],
        ["ci", "DEMO"],
        ["extract", "DEMO", "/etc/hostname", "-o", "TARGET"],
        ["export", "DEMO"],
        ["inspect", "DEMO", "--config"],
        ["inspect", "DEMO", "--dockerfile"],
        ["inspect", "DEMO", "--format", "{{.Digest}}"],
    ],
)
@pytest.mark.usefixtures("demo_was_read")
def test_which_one_was_taken_is_said(
    run: Run, demo_layout: Path, words: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    done = run(*(word.replace("DEMO", str(demo_layout)).replace("TARGET", str(tmp_path / "out")) for word in words))
    assert done.code in (0, 1)
    others = f"{demo_layout}:latest --platform linux/arm64/v8, {demo_layout}:1.3.2"
    assert done.err.splitlines()[0] == f"ocitui: {demo_layout}: {TAKEN}{others}"
    assert done.err.count("took") == 1


@pytest.mark.slow
def test_nothing_is_said_where_there_is_no_choice(run: Run, demo_layout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    tag = run("inspect", demo_layout, "--json").json["image"]["digest"]
    for words in (
        [f"{demo_layout}:latest"],
        [f"{demo_layout}@{tag}"],
        [f"{demo_layout}@0"],
        [demo_layout, "--platform", "linux/arm64"],
    ):
        assert run("ls", *words).err == "", words
    assert "took latest (linux/amd64) of 2 images" in run("ls", demo_layout, "--platform", "linux/amd64").message


@pytest.mark.slow
@pytest.mark.parametrize("has_tag", [True, False])
@pytest.mark.parametrize(("machine", "is_said"), [("x86_64", False), ("aarch64", False), ("riscv64", True)])
def test_one_image_for_several_platforms_is_taken_for_this_machine_unless_it_has_none(
    run: Run,
    demo_layout: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    machine: str,
    is_said: bool,
    has_tag: bool,
) -> None:
    monkeypatch.setattr("platform.machine", lambda: machine)
    place = tmp_path / "image"
    shutil.copytree(demo_layout, place)
    index = json.loads((place / "index.json").read_text())
    index["manifests"] = [each for each in index["manifests"] if "1.3.2" not in each["annotations"].values()]
    if not has_tag:
        del index["manifests"][0]["annotations"]
    (place / "index.json").write_text(json.dumps(index))
    done = run("ls", place)
    if not is_said:
        assert done.err == ""
    else:
        name = "latest" if has_tag else run("inspect", place, "--json").json["image"]["digest"]
        taken = f"{name} (linux/amd64)"
        assert done.message == f"{place}: took {taken} of 2 images; name another: {place} --platform linux/arm64/v8"
        assert run("ls", place, "--platform", "linux/arm64/v8").err == ""
    named = f"{place}:latest" if has_tag else f"{place}@0"
    said = f"ocitui: {named}: took {'latest ' if has_tag else ''}"
    assert run("ls", named).err.startswith(said) is is_said
    assert run("ls", named, "--platform", "linux/amd64").err == ""


@pytest.mark.slow
def test_another_of_a_pipe_can_be_named_as_it_is_said(demo_layout: Path, tmp_path: Path) -> None:
    archive = tmp_path / "demo.tar"
    with tarfile.open(archive, "w") as tar:
        tar.add(demo_layout, ".")
    with archive.open("rb") as pipe:
        said = spawn("ls", "-", stdin=pipe).err
    others = said.strip().partition("name another: ")[2].split(", ")
    assert others[-1] == "-- -:1.3.2"
    for other in others:
        with archive.open("rb") as pipe:
            assert spawn("ls", *other.split(), stdin=pipe).err == ""
