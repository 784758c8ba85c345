"""Running a command here, in a process of its own, and on a terminal."""

import contextlib
import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ocitui.__main__ import main
from ocitui.commands.opened.layer_index import layer_cache
from tests.forked import forked_workers
from tests.patience import LONG_PATIENCE

REPOSITORY = Path(__file__).parents[2]


@dataclass(frozen=True)
class Result:
    """How a command ended."""

    code: int
    out: bytes
    err: str

    @property
    def text(self) -> str:
        """Standard output as text."""
        return self.out.decode()

    @property
    def lines(self) -> list[str]:
        """Standard output line by line."""
        return self.text.splitlines()

    @property
    def json(self) -> Any:
        """Standard output as JSON."""
        return json.loads(self.out)

    @property
    def message(self) -> str:
        """The only line on standard error."""
        assert self.err.count("\n") == 1, self.err
        assert self.err.startswith("ocitui: ")
        return self.err.removeprefix("ocitui: ").rstrip("\n")


Run = Callable[..., Result]


@pytest.fixture(autouse=True)
def _own_cache(cache_dir: Path) -> Iterator[None]:
    layer_cache.cache_clear()
    yield
    layer_cache.cache_clear()


@pytest.fixture(autouse=True, scope="package")
def _forked() -> Iterator[None]:
    with forked_workers():
        yield


@pytest.fixture
def run(capsysbinary: pytest.CaptureFixture[bytes]) -> Run:
    """Run a command in this process."""

    def run_here(*arguments: object) -> Result:
        code = main([str(argument) for argument in arguments])
        out, err = capsysbinary.readouterr()
        return Result(code, out, err.decode())

    return run_here


def spawn(*arguments: object, environment: Mapping[str, str] | None = None, **options: Any) -> Result:
    """Run a command in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "ocitui", *map(str, arguments)],
        capture_output="stdout" not in options,
        cwd=REPOSITORY,
        env=os.environ | dict(environment or {}),
        timeout=LONG_PATIENCE,
        check=False,
        **options,
    )
    return Result(done.returncode, done.stdout or b"", (done.stderr or b"").decode())


def without_colours(stream: bytes) -> str:
    """Text that a terminal got, without what only colours it."""
    return re.sub(r"\x1b\[[0-9;]*m", "", stream.decode())


_STATUS = re.compile(rb"\r\x1b\[K[^\r\n]*(?=\r\x1b\[K)|\r\x1b\[K")


def without_status(out: bytes) -> bytes:
    """What stays on a terminal: without the lines that say how far something is, which a slow machine shows."""
    return _STATUS.sub(b"", out)


def spawn_on_terminal(
    *arguments: object, columns: int = 80, environment: Mapping[str, str] | None = None
) -> tuple[int, bytes]:
    """Run a command on a terminal; return its exit code and every byte that the terminal got."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    with subprocess.Popen(
        [sys.executable, "-m", "ocitui", *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
        cwd=REPOSITORY,
        env=os.environ | dict(environment or {}),
    ) as process:
        os.close(theirs)
        found = bytearray()
        with contextlib.closing(os.fdopen(ours, "rb", buffering=0)) as terminal:
            while True:
                data = b""
                with contextlib.suppress(OSError):  # how Linux says that the other end is closed
                    data = terminal.read(65536)
                if not data:
                    break
                found += data
        return process.wait(LONG_PATIENCE), bytes(found)
