"""Every pane, dialog and page on an image whose every word is hostile: what the terminal got is our own."""

import os
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pyte
import pytest
from pyte.screens import Screen

from ocitui.demo.tar import file, write_tar
from tests.commands.conftest import REPOSITORY
from tests.hostile.images import WORDS, hostile_layout
from tests.hostile.stream import shapes, texts
from tests.hostile.test_commands import _UNSAFE
from tests.images.layout_writer import write_layout
from tests.tui.real_terminal import RealTerminal

SIZES = [(80, 24), (100, 30), (160, 48)]

WALK = (
    *("1", "j", "j", "j", "\r", "v", "v"),
    *("2", "j", "j", "v", "G", "g", "v"),
    *("3", "j", " ", "o", "d", "\x1b", "j", "\r"),
    *("4", "j", "j", "w", "\r", "\x1b", "\x1b", "\r", "\x1b", "x", "\x1b", "s", "s", "m", "m", "E", "e"),
    *("/", "x", "\r", "n", "f", "a", "\r", "\x1b", "\x0f", "a", "\x1b"),
    *("y", "b", "t", "?", "\x1b", ":", "\x1b", "u"),
)
"""Keys that open everything there is."""


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return hostile_layout(tmp_path_factory.mktemp("hostile") / "image").path


@pytest.fixture(scope="module")
def harmless(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same kind of image with plain words, to learn what the program sends a terminal by itself."""
    words = {f"word-{number}": f"value {number}" for number in range(40)}
    layer = write_tar([file(f"name-{number}", "text\n") for number in range(60)])
    config = {"config": {"Labels": words, "Env": [f"{name}=x" for name in words]}}
    return write_layout(tmp_path_factory.mktemp("harmless") / "image", [layer, layer], config=config).path


@pytest.fixture(params=SIZES, ids=lambda size: "x".join(map(str, size)))
def size(request: pytest.FixtureRequest) -> tuple[int, int]:
    found: tuple[int, int] = request.param
    return found


def walk(image: Path, size: tuple[int, int], folder: Path) -> Iterator[bytes]:
    """What the terminal got after each key, in a folder in which a file may be saved; the last after the end."""
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "ESCDELAY": "20"}  # so that Esc is a key of its own
    with RealTerminal([sys.executable, "-m", "ocitui", str(image)], size, environment, folder) as terminal:
        yield terminal.settle(first=True)
        for key in WALK:
            yield terminal.press(key)
        yield terminal.quit()
        assert terminal.code == 0


@pytest.mark.skipif(sys.platform != "linux", reason="needs pseudo terminals")
def test_the_terminal_gets_only_what_is_ours(
    image: Path, harmless: Path, size: tuple[int, int], tmp_path: Path
) -> None:
    ours = shapes(b"".join(walk(harmless, size, tmp_path)))
    screen = Screen(*size)
    stream = pyte.ByteStream(screen)
    everything = b""
    for written in walk(image, size, tmp_path):
        everything += written
        stream.feed(written)
        assert "owned" not in screen.title
        assert_frames_line_up(screen)
        assert len(screen.display) == size[1]
    found = shapes(everything) - ours
    # Copying is ours: the text under the cursor, in Base 64, and nothing that an image sent itself.
    assert found <= {"osc 52"}, found
    assert list(tmp_path.iterdir()) == []  # what was begun to be saved was left with Esc
    text = texts(everything)
    bad = {character for character in text if _category(character) in _UNSAFE}
    assert not bad, bad
    for word in ("clipboard", "title"):
        assert WORDS[word].encode() not in everything
    assert "Traceback" not in text


def assert_frames_line_up(screen: Screen) -> None:
    """Where a row begins with the side of a frame, it ends with one: nothing in it was wider than was thought."""
    last = screen.columns - 1
    for row in range(screen.lines):
        cells = screen.buffer[row]
        if cells[0].data in "│├╭╰":
            assert cells[last].data in "│┤╮╯", screen.display[row]


def _category(character: str) -> str:
    return unicodedata.category(character)
