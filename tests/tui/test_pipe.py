"""An archive through a pipe in a real terminal: the keys come from the terminal, and nothing stays behind."""

import os
import shlex
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ocitui.demo.tar import directory, file, write_tar
from tests.images.docker_archive_writer import ArchiveImage, old_form, write_docker_archive
from tests.patience import wait_until
from tests.tui.terminal.test_terminal import Terminal

pytestmark = pytest.mark.peer


@pytest.fixture
def terminal(tmp_path: Path, cache_dir: Path) -> Iterator[Terminal]:
    """``cat image.tar | ocitui -``."""
    layer = write_tar([directory("etc"), file("etc/motd", "hello\n")])
    archive = write_docker_archive(tmp_path / "image.tar", old_form(ArchiveImage([layer], ["piped:1"])))
    program = f"OCITUI_CACHE_DIR={shlex.quote(str(cache_dir))} {shlex.quote(sys.executable)} -m ocitui -"
    pid = f"echo $BASHPID > {shlex.quote(str(tmp_path / 'pid'))}"
    command = f"cat {shlex.quote(str(archive))} | ({pid}; exec env {program}); echo ended $?; sleep 60"
    found = Terminal(tmp_path / "tmux", 80, 24, f"bash -c {shlex.quote(command)}")
    yield found
    found.close()


def copies(cache_dir: Path) -> list[Path]:
    return list(cache_dir.rglob("*.part"))


def test_the_keyboard_is_the_terminals(terminal: Terminal, cache_dir: Path) -> None:
    terminal.wait_for("piped:1")
    assert len(copies(cache_dir)) == 1
    terminal.press("3")
    terminal.wait_for("RUN step 1")
    terminal.press("Enter")
    terminal.wait_for("etc/")
    terminal.press("q")
    terminal.wait_for("ended 0")
    assert copies(cache_dir) == []


def test_a_terminal_that_goes_away_takes_the_copy_along(terminal: Terminal, cache_dir: Path, tmp_path: Path) -> None:
    terminal.wait_for("piped:1")
    assert len(copies(cache_dir)) == 1
    os.kill(int((tmp_path / "pid").read_text()), signal.SIGHUP)
    terminal.wait_for("ended")
    wait_until(lambda: not copies(cache_dir), "the copy is gone")
