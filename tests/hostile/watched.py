"""The program and the processes it starts, watched: how much memory each takes, and whether any is left."""

import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from tests.commands.conftest import REPOSITORY, Result
from tests.patience import LONG_PATIENCE, wait_until

MEMORY_LIMIT = 250_000_000
"""Bytes of memory that each process may take, whatever it is given."""

_EVERY = 0.01


class Peaks:
    """The most memory that a process and each of its children took, looked at until it is stopped.

    What is looked at is ``VmHWM`` of proc_pid_status(5), which the kernel keeps from the start of each program on.
    """

    def __init__(self, process: int) -> None:
        self._root = process
        self._sizes: dict[int, int] = {}
        self._is_stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    @property
    def largest(self) -> int:
        """Bytes that the largest of them took so far."""
        return max(self._sizes.values(), default=0)

    @property
    def children(self) -> list[int]:
        """Those that it started and that still run."""
        return [number for number in _family(self._root) if number != self._root]

    @property
    def count(self) -> int:
        """How many processes there were."""
        return len(self._sizes)

    def left(self) -> list[int]:
        """Those that still run."""
        return [number for number in self._sizes if _state(number) not in ("", "Z")]

    def stop(self) -> None:
        """Look no more."""
        self._is_stopped.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._is_stopped.wait(_EVERY):
            self._sizes |= {number: max(self._sizes.get(number, 0), _peak(number)) for number in _family(self._root)}


def _family(root: int) -> list[int]:
    found = [root]
    for number in found:
        with suppress(OSError):
            for thread in os.listdir(f"/proc/{number}/task"):
                found += map(int, Path(f"/proc/{number}/task/{thread}/children").read_text().split())
    return found


def _peak(number: int) -> int:
    with suppress(OSError):
        for line in Path(f"/proc/{number}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return 0


def _state(number: int) -> str:
    with suppress(OSError):
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0]
    return ""


class Watched:
    """A command that runs."""

    def __init__(self, cache: Path, *arguments: object, environment: Mapping[str, str] | None = None) -> None:
        """Start it.

        Args:
            cache: its cache folder.
            arguments: what follows the program's name.
            environment: further variables.
        """
        self._cache = cache
        self._files = ExitStack()
        self._out = self._files.enter_context(tempfile.TemporaryFile())  # noqa: SIM115
        self._err = self._files.enter_context(tempfile.TemporaryFile())  # noqa: SIM115
        self._process = subprocess.Popen(
            [sys.executable, "-m", "ocitui", *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            stdout=self._out,
            stderr=self._err,
            cwd=REPOSITORY,
            env={**os.environ, **(environment or {}), "OCITUI_CACHE_DIR": str(cache)},
            start_new_session=True,
        )
        self.peaks = Peaks(self._process.pid)

    @property
    def is_running(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def wait(self) -> Result:
        """Wait for its end; nothing of it is left then, and none of its processes took too much memory."""
        code = self._process.wait(LONG_PATIENCE)
        self.peaks.stop()
        wait_until(lambda: not self.peaks.left(), "no process is left")
        assert parts(self._cache) == []
        assert self.peaks.largest < MEMORY_LIMIT, f"{self.peaks.largest:,} bytes of memory"
        return Result(code, _read(self._out), _read(self._err).decode())

    def interrupt(self) -> Result:
        """Press Ctrl-C once the program has begun; see `wait`."""
        wait_until(lambda: not self.is_running or _has_begun(self._process.pid), "the program has begun")
        self._process.send_signal(signal.SIGINT)
        return self.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        self.peaks.stop()
        self._files.close()


def _has_begun(number: int) -> bool:
    """True once a process of the program has put a handler before SIGTERM, which it does first."""
    with suppress(OSError):
        for line in Path(f"/proc/{number}/status").read_text().splitlines():
            if line.startswith("SigCgt:"):
                return bool(int(line.split()[1], 16) >> (signal.SIGTERM - 1) & 1)
    return False


def _read(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read()


def run_watched(cache: Path, *arguments: object) -> Result:
    """Run a command to its end; see `Watched.wait`."""
    with Watched(cache, *arguments) as watched:
        return watched.wait()


def parts(cache: Path) -> list[Path]:
    """Temporary files of a cache."""
    return list(cache.rglob("*.part"))
