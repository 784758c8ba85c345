"""``ocitui cat``: merged and of one layer, links, pipes that close, terminals, damage."""

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from ocitui.demo.tar import directory, fifo, file, hard_link, opaque, symlink, whiteout, write_tar
from tests.commands.conftest import REPOSITORY, Run, spawn, spawn_on_terminal
from tests.images.layout_writer import LayerSpec, WrittenLayout, write_layout
from tests.patience import LONG_PATIENCE

BYTES = random.Random(1).randbytes(100_000)
LAYERS = [
    [directory("etc"), file("etc/app.conf", "one\n"), file("etc/gone", "secret"), file("d/f", "f"), file("bin", BYTES)],
    [symlink("etc/link", "/etc/app.conf"), symlink("current", "etc"), symlink("loop", "loop"), symlink("dead", "none")],
    [file("etc/app.conf", "two\n", 0o600), whiteout("etc/gone"), opaque("d"), fifo("pipe")],
    [hard_link("same", "etc/app.conf"), hard_link("lost", "nothing")],
]


@pytest.fixture(params=["gzip", "zstd", "none"])
def layout(request: pytest.FixtureRequest, tmp_path: Path) -> WrittenLayout:
    return write_layout(tmp_path / "image", [LayerSpec(write_tar(layer), request.param) for layer in LAYERS])


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/etc/app.conf", b"two\n"),
        ("etc/../etc//./app.conf", b"two\n"),
        ("/etc/link", b"two\n"),
        ("/current/link", b"two\n"),
        ("/../../current/app.conf", b"two\n"),
        ("same", b"two\n"),
        ("bin", BYTES),
    ],
)
def test_the_final_filesystem(run: Run, layout: WrittenLayout, path: str, expected: bytes) -> None:
    done = run("cat", layout.path, path)
    assert (done.code, done.out, done.err) == (0, expected, "")


def test_one_layer(run: Run, layout: WrittenLayout) -> None:
    assert run("cat", layout.path, "etc/app.conf", "--layer", 1).out == b"one\n"
    assert run("cat", layout.path, "etc/gone", "--layer", layout.layers[0][7:19]).out == b"secret"
    assert run("cat", layout.path, "etc/app.conf", "--layer", 3).out == b"two\n"


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["etc/gone"], 1, "etc/gone: not in the final filesystem"),
        (["d/f"], 1, "d/f: not in the final filesystem"),
        (["none/at/all"], 1, "none/at/all: not in the final filesystem"),
        (["dead"], 1, "dead: not in the final filesystem; links lead to none, which is missing"),
        (["lost"], 1, "lost: is a hard link to nothing, which is missing"),
        (["loop"], 2, "loop: links lead in a circle"),
        (["etc"], 2, "etc: is a directory, not a file"),
        (["current"], 2, "current: is a directory, not a file"),
        (["/"], 2, "/: is a directory, not a file"),
        (["pipe"], 2, "pipe: is a fifo, not a file"),
        (["etc/app.conf", "--layer", "2"], 1, "etc/app.conf: not in layer 2 ("),
        (["etc/gone", "--layer", "3"], 1, "etc/gone: not in layer 3 ("),
        (["etc/.wh.gone", "--layer", "3"], 1, "etc/.wh.gone: is a whiteout in layer 3 ("),
        (["etc/link", "--layer", "2"], 2, "etc/link: is a symlink to /etc/app.conf, not a file"),
        (["same", "--layer", "4"], 2, "same: is a hard link to etc/app.conf, which is not in the same layer"),
        (["etc", "--layer", "1"], 2, "etc: is a directory, not a file"),
        (["x", "--layer", "9"], 2, "--layer 9: must be a number from 1 to 4"),
    ],
)
def test_what_is_no_file(run: Run, layout: WrittenLayout, arguments: list[str], code: int, said: str) -> None:
    done = run("cat", layout.path, *arguments)
    assert (done.code, done.out) == (code, b"")
    assert done.message.startswith(said)


