"""``ocitui ls`` with several paths, with patterns, as a tree, and with sizes that people read."""

from pathlib import Path

import pytest

from ocitui.demo.tar import directory, file, symlink, whiteout, write_tar
from tests.commands.conftest import Run
from tests.images.layout_writer import write_layout

LAYERS = [
    [
        directory("etc"),
        file("etc/app.conf", "1"),
        file("etc/ssl.conf", "22"),
        file("etc/gone.conf", "333"),
        file("etc/passwd", "4444"),
        directory("usr/bin"),
        file("usr/bin/sh", "x" * 2500, 0o755),
        file("usr/bin/[", "5"),
        symlink("bin", "usr/bin"),
        directory("empty"),
    ],
    [whiteout("etc/gone.conf"), file("etc/deep/er/x", "6")],
]


@pytest.fixture
def layout(tmp_path: Path) -> Path:
    return write_layout(tmp_path / "image", [write_tar(layer) for layer in LAYERS]).path


def test_files_come_first_and_folders_below_their_names(run: Run, layout: Path) -> None:
    done = run("ls", layout, "/usr/bin", "etc/passwd", "/empty", "/etc/app.conf")
    assert (done.code, done.err) == (0, "")
    assert done.lines == ["etc/passwd", "/etc/app.conf", "", "/usr/bin:", "[", "sh", "", "/empty:"]
    assert run("ls", layout, "/usr/bin").lines == ["[", "sh"]
    assert run("ls", layout, "-d", "/usr", "/bin").lines == ["/usr", "/bin"]
    assert run("ls", layout, "-R", "/usr", "/etc/deep").lines == [
        "usr/bin/",
        "usr/bin/[",
        "usr/bin/sh",
        "etc/deep/er/",
        "etc/deep/er/x",
    ]
    assert run("ls", layout, "-0", "/usr/bin", "/etc/passwd").out == b"usr/bin/[\0usr/bin/sh\0etc/passwd\0"
    long = run("ls", layout, "-l", "/etc/passwd", "/empty", "/usr/bin").lines
    assert [line.split("  ")[-1] for line in long] == ["/etc/passwd", "", "/empty:", "", "/usr/bin:", "[", "sh"]


def test_a_missing_one_is_said_and_the_others_are_listed(run: Run, layout: Path) -> None:
    done = run("ls", layout, "/usr/bni", "/usr/bin", "/etc/gone.conf")
    assert done.code == 1
    assert done.lines == ["/usr/bin:", "[", "sh"]
    assert done.err.splitlines() == [
        "ocitui: /usr/bni: not in the final filesystem; did you mean /usr/bin?",
        "ocitui: /etc/gone.conf: not in the final filesystem: layer 2 deleted it",
    ]
    assert run("ls", layout, "/usr/bni").out == b""


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("/etc/*.conf", ["/etc/app.conf", "/etc/ssl.conf"]),
        ("etc/?pp.conf", ["etc/app.conf"]),
        ("/etc/[!a]*.conf", ["/etc/ssl.conf"]),
        ("/bin/s*", ["/bin/sh"]),
        ("/**/sh", ["/usr/bin/sh"]),
        ("/usr/bin/[", ["["]),
        ("/e*y", []),
        ("/us*", ["bin"]),
    ],
)
def test_patterns(run: Run, layout: Path, pattern: str, found: list[str]) -> None:
    done = run("ls", layout, pattern)
    assert (done.code, done.err) == (0, "")
    assert [line.rpartition("/")[2] for line in done.lines] == [line.rpartition("/")[2] for line in found]
    if len(found) > 1:
        assert done.lines == found


def test_patterns_find_what_a_layer_alone_has(run: Run, layout: Path) -> None:
    assert run("ls", layout, "--layer", 2, "/etc/*").lines == ["/etc/.wh.gone.conf", "", "/etc/deep:", "er"]
    assert run("ls", layout, "/*", "-d").lines == ["/bin", "/empty", "/etc", "/usr"]


def test_a_pattern_without_a_match_is_no(run: Run, layout: Path) -> None:
    done = run("ls", layout, "/etc/*.none")
    assert (done.code, done.out) == (1, b"")
    assert done.message == "/etc/*.none: nothing in the final filesystem matches"
    assert run("ls", layout, "/etc/[b-a]").code == 2


def test_a_tree(run: Run, layout: Path) -> None:
    assert run("ls", layout, "--tree").lines == [
        "/",
        "├─ bin -> usr/bin",
        "├─ empty",
        "├─ etc",
        "│  ├─ app.conf",
        "│  ├─ deep",
        "│  │  └─ er",
        "│  │     └─ x",
        "│  ├─ passwd",
        "│  └─ ssl.conf",
        "└─ usr",
        "   └─ bin",
        "      ├─ [",
        "      └─ sh",
        "",
        "6 folders, 7 files",
    ]
    assert run("ls", layout, "--tree", "--depth", 1, "/usr", "/etc/passwd").lines == [
        "/usr",
        "└─ bin",
        "/etc/passwd",
        "",
        "1 folder, 0 files",
    ]
    assert run("ls", layout, "--tree", "-h", "/usr/bin").lines[:3] == [
        "[  2.5 kB]  /usr/bin",
        "├─ [     1 B]  [",
        "└─ [  2.5 kB]  sh",
    ]
    assert "└─ .wh.gone.conf  (deletes gone.conf)" in "\n".join(run("ls", layout, "--tree", "--layer", 2).lines)


def test_h_is_sizes_beside_an_image_and_help_alone(run: Run, layout: Path) -> None:
    assert run("ls", layout, "-h", "/usr/bin").lines == [
        "-rw-r--r--  0:0     1 B  2024-05-14 10:00:00  1  [",
        "-rwxr-xr-x  0:0  2.5 kB  2024-05-14 10:00:00  1  sh",
    ]
    assert run("ls", layout, "-lh").lines == run("ls", layout, "--human-readable").lines
    assert run("ls", "-h").text == run("ls", "--help").text == run("help", "ls").text
    assert run("ls", "-h").text.startswith("Usage: ")


@pytest.mark.parametrize(
    "options", [["--tree", "-l"], ["--tree", "--json"], ["--depth", "2"], ["--json", "-h"], ["--tree", "-L", "0"]]
)
def test_options_that_do_not_go_together(run: Run, layout: Path, options: list[str]) -> None:
    assert run("ls", layout, *options).code == 2


def test_a_depth_without_a_tree_is_named_both_ways(run: Run, layout: Path) -> None:
    assert run("ls", layout, "-L", "1").message == "ls: -L/--depth needs --tree"


def test_json_of_several_paths_has_all_their_entries(run: Run, layout: Path) -> None:
    done = run("ls", layout, "--json", "/usr/bin", "/etc/*.conf")
    assert (done.json["path"], [entry["path"] for entry in done.json["entries"]]) == (
        None,
        ["/usr/bin/[", "/usr/bin/sh", "/etc/app.conf", "/etc/ssl.conf"],
    )
    assert run("ls", layout, "--json", "usr/./bin").json["path"] == "/usr/bin"
