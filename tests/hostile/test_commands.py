"""What an image says reaches a terminal only as text that is safe to draw, and a pipe as the bytes it is."""

import re
import unicodedata
from pathlib import Path

import pytest

from tests.commands.conftest import Result, spawn, spawn_on_terminal
from tests.hostile.images import BYTES, WORDS, hostile_layout, names
from tests.hostile.stream import shapes, texts, tokens

_OURS = {"control b'\\r'", "control b'\\n'", "csi m", "csi K"}
"""What a command may send a terminal beside text: ends of lines, colours, and the erasing of a line of progress."""

_UNSAFE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}

COMMANDS: dict[str, tuple[object, ...]] = {
    "inspect": ("inspect", "IMAGE"),
    "inspect --json": ("inspect", "IMAGE", "--json"),
    "inspect --json --files": ("inspect", "IMAGE", "--json", "--files"),
    "inspect --dockerfile": ("inspect", "IMAGE", "--dockerfile"),
    "ls": ("ls", "IMAGE"),
    "ls -l -R": ("ls", "IMAGE", "-l", "-R"),
    "ls --json": ("ls", "IMAGE", "-R", "--json"),
    "ls --layer": ("ls", "IMAGE", "-l", "-R", "--layer", "2"),
    "which": ("which", "IMAGE", "**"),
    "which --json": ("which", "IMAGE", "d/*", "--json"),
    "find": ("find", "IMAGE", "type:file"),
    "find --json": ("find", "IMAGE", "text:changed", "--json"),
    "no tag": ("inspect", "IMAGE:\x1b[2J"),
    "no path": ("cat", "IMAGE", "\x1b]0;x\x07"),
    "a bare image": ("IMAGE",),
}


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return hostile_layout(tmp_path_factory.mktemp("hostile") / "image").path


def words_of(arguments: tuple[object, ...], image: Path) -> list[str]:
    return [str(argument).replace("IMAGE", str(image)) for argument in arguments]


def check(stream: bytes) -> None:
    """Nothing in it but our own sequences and text that draws what it is."""
    assert shapes(stream) <= _OURS, shapes(stream) - _OURS
    text = texts(stream)
    found = {character for character in text if unicodedata.category(character) in _UNSAFE}
    assert not found, found
    assert not re.search("[\u0300-\u036f]{5}", text)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_terminal_gets_text(command: str, image: Path) -> None:
    code, stream = spawn_on_terminal(*words_of(COMMANDS[command], image), environment={"COLUMNS": "100"})
    assert b"Traceback" not in stream
    assert b"defect of ocitui" not in stream
    assert code in (0, 1, 2)
    check(stream)


@pytest.mark.parametrize("name", [*WORDS, *BYTES])
def test_what_a_file_holds_is_safe_to_print(name: str, image: Path) -> None:
    path = WORDS[name].replace("/", "∕").encode() if name in WORDS else BYTES[name]
    for command in ("cat", "which", "ls"):
        code, stream = spawn_on_terminal(command, image, "--", path.decode("utf-8", "surrogateescape"))
        assert b"Traceback" not in stream
        assert code in (0, 1)
        check(stream)


def test_a_pipe_gets_the_bytes(image: Path) -> None:
    listed = spawn("ls", image, "-0")
    assert set(names()) <= set(listed.out.split(b"\0"))
    for name in (WORDS["clear"].encode(), BYTES["latin-1"], WORDS["wide"].encode()):
        found: Result = spawn("cat", image, "--", b"d/../".decode() + name.decode("utf-8", "surrogateescape"))
        assert found.out in (name, b"changed " + name)


def test_the_parser_knows_what_is_not_ours() -> None:
    for word in ("clear", "title", "clipboard", "kitty", "sixel", "reset", "backspace"):
        assert shapes(WORDS[word].encode()) - _OURS, word
    assert [token.kind for token in tokens(b"a\x1b[1mb\x1b]0;t\x07\x1bPq\x1b\\\x1b")] == [
        *("text", "csi", "text", "osc", "string", "control")
    ]
