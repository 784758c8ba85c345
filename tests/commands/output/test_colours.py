"""Colours of commands: when there are any, and that they change nothing else."""

import re
from pathlib import Path

import pytest

from ocitui.commands.output.styled import Style, Styled, cut, end_trimmed, join, styled
from ocitui.commands.output.terminal import columns
from ocitui.demo.tar import directory, fifo, file, symlink, whiteout, write_tar
from tests.commands.conftest import Run, spawn_on_terminal, without_colours
from tests.images.layout_writer import WrittenLayout, write_layout

pytestmark = pytest.mark.usefixtures("demo_was_read")

HOSTILE = b"\x1b[31mred"
COMMANDS = {
    "inspect": ["inspect", "IMAGE"],
    "ls": ["ls", "IMAGE", "-l", "/etc", "/usr/bin", "/dev"],
    "ls --tree": ["ls", "IMAGE", "--tree", "-h", "/etc"],
    "which": ["which", "IMAGE", "/etc/passwd", "/none", "/home/**"],
    "which --oneline": ["which", "IMAGE", "--oneline", "/home/**", "/none"],
    "find": ["find", "IMAGE", "text:paperboat"],
    "waste": ["waste", "IMAGE"],
    "waste --by instruction": ["waste", "IMAGE", "--by", "instruction"],
    "verify": ["verify", "IMAGE"],
    "diff": ["diff", "IMAGE:latest", "IMAGE:1.3.2"],
    "diff -u": ["diff", "IMAGE", "--layer", "6", "--layer", "8", "-u"],
    "ci": ["ci", "IMAGE"],
    "cache": ["cache"],
}


def test_every_command_that_prints_text_takes_the_option(run: Run) -> None:
    for command in {words[0] for words in COMMANDS.values()} | {"demo"}:
        assert "--color [auto|always|never]" in re.sub(r"\s+", " ", run("help", command).text), command


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS)
def test_colours_add_nothing_but_colours(run: Run, demo_layout: Path, command: str) -> None:
    words = [word.replace("IMAGE", str(demo_layout)) for word in COMMANDS[command]]
    plain, coloured = run(*words), run(*words, "--color", "always")
    assert "\x1b" not in plain.text
    assert "\x1b[" in coloured.text
    seconds = re.compile(r"in \d+\.\d s")
    assert seconds.sub("", without_colours(coloured.out)) == seconds.sub("", plain.text)
    assert run("--color", "always", *words).out.count(b"\x1b[") == coloured.out.count(b"\x1b[")
    assert b"\x1b" not in run("--color", "always", *words, "--color", "never").out


@pytest.mark.parametrize(
    ("options", "environment", "is_coloured"),
    [
        ([], {}, False),
        ([], {"CLICOLOR_FORCE": "1"}, True),
        ([], {"CLICOLOR_FORCE": "0"}, False),
        ([], {"CLICOLOR_FORCE": "1", "NO_COLOR": "1"}, False),
        (["--color", "always"], {"NO_COLOR": "1", "TERM": "dumb"}, True),
        (["--color", "never"], {"CLICOLOR_FORCE": "1"}, False),
        (["--color", "auto"], {"CLICOLOR_FORCE": "1"}, True),
    ],
)
def test_a_pipe_gets_colours_where_they_are_asked_for(
    run: Run,
    demo_layout: Path,
    monkeypatch: pytest.MonkeyPatch,
    options: list[str],
    environment: dict[str, str],
    is_coloured: bool,
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert (b"\x1b" in run("ls", demo_layout, *options).out) == is_coloured


@pytest.mark.slow
def test_a_terminal_gets_colours_unless_it_has_none(demo_layout: Path) -> None:
    assert b"\x1b[1;34m" in spawn_on_terminal("ls", demo_layout)[1]
    for environment in ({"NO_COLOR": "1"}, {"TERM": "dumb"}, {"CLICOLOR": "0"}):
        assert b"\x1b[1" not in spawn_on_terminal("ls", demo_layout, environment=environment)[1]
    assert b"\x1b[1" not in spawn_on_terminal("ls", demo_layout, "--color", "never")[1]


@pytest.fixture
def layout(tmp_path: Path) -> WrittenLayout:
    lower = [
        directory("d"),
        directory("tmp", 0o1777),
        file("run", mode=0o755),
        file("su", mode=0o4755),
        file("sg", mode=0o2755),
        file("plain"),
        symlink("link", "plain"),
        fifo("pipe"),
        file(HOSTILE),
    ]
    return write_layout(tmp_path / "image", [write_tar(lower), write_tar([whiteout("plain")])])


def test_names_have_the_colours_of_their_types(run: Run, layout: WrittenLayout) -> None:
    expected = {
        "d": Style.DIRECTORY,
        "tmp": Style.FOR_ALL,
        "run": Style.EXECUTABLE,
        "su": Style.SETUID,
        "sg": Style.SETGID,
        "link": Style.LINK,
        "pipe": Style.FIFO,
    }
    lines = run("ls", layout.path, "--layer", 1, "--color", "always").lines
    for name, style in expected.items():
        assert f"\x1b[{style.value}m{name}\x1b[0m" in lines
    assert "plain" in lines
    assert run("ls", layout.path, "--layer", 2, "--color", "always").lines == [
        f"\x1b[{Style.WHITEOUT.value}m.wh.plain\x1b[0m"
    ]


@pytest.mark.parametrize("command", ["ls", "ls -l", "find", "which", "which --oneline"])
def test_no_name_brings_its_own(run: Run, layout: WrittenLayout, command: str) -> None:
    name, *options = command.split()
    words = {"find": ["red"], "which": ["*red"]}.get(name, [])
    found = run(name, layout.path, *options, *words, "--color", "always").out
    assert HOSTILE not in found
    assert b"\\x1b[31mred" in found


def test_styles_stay_with_their_text() -> None:
    line = join("a ", styled("bold", Style.HEADING), " ", styled("red", Style.DELETED), "  ")
    assert line == "a bold red  "
    assert isinstance(line, Styled)
    assert line.parts == (("a ", None), ("bold", Style.HEADING), (" ", None), ("red", Style.DELETED), ("  ", None))
    short = cut(line, 5)
    assert isinstance(short, Styled)
    assert short.parts == (("a ", None), ("bo…", Style.HEADING))
    trimmed = end_trimmed(line)
    assert isinstance(trimmed, Styled)
    assert trimmed.parts[-1] == ("red", Style.DELETED)
    rows = [[styled("x", Style.HEADING), "1"], ["本本", styled("22", Style.QUIET)]]
    assert columns(rows, frozenset({1}), 7) == ["x     …", "本本  …"]
