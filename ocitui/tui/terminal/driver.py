"""The terminal that the screen is drawn on: it is left as it was found, however the program ends.

Textual's driver leaves a terminal in order when the user leaves. What else ends a program is
taken here: signals, a terminal that goes away (its window is closed, the connection breaks),
being stopped and going on. Signals are looked at by the event loop, between two steps of the
program, since the work to do then takes locks.
"""

import os
import select
import signal
import sys
import termios
import threading
from codecs import getincrementaldecoder
from collections.abc import Iterator
from contextlib import suppress
from time import monotonic
from typing import IO, Any, Protocol, cast

from textual._xterm_parser import XTermParser
from textual.app import App
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from ocitui.tui.terminal.sequences import Sequences

PATIENCE = 10.0
"""Seconds in which the program ends by itself; after them, whatever still holds it is not waited for."""

ENDINGS = (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM)
_LOOK_EVERY = 1000
"""Milliseconds after which it is seen that there is nothing to watch any more."""
_LOOK_FOR_KEYS = 0.1
"""Seconds after which it is seen that no more keys are wanted."""
_READ = 4096
"""Bytes that are read at a time."""
_LEAVE = (
    b"\x1b[?2004l\x1b[?7h\x1b[?2048l\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?1016l"
    b"\x1b[<u\x1b[?1049l\x1b[?25h\x1b[?1004l"
)
"""The codes that Textual writes when it leaves a terminal."""


class CanEnd(Protocol):
    """An app that a signal may end."""

    def end_by(self, number: int) -> None:
        """End as a signal of this number asks for."""
        ...