@pytest.mark.slow
def test_who_has_read_enough_stops_it(tmp_path: Path) -> None:
    """A reader that goes away is no error, and the rest is not unpacked for nobody."""
    tar = write_tar([file("big", b"line\n" * 30_000_000)])
    layout = write_layout(tmp_path / "image", [tar])
    assert spawn("cat", layout.path, "big", "--layer", 1).code == 0  # now it is indexed
    command = f'"{sys.executable}" -m ocitui cat "{layout.path}" big; echo "ended with $?" >&2'
    done = subprocess.run(
        ["bash", "-c", f"({command}) | head -n 2"],
        capture_output=True,
        cwd=REPOSITORY,
        env=os.environ,
        timeout=LONG_PATIENCE,
    )
    assert done.stdout == b"line\nline\n"
    assert done.stderr == b"ended with 0\n"


@pytest.mark.slow
def test_a_terminal_gets_nothing_that_acts_on_it(tmp_path: Path) -> None:
    hostile = b"\x1b]0;owned\x07 \xe2\x80\xae\xff\ttab\r\nnext" + b"x" * 200_000
    layout = write_layout(tmp_path / "image", [write_tar([file("f", hostile)])])
    code, seen = spawn_on_terminal("cat", layout.path, "f")
    assert code == 0
    shown = seen.rpartition(b"\x1b[K")[2]  # after the progress
    assert b"\\x1b]0;owned\\x07 \\u202e\\xff" in shown
    assert b"\r\nnextxxx" in shown
    assert b"\x1b" not in shown
    assert shown.count(b"x") >= 200_000
    assert spawn("cat", layout.path, "f").out == hostile


@pytest.mark.slow
def test_a_damaged_layer_gives_what_is_before_the_damage(run: Run, tmp_path: Path) -> None:
    text = b"".join(b"%08d\n" % number for number in range(200_000))
    layout = write_layout(tmp_path / "image", [write_tar([file("first", "whole"), file("f", text)])])
    layout.truncate(layout.layers[0], -20_000)
    done = run("cat", layout.path, "f")
    assert done.code == 2
    assert len(done.out) > 100_000
    assert text.startswith(done.out)
    assert done.message.startswith("f: the gzip stream ends too early (at offset ")
    done = run("cat", layout.path, "first")
    assert (done.code, done.out) == (2, b"whole")
    assert "the gzip stream ends too early" in done.message


def test_a_missing_layer_above_leaves_it_open(run: Run, tmp_path: Path) -> None:
    layers = [LayerSpec(write_tar([file("f", "one")])), LayerSpec(write_tar([file("f", "two")]), stored=False)]
    layout = write_layout(tmp_path / "image", layers)
    done = run("cat", layout.path, "f")
    assert (done.code, done.out) == (2, b"one")
    assert "layer 2 " in done.err
    assert run("cat", layout.path, "none").code == 2  # layer 2 may have it
    below = write_layout(tmp_path / "below", [replace_stored(layers[1]), LayerSpec(write_tar([file("g", "g")]))])
    done = run("cat", below.path, "g")
    assert (done.code, done.out, done.err) == (0, b"g", "")


def replace_stored(layer: LayerSpec) -> LayerSpec:
    return LayerSpec(write_tar([file("other")]), stored=layer.stored)


@pytest.mark.slow
def test_a_terminal_is_spared_what_is_no_text(tmp_path: Path) -> None:
    binary = b"\x7fELF\0\x1b[2J" * 100
    layout = write_layout(
        tmp_path / "image", [write_tar([file("bin", binary), file("empty"), file("text", "é\n")])]
    ).path
    code, seen = spawn_on_terminal("cat", layout, "/bin", columns=200)
    said = "ocitui: cat: /bin: is binary, and standard output is a terminal; --force writes it, escaped"
    assert (code, seen.decode().rpartition("\x1b[K")[2].strip()) == (2, said)
    code, seen = spawn_on_terminal("cat", layout, "/bin", "--force")
    assert code == 0
    assert b"\\x1b[2J" in seen
    assert b"\x1b[2J" not in seen
    assert spawn_on_terminal("cat", layout, "/text")[1].endswith("é\r\n".encode())
    assert spawn_on_terminal("cat", layout, "/empty")[0] == 0
    assert spawn("cat", layout, "/bin").out == binary
