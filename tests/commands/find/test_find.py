"""``ocitui find`` in pipes and on a terminal."""

import base64
import subprocess
import sys
from pathlib import Path

import pytest

from ocitui.demo.tar import directory, file, opaque, whiteout, write_tar
from tests.commands.conftest import REPOSITORY, Run, spawn, spawn_on_terminal, without_colours
from tests.images.layout_writer import LayerSpec, WrittenLayout, write_layout
from tests.images.nested_archives import make_zip

HOSTILE = b"\x1b]0;owned\x07\n\xff"


@pytest.fixture
def layout(tmp_path: Path) -> WrittenLayout:
    lower = [
        directory("srv"),
        file("srv/secret.pem", "the key\n"),
        file("srv/app.py", "import this\npassword = 'x'\n", 0o755),
        file(b"srv/" + HOSTILE, "x"),
    ]
    upper = [whiteout("srv/secret.pem"), file("srv/app.py", "import that\n", 0o755), file("etc/new", "")]
    return write_layout(tmp_path / "image", [write_tar(lower), write_tar(upper)])


def test_lines_for_programs(run: Run, layout: WrittenLayout) -> None:
    done = run("find", layout.path, "secret")
    assert done.code == 0
    assert done.lines == ["1\tdeleted by layer 2\t8\t/srv/secret.pem", "2\twhiteout\t0\t/srv/secret.pem"]
    assert run("find", layout.path, "app.py").lines == [
        "1\treplaced by layer 2\t27\t/srv/app.py",
        "2\tmodified\t12\t/srv/app.py",
    ]


def test_words_filters_and_signs_on_the_line(run: Run, layout: WrittenLayout) -> None:
    assert run("find", layout.path, "srv", "type:file", "-secret", "-layer:2", "--limit", 1).lines == [
        "1\treplaced by layer 2\t27\t/srv/app.py"
    ]
    assert run("find", layout.path, "srv type:file !layer:2 status:deleted").lines[0].endswith("/srv/secret.pem")
    assert run("find", layout.path, "--", "-srv").lines == ["2\tadded\t0\t/etc", "2\tadded\t0\t/etc/new"]


def test_contents(run: Run, layout: WrittenLayout) -> None:
    done = run("find", layout.path, "text:password")
    assert done.lines == ["1\treplaced by layer 2\t27\t/srv/app.py\t2\tpassword = 'x'"]


def test_paths_alone(run: Run, layout: WrittenLayout) -> None:
    done = run("find", layout.path, "-0", "srv", "type:file")
    assert done.out.split(b"\0") == [
        b"/srv/secret.pem",
        b"/srv/app.py",
        b"/srv/" + HOSTILE,
        b"/srv/app.py",
        b"",
    ]


def test_json(run: Run, layout: WrittenLayout) -> None:
    done = run("find", layout.path, "--json", "srv/ -app", "text:/./")
    assert done.out.isascii()
    assert done.json["schemaVersion"] == 1
    assert done.json["query"] == "srv/ -app text:/./"
    assert done.json["problems"] == []
    secret, hostile = done.json["hits"]
    assert secret["path"] == "/srv/secret.pem"
    assert (secret["layer"], secret["digest"]) == (1, layout.layers[0])
    assert (secret["status"], secret["change"], secret["goneIn"]) == ("deleted", "added", 2)
    assert secret["entry"]["kind"] == "file"
    assert secret["match"] == {"offset": 0, "line": 1, "binary": False, "text": "the key"}
    assert base64.b64decode(hostile["pathBytes"]) == b"/srv/" + HOSTILE
    found = run("find", layout.path, "--json", "app.py layer:2").json["hits"][0]
    assert (found["status"], found["modified"]) == ("modified", ["content"])
    (gone,) = run("find", layout.path, "--json", "type:whiteout").json["hits"]
    assert gone["path"] == "/srv/secret.pem"
    assert gone["entry"]["deletes"] == "/srv/secret.pem"
    assert run("find", layout.path, "--json", "nothing").json["hits"] == []


