"""The program in a real terminal: tmux, its own process, real keys."""

import os
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.images.tools import require_tool


class Terminal:
    """A tmux server of its own with one window."""

    def __init__(self, socket: Path, columns: int, rows: int, command: str) -> None:
        self._tmux = [require_tool("tmux"), "-S", str(socket), "-f", os.devnull]
        size = ["-x", str(columns), "-y", str(rows)]
        subprocess.run([*self._tmux, "new-session", "-d", *size, command], check=True)
        subprocess.run([*self._tmux, "set-option", "-g", "remain-on-exit", "on"], check=True)

    def press(self, *keys: str) -> None:
        subprocess.run([*self._tmux, "send-keys", *keys], check=True)

    def text(self) -> str:
        return subprocess.run([*self._tmux, "capture-pane", "-p"], check=True, capture_output=True, text=True).stdout

    def wait_for(self, text: str) -> str:
        """The screen once it shows a text; polls, for there is nobody to be told by."""
        deadline = time.monotonic() + 60
        while text not in (shown := self.text()):
            assert time.monotonic() < deadline, f"expected {text!r}, the screen shows:\n{shown}"
            time.sleep(0.05)
        return shown

    def close(self) -> None:
        subprocess.run([*self._tmux, "kill-server"], check=False, capture_output=True)


@pytest.fixture
def demo_terminal(demo_layout: Path, cache_dir: Path, tmp_path: Path) -> Iterator[Terminal]:
    environment = f"OCITUI_CACHE_DIR={shlex.quote(str(cache_dir))}"
    command = f"{environment} {shlex.quote(sys.executable)} -m ocitui {shlex.quote(str(demo_layout))}; echo ended $?"
    terminal = Terminal(tmp_path / "tmux", 80, 24, f"{command}; sleep 60")
    yield terminal
    terminal.close()


def test_a_walk_through_the_demo_at_80x24(demo_terminal: Terminal) -> None:
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
    demo_terminal.wait_for("To the first row")
    demo_terminal.press("Escape")
    demo_terminal.wait_for("[4] Files")
    demo_terminal.press("q")
    demo_terminal.wait_for("ended 0")
