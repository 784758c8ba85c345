"""A process that reads a layer dies, hangs, or talks nonsense: it is said, and another try is one key away."""

import os
import random
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from ocitui.cells import cells
from ocitui.demo.tar import file, write_tar
from ocitui.layers.scan import process, scan
from ocitui.tui.explore import verify_marks
from ocitui.tui.find.screen import FindScreen
from ocitui.tui.rows.bars import Bar
from ocitui.tui.rows.pane import Pane
from ocitui.tui.scans import running
from ocitui.tui.verify import verifying
from tests.commands.conftest import REPOSITORY, Run
from tests.hostile.test_hard_stops import parts, wait_until_gone
from tests.images.layout_writer import write_layout
from tests.patience import PATIENCE
from tests.tui.explorer import Explorer, explore, open_layer
from tests.tui.real_terminal import RealTerminal

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="stops processes")

SIZES = [(80, 24), (160, 48)]
KILLED = "layer 2: the process that read it was killed (SIGKILL)"
NONSENSE = {
    "a code": ("sys.exit(3)", "ended with code 3 before it was done"),
    "no words": ("print('Killed')", "ended with code 0 before it was done"),
    "garbage": (
        r"os.write(1, b'progress x y\nprogress 1\n\xff\x00\x1b[2J\n' + bytes(70000)); sys.exit(1)",
        "ended with code 1 before it was done",
    ),
    "half a line": ("print('progress 1 2 3 4\\ndo', end='')", "ended with code 0 before it was done"),
    "half an error": (
        "print('error the blo', end='', flush=True); os.kill(os.getpid(), signal.SIGSEGV)",
        "was killed (SIGSEGV)",
    ),
    "out of memory": ("print('progress 5 9 5 1', flush=True); os.kill(os.getpid(), signal.SIGKILL)", "(SIGKILL)"),
}
"""What a worker does instead of its work, and what is said of it."""


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two layers that are large enough for commands to read them in processes of their own."""
    contents = random.Random(7).randbytes(1 << 20)
    tars = [write_tar([file(f"file-{layer}-{n}", contents[n * 9000 :][:9000]) for n in range(60)]) for layer in (1, 2)]
    return write_layout(tmp_path_factory.mktemp("workers") / "image", tars).path


class Workers:
    """What becomes of workers, right after they were started."""

    def __init__(self) -> None:
        self.signal: signal.Signals | None = None
        """Sent to each."""
        self.pids: list[int] = []

    def start(self, *arguments: Any, **options: Any) -> "subprocess.Popen[str]":
        started = subprocess.Popen(*arguments, **options)
        self.pids.append(started.pid)
        if self.signal is not None:
            started.send_signal(self.signal)
        return started


@pytest.fixture
def workers(monkeypatch: pytest.MonkeyPatch) -> Iterator[Workers]:
    found = Workers()

    class Watched:
        Popen = staticmethod(found.start)
        PIPE, DEVNULL = subprocess.PIPE, subprocess.DEVNULL

    monkeypatch.setattr(process, "subprocess", Watched)
    for module in (running, verifying, verify_marks):
        monkeypatch.setattr(module, "STALLED", 0.3)
    for module in (running, verifying):
        monkeypatch.setattr(module, "LOOK_EVERY", 0.05)
    yield found
    assert not [pid for pid in found.pids if Path(f"/proc/{pid}").exists()], "no worker is left"


@pytest.fixture
def nonsense(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Lets workers do something else; nothing for what they ought to do."""
    ours = scan.command_line

    def let(program: str) -> None:
        def command(*arguments: Any) -> Sequence[str]:
            return [sys.executable, "-c", f"import os, signal, sys; {program}"] if program else ours(*arguments)

        monkeypatch.setattr(scan, "command_line", command)

    return let


def pane_text(screen: Explorer) -> str:
    """What stands in the pane of files."""
    width = screen.files.size.width - 2
    rows = screen.files.empty_rows(width)
    assert all(sum(cells(text) for text, _ in row) <= width for row in rows)
    return " ".join("".join(text for text, _ in row) for row in rows)


