"""Waiting for what another thread or process does: for a state, however slow or busy the machine is."""

import time
from collections.abc import Callable

PATIENCE = 180.0
"""Seconds after which something hangs; no test is faster for it, and none that holds waits so long."""

LONG_PATIENCE = 600.0
"""Seconds for a whole command that has much to do."""

_EVERY = 0.01


def wait_until(holds: Callable[[], object], what: str) -> None:
    """Wait for something that comes soon."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, f"expected that {what}"
        time.sleep(_EVERY)
