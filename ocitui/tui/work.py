"""Work for Textual's workers, and work that nobody waits for."""

import threading
from collections.abc import Callable, Coroutine
from contextvars import copy_context
from typing import Any


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