def test_nothing_found_is_1(run: Run, layout: WrittenLayout) -> None:
    done = run("find", layout.path, "nothing")
    assert (done.code, done.out, done.err) == (1, b"", "")


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("size>x", "size> takes a number of bytes such as 4k, 10M or 1.5Gi, not 'x'"),
        ("status>added", "status cannot be compared: write status:VALUE, not 'status>added'"),
        ("tpye:link", "'tpye:link': did you mean type:? Quotes find it in paths"),
        ("/(/", "'(': not a valid pattern: missing ), unterminated subpattern at position 0"),
        (" ", "find: there is nothing to search for"),
    ],
)
def test_what_is_no_query_is_2(run: Run, layout: WrittenLayout, query: str, said: str) -> None:
    done = run("find", layout.path, query)
    assert (done.code, done.out) == (2, b"")
    assert done.message == said


def test_an_option_that_is_none(run: Run, layout: WrittenLayout) -> None:
    assert "No such option" in run("find", layout.path, "--nul", "x").message
    assert run("find", layout.path, "x", "--json", "-0").code == 2


def test_what_can_be_searched_is_searched(run: Run, tmp_path: Path) -> None:
    specs = [LayerSpec(write_tar([file("a")])), LayerSpec(write_tar([file("b")]), stored=False)]
    layout = write_layout(tmp_path / "missing", specs)
    done = run("find", layout.path, "a")
    assert done.code == 2
    assert done.lines == ["1\tadded\t0\t/a"]
    assert "layer 2" in done.message
    assert run("find", layout.path, "nothing").code == 2


def test_a_layer_below_those_that_are_searched_may_be_missing(run: Run, tmp_path: Path) -> None:
    specs = [LayerSpec(write_tar([file("a")]), stored=False), LayerSpec(write_tar([file("b")]))]
    layout = write_layout(tmp_path / "missing", specs)
    assert run("find", layout.path, "b", "layer:2").code == 0


def test_contents_behind_a_damage(run: Run, tmp_path: Path) -> None:
    tar = write_tar([file("a", "needle"), file("b", "needle" * 100_000)])
    layout = write_layout(tmp_path / "damaged", [LayerSpec(tar, "none", blob=tar[:3000])])
    done = run("find", layout.path, "text:needle -b")
    assert done.code == 2
    assert done.lines == ["1\tadded\t6\t/a\t1\tneedle"]


@pytest.mark.slow
def test_nothing_hostile_reaches_a_terminal(layout: WrittenLayout) -> None:
    for options in (["srv"], ["text:x"], ["srv", "--json"]):
        code, found = spawn_on_terminal("find", layout.path, *options)
        assert code == 0
        text = without_colours(found).replace("\r\n", "\n").replace("\r\x1b[K", "")
        text = "\n".join(line for line in text.split("\n") if not line.startswith("reading layer"))
        assert not {character for character in text if not character.isprintable()} - {"\n"}


@pytest.mark.slow
def test_lines_for_people(layout: WrittenLayout) -> None:
    spawn("find", layout.path, "x")
    _, found = spawn_on_terminal("find", layout.path, "secret")
    assert without_colours(found).splitlines() == [
        "layer 1   + deleted by layer 2         8 B  /srv/secret.pem",
        "layer 2   - whiteout                        /srv/secret.pem",
    ]


@pytest.mark.slow
def test_people_are_told_that_it_is_the_archive_that_a_layer_changed(tmp_path: Path) -> None:
    upper = write_tar([file("app.war", make_zip({"lib/secret": b"x"}))])
    layout = write_layout(tmp_path / "image", [write_tar([file("app.war", "other")]), upper])
    spawn("find", layout.path, "x")
    _, found = spawn_on_terminal("find", layout.path, "secret", "--nested")
    assert without_colours(found).splitlines()[-1] == "layer 2   ~ archive modified           1 B  /app.war!/lib/secret"


@pytest.mark.slow
def test_a_closed_pipe_is_no_error(tmp_path: Path) -> None:
    tar = write_tar([file(f"d/{number:05}") for number in range(20_000)])
    layout = write_layout(tmp_path / "image", [tar, write_tar([opaque("d")])])
    command = f"{sys.executable} -m ocitui find {layout.path} type:file | head -1"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, cwd=REPOSITORY, check=False)
    assert done.stdout == b"1\tdeleted by layer 2\t0\t/d/00000\n"
    assert (done.returncode, done.stderr) == (0, b"")


def test_the_help_tells_the_language(run: Run) -> None:
    done = run("find", "--help")
    assert done.code == 0
    for word in ("size>10M", "status:deleted", "text:word", "--limit"):
        assert word in done.text
