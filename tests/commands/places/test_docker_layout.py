"""Archives whose ``index.json`` says less than the ``manifest.json`` beside it, as some ``docker save`` left them."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from ocitui.demo.tar import file, write_tar
from tests.commands.conftest import Run
from tests.images.docker_archive_writer import ArchiveImage, Members, regular, table, todays_form, write_docker_archive

A, B = (ArchiveImage([write_tar([file(name, name)])], tags=[f"{name}:latest"]) for name in "ab")


def documents(members: Members) -> dict[str, Any]:
    """The members that are JSON, by name; the manifests and the config by their digests."""
    return {member.name.decode(): json.loads(member.data) for member in members if member.data.startswith((b"{", b"["))}


def save_two(path: Path) -> Path:
    """Two images, of which the index lists the first."""
    first, second = todays_form(A), todays_form(B)
    tables = [documents(members)["manifest.json"][0] for members in (first, second)]
    blobs = [member for member in second if member.name.startswith(b"blobs/")]
    kept = [member for member in first if member.name != b"manifest.json"]
    return write_docker_archive(path, [*kept, *blobs, table(*tables)])


def save_bare(path: Path) -> Path:
    """One image, whose manifest has no layers."""
    members = todays_form(A)
    index = documents(members)["index.json"]
    manifest = documents(members)[index["manifests"][0]["digest"].replace("sha256:", "blobs/sha256/")]
    raw = json.dumps({**manifest, "layers": []}).encode()
    digest = hashlib.sha256(raw).hexdigest()
    index["manifests"][0] |= {"digest": f"sha256:{digest}", "size": len(raw)}
    kept = [member for member in members if member.name != b"index.json"]
    return write_docker_archive(
        path, [*kept, regular(f"blobs/sha256/{digest}", raw), regular("index.json", json.dumps(index))]
    )


SHOWN = "the images of both are shown; put oci-archive: or docker-archive: before the path to see those of one alone"
TWO = f"index.json: lists 1 of the 2 images of manifest.json; {SHOWN}"
BARE = f"index.json: does not list the image of manifest.json; {SHOWN}"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    save_two(Path("two.tar"))
    save_bare(Path("bare.tar"))


@pytest.mark.parametrize("name", ["bare.tar:a:latest", "two.tar:b:latest", "docker-archive:bare.tar"])
def test_a_manifest_that_is_stored_nowhere_says_what_it_was_made_of(name: str, run: Run) -> None:
    lines = [line.split("  ")[-1] for line in run("inspect", name).lines if line.lstrip().startswith("made of")]
    assert lines == ["manifest.json: no manifest is stored here"]


def test_docker_archive_reads_manifest_json(run: Run) -> None:
    for name, files in (("two.tar:a:latest", ["a"]), ("two.tar:b:latest", ["b"]), ("bare.tar", ["a"])):
        found = run("ls", f"docker-archive:{name}")
        assert (found.code, found.lines, found.err) == (0, files, "")
    for name in ("two.tar", "bare.tar"):
        found = run("verify", f"docker-archive:{name}")
        assert (found.code, found.lines[-1].split("; ")[1]) == (0, "nothing found")
        assert run("ci", f"docker-archive:{name}").code == 0


def test_without_a_transport_both_are_shown_and_that_is_said(run: Run) -> None:
    for name, said, code in (("two.tar", TWO, 0), ("bare.tar", BARE, 2)):  # whose layout has a manifest without layers
        for words in (["ls", name], ["cat", "--layer", "1", name, "a"]):
            messages = run(*words).err.splitlines()
            assert messages[-1] == f"ocitui: {said}"
            assert [message for message in messages[:-1] if ": took " not in message] == []
        assert run("ls", name).text == "a\n"
        inspected = run("inspect", "--json", name)
        assert (inspected.code, inspected.json["problems"][0]) == (code, said)
        names = [child["name"] for child in inspected.json["tree"]["children"]]
        assert names == (["a:latest", "docker.io/library/a:latest"] if name == "bare.tar" else [names[0], "b:latest"])
        found = run("ci", name)
        assert found.code == 2
        assert said in found.text
        assert found.err.count(said) == 1
        assert f"  warning: {said.removeprefix('index.json: ')} [" in run("verify", name).text
    assert run("ls", "two.tar:b:latest").text == "b\n"
    assert run("verify", "two.tar").code == 0


def test_where_both_say_the_same_nothing_is_said(run: Run) -> None:
    write_docker_archive(Path("sound.tar"), todays_form(A))
    found = run("ls", "sound.tar")
    assert (found.code, found.err) == (0, "")
    found = run("verify", "sound.tar")
    assert found.lines[-1].split("; ")[1] == "nothing found"
