"""What must not happen while keys are pressed: errors that nobody sees, and things that grow."""

import asyncio
import ctypes
import gc
import os
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from textual.app import App
from textual.screen import Screen
from textual.worker import Worker, WorkerState


@contextmanager
def watch_errors() -> Iterator[list[str]]:
    """What was raised where nobody catches it: in threads, workers, tasks, finalizers. Enter it in a running loop."""
    found: list[str] = []
    loop = asyncio.get_running_loop()
    before = threading.excepthook, sys.unraisablehook, loop.get_exception_handler(), Worker._run
    run = Worker._run

    def in_thread(args: threading.ExceptHookArgs) -> None:
        found.append(f"a thread raised {args.exc_value!r}")

    def unraisable(args: "sys.UnraisableHookArgs") -> None:
        found.append(f"{args.err_msg or 'unraisable'}: {args.exc_value!r} in {args.object!r}")

    def in_loop(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        found.append(f"the loop: {context.get('message')}: {context.get('exception')!r}")

    async def watched(worker: Worker[Any], app: App[Any]) -> None:
        await run(worker, app)
        if worker.state is WorkerState.ERROR:
            found.append(f"the worker {worker.group!r} raised {worker.error!r}")

    threading.excepthook, sys.unraisablehook = in_thread, unraisable
    loop.set_exception_handler(in_loop)
    Worker._run = watched  # type: ignore[method-assign,assignment]
    try:
        yield found
        gc.collect()
    finally:
        threading.excepthook, sys.unraisablehook = before[:2]
        loop.set_exception_handler(before[2])
        Worker._run = before[3]  # type: ignore[method-assign]


@dataclass(frozen=True)
class Held:
    """What the process holds at a moment when nothing is under way."""

    memory: int
    """Resident bytes."""
    files: int
    """Open file descriptors."""
    threads: int
    children: int
    screens: list[str]
    """The kinds of screens that exist, be they left or not."""
    objects: Counter[str]
    """Living objects of the program and of Textual, by their type."""

    @classmethod
    def now(cls) -> "Held":
        """Measure it; garbage does not count, nor what the allocator keeps for later."""
        gc.collect()
        _trim()
        kinds = [type(each) for each in gc.get_objects()]
        screens = sorted(kind.__name__ for kind in kinds if issubclass(kind, Screen))
        objects = Counter(
            f"{kind.__module__}.{kind.__qualname__}"
            for kind in kinds
            if str(kind.__module__).startswith(("ocitui.", "textual.", "sqlite3"))
        )
        with open("/proc/self/statm") as statm:
            memory = int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        return cls(
            memory, len(os.listdir("/proc/self/fd")), threading.active_count(), count_children(), screens, objects
        )

    def __str__(self) -> str:
        counts = f"{self.files} files, {self.threads} threads, {self.children} children"
        return f"{self.memory / 1e6:.1f} MB, {counts}, {', '.join(self.screens)}"

    def growth(self, later: "Held", factor: float = 1.5, slack: int = 50) -> dict[str, tuple[int, int]]:
        """The types of which there are many more later."""
        counts = {kind: (self.objects[kind], count) for kind, count in later.objects.items()}
        return {kind: pair for kind, pair in counts.items() if pair[1] > pair[0] * factor + slack}


def _trim() -> None:
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc's
    if trim is not None:
        trim(0)


def count_children() -> int:
    """Count the processes that this one has started and that are still there."""
    own = f"/proc/self/task/{threading.main_thread().native_id}/children"
    try:
        with open(own) as listed:
            return len(listed.read().split())
    except OSError:
        return 0
