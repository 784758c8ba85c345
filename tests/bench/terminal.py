"""A terminal that shows nothing: runs a program in it, presses keys, and takes the time of what is painted."""

import fcntl
import os
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from tests.bench.inputs.family import descendants
from tests.bench.measure import REPOSITORY, MeasureError

COLUMNS, ROWS = 160, 48
"""The size of the terminal."""

PATIENCE = 60.0
"""Seconds after which something that should come is given up."""

_READ = 1 << 16


@dataclass(frozen=True, slots=True)
class Painted:
    """What a key brought about."""

    seconds: float
    """Until what was waited for had been painted."""
    output: bytes
    """All that was written until it was quiet again."""


class Terminal:
    """A program in a terminal, which answers no questions and reads all that is written."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """Start it.

        Args:
            command: the program and its arguments.
            environment: all of its variables.
        """
        self.started = time.perf_counter()
        """When the program was started."""
        self._last = b""
        self._master, slave = os.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        try:
            self._process = subprocess.Popen(
                command,
                stdin=slave,
                stdout=slave,
                stderr=slave,
                env=dict(environment),
                cwd=REPOSITORY,
                start_new_session=True,
            )
        except BaseException:
            os.close(self._master)
            raise
        finally:
            os.close(slave)
        self.pid = self._process.pid
        """The process."""

    def first_frame(self, *marks: bytes) -> float:
        """Seconds from its start until the last row of the screen and all of these texts have been painted."""
        return self._wait([f"\x1b[{ROWS};".encode(), *marks], self.started).seconds

    def press(self, key: str, *marks: bytes, quiet: float = 0.04) -> Painted:
        """Press a key, and wait for texts to be painted, or for anything at all where none are given.

        Args:
            key: what the terminal sends for it.
            marks: parts of what has to be painted.
            quiet: seconds without output after which the program is done with it.
        """
        start = time.perf_counter()
        os.write(self._master, key.encode())
        return self._wait(marks, start, quiet)

    def tap(self, key: str) -> None:
        """Press a key that may change nothing."""
        os.write(self._master, key.encode())
        self.settle(0.15)

    def settle(self, quiet: float = 0.3, limit: float = 3.0) -> None:
        """Read until nothing was written for a while, or until something is written again and again."""
        deadline = time.perf_counter() + limit
        while self._read(quiet) is not None and time.perf_counter() < deadline:
            pass

    def memory(self, peak: bool = False) -> int:
        """Bytes of memory that the process has now, or had at its largest."""
        name = "VmHWM:" if peak else "VmRSS:"
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith(name):
                return int(line.split()[1]) * 1024
        raise MeasureError("the system does not tell how much memory a process has")

    def children(self) -> int:
        """How many processes it runs beside itself."""
        return len(descendants(self.pid))

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._process.send_signal(signal.SIGHUP)  # as when a window is closed
        deadline = time.perf_counter() + 3
        while self._process.poll() is None:
            if time.perf_counter() > deadline:
                self._process.kill()
            with suppress(MeasureError):
                self._read(0.02)
        os.close(self._master)

    def _wait(self, marks: Sequence[bytes], start: float, quiet: float = 0.04) -> Painted:
        output = bytearray()
        seconds = 0.0
        is_painted = False
        while True:
            part = self._read(quiet if is_painted else PATIENCE)
            if part is None and is_painted:
                return Painted(seconds, bytes(output))
            if part is None or time.perf_counter() - start > PATIENCE:
                raise MeasureError(f"nothing with {marks!r} was painted within {PATIENCE:.0f} seconds")
            output += part
            if not is_painted and all(mark in output for mark in marks):
                is_painted = True
                part = self._read(0)
                while part:  # the rest of the frame
                    output += part
                    part = self._read(0)
                seconds = time.perf_counter() - start

    def _read(self, timeout: float) -> bytes | None:
        """What was written, or None where nothing comes."""
        ready, _, _ = select.select([self._master], [], [], timeout)
        if not ready:
            return None
        try:
            self._last = os.read(self._master, _READ)
        except OSError:
            words = self._last.decode("utf-8", "replace").split("\x1b")[-1].split()
            raise MeasureError(f"the program in the terminal has ended: {' '.join(words)[-200:]}") from None
        return self._last