def pane_frame(screen: Explorer) -> str:
    """What its frame says on the right."""
    return screen.app.screen.query_one("#files", Pane)._right


async def until(screen: Explorer, condition: Callable[[], bool]) -> None:
    for _ in range(int(PATIENCE / 0.02)):
        await screen.pilot.pause(0.02)
        if condition():
            return
    raise AssertionError(f"{pane_text(screen)!r} {pane_frame(screen)!r} {screen.bar('status')!r}")


async def begin(screen: Explorer, *keys: str) -> None:
    """Open the second layer, and then something else, without waiting for what never comes."""
    await screen.pilot.press("3", "g", "j", "enter", *keys)


@pytest.mark.parametrize("size", SIZES)
async def test_a_worker_is_killed(size: tuple[int, int], workers: Workers, image: Path, cache_dir: Path) -> None:
    async with explore(image, size) as screen:
        workers.signal = signal.SIGKILL
        await begin(screen)
        await until(screen, lambda: "killed" in pane_text(screen))
        assert pane_text(screen).split() == f"✗ {KILLED} Ctrl+R reads it again".split(), (
            "on two rows where it is too long"
        )
        assert parts(cache_dir) == []
        workers.signal = None
        await screen.press("r")
        assert screen.files.row_count == 60
        assert "✗" not in screen.bar("status")


async def test_a_worker_does_something_else(
    workers: Workers, nonsense: Callable[[str], None], image: Path, cache_dir: Path
) -> None:
    async with explore(image) as screen:
        for number, (program, said) in enumerate(NONSENSE.values()):
            nonsense(program)
            if number:
                await screen.press("r")
            else:
                await open_layer(screen, 2)
            assert said in pane_text(screen)
            assert pane_text(screen).endswith("Ctrl+R reads it again")
            assert parts(cache_dir) == []
        nonsense("")
        await screen.press("r")
        assert screen.files.row_count == 60


@pytest.mark.parametrize("size", SIZES)
async def test_a_worker_hangs(size: tuple[int, int], workers: Workers, image: Path, cache_dir: Path) -> None:
    async with explore(image, size) as screen:
        workers.signal = signal.SIGSTOP
        await begin(screen)
        await until(screen, lambda: "has not moved" in pane_text(screen))
        assert re.fullmatch(r"layer 2 has not moved for \d+ s  Ctrl\+R starts it again  esc cancels", pane_text(screen))
        assert re.fullmatch(
            r" ✗ layer 2 has not moved for \d+ s  Ctrl\+R starts it again  esc cancels ", screen.bar("status")
        )
        assert "has not moved" in pane_frame(screen)
        # It goes on by itself.
        os.kill(workers.pids[-1], signal.SIGCONT)
        await until(screen, lambda: screen.files.row_count == 60)
        await screen.settle()
        assert "moved" not in screen.bar("status") + pane_frame(screen)


