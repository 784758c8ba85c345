"""Work for Textual's workers, and work that nobody waits for."""

import asyncio
import ctypes
import sys
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import Context, copy_context
from typing import Any, ParamSpec, TypeVar
from weakref import WeakSet

P = ParamSpec("P")
R = TypeVar("R")


def deferred(work: Callable[[], Coroutine[Any, Any, None]]) -> Any:
    """Work that comes into being when its worker starts.

    A coroutine that is handed to a worker, and whose worker is cancelled before it began,
    is never awaited, and Python warns of that. What makes the coroutine is handed over
    instead; Textual takes it, though its type hints do not say so.
    """
    return work


def in_background(work: Callable[[], None]) -> None:
    """Run work in a thread that the end of the program does not wait for.

    Textual's workers hold an app until they are done, and an engine or a disk far away may
    take minutes to answer. The work posts messages and touches no widget.
    """
    threading.Thread(target=copy_context().run, args=(work,), daemon=True).start()


class ForgetfulThreads(ThreadPoolExecutor):
    """Threads that keep nothing of the work they did.

    Textual notes its worker in the thread that works for it. An idle thread would hold on to
    the last one, and with it to a screen that was left long ago and all that it had found.
    """

    def submit(self, fn: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> "Future[R]":
        """Have a thread do it, with notes of its own."""
        return super().submit(Context().run, fn, *args, **kwargs)  # type: ignore[arg-type]


_M_ARENA_MAX = -8
"""Of glibc's ``mallopt``: how many pools of memory threads have; by default eight a core."""


def share_memory_among_threads() -> None:
    """Let all threads take memory from one pool, where the C library is glibc.

    Else what a thread has freed can be used by that thread only, and hours of work in one thread
    after the other hold half as much again. With one thread at a time in Python nothing is lost.
    """
    if sys.platform == "linux":
        limit = getattr(ctypes.CDLL(None), "mallopt", None)
        if limit is not None:
            limit(_M_ARENA_MAX, 1)


_prepared: "WeakSet[asyncio.AbstractEventLoop]" = WeakSet()


def use_forgetful_threads() -> None:
    """Let Textual's workers in the loop that runs work in such threads."""
    loop = asyncio.get_running_loop()
    if loop not in _prepared:
        _prepared.add(loop)
        loop.set_default_executor(ForgetfulThreads(thread_name_prefix="asyncio"))
