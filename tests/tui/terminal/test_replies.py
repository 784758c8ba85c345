"""What a terminal answers is no key: in each pane nothing happens, however late and in whatever pieces it comes."""

import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import zip_longest
from pathlib import Path

import pyte
import pytest

from tests.commands.conftest import REPOSITORY
from tests.patience import PATIENCE
from tests.tui.real_terminal import RealTerminal
from tests.tui.terminal.replies import REPLIES

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs pseudo terminals")

SIZE = (80, 24)
PANES = {"1": "[1] Image", "2": "[2] Config", "3": "[3] History", "4": "[4] Files"}
SENT: dict[str, Callable[[str], list[tuple[str, ...]]]] = {
    "whole": lambda reply: [(reply,)],
    "cut": lambda reply: [(reply[:cut], reply[cut:]) for cut in range(1, len(reply))],
    "byte by byte": lambda reply: [tuple(reply)],
}
"""Ways in which a reply comes."""


class Window:
    """The program with one pane in front."""

    def __init__(self, terminal: RealTerminal, pane: str, title: str) -> None:
        self.pane = pane
        self._terminal = terminal
        self._screen = pyte.Screen(*SIZE)
        self._stream = pyte.ByteStream(self._screen)
        self.wait_for("index.json")
        self.send(pane)
        self.wait_for(title)

    @property
    def text(self) -> str:
        """What stands on the screen by now."""
        self._stream.feed(self._terminal.settle(quiet=0.02))
        return "\n".join(self._screen.display)

    def send(self, keys: str) -> None:
        """Send bytes as they are."""
        self._terminal.send(keys)

    def wait_for(self, expected: str) -> None:
        """Wait until a text stands on the screen."""
        deadline = time.monotonic() + PATIENCE
        while expected not in self.text:
            assert time.monotonic() < deadline, f"expected {expected!r}, the screen shows\n{self.text}"


@pytest.fixture(scope="module")
def windows(demo_layout: Path, _demo_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Window]]:
    """The program four times, each with another pane in front, and every layer read before."""
    cache = shutil.copytree(_demo_cache, tmp_path_factory.mktemp("cache") / "warm")
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "OCITUI_CACHE_DIR": str(cache)}
    command = [sys.executable, "-m", "ocitui", str(demo_layout)]
    with ExitStack() as opened:
        terminals = [opened.enter_context(RealTerminal(command, SIZE, environment)) for _ in PANES]
        yield [Window(terminal, *pane) for terminal, pane in zip(terminals, PANES.items(), strict=True)]


def steady(windows: list[Window]) -> list[str]:
    """What stands on the screens once layers are added up, which begins without a key."""
    begun = time.monotonic()
    now = [window.text for window in windows]
    unchanged_since = begun
    while time.monotonic() - unchanged_since < 3:
        assert time.monotonic() < begun + PATIENCE, "the screens never stop changing"
        time.sleep(0.1)
        before, now = now, [window.text for window in windows]
        if now != before:
            unchanged_since = time.monotonic()
    return now


@pytest.mark.slow
@pytest.mark.parametrize(
    ("way", "after"),
    [
        ("whole", 0.0),
        ("cut", 0.0),
        ("byte by byte", 0.0),
        ("cut", 0.2),
    ],
)
def test_nothing_happens(windows: list[Window], way: str, after: float) -> None:
    before = steady(windows)
    for name, reply in REPLIES.items():
        ways = SENT[way](reply)
        # Where pieces come late, each pane gets every fourth cut, and the panes theirs at the same time.
        shares = [ways[first :: len(windows)] for first in range(len(windows))] if after else [ways] * len(windows)
        for sent in zip_longest(*shares, fillvalue=()):
            for number in range(max(map(len, sent))):
                if number and after:
                    time.sleep(after)
                for window, pieces in zip(windows, sent, strict=True):
                    window.send("".join(pieces[number : number + 1]))
        for window, text in zip(windows, before, strict=True):
            assert window.text == text, f"{name} in pane {window.pane}"
    time.sleep(0.6)  # whatever was waited for is given up
    for window, text in zip(windows, before, strict=True):
        assert window.text == text
        window.send("?")
        window.wait_for("─ Keys ─")
        window.send("\x1b")
        window.wait_for(PANES[window.pane])
