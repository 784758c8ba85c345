"""``ocitui inspect --format TEMPLATE``: the fields, the three forms, and what is none."""

import json
from pathlib import Path

import pytest

from ocitui.commands.inspect.template import FIELDS, Template
from ocitui.demo.tar import file, write_tar
from ocitui.errors import UsageError
from tests.commands.conftest import Run
from tests.images.docker_archive_writer import ArchiveImage, kaniko_form, write_docker_archive
from tests.images.layout_writer import WrittenLayout, write_layout
from tests.images.tools import require_tool
from tests.images.tools import run as run_tool

TAR = write_tar([file("etc/motd", "hello\n")])
EXECUTION = {
    "User": "app",
    "Env": ["A=1", 'B="2"'],
    "Entrypoint": ["/bin/app", "-x"],
    "Labels": {"a.b/c": "d", 'q"': "quote"},
    "ExposedPorts": {"80/tcp": {}},
    "StopTimeout": 10,
}


@pytest.fixture
def layout(tmp_path: Path) -> WrittenLayout:
    config = {"config": EXECUTION, "created": "2024-05-14T10:00:00+02:00", "author": "\x1b[31mAda"}
    return write_layout(tmp_path / "image", [TAR], config=config)


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{{.Tag}}", "latest"),
        ("{{ .Os }}/{{.Architecture}} {{.Platform}}", "linux/amd64 linux/amd64"),
        ("{{.Variant}}|{{json .Variant}}", "|null"),
        ("{{.Created}}", "2024-05-14T10:00:00+02:00"),
        ("{{.Author}}", r"\x1b[31mAda"),
        ("{{json .Author}}", r'"\u001b[31mAda"'),
        ("{{.Config.User}}\\n{{.Config.StopTimeout}}\\t.", "app\n10\t."),
        ("{{.Config.Entrypoint}}", '["/bin/app", "-x"]'),
        ("{{.Config.Cmd}}{{json .Config.Cmd}}", "null"),
        ('{{index .Config.Labels "a.b/c"}} {{index .Config.Labels "q\\""}}', "d quote"),
        ("{{index .Config.Env 1}}|{{index .Config.Env 2}}", 'B="2"|'),
        ("{{.Config.ExposedPorts}}", '{"80/tcp": {}}'),
        ("}} {.Tag} {{.Tag}}}", "}} {.Tag} latest}"),
    ],
)
def test_fields(run: Run, layout: WrittenLayout, template: str, expected: str) -> None:
    done = run("inspect", layout.path, "--format", template)
    assert (done.code, done.text, done.err) == (0, expected + "\n", "")


def test_digests_and_sizes(run: Run, layout: WrittenLayout) -> None:
    done = run("inspect", layout.path, "--format", "{{.Digest}} {{.ConfigDigest}} {{index .Layers 0}} {{.Size}}")
    size = layout.blob(layout.layers[0]).stat().st_size
    assert done.text == f"{layout.manifest} {layout.config} {layout.layers[0]} {size}\n"


def test_all_fields_at_once(run: Run, layout: WrittenLayout) -> None:
    found = run("inspect", layout.path, "--format", "{{json .}}").json
    assert found["Config"] == EXECUTION
    assert {f".{name}" for name in found} == {field for field in FIELDS if field.count(".") == 1}
    for field in FIELDS:
        assert run("inspect", layout.path, "--format", f"{{{{json {field}}}}}").code == 0


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("{{.Foo}}", "no field '.Foo'; the fields are .Tag .Digest "),
        ("{{.config.user}}", "no field '.config.user'; the fields are "),
        ("{{.}}", "no field '.'; the fields are "),
        (
            "{{range .Layers}}",
            "'{{range .Layers}}' is not supported; use {{.Field}}, {{json .Field}} or {{index .Field \"key\"}}",
        ),
        ("{{.Tag | upper}}", "'{{.Tag | upper}}' is not supported; use {{.Field}}, "),
        ("a {{.Tag", "}} is missing after '{{.Tag'"),
    ],
)
def test_what_is_no_template(run: Run, layout: WrittenLayout, template: str, said: str) -> None:
    with pytest.raises(UsageError):
        Template.parse(template)
    done = run("inspect", layout.path, "--format", template)
    assert (done.code, done.out) == (2, b"")
    assert done.message.startswith(f"inspect: --format: {said}")


def test_a_word_is_a_format(run: Run, layout: WrittenLayout) -> None:
    message = run("inspect", layout.path, "--format", "yaml").message
    assert "'yaml' is not one of 'text', 'json', 'dive', and no template like '{{.Digest}}'." in message


def test_a_config_that_cannot_be_read(run: Run, layout: WrittenLayout) -> None:
    layout.replace(layout.config, b"[")
    done = run("inspect", layout.path, "--format", "{{.Digest}}|{{.Config.User}}")
    assert (done.code, done.text) == (2, f"{layout.manifest}|\n")


def test_a_manifest_that_was_made_has_no_digest(run: Run, tmp_path: Path) -> None:
    archive = write_docker_archive(tmp_path / "image.tar", kaniko_form(ArchiveImage([TAR])))
    assert run("inspect", archive, "--format", "{{json .Digest}} {{json .MediaType}}").text == "null null\n"


@pytest.mark.peer
def test_skopeo_says_the_same(run: Run, demo_layout: Path) -> None:
    skopeo = require_tool("skopeo")
    image = f"{demo_layout}:1.3.2"
    said = json.loads(run_tool(skopeo, "inspect", f"oci:{image}"))
    for field in ("Digest", "Architecture", "Os", "Layers"):
        assert run("inspect", image, "--format", f"{{{{json .{field}}}}}").json == said[field]
