"""``ocitui diff``: what it prints, and with what it ends."""

from dataclasses import replace
from pathlib import Path

import pytest

from ocitui.demo.tar import capability, directory, file, symlink, whiteout, write_tar
from tests.commands.conftest import Run, spawn_on_terminal
from tests.images.layout_writer import LayerSpec, WrittenLayout, write_layout

HOSTILE = b"\x1b]0;owned\x07\xff"
LAYERS = [
    [directory("etc"), file("etc/a", "one\ntwo\n"), file("etc/bin", b"\0\1"), symlink("link", "etc"), file("etc/gone")],
    [file("other")],
    [
        file("etc/a", "one\n2\nthree", 0o600),
        file("etc/bin", b"\0\1\2").at(5),
        symlink("link", "/etc"),
        whiteout("etc/gone"),
    ],
    [replace(file("etc/a", "one\n2\nthree", 0o600), xattrs=capability(1)), file("etc/h", b"x\n" + HOSTILE)],
    [file("etc/h", b"y\n" + HOSTILE)],
]


@pytest.fixture
def layout(tmp_path: Path) -> WrittenLayout:
    return write_layout(tmp_path / "image", [write_tar(layer) for layer in LAYERS])


def test_text_is_a_unified_diff_after_what_else_differs(run: Run, layout: WrittenLayout) -> None:
    done = run("diff", layout.path, "/etc/a", "--layer", 1, "--layer", 3)
    assert (done.code, done.err) == (1, "")
    assert done.lines == [
        "size: 8 -> 11",
        "mode: rw-r--r-- -> rw-------",
        "--- /etc/a\tlayer 1",
        "+++ /etc/a\tlayer 3",
        "@@ -1,2 +1,3 @@",
        " one",
        "-two",
        "+2",
        "+three",
        "\\ No newline at end of file",
    ]
    assert run("diff", layout.path, "/etc/a", "--layer", 2, "--layer", 5).lines[0] == "size: 8 -> 11"


def test_one_layer_is_compared_with_the_one_below(run: Run, layout: WrittenLayout) -> None:
    assert run("diff", layout.path, "/etc/a", "--layer", 3).code == 1
    done = run("diff", layout.path, "/etc/a", "--layer", 2)
    assert (done.code, done.out) == (0, b"")
    capabilities = run("diff", layout.path, "/etc/a", "--layer", 4)
    assert (capabilities.code, len(capabilities.lines)) == (1, 1)
    assert capabilities.lines[0].startswith("xattr security.capability: none -> ")


def test_other_kinds(run: Run, layout: WrittenLayout) -> None:
    assert run("diff", layout.path, "/etc/bin", "--layer", 3).lines == [
        "size: 2 -> 3",
        "time: 2024-05-14 10:00:00 -> 1970-01-01 00:00:05",
        "binary files differ: 2 B and 3 B",
    ]
    assert run("diff", layout.path, "/link", "--layer", 3).lines == ["link: etc -> /etc"]
    assert run("diff", layout.path, "/link/a", "--layer", 3).code == 1
    assert run("diff", layout.path, "/etc/gone", "--layer", 3).lines == ["file -> not there"]
    assert run("diff", layout.path, "/etc", "--layer", 3).code == 0


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-be", "utf-32"])
def test_lines_of_utf16_are_compared_and_printed_in_utf8(run: Run, tmp_path: Path, codec: str) -> None:
    texts = ["first line\nGrüße\n", "first line\nGrüße, 本\n"]
    layers = [write_tar([file("a", text.encode(codec)), file("b", text.encode(codec))]) for text in texts]
    write_layout(tmp_path, [*layers, write_tar([file("b", texts[1])])])
    done = run("diff", tmp_path, "/a", "--layer", 2)
    assert done.lines[1:] == [
        "--- /a\tlayer 1",
        "+++ /a\tlayer 2",
        "@@ -1,2 +1,2 @@",
        " first line",
        "-Grüße",
        "+Grüße, 本",
    ]
    same = run("diff", tmp_path, "/b", "--layer", 3)
    assert same.code == 1
    name = {"utf-16": "UTF-16 LE", "utf-16-be": "UTF-16 BE", "utf-32": "UTF-32 LE"}[codec]
    assert same.lines[-1] == f"same text in different encodings: {name} and UTF-8"
    assert '"diff": []' in run("diff", tmp_path, "/b", "--layer", 3, "--json", "--unified").text


def test_what_cannot_be_compared_ends_with_2(run: Run, layout: WrittenLayout) -> None:
    done = run("diff", layout.path, "/none", "--layer", 1, "--layer", 2)
    assert (done.code, done.message) == (
        2,
        "diff: /none: neither there after layer 1 nor after 2",
    )
    assert run("diff", layout.path, "/etc/a").code == 2
    assert run("diff", layout.path, "/etc/a", "--layer", 9).code == 2
    assert run("diff", layout.path, "/etc/a", "--layer", 1, "--layer", 2, "--layer", 3).code == 2


def test_a_missing_layer_matters_only_where_it_may(run: Run, tmp_path: Path) -> None:
    layers = [LayerSpec(write_tar(layer), stored=number != 2) for number, layer in enumerate(LAYERS, 1)]
    layout = write_layout(tmp_path / "image", layers)
    done = run("diff", layout.path, "/etc/a", "--layer", 2, "--layer", 3)
    assert (done.code, done.out) == (2, b"")
    assert "layer 2" in done.message
    assert run("diff", layout.path, "/etc/a", "--layer", 1, "--layer", 3).code == 1


def test_lines_are_exact_in_a_pipe_and_safe_on_a_terminal(run: Run, layout: WrittenLayout) -> None:
    done = run("diff", layout.path, "/etc/h", "--layer", 5)
    assert b"-x\n+y\n " + HOSTILE + b"\n\\ No newline" in done.out
    code, seen = spawn_on_terminal("diff", layout.path, "/etc/h", "--layer", "5")
    assert code == 1
    assert rb" \x1b]0;owned\x07\xff" in seen
    assert HOSTILE not in seen
