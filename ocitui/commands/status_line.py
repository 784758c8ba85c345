"""One line on standard error that says how far something is, where that is a terminal."""

import shutil
import sys
import threading
from time import monotonic
from typing import Self

from ocitui.commands.output import cut
from ocitui.display import show, show_size

_ERASE = "\r\x1b[K"
_INTERVAL = 0.05
"""Seconds between two writes."""


class StatusLine:
    """A line that is written over, and gone in the end. May be used from several threads."""

    def __init__(self) -> None:
        self.is_shown = sys.stderr.isatty()
        """Whether there is a terminal that sees it."""
        self._lock = threading.Lock()
        self._due = 0.0
        self._is_written = False

    def say(self, what: str, done: int, total: int | None) -> None:
        """Say how many bytes were read.

        Args:
            what: what is read; what comes from outside is made safe by the caller.
            done: bytes that were read.
            total: bytes that there are; None where that is not known.
        """
        of = f" of {show_size(total)}" if total is not None else ""
        self.write(f"reading {what}: {show_size(done)}{of}")

    def write(self, text: str) -> None:
        """Write anything that is safe to draw, as far as the line reaches, but not more often than anybody reads."""
        if not self.is_shown or monotonic() < self._due:
            return
        with self._lock:
            self._due = monotonic() + _INTERVAL
            room = shutil.get_terminal_size().columns - 1  # what goes on in the next line would stay
            sys.stderr.write(f"{_ERASE}{cut(text, room)}")
            sys.stderr.flush()
            self._is_written = True

    def say_place(self, place: str, done: int, total: int | None) -> None:
        """Say how far the copy of a place is; see `ocitui.transports.archives.spool.Progress`."""
        self.say(show(place), done, total)

    def clear(self) -> None:
        """Make room for a line of output."""
        with self._lock:
            if self._is_written:
                sys.stderr.write(_ERASE)
                sys.stderr.flush()
                self._is_written = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.clear()
