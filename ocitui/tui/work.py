"""Work for Textual's workers."""

from collections.abc import Callable, Coroutine
from typing import Any


def deferred(work: Callable[[], Coroutine[Any, Any, None]]) -> Any:
    """Work that comes into being when its worker starts.

    A coroutine that is handed to a worker, and whose worker is cancelled before it began,
    is never awaited, and Python warns of that. What makes the coroutine is handed over
    instead; Textual takes it, though its type hints do not say so.
    """
    return work
