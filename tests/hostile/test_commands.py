"""What an image says reaches a terminal only as text that is safe to draw, and a pipe as the bytes it is."""

import itertools
from pathlib import Path

import pytest

from ocitui.commands.group import commands
from tests.commands.conftest import spawn_on_terminal
from tests.hostile.images import BYTES, WORDS, names
from tests.hostile.invocations import COMMANDS, ERRORS, filled
from tests.hostile.terminal.safety import OURS, STATUS, check, check_calm, check_error
from tests.hostile.terminal.stream import shapes, tokens
from tests.hostile.terminal.terminal import into_pipe, on_terminal

pytestmark = pytest.mark.usefixtures("known")

_MORE = {
    "ls -0": {"control b'\\x00'"},
    "find -0": {"control b'\\x00'"},
    "diff -u": {"control b'\\t'"},
    "diff, of a path": {"control b'\\t'"},
}
"""What some commands end names with, or put between a name and its title."""

_TYPED = [*WORDS.values(), *(each.decode("utf-8", "surrogateescape") for each in BYTES.values())]
"""As the shell gives them: bytes that are not UTF-8 as ``surrogateescape`` keeps them."""


def test_every_subcommand_is_here() -> None:
    invocations = (*COMMANDS.values(), ERRORS["address of serve"])  # where it works, serve does not end by itself
    used = {arguments[0] for arguments in invocations}
    assert set(commands.list_commands(None)) <= used  # type: ignore[arg-type]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_terminal_gets_text(command: str, image: Path, other: Path, rules: Path, tmp_path: Path) -> None:
    largest = max((image / "blobs/sha256").iterdir(), key=lambda blob: blob.stat().st_size).name
    for columns in (40, 100):
        printed = on_terminal(
            *filled(COMMANDS[command], IMAGE=image, OTHER=other, RULES=rules, TARGET=tmp_path / "out", BLOB=largest),
            columns=columns,
        )
        check_calm(printed)
        check(printed.out, OURS | _MORE.get(command, set()))
        check(printed.err, OURS | STATUS)


def test_a_real_terminal_gets_the_same(image: Path) -> None:
    for arguments in (("inspect", image), ("ls", image, "-l", "-R"), ("cat", image, "--", "\x1b]0;x\x07")):
        code, stream = spawn_on_terminal(*arguments, environment={"COLUMNS": "100"})
        assert code in (0, 1)
        check(stream, OURS | STATUS)


@pytest.mark.parametrize("error", ERRORS)
def test_what_was_typed_is_quoted_as_text(error: str, image: Path, rules: Path, tmp_path: Path) -> None:
    first = list(ERRORS).index(error) % 4  # each word in every fourth place
    for word in _TYPED[first::4]:
        printed = on_terminal(
            *filled(ERRORS[error], IMAGE=image, RULES=rules, TARGET=tmp_path / "out", WORD=word.replace("\0", ""))
        )
        check_calm(printed)
        check(printed.out, OURS | STATUS)
        check(printed.err, OURS | STATUS)
        if printed.code == 2:
            check_error(printed)


@pytest.mark.parametrize("name", [*WORDS, *BYTES])
def test_what_a_file_holds_is_safe_to_print(name: str, image: Path) -> None:
    path = WORDS[name].replace("/", "∕").encode() if name in WORDS else BYTES[name]
    for command in ("cat", "which", "ls"):
        printed = on_terminal(command, image, "--", path.decode("utf-8", "surrogateescape"))
        check_calm(printed)
        check(printed.out)
        check(printed.err, OURS | STATUS)


def test_a_pipe_gets_the_bytes(image: Path) -> None:
    listed = set(into_pipe("ls", image, "-0").out.split(b"\0"))
    assert set(names()) <= listed
    found = set(into_pipe("find", image, "-0", "type:file").out.split(b"\0"))
    assert {b"/" + name for name in names()} <= found
    for number, name in enumerate(names()):
        printed = into_pipe("cat", image, "--", name.decode("utf-8", "surrogateescape"))
        assert printed.out == (b"changed " + name if number < 10 else name)


def test_a_folder_gets_the_names(image: Path, tmp_path: Path) -> None:
    into_pipe("extract", image, "/", "-o", tmp_path)
    written = {bytes(path) for path in map(bytes, tmp_path.iterdir())}
    short = {name for name in names() if len(name) <= 255}
    assert {bytes(tmp_path) + b"/" + name for name in short} <= written


def test_the_parser_knows_what_is_not_ours() -> None:
    for word in ("clear", "title", "clipboard", "kitty", "sixel", "reset", "backspace", "hyperlink", "DECRQSS"):
        assert shapes(WORDS[word].encode()) - OURS, word
    assert [token.kind for token in tokens(b"a\x1b[1mb\x1b]0;t\x07\x1bPq\x1b\\\x1b")] == [
        *("text", "csi", "text", "osc", "string", "control")
    ]
    for stream, ours in itertools.product((b"\x1b[2J", "\u202e".encode(), b"a\x9b"), (OURS, STATUS)):
        with pytest.raises((AssertionError, UnicodeDecodeError)):
            check(stream, ours)