@pytest.mark.parametrize("is_cancelled", [False, True])
async def test_a_worker_that_hangs_is_begun_again(
    is_cancelled: bool, workers: Workers, image: Path, cache_dir: Path
) -> None:
    async with explore(image, (80, 24)) as screen:
        workers.signal = signal.SIGSTOP
        await begin(screen)
        await until(screen, lambda: "has not moved" in pane_text(screen))
        if is_cancelled:
            await screen.press("escape")
            assert pane_text(screen) == "cancelled  Ctrl+R reads it again"
        workers.signal = None
        await screen.press("r")
        assert screen.files.row_count == 60
        assert "moved" not in screen.bar("status") + pane_frame(screen)
        assert len(workers.pids) == 2
        assert parts(cache_dir) == []


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGSTOP])
async def test_layers_over_each_other(ending: signal.Signals, workers: Workers, image: Path) -> None:
    said = "killed" if ending is signal.SIGKILL else "has not moved"
    async with explore(image) as screen:
        await screen.pilot.press("m")
        await until(screen, lambda: not screen.app.explore.shown.merged.is_alone)
        await screen.settle()
        assert screen.files.row_count == 120
    async with explore(image) as screen:
        for index in Path(os.environ["OCITUI_CACHE_DIR"]).rglob("*.sqlite"):
            index.unlink()
        screen.app.explore.shown.scans._indexes.clear()
        workers.signal = ending
        await screen.pilot.press("m")
        await until(screen, lambda: said in pane_frame(screen))
        workers.signal = None
        await screen.press("r")
        assert screen.files.row_count == 120
        assert pane_frame(screen) == "2 ← 1: layer 2 changed or deleted what layer 1 had"


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGSTOP])
async def test_a_search(ending: signal.Signals, workers: Workers, image: Path) -> None:
    said = "killed" if ending is signal.SIGKILL else "has not moved"
    async with explore(image) as screen:
        workers.signal = ending
        await screen.pilot.press("f", *"file-2")

        def status() -> str:
            found = screen.app.screen
            return found.query_one("#status", Bar).text if isinstance(found, FindScreen) else ""

        await until(screen, lambda: said in status())
        assert re.search(r"; Ctrl\+R (starts|reads) it again", status())
        workers.signal = None
        await screen.press("ctrl+r")
        assert said not in status()
        assert all(map(screen.app.explore.shown.scans.known, screen.app.explore.shown.image.layers))  # type: ignore[union-attr]


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGSTOP])
async def test_verifying(ending: signal.Signals, workers: Workers, image: Path) -> None:
    async with explore(image, (80, 24)) as screen:
        workers.signal = ending
        await screen.pilot.press("V")
        if ending is signal.SIGSTOP:
            await until(screen, lambda: "has not moved for" in screen.bar("status"))
            assert screen.bar("status").endswith("esc stops it, V begins again")
            await screen.pilot.press("escape")
            await screen.settle()
        else:
            await until(screen, lambda: not screen.app.explore.verifying.is_running)
            await screen.settle()
            texts = [str(problem) for report in screen.app.explore.verifying.last for problem in report.problems]
            assert any("was killed (SIGKILL)" in text for text in texts)
            screen.app.explore.verifying.start_node = None
        workers.signal = None
        await screen.press("V")
        assert not any(report.problems for report in screen.app.explore.verifying.last)


def test_the_worker_of_a_command_is_killed(workers: Workers, image: Path, run: Run, cache_dir: Path) -> None:
    workers.signal = signal.SIGKILL
    for arguments in (["ls", image], ["which", image, "/file-2-1"], ["find", image, "file"]):
        done = run(*arguments)
        assert done.code == 2
        assert "the process that read it was killed (SIGKILL)" in done.err
        assert "Traceback" not in done.err
        assert parts(cache_dir) == []
    workers.signal = None
    assert run("ls", image).code == 0


HUNG = """
import signal, subprocess, sys
from ocitui.__main__ import main
from ocitui.commands import status_line

start = subprocess.Popen

def stopped(*arguments, **options):
    found = start(*arguments, **options)
    found.send_signal(signal.SIGSTOP)
    return found

subprocess.Popen = stopped
status_line.SILENCE, status_line._LOOK_EVERY = 0.3, 0.05
raise SystemExit(main())
"""


@pytest.mark.parametrize("command", ["ls", "verify"])
def test_the_worker_of_a_command_hangs(command: str, image: Path, cache_dir: Path, tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    with RealTerminal([sys.executable, "-c", HUNG, command, str(image)], (80, 24), environment, tmp_path) as terminal:
        terminal.wait_for(b" s; Ctrl+C ends it")
        assert b" \xc2\xb7 no more for " in terminal.output
        terminal.send("\x03")
        assert terminal.wait() == 130
    wait_until_gone(image)
    assert parts(cache_dir) == []
