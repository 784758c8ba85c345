"""The program in a real terminal: tmux, its own process, real keys."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.images.tools import require_tool
from tests.patience import PATIENCE

pytestmark = pytest.mark.peer


class Terminal:
    """A tmux server of its own with one window."""

    def __init__(self, socket: Path, columns: int, rows: int, command: str) -> None:
        self._tmux = [require_tool("tmux"), "-S", str(socket), "-f", os.devnull]
        size = ["-x", str(columns), "-y", str(rows)]
        subprocess.run([*self._tmux, "new-session", "-d", *size, command], check=True)
        subprocess.run([*self._tmux, "set-option", "-g", "remain-on-exit", "on"], check=True)

    def press(self, *keys: str) -> None:
        subprocess.run([*self._tmux, "send-keys", *keys], check=True)

    def text(self, *options: str) -> str:
        return subprocess.run(
            [*self._tmux, "capture-pane", "-p", *options], check=True, capture_output=True, text=True
        ).stdout

    def wait_for(self, text: str) -> str:
        """The screen once it shows a text; polls, for there is nobody to be told by."""
        deadline = time.monotonic() + PATIENCE
        while text not in (shown := self.text()):
            assert time.monotonic() < deadline, f"expected {text!r}, the screen shows:\n{shown}"
            time.sleep(0.05)
        return shown

    def close(self) -> None:
        subprocess.run([*self._tmux, "kill-server"], check=False, capture_output=True)


Start = Callable[..., Terminal]


@pytest.fixture
def start(demo_layout: Path, cache_dir: Path, tmp_path: Path) -> Iterator[Start]:
    """Starts the program on the demo image, with more environment if need be."""
    started: list[Terminal] = []

    def run(*environment: str, columns: int = 80, rows: int = 24) -> Terminal:
        settings = " ".join([f"OCITUI_CACHE_DIR={shlex.quote(str(cache_dir))}", *environment])
        command = f"{settings} {shlex.quote(sys.executable)} -m ocitui {shlex.quote(str(demo_layout))}; echo ended $?"
        started.append(Terminal(tmp_path / "tmux", columns, rows, f"{command}; sleep 60"))
        return started[-1]

    yield run
    for terminal in started:
        terminal.close()


def test_choosing_an_image_and_leaving_it(demo_layout: Path, cache_dir: Path, state_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "place").mkdir()
    shutil.copytree(demo_layout, tmp_path / "place" / "paperboat")
    folders = f"OCITUI_CACHE_DIR={shlex.quote(str(cache_dir))} OCITUI_STATE_DIR={shlex.quote(str(state_dir))}"
    path = f"PYTHONPATH={shlex.quote(str(Path(__file__).parents[3]))}"
    program = f"cd place && {folders} {path} {shlex.quote(sys.executable)} -m ocitui"
    window = (
        f"cd {shlex.quote(str(tmp_path))}; echo before; stty -g > one; {program}; echo ended $?; cd ..; stty -g > two"
    )
    terminal = Terminal(tmp_path / "tmux", 120, 40, f"{window}; echo after; sleep 60")
    try:
        terminal.wait_for("▌  paperboat")
        terminal.press("Enter")
        for pane in ("1 Image", "2 Config", "3 History", "4 Files"):
            terminal.wait_for(pane)
        terminal.press("O")
        shown = terminal.wait_for("open an image")
        assert "▌  paperboat" in terminal.wait_for("opened"), shown
        terminal.press("Enter")
        terminal.wait_for("1 Image")
        terminal.press("q")
        shown = terminal.wait_for("after")
    finally:
        terminal.close()
    assert shown.split() == ["before", "ended", "0", "after"], "the screen is what it was"
    assert (tmp_path / "one").read_text() == (tmp_path / "two").read_text(), "and the terminal's settings"


def test_a_walk_through_the_demo_at_80x24(start: Start) -> None:
    demo_terminal = start()
    demo_terminal.wait_for("linux/arm64/v8")
    demo_terminal.press("3")
    demo_terminal.wait_for("ADD file:")
    demo_terminal.press("Enter")
    demo_terminal.wait_for("bin → usr/bin")
    demo_terminal.press("/")
    demo_terminal.press("passwd")
    demo_terminal.press("Enter")
    demo_terminal.wait_for("/etc/passwd")
    demo_terminal.press("w")
    shown = demo_terminal.wait_for("now: from layer 7")
    assert "~ content" in shown
    demo_terminal.press("Escape")
    demo_terminal.wait_for("[4] Files")
    demo_terminal.press("?")
    demo_terminal.wait_for("Close every folder")
    demo_terminal.press("Escape")
    demo_terminal.wait_for("[4] Files")
    demo_terminal.press("q")
    demo_terminal.wait_for("ended 0")


def test_no_color_sends_no_colour(start: Start) -> None:
    terminal = start("NO_COLOR=1")
    terminal.wait_for("linux/arm64/v8")
    codes = set(re.findall(r"\x1b\[([0-9;]*)m", terminal.text("-e")))
    numbers = {int(number) for code in codes for number in code.split(";") if number}
    assert numbers, "bold, dim and reverse are still there"
    assert numbers <= {0, 1, 2, 7, 39, 49}, "39 and 49 are the terminal's own colours"
