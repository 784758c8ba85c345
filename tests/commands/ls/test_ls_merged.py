"""``ocitui ls`` of the final filesystem."""

from pathlib import Path

import pytest

from ocitui.demo.tar import directory, file, hard_link, opaque, symlink, whiteout, write_tar
from tests.commands.conftest import Run, spawn
from tests.images.layout_writer import LayerSpec, WrittenLayout, write_layout
from tests.images.tools import require_root
from tests.images.with_umoci import TAG, unpack

HOSTILE = b"\x1b]0;owned\x07\xff"
LAYERS = [
    [
        directory("etc"),
        file("etc/a", "12345", 0o640),
        file("etc/gone", "x"),
        directory("usr/bin"),
        symlink("bin", "usr/bin"),
    ],
    [file("bin/sh", "#!"), hard_link("etc/b", "etc/a"), file(b"etc/" + HOSTILE)],
    [whiteout("etc/gone"), file("etc/c", "123"), directory("d"), file("d/f"), opaque("d")],
]


@pytest.fixture
def layout(tmp_path: Path) -> WrittenLayout:
    return write_layout(tmp_path / "image", [write_tar(layer) for layer in LAYERS])


@pytest.mark.slow
def test_all_layers_are_over_each_other(run: Run, layout: WrittenLayout) -> None:
    for path in ([], ["/"], ["."]):
        done = run("ls", layout.path, *path)
        assert (done.code, done.err, done.lines) == (0, "", ["bin", "d", "etc", "usr"])
    assert spawn("ls", layout.path, "etc", "-0").out.split(b"\0") == [HOSTILE, b"a", b"b", b"c", b""]
    assert run("ls", layout.path, "-R", "/usr").lines == ["usr/bin/", "usr/bin/sh"]


def test_long_lines_say_which_layer_and_what_a_hard_link_is(run: Run, layout: WrittenLayout) -> None:
    lines = run("ls", layout.path, "-l", "/etc").out.decode(errors="replace").splitlines()
    assert lines[1:] == [
        "-rw-r-----  0:0  5  2024-05-14 10:00:00  1  a",
        "hrw-r-----  0:0  5  2024-05-14 10:00:00  2  b link to /etc/a",
        "-rw-r--r--  0:0  3  2024-05-14 10:00:00  3  c",
    ]
    etc = next(line for line in run("ls", layout.path, "-l").lines if line.endswith("etc"))
    assert etc.split() == ["drwxr-xr-x", "0:0", "8", "2024-05-14", "10:00:00", "1", "etc"]


def test_links_to_folders_are_followed_but_not_in_long_lines(run: Run, layout: WrittenLayout) -> None:
    assert run("ls", layout.path, "/bin").lines == ["sh"]
    assert run("ls", layout.path, "/bin/sh").lines == ["sh"]
    assert run("ls", layout.path, "-l", "/bin").lines[0].endswith("1  bin -> usr/bin")


def test_json_has_the_layer_of_each_entry(run: Run, layout: WrittenLayout) -> None:
    found = run("ls", layout.path, "/", "--json").json
    assert (found["image"], found["path"], found["problems"]) == (layout.manifest, "/", [])
    assert {entry["name"]: entry["layer"] for entry in found["entries"]} == {"bin": 1, "d": 3, "etc": 1, "usr": 1}
    etc = next(entry for entry in found["entries"] if entry["name"] == "etc")
    assert (etc["belowEntries"], etc["belowBytes"]) == (4, 8)


def test_what_is_not_there_ends_with_1(run: Run, layout: WrittenLayout) -> None:
    done = run("ls", layout.path, "/etc/gone")
    assert (done.code, done.out) == (1, b"")
    assert done.message == "/etc/gone: not in the final filesystem: layer 3 deleted it"
    assert run("ls", layout.path, "/none").message == "/none: not in the final filesystem"
    assert run("ls", layout.path, "/etc/a/x").code == 1


def test_a_layer_that_is_missing_is_said_after_what_there_is(run: Run, tmp_path: Path) -> None:
    layers = [LayerSpec(write_tar(layer), stored=number != 2) for number, layer in enumerate(LAYERS, 1)]
    layout = write_layout(tmp_path / "image", layers)
    done = run("ls", layout.path, "/etc")
    assert (done.code, done.lines) == (2, ["a", "c"])
    assert done.message == f"layer 2 ({layout.layers[1]}): blob missing"
    assert run("ls", layout.path, "/etc", "--json").json["problems"] == [done.message]
    assert run("ls", layout.path, "/etc/b").code == 2
    assert run("ls", layout.path, "/etc/gone").code == 1


@pytest.mark.peer
def test_every_path_is_one_that_umoci_unpacks(run: Run, umoci_layout: Path, tmp_path: Path) -> None:
    require_root()
    root = unpack(f"{umoci_layout}:{TAG}", tmp_path / "bundle")
    expected = {str(path.relative_to(root)) for path in root.rglob("*")}
    done = run("ls", f"{umoci_layout}:{TAG}", "-R", "-0")
    assert {path.removesuffix("/") for path in done.out.decode().split("\0")} - {""} == expected
