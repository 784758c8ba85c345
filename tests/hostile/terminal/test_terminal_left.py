"""However the screen ends, the terminal is left as it was found, and nothing else is left at all."""

import os
import random
import re
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ocitui.demo.tar import file, write_tar
from tests.commands.conftest import REPOSITORY
from tests.hostile.terminal.stream import tokens
from tests.hostile.test_hard_stops import parts, wait_until_gone
from tests.images.layout_writer import write_layout
from tests.images.tools import require_tool
from tests.tui.real_terminal import RealTerminal

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs pseudo terminals, looks into /proc")

DRAWN = b"index.json"
AT_REST = {7, 25}
"""Private modes that a terminal has when nobody asked for any: lines wrap, the cursor is seen."""
CRASH = """
from ocitui.__main__ import main
from ocitui.tui.explore.screen import ExploreScreen

def crash(self):
    1 / 0

def crash_in_background(self):
    self.run_worker(crash.__get__(self), thread=True)

ExploreScreen.action_dockerfile = {how}
raise SystemExit(main())
"""
HOLD = """
import time
from ocitui.__main__ import main
from ocitui.tui.explore.screen import ExploreScreen
from ocitui.tui.terminal import driver

def hold(self):
    self.run_worker(lambda: time.sleep(3600), thread=True)
    self.bars.show_notice("held")

driver.PATIENCE = 3.0
ExploreScreen.action_dockerfile = hold
raise SystemExit(main())
"""


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One layer that takes some tenths of a second to index."""
    contents = random.Random(6).randbytes(1 << 20)
    tar = write_tar([file(f"d{number % 50}/{number}", contents[number * 90 :][:400]) for number in range(8000)])
    return write_layout(tmp_path_factory.mktemp("left") / "image", [tar]).path


@contextmanager
def screen(image: Path, tmp_path: Path, program: str = "", *before: str) -> Iterator[RealTerminal]:
    """The program on a terminal, with a cache of its own, in a folder of its own."""
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "OCITUI_CACHE_DIR": str(tmp_path / "cache")}
    (tmp_path / "here").mkdir(exist_ok=True)
    how = ["-c", program] if program else ["-m", "ocitui"]
    command = [*before, sys.executable, *how, str(image)]
    with RealTerminal(command, (80, 24), environment, tmp_path / "here") as terminal:
        yield terminal


def modes(stream: bytes) -> set[int]:
    """The private modes that are on after a stream; -1 where the kitty keyboard protocol is."""
    on, pushed = set(AT_REST), 0
    for token in tokens(stream):
        if token.kind != "csi":
            continue
        if found := re.fullmatch(rb"\?([0-9;]+)([hl])", token.data):
            numbers = {int(number) for number in found[1].split(b";")}
            on = on | numbers if found[2] == b"h" else on - numbers
        elif re.fullmatch(rb">[0-9]+u", token.data):
            pushed += 1
        elif token.data == b"<u":
            pushed = max(pushed - 1, 0)
    return on | ({-1} if pushed else set())


def assert_left_in_order(terminal: RealTerminal) -> None:
    assert terminal.is_as_before
    assert modes(terminal.output) == AT_REST


def said_after(terminal: RealTerminal) -> str:
    """What stands on the terminal once the screen is gone."""
    *_, after = terminal.output.split(b"\x1b[?1049l")
    return b"".join(token.data for token in tokens(after) if token.kind == "text").decode()


@pytest.mark.parametrize(
    ("ending", "code"),
    [
        ("q", 0),
        ("\x03", 130),
        (signal.SIGINT, 130),
        (signal.SIGTERM, 143),
        (signal.SIGHUP, 129),
        (signal.SIGQUIT, 131),
    ],
)
def test_the_user_or_a_signal_ends_it(
    ending: str | signal.Signals, code: int, demo_layout: Path, tmp_path: Path
) -> None:
    with screen(demo_layout, tmp_path) as terminal:
        terminal.wait_for(DRAWN)
        terminal.send("\x1b[?2026;2$y\x1b[?2048;2$y")  # a terminal that can do all that the program asks for
        terminal.wait_for(b"\x1b[?1016h")
        assert {1049, 1000, 1016, 2004, 2048, -1} <= modes(terminal.output)
        if isinstance(ending, str):
            terminal.send(ending)
        else:
            terminal.signal(ending)
        assert terminal.wait() == code
        assert_left_in_order(terminal)
        assert said_after(terminal) == ""


@pytest.mark.parametrize("how", ["crash", "crash_in_background"])
def test_a_defect_ends_it(how: str, demo_layout: Path, tmp_path: Path) -> None:
    with screen(demo_layout, tmp_path, CRASH.replace("{how}", how)) as terminal:
        terminal.wait_for(DRAWN)
        terminal.send("d")
        assert terminal.wait() == 2
        assert_left_in_order(terminal)
        said = said_after(terminal)
        assert said.startswith("ocitui: this is a defect of ocitui (")
        assert "division by zero" in said
        assert "Traceback" not in terminal.output.decode()


def test_a_disk_that_does_not_answer_is_not_waited_for(demo_layout: Path, tmp_path: Path) -> None:
    with screen(demo_layout, tmp_path, HOLD) as terminal:
        terminal.wait_for(DRAWN)
        terminal.send("d")
        terminal.wait_for(b"held")
        terminal.send("q")
        assert terminal.wait() == 0
        assert_left_in_order(terminal)


WALKS = (
    ("nothing",),
    ("a scan", "3", "\r"),
    ("a viewer", "3", "\r", "j", "\r", "j", "\r"),
    ("a save dialog", "3", "\r", "j", "x", "\r"),
    ("a merged view and a search", "3", "\r", "m", "f", "1"),
)
"""What is open, and the keys that open it."""


@pytest.mark.parametrize(
    ("ending", "walks"), [("closed", WALKS), ("closed, no SIGHUP", WALKS[::2]), ("SIGTERM", WALKS[::-2])]
)
def test_it_ends_at_any_moment(ending: str, walks: tuple[tuple[str, ...], ...], image: Path, tmp_path: Path) -> None:
    chance = random.Random(ending)
    before = ["sh", "-c", 'trap "" HUP; exec "$@"', "sh"] if "no SIGHUP" in ending else []
    for walk in walks:
        shutil.rmtree(tmp_path / "cache", ignore_errors=True)
        with screen(image, tmp_path, "", *before) as terminal:
            if walk[1:]:
                terminal.wait_for(DRAWN)
            for key in walk[1:]:
                terminal.send(key)
                terminal.settle(quiet=chance.uniform(0, 0.05))
            time.sleep(chance.uniform(0, 0.3))
            if ending.startswith("closed"):
                terminal.hang_up()
                codes = {-signal.SIGHUP, 128 + signal.SIGHUP}
                if before and not walk[1:]:
                    codes |= {0, 2}  # there was none from the beginning, and it printed text
                assert terminal.wait() in codes, walk
            else:
                number = signal.Signals[ending]
                terminal.signal(number)
                assert terminal.wait() in (-number, 128 + number), walk
                assert terminal.is_as_before, walk
            wait_until_gone(tmp_path / "cache")
            assert parts(tmp_path / "cache") == [], walk
            assert not list((tmp_path / "here").rglob(".ocitui-*")), walk


@pytest.mark.peer
def test_it_is_stopped_and_goes_on(demo_layout: Path, tmp_path: Path) -> None:
    shell = [require_tool("bash"), "--norc", "--noprofile", "--noediting", "-i"]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "PS1": "shell> ", "OCITUI_CACHE_DIR": str(tmp_path)}
    with RealTerminal(shell, (100, 30), environment, tmp_path) as terminal:
        terminal.wait_for(b"shell> ")
        terminal.send(f"{sys.executable} -m ocitui {demo_layout}\n")
        terminal.wait_for(DRAWN)
        for stop in ("\x1a", "signal"):
            if stop == "signal":
                os.kill(os.tcgetpgrp(terminal._master), signal.SIGTSTP)
            else:
                terminal.send(stop)
            terminal.wait_for(b"Stopped")
            terminal.wait_for(b"shell> ")
            assert modes(terminal.output) == AT_REST
            terminal.output = b""
            terminal.send("stty -a; bg; echo it is $((6 * 7))\n")  # which stops it again
            terminal.wait_for(b"it is 42")
            assert b" icanon" in terminal.output
            assert b" echo " in terminal.output
            while b"Stopped" not in terminal.output:
                terminal.send("jobs\n")
                terminal.settle()
            terminal.output = b""
            terminal.send("fg\n")
            terminal.wait_for(DRAWN)
            assert {1049, 1000, 2004, -1} <= modes(terminal.output)
        terminal.send("2")
        terminal.wait_for(b"[2] Config")
        terminal.send("q")
        terminal.wait_for(b"shell> ")
        assert modes(terminal.output) == AT_REST
        terminal.send("exit\n")
        assert terminal.wait() == 0
        assert terminal.is_as_before


def test_it_is_stopped_without_being_asked(demo_layout: Path, tmp_path: Path) -> None:
    with screen(demo_layout, tmp_path) as terminal:
        terminal.wait_for(DRAWN)
        terminal.signal(signal.SIGSTOP)
        terminal.output, before = b"", terminal.output
        terminal.signal(signal.SIGCONT)
        terminal.wait_for(DRAWN)  # whoever had the terminal in between may have drawn on it
        terminal.send("q")
        assert terminal.wait() == 0
        terminal.output = before + terminal.output
        assert_left_in_order(terminal)
