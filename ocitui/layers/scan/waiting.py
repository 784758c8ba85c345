"""Waiting in steps, so that a signal is heeded.

Python looks for signals before it waits, and when a signal ends a wait. One that comes in
between is not seen until the wait is over: Ctrl-C would do nothing until a layer is read.
"""

import queue
import threading
from concurrent.futures import Future
from typing import TypeVar

_STEP = 0.1
"""Seconds."""

T = TypeVar("T")


def join(thread: threading.Thread) -> None:
    """Wait for the end of a thread."""
    while thread.is_alive():
        thread.join(_STEP)


def take(things: "queue.SimpleQueue[T]") -> T:
    """Wait for the next thing of a queue."""
    while True:
        try:
            return things.get(timeout=_STEP)
        except queue.Empty:
            continue


def outcome(future: "Future[T]") -> T:
    """Wait for what comes of a future, or raise what it raised."""
    while True:
        try:
            return future.result(_STEP)
        except TimeoutError:
            if future.done():
                raise
