"""The time that a registry is waited for, and who may end the waiting."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from ocitui.transports.registry.errors import RegistryCancelledError


@dataclass(frozen=True, slots=True)
class Patience:
    """Limits, in seconds where nothing else is said."""

    connect: float = 10.0
    """For a connection to one address."""
    answer: float = 30.0
    """For the head of an answer, and between two pieces of its body."""
    document: float = 60.0
    """For all of a document: a body that comes drop by drop never goes silent."""
    tries: int = 4
    """Times that one thing is asked for, before it is given up."""
    pause: float = 0.5
    """Before the third try; each one after it is waited for twice as long."""
    longest_pause: float = 60.0
    """However long a registry asks to wait."""
    drip: float = 30.0
    drip_bytes: int = 1 << 15
    """Bytes of a blob that must come in the time of ``drip``: fewer are a connection that hangs."""


class Watch:
    """The one who waits for a registry: is told what goes on, and may end it from another thread."""

    def __init__(self, say: Callable[[str], object] | None = None) -> None:
        """
        Args:
            say: is told why it takes longer, in one line that is safe to draw.
        """
        self._say = say
        self._ended = threading.Event()
        self._woken = threading.Event()
        self._lock = threading.Lock()
        self._ends: dict[object, Callable[[], object]] = {}
        self.notes: list[str] = []
        """Notes for the user that are no errors, each once."""
        self.asked: dict[str, str] = {}
        """The hosts that were asked, each with what for at first."""
        self.on_fetch: Callable[[int], object] = lambda size: None
        """Is told how many bytes of a blob came, and may raise what ends the reading."""
        self.on_expect: Callable[[int], object] = lambda size: None
        """Is told before it is read about how many bytes something takes, where that is much; may raise the same."""

    @property
    def is_cancelled(self) -> bool:
        """True if nobody waits any more."""
        return self._ended.is_set()

    def cancel(self) -> None:
        """End all that waits: reading, connecting, and pauses."""
        self._ended.set()
        self.interrupt()
        with self._lock:
            ends = [*self._ends.values()]
        for end in ends:
            _end(end)

    def interrupt(self) -> None:
        """End the pauses that are under way, with `RegistryCancelledError`, and nothing that is asked for later."""
        with self._lock:
            woken, self._woken = self._woken, threading.Event()
        woken.set()

    def check(self) -> None:
        """Raise `RegistryCancelledError` where nobody waits any more."""
        if self._ended.is_set():
            raise RegistryCancelledError("cancelled")

    def pause(self, seconds: float) -> None:
        """Wait, or raise `RegistryCancelledError` as soon as nobody waits any more."""
        woken = self._woken
        self.check()
        if woken.wait(seconds):
            raise RegistryCancelledError("cancelled")

    def hear(self, say: Callable[[str], object]) -> None:
        """Tell somebody else from now on, who waits again; the notes so far are told at once."""
        self._ended.clear()
        self._say = say
        for text in self.notes:
            say(text)

    def say(self, text: str) -> None:
        """Tell why it takes longer."""
        if self._say is not None:
            self._say(text)

    def note(self, text: str) -> None:
        """Tell what the user ought to know, once."""
        if text not in self.notes:
            self.notes.append(text)
            self.say(text)

    def begin(self, end: Callable[[], object]) -> object:
        """Let ``end`` be called when everything is to end; gives a key for `finish`."""
        key = object()
        with self._lock:
            self._ends[key] = end
        return key

    def finish(self, key: object) -> None:
        """Forget what was begun: it needs no ending any more."""
        with self._lock:
            self._ends.pop(key, None)

    @contextmanager
    def ending(self, end: Callable[[], object], limit: float) -> Iterator[None]:
        """End what is done meanwhile by ``end``: when nobody waits any more, or after so many seconds.

        Raises:
            TimeoutError: it took longer than those, whatever came of it.
        """
        is_over = threading.Event()

        def end_late() -> None:
            is_over.set()
            _end(end)

        timer = threading.Timer(limit, end_late)
        timer.daemon = True
        key = self.begin(end)
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            self.finish(key)
            if is_over.is_set():
                raise TimeoutError


def _end(end: Callable[[], object]) -> None:
    """End what may have ended by itself just now."""
    with suppress(OSError, ValueError, RuntimeError):
        end()
