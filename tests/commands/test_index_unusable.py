"""An ``index.json`` that cannot be used is never worked around in silence."""

from pathlib import Path

import pytest

from ocitui.demo.tar import file, write_tar
from tests.commands.conftest import Run
from tests.images.docker_archive_writer import ArchiveImage, todays_form, write_docker_archive
from tests.images.layout_writer import write_layout

UNUSABLE: dict[str, bytes | None] = {
    "missing in ./image": None,
    "expected a file, found a folder": b"folder",
    "expected JSON, found something else at line 1, column 1 (Expecting value)": b"hello",
    "schemaVersion: expected 2, found nothing (and 1 more problem)": b"{}",
    "manifests: expected a list, found null": b'{"schemaVersion": 2, "manifests": null}',
}

SHOWN = [
    (["inspect"], "layer"),
    (["inspect", "--json"], "historyProblems"),
    (["inspect", "--json", "--files"], "hello"),
    (["inspect", "--dockerfile"], "COPY"),
    (["ls"], "hello"),
    (["ls", "--json"], "hello"),
    (["ls", "--layer", "1"], "hello"),
    (["which", "hello"], "hello"),
    (["find", "hello"], "hello"),
    (["waste"], ""),
    (["waste", "--json"], "layers"),
    (["cat", "hello"], "hi"),
    (["cat", "--layer", "1", "hello"], "hi"),
    (["extract", "hello", "-o", "out"], ""),
    (["extract", "hello", "--layer", "1", "-o", "out2"], ""),
    (["ci"], ""),
    (["diff", "--stat", "./image"], ""),
]
"""Commands, and what each prints of the image that was found all the same; the image comes after the first word."""


@pytest.fixture
def layer() -> bytes:
    return write_tar([file("hello", "hi")])


def spoil(path: Path, content: bytes | None) -> None:
    path.unlink()
    if content == b"folder":
        path.mkdir()
    elif content is not None:
        path.write_bytes(content)


@pytest.mark.parametrize("problem", UNUSABLE)
def test_every_command_says_so(
    problem: str, layer: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    monkeypatch.chdir(tmp_path)
    spoil(write_layout(Path("image"), [layer]).path / "index.json", UNUSABLE[problem])
    commands = SHOWN if UNUSABLE[problem] is None else [(["ls"], "hello"), (["ci"], "")]
    for (command, *options), shown in commands:
        found = run(command, "./image", *options)
        assert (command, found.code) == (command, 2)
        assert found.err.splitlines()[-1] == f"ocitui: index.json: {problem}"
        assert shown in found.text
    found = run("verify", "./image")
    assert (found.code, found.message) == (1, f"index.json: {problem}")
    assert run("verify", "./image", "--quiet").err == ""
    assert run("ls", "./image", "missing").message == f"index.json: {problem}"
    found = run("cat", "./image", "--layer", "1", "missing")
    assert found.code == 2
    assert found.err.startswith(f"ocitui: index.json: {problem}\nocitui: missing: not in layer 1")
    found = run("ls", "./image:tag")
    assert found.code == 2
    assert f"(index.json: {problem.partition(' (and')[0]})" in found.message


def test_of_the_other_image_too(layer: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("whole", "image"):
        write_layout(Path(name), [layer])
    Path("image/index.json").write_bytes(b"{}")
    said = "index.json: schemaVersion: expected 2, found nothing"
    for arguments in (["diff", "./whole", "./image"], ["diff", "./whole", "./image", "hello"]):
        found = run(*arguments)
        assert found.code == 2
        assert said in found.message
    assert f"base image: {said}" in run("waste", "./whole", "--base", "./image").message


def test_a_manifest_json_beside_it_is_not_taken_in_silence(
    layer: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    monkeypatch.chdir(tmp_path)
    members = todays_form(ArchiveImage([layer]))
    write_docker_archive(Path("missing.tar"), [member for member in members if member.name != b"index.json"])
    found = run("ls", "missing.tar")
    assert (found.code, found.text) == (2, "hello\n")
    assert found.message == "index.json: missing in missing.tar"
    assert run("ci", "missing.tar").code == 2
    assert run("verify", "missing.tar").code == 1
    for code, name in ((0, "docker-archive:missing.tar"), (2, "oci-archive:missing.tar")):
        assert run("ls", name).code == code
    write_docker_archive(Path("null.tar"), todays_form(ArchiveImage([layer]), lists_images=False))
    assert (run("ls", "null.tar").code, run("ls", "null.tar").err) == (0, "")
