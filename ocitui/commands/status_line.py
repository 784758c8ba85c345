"""One line on standard error that says how far something is, where that is a terminal."""

import sys
import threading
from contextlib import suppress
from time import monotonic
from typing import Self

from ocitui.cells import cut
from ocitui.display import format_size, printable

_ERASE = "\r\x1b[K"
_INTERVAL = 0.05
"""Seconds between two writes."""

SILENCE = 10.0
"""Seconds after which it is said that nothing moves: a disk that does not answer, a process that hangs."""

_LOOK_EVERY = 1.0


_shown: "set[StatusLine]" = set()


def say_between(text: str) -> None:
    """Write a line to standard error that stays, while others may be shown that are written over."""
    for line in list(_shown):
        line.clear()
    print(text, file=sys.stderr, flush=True)


class StatusLine:
    """A line that is written over, and gone in the end. May be used from several threads."""

    def __init__(self) -> None:
        self.is_shown = sys.stderr.isatty()
        """True if standard error is a terminal."""
        self._lock = threading.Lock()
        self._due = 0.0
        self._is_written = False
        self._text = "reading"
        self._moved = monotonic()
        self._is_over = threading.Event()

    def show(self, what: str, done: int, total: int | None) -> None:
        """Show how many bytes were read.

        Args:
            what: what is read; what comes from outside is made safe by the caller.
            done: bytes that were read.
            total: bytes that there are; None where that is not known.
        """
        of = f" of {format_size(total)}" if total is not None else ""
        self.write(f"reading {what}: {format_size(done)}{of}")

    def write(self, text: str) -> None:
        """Write anything that is safe to draw, as far as the line reaches, but not more often than anybody reads."""
        self._moved = monotonic()
        if not self.is_shown or self._moved < self._due:
            return
        self._due = self._moved + _INTERVAL
        self._text = text
        self._write(text)

    def _write(self, text: str, end: str = "") -> None:
        """Write a text, cut where there is no room for it, and what stays in sight after it."""
        with self._lock:
            if self._is_over.is_set():
                return
            import shutil  # most commands are done before there is anything to show

            room = shutil.get_terminal_size().columns - 1  # what goes on in the next line would stay
            sys.stderr.write(f"{_ERASE}{cut(cut(text, max(room - len(end), 0)) + end, room)}")
            sys.stderr.flush()
            self._is_written = True

    def _watch(self) -> None:
        """Show it when nothing moves, in a thread of its own."""
        while not self._is_over.wait(_LOOK_EVERY):
            silence = monotonic() - self._moved
            if silence >= SILENCE:
                with suppress(OSError):  # the terminal is gone
                    self._write(self._text, f" · no more for {silence:.0f} s; Ctrl+C ends it")

    def show_place(self, place: str, done: int, total: int | None) -> None:
        """Show how far the copy of a place is; see `ocitui.transports.archives.spool.Progress`."""
        self.show(printable(place), done, total)

    def clear(self) -> None:
        """Make room for a line of output."""
        with self._lock:
            if self._is_written:
                sys.stderr.write(_ERASE)
                sys.stderr.flush()
                self._is_written = False

    def __enter__(self) -> Self:
        if self.is_shown:
            _shown.add(self)
            threading.Thread(target=self._watch, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        _shown.discard(self)
        self.clear()