class TerminalDriver(LinuxDriver):
    """Textual's driver for terminals, with an eye on their end."""

    def __init__(self, app: App[Any], **options: Any) -> None:
        """Take signals in the loop of the app.

        Args:
            app: what is drawn; it must satisfy `CanEnd`.
            options: of `LinuxDriver`.
        """
        ignored = {number for number in (*ENDINGS, signal.SIGTSTP) if signal.getsignal(number) is signal.SIG_IGN}
        super().__init__(app, **options)
        self._end_by = cast(CanEnd, app).end_by
        self._output = _Output(sys.__stderr__)
        self._file = self._output  # type: ignore[assignment]
        self._is_shown = False
        self._is_over = threading.Event()
        self._end_code: int | None = None
        for number in ENDINGS:
            if number not in ignored:
                self._loop.add_signal_handler(number, self._end_by, number)
        self._loop.add_signal_handler(signal.SIGCONT, self._draw_again)
        if signal.SIGTSTP in ignored:
            signal.signal(signal.SIGTSTP, signal.SIG_IGN)
        else:
            self._loop.add_signal_handler(signal.SIGTSTP, self._stop, os.getpid())

    def start_application_mode(self) -> None:
        """Take the terminal, and watch whether it stays."""
        self._is_shown = True
        super().start_application_mode()  # type: ignore[no-untyped-call]
        if not self._is_over.is_set():
            threading.Thread(target=self._watch, args=(self._is_over,), daemon=True).start()

    def stop_application_mode(self) -> None:
        """Leave the terminal as it was found; does nothing where that was done."""
        if self._is_shown:
            super().stop_application_mode()
            self._is_shown = False
            self._is_over.set()

    def write(self, data: str) -> None:
        """Write to the terminal, while it is ours."""
        if self._is_shown:
            super().write(data)

    def _disable_mouse_support(self) -> None:
        """End what `_enable_mouse_pixels` began, too."""
        if self._mouse_pixels:
            self.write("\x1b[?1016l")
        super()._disable_mouse_support()

    def end_in_time(self, code: int) -> None:
        """Make sure that the program ends with a code, even if a disk or an engine keeps a thread waiting."""
        if self._end_code is None:
            timer = threading.Timer(PATIENCE, self._end_now)
            timer.daemon = True
            timer.start()
        self._end_code = code

    def _end_now(self) -> None:
        from ocitui.transports.archives.spool import remove_copies

        if self._is_shown:
            self._is_shown = False  # nothing more is drawn
            if self.attrs_before is not None:
                with suppress(termios.error):
                    termios.tcsetattr(self.fileno, termios.TCSANOW, self.attrs_before)
            with suppress(OSError, ValueError):
                output = self._output.fileno()
                if select.select([], [output], [], 0)[1]:  # else nobody takes it
                    os.write(output, _LEAVE)
        remove_copies()
        os._exit(self._end_code or 0)

    # Stopped, and going on.

    def stop(self) -> None:
        """Give the terminal back to the shell, as Ctrl+Z does, until the user comes back."""
        self._stop(0)

    def _stop(self, process: int) -> None:
        """Stop a process, or for 0 the whole job, and take the terminal again once that goes on.

        A job that no shell waits for does not stop, and then nothing has happened
        (POSIX, General Terminal Interface: orphaned process groups).
        """
        if not self._is_shown:
            return
        self.suspend_application_mode()
        self._is_over = threading.Event()
        self._loop.remove_signal_handler(signal.SIGTSTP)  # its default is to stop
        os.kill(process, signal.SIGTSTP)
        self._loop.add_signal_handler(signal.SIGTSTP, self._stop, os.getpid())
        while self._is_in_background():
            os.kill(os.getpid(), signal.SIGSTOP)
        self.resume_application_mode()
        self._draw_again()

    def _is_in_background(self) -> bool:
        """True if another job has the terminal; the shell's ``bg`` lets a stopped program go on without it."""
        try:
            return os.tcgetpgrp(self.fileno) != os.getpgrp()
        except OSError:
            return False

    def _draw_again(self) -> None:
        if self._is_shown:
            self._app.refresh(layout=True)

    # What is typed.

    def run_input_thread(self) -> None:
        """Read what the terminal sends until the screen is left."""
        decode = getincrementaldecoder("utf-8")("replace").decode
        sequences, parser = Sequences(lambda: self._in_band_window_resize), SequenceParser()
        while not self.exit_event.is_set():
            patience = sequences.wait(monotonic(), _LOOK_FOR_KEYS)
            if select.select([self.fileno], [], [], patience)[0]:
                for piece in sequences.feed(decode(os.read(self.fileno, _READ)), monotonic()):
                    self._take(parser, piece)
            for piece in sequences.tick(monotonic()):
                self._take(parser, piece)

    def _take(self, parser: "SequenceParser", piece: str) -> None:
        for message in parser.take(piece):
            self.process_message(message)

    # A terminal that goes away.

    def _run_input_thread(self) -> None:
        try:
            self.run_input_thread()
        except OSError:
            self._end_lost()

    def _watch(self, is_over: threading.Event) -> None:
        """Wait for the end of the terminal; reading from it may tell nothing but that there are no keys."""
        poll = select.poll()
        poll.register(self.fileno, 0)
        while not is_over.is_set():
            for _, found in poll.poll(_LOOK_EVERY):
                if found & (select.POLLHUP | select.POLLERR):
                    self._end_lost()
                return

    def _end_lost(self) -> None:
        with suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(self._end_by, signal.SIGHUP)


class SequenceParser(XTermParser):
    """Textual's parser, which is given whole sequences and so waits for no more of them."""

    def take(self, piece: str) -> Iterator[Message]:
        """Yield what a piece says."""
        yield from self.feed(piece)
        if self._timeout_time is not None:
            self._timeout_time = 0.0
            yield from self.tick()


class _Output:
    """A stream to a terminal that may not be there any more: what is written then is lost, and nobody waits for it."""

    def __init__(self, file: IO[str] | None) -> None:
        assert file is not None  # it is a terminal
        self._file = file

    def write(self, text: str) -> None:
        with suppress(OSError):
            self._file.write(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._file.flush()

    def fileno(self) -> int:
        return self._file.fileno()
