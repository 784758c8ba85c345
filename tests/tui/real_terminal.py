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

QUIET = 0.08
"""Seconds without output after which the program is done with a key."""
ESCAPED = 0.4
"""The same after Esc: what follows sooner may be taken for a part of it."""
PATIENCE = 30.0


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
        self._process = subprocess.Popen(
            command,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=dict(environment),
            cwd=folder,
            start_new_session=True,
        )
        os.close(slave)
        self.code: int | None = None
        """How it ended."""

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
        os.close(self._master)
