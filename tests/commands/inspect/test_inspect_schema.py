"""``inspect --json`` is as its schema says, with and without files, whatever the image."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from ocitui.commands.inspect.command import SCHEMA
from ocitui.demo.tar import Entry, directory, file, opaque, symlink, whiteout, write_tar
from ocitui.layers.entry import EntryKind
from tests.commands.conftest import Run
from tests.images.layout_writer import LayerSpec, write_layout

VALIDATOR = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text()))


def closed(schema: Any) -> Any:
    """The same schema, in which no object of ours may hold what is not described."""
    if isinstance(schema, dict):
        found = {name: closed(value) for name, value in schema.items()}
        if "properties" in found and "additionalProperties" not in found and "os.version" not in found["properties"]:
            is_open = "mediaType" in found["properties"] and "urls" in found["properties"]  # a descriptor
            return found if is_open else {**found, "additionalProperties": False}
        return found
    return [closed(each) for each in schema] if isinstance(schema, list) else schema


def test_the_schema_is_one_and_is_printed(run: Run) -> None:
    jsonschema.Draft202012Validator.check_schema(VALIDATOR.schema)
    assert run("inspect", "--schema").json == VALIDATOR.schema


@pytest.mark.slow
@pytest.mark.parametrize("options", [[], ["--files"]])
@pytest.mark.parametrize("image", ["demo_layout", "umoci_layout", "docker_archive", "buildah_docker_dir"])
def test_real_images(image: str, options: list[str], run: Run, request: pytest.FixtureRequest) -> None:
    found = run("inspect", request.getfixturevalue(image), "--json", *options).json
    jsonschema.Draft202012Validator(closed(VALIDATOR.schema)).validate(found)
    assert ("files" in found) == bool(options)


@pytest.mark.slow
def test_files_are_those_of_ls(demo_layout: Path, run: Run) -> None:
    found = run("inspect", demo_layout, "--json", "--files").json
    assert found["files"] == run("ls", demo_layout, "-R", "--json").json["entries"]
    for layer in found["layerFiles"]:
        listed = run("ls", demo_layout, "-R", "--json", "--layer", layer["layer"]).json["entries"]
        assert layer["entries"] == listed
    assert [layer["unpackedSize"] is not None for layer in found["image"]["layers"]] == [True] * 8


def test_odd_and_damaged_images(tmp_path: Path, run: Run) -> None:
    odd = write_tar(
        [
            directory("d"),
            file(b"\xff\x1b[2J", "x"),
            symlink("link", b"\xfe"),
            whiteout("gone"),
            opaque("d"),
            Entry(b"null", mode=0o666, kind=b"3", device=(1, 3)),
            Entry(b"caps", b"", xattrs=(("security.capability", b"\x00\xff"),)),
        ]
    )
    layout = write_layout(
        tmp_path / "image", [odd, LayerSpec(write_tar([file("other")]), stored=False), LayerSpec(b"", blob=b"no tar")]
    )
    done = run("inspect", layout.path, "--json", "--files")
    assert done.code == 2
    VALIDATOR.validate(done.json)
    assert [layer["entries"] is None for layer in done.json["layerFiles"]] == [False, True, False]
    assert "layer 2" in " ".join(done.json["problems"])
    for damage in (b"", b"{", b"[]", b'{"manifests": 5}'):
        (layout.path / "index.json").write_bytes(damage)
        VALIDATOR.validate(run("inspect", layout.path, "--json").json)


def test_files_want_json(demo_layout: Path, run: Run) -> None:
    assert run("inspect", demo_layout, "--files").message == "inspect: --files needs --json"


def test_the_words_of_the_schema_are_those_of_the_output() -> None:
    assert VALIDATOR.schema["$defs"]["entry"]["properties"]["kind"]["enum"] == [kind.word for kind in EntryKind]
