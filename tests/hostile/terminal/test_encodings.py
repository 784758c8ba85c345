"""Terminals and pipes whose encoding holds less than Unicode: what it lacks is escaped, and nothing fails."""

import sys
from pathlib import Path

import pytest

from ocitui.cells import cells
from ocitui.commands.output import terminal
from ocitui.commands.status_line import StatusLine
from ocitui.tui.terminal.spelling import Spelling, spelling
from tests.commands.conftest import spawn, spawn_on_terminal
from tests.hostile.images import WORDS
from tests.hostile.invocations import COMMANDS, filled
from tests.hostile.terminal.safety import OURS, STATUS, check, check_calm, unsafe
from tests.hostile.terminal.stream import texts
from tests.hostile.terminal.terminal import Terminal, into_pipe, on_terminal, streams
from tests.hostile.terminal.walk import Walk

pytestmark = pytest.mark.usefixtures("known")

ENCODINGS = ("ascii", "cp1252", "shift_jis")
_SLOW = ("json", "dive", "demo", "sarif", "schema", "completion", "help")
_PLAIN = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
"""A locale that Python leaves as it is: ASCII."""


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_command(encoding: str, image: Path, other: Path, rules: Path, tmp_path: Path) -> None:
    ours = OURS | STATUS | {"control b'\\x00'", "control b'\\t'"}
    for name, arguments in COMMANDS.items():
        if any(each in name for each in _SLOW):  # and ASCII in any encoding
            continue
        words = filled(arguments, IMAGE=image, OTHER=other, RULES=rules, TARGET=tmp_path / "out")
        printed = on_terminal(*words, encoding=encoding)
        check_calm(printed)
        check(printed.out, ours, encoding)
        check(printed.err, ours, encoding)
    for arguments in (("inspect", image), ("waste", image), ("diff", image, other), ("verify", image)):
        check_calm(into_pipe(*arguments, encoding=encoding))


def test_a_pipe_gets_the_same_bytes_in_any_encoding(image: Path) -> None:
    for arguments in (("ls", image, "-0"), ("find", image, "type:file"), ("cat", image, "--", WORDS["wide"])):
        assert into_pipe(*arguments, encoding="ascii").out == into_pipe(*arguments).out


@pytest.mark.parametrize(
    "environment",
    [_PLAIN, {"LC_ALL": "C", "PYTHONIOENCODING": "latin-1:strict"}, {"PYTHONIOENCODING": "cp1252"}],
    ids=["C", "latin-1", "cp1252"],
)
def test_a_process_of_such_a_locale(environment: dict[str, str], image: Path) -> None:
    code, stream = spawn_on_terminal("ls", image, "-l", "-R", environment=environment)
    assert code == 0
    check(stream, OURS | STATUS, "latin-1")
    for name in (b"\x1b[2J\x1b[H", "日本語".encode() * 20, "grüße".encode("latin-1")):
        done = spawn("cat", image, "--", name.decode("utf-8", "surrogateescape"), environment=environment)
        assert done.out in (name, b"changed " + name)


def test_a_terminal_that_cannot_draw_gets_text(image: Path) -> None:
    environment = {"TERM": "dumb", "NO_COLOR": ""}
    code, stream = spawn_on_terminal(image, environment=environment)
    assert code == 0
    check(stream, {"control b'\\r'", "control b'\\n'"})  # no colour either


@pytest.mark.skipif(sys.platform != "linux", reason="needs pseudo terminals")
def test_the_screen_of_such_a_locale(image: Path, tmp_path: Path) -> None:
    with Walk((image,), (60, 24), tmp_path, _PLAIN) as walk:
        walk.press("3")
        walk.press("W", "+- By path")
        for row in walk.screen.display[7:22]:
            assert (row[0], row[-1]) in {("|", "|"), ("+", "+")}, walk.text
        walk.press("y")
        assert walk.text.isascii()
    assert texts(walk.everything).isascii()
    assert not unsafe(walk.everything)


def test_a_character_is_spelled_as_wide_as_it_is() -> None:
    assert spelling() is None
    assert Spelling("ascii").spell("│ a… 日本 e\u0301 ✗ é") == "| a. ???? e x ?"
    assert Spelling("latin-1").spell("│ é ·") == "| é ·"


def test_a_line_is_safe_even_where_that_was_forgotten() -> None:
    with streams(Terminal, "utf-8") as (out, _):
        for word in WORDS.values():
            terminal.write_line(f"\x1b[2m{word}\x1b[22m")
        terminal.write_line("--- /a\tlayer 1")
        check(out.getvalue(), OURS | {"control b'\\t'"})
        assert out.getvalue().endswith(b"--- /a\tlayer 1\n")


def test_a_line_of_progress_ends_where_the_terminal_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    with streams(Terminal, "utf-8") as (_, err), StatusLine() as line:
        line.write("日本語" * 40)
        written = err.getvalue().decode().removeprefix("\r\x1b[K")
        assert cells(written) <= 39
