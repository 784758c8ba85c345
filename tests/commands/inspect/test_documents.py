"""``ocitui inspect --raw`` and ``--config``: documents to the byte."""

from pathlib import Path

import pytest

from ocitui.demo.tar import file, write_tar
from tests.commands.conftest import Run, spawn_on_terminal
from tests.images.layout_writer import WrittenLayout, write_layout
from tests.images.tools import require_tool
from tests.images.tools import run as run_tool

TAR = write_tar([file("etc/motd", "hello\n")])


@pytest.fixture
def layout(tmp_path: Path) -> WrittenLayout:
    return write_layout(tmp_path / "image", [TAR], config=b'{ "os": "linux",\n "x": "\xc3\xbc\\u001b" }')


def test_the_very_bytes(run: Run, layout: WrittenLayout) -> None:
    done = run("inspect", "--raw", layout.path)
    assert (done.code, done.out, done.err) == (0, layout.blob(layout.manifest).read_bytes(), "")
    for options in (("--config",), ("--config", "--raw")):
        assert run("inspect", *options, layout.path).out == layout.blob(layout.config).read_bytes()


def test_an_index_and_with_a_platform_its_manifest(run: Run, demo_layout: Path) -> None:
    for options in ((), ("--platform", "linux/arm64")):
        digest = run("digest", f"{demo_layout}:latest", *options).text.strip()
        blob = (demo_layout / "blobs/sha256" / digest[7:]).read_bytes()
        assert run("inspect", "--raw", f"{demo_layout}:latest", *options).out == blob
    done = run("inspect", "--raw", demo_layout)
    assert (done.code, done.out) == (2, b"")
    assert "has 3 images; choose one" in done.message


def test_what_is_damaged_is_written_and_told(run: Run, layout: WrittenLayout) -> None:
    layout.replace(layout.config, b"{}")
    done = run("inspect", "--config", layout.path)
    assert (done.code, done.out) == (2, b"{}")
    assert "expected digest" in done.message
    layout.remove(layout.config)
    done = run("inspect", "--config", layout.path)
    assert (done.code, done.out, done.message) == (2, b"", f"config {layout.config}: blob missing")


def test_what_is_no_document(run: Run, layout: WrittenLayout) -> None:
    done = run("inspect", "--raw", f"{layout.path}@{layout.layers[0]}")
    assert (done.code, done.out) == (2, b"")
    assert done.message.endswith("is no document; `ocitui blob` prints it")


@pytest.mark.parametrize(
    "options",
    [("--raw", "--json"), ("--config", "--dockerfile"), ("--raw", "--format", "{{.Tag}}"), ("--raw", "--files")],
)
def test_what_cannot_be_combined(run: Run, layout: WrittenLayout, options: tuple[str, ...]) -> None:
    done = run("inspect", layout.path, *options)
    assert (done.code, done.out) == (2, b"")


def test_a_terminal_gets_them_escaped(layout: WrittenLayout) -> None:
    layout.replace(layout.config, b'{"x": "\x1b[31m"}')
    _, written = spawn_on_terminal("inspect", "--config", layout.path)
    assert b"\x1b[31m" not in written
    assert b"\\x1b[31m" in written


@pytest.mark.peer
def test_skopeo_writes_the_same(run: Run, demo_layout: Path) -> None:
    skopeo = require_tool("skopeo")
    image = f"{demo_layout}:latest"
    assert run("inspect", "--raw", image).out == run_tool(skopeo, "inspect", "--raw", f"oci:{image}")
    config = run("inspect", "--config", image, "--platform", "linux/arm64").out
    arguments = ("--override-arch", "arm64", "inspect", "--config", "--raw", f"oci:{image}")
    assert config == run_tool(skopeo, *arguments)
