"""A pseudo terminal that reads all that a program writes, and answers nothing."""

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
from pathlib import Path
from typing import Self

from tests.patience import PATIENCE

QUIET = 0.08
"""Seconds without output after which the program is done with a key."""
ESCAPED = 0.4
"""The same after Esc: what follows sooner may be taken for a part of it."""


class RealTerminal:
    """A program in a terminal of its own."""

    def __init__(
        self, command: Sequence[str], size: tuple[int, int], environment: Mapping[str, str], folder: Path | None = None
    ) -> None:
        """Start it.

        Args:
            command: the program and its arguments.
            size: columns and rows.
            environment: all of its variables.
            folder: its current folder; that of the tests where none is given.
        """
        self._master, slave = os.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
        self.settings = termios.tcgetattr(slave)
        """Those of the terminal before."""
        self._process = subprocess.Popen(
            command,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=dict(environment),
            cwd=folder,
            preexec_fn=_take_terminal,
        )
        os.close(slave)
        self._is_open = True
        self.code: int | None = None
        """How it ended."""
        self.output = b""
        """All that was read."""

    @property
    def pid(self) -> int:
        """The program's number."""
        return self._process.pid

    @property
    def is_as_before(self) -> bool:
        """Whether the terminal has the settings that it had before."""
        return termios.tcgetattr(self._master) == self.settings

    def send(self, keys: str | bytes) -> None:
        """Send keys."""
        os.write(self._master, keys.encode() if isinstance(keys, str) else keys)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the program."""
        self._process.send_signal(number)

    def wait_for(self, *texts: bytes) -> None:
        """Read until one of these was written since `output` was last emptied."""
        deadline = time.monotonic() + PATIENCE
        while not any(text in self.output for text in texts):
            assert time.monotonic() < deadline, f"expected {texts}, got {self.output[-2000:]!r}"
            self._read(0.1)

    def wait(self) -> int:
        """Read until the program has ended; return its code, or its signal as a negative number."""
        deadline = time.monotonic() + PATIENCE
        while self._process.poll() is None:
            assert time.monotonic() < deadline, f"still running after {self.output[-2000:]!r}"
            if self._is_open:
                self._read(0.02)
            else:
                time.sleep(0.01)
        while self._is_open and self._read(0):
            pass
        self.code = self._process.returncode
        return self.code

    def hang_up(self) -> None:
        """Go away, as a window that is closed or a connection that breaks."""
        os.close(self._master)
        self._is_open = False

    def _read(self, patience: float) -> bool:
        if not select.select([self._master], [], [], patience)[0]:
            return False
        with suppress(OSError):  # the other end is closed
            data = os.read(self._master, 1 << 16)
            self.output += data
            return bool(data)
        time.sleep(patience)
        return False

    def settle(self, *, first: bool = False, quiet: float = QUIET) -> bytes:
        """Read until nothing came for so many seconds."""
        found = b""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            ready, _, _ = select.select([self._master], [], [], PATIENCE if first and not found else quiet)
            if not ready:
                break
            try:
                data = os.read(self._master, 1 << 16)
            except OSError:  # the other end is closed
                break
            if not data:
                break
            found += data
        self.output += found
        return found

    def press(self, key: str) -> bytes:
        """Send a key, and give what was written after it."""
        os.write(self._master, key.encode())
        return self.settle(quiet=ESCAPED if key == "\x1b" else QUIET)

    def quit(self) -> bytes:
        """Leave whatever is open, and then the program; give what was written."""
        found = b""
        deadline = time.monotonic() + PATIENCE
        while self._process.poll() is None and time.monotonic() < deadline:
            for key in (b"\x1b", b"q"):
                with suppress(OSError):
                    os.write(self._master, key)
                found += self.settle()
        self.code = self._process.poll()
        return found

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
        if self._is_open:
            os.close(self._master)


def _take_terminal() -> None:
    """Begin a session that has the terminal of standard input."""
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
