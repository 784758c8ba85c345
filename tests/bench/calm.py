"""Measuring while the machine has nothing else to do.

What others compute meanwhile meets a program with four threads harder than one with a
single thread, and no median helps where it never stops. So a measurement waits for a calm
moment, and is done again where it was disturbed; both within limits.
"""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

DISTURBED = 0.2
"""Cores in use by others during a measurement, from which on it is done again."""
_LOOK = 0.1
_STATISTICS = Path("/proc/stat")


class Patience:
    """How long may still be waited, in the whole run."""

    left: ClassVar[float] = 120.0
    """Seconds."""
    attempts: ClassVar[int] = 4
    """How often one thing is measured, at most, for want of a calm moment."""
    disturbed: ClassVar[int] = 0
    """Measurements that were taken as they were, for want of a calm one."""


def undisturbed(measure: Callable[[], float]) -> float:
    """Measure, and again while others were busy meanwhile; the least disturbed counts.

    Where the system does not tell, the first does.
    """
    best: tuple[float, float] | None = None
    for _ in range(Patience.attempts):
        wait_for_calm()
        before, own, start = _busy(), _own(), time.perf_counter()
        value = measure()
        took = time.perf_counter() - start
        if before is None:
            return value
        others = max(0.0, ((_busy() or 0.0) - before) - (_own() - own)) / max(took, 0.05)
        if best is None or others < best[0]:
            best = (others, value)
        if others <= DISTURBED:
            break
        Patience.left -= took
        if Patience.left <= 0:
            break
    assert best is not None
    Patience.disturbed += best[0] > DISTURBED
    return best[1]


def wait_for_calm() -> None:
    """Wait until others use next to no processor, or until there is no patience left."""
    while Patience.left > 0:
        before = _busy()
        if before is None:
            return
        time.sleep(_LOOK)
        if ((_busy() or 0.0) - before) / _LOOK <= DISTURBED:
            return
        Patience.left -= _LOOK


def _busy() -> float | None:
    """Seconds that all processors together have worked, or been kept from working by the host."""
    try:
        first = _STATISTICS.read_text().split("\n", 1)[0].split()[1:]
    except OSError:
        return None
    user, nice, system, _, _, irq, soft, steal = map(int, first[:8])
    return (user + nice + system + irq + soft + steal) / os.sysconf("SC_CLK_TCK")


def _own() -> float:
    """Seconds of processor that this process and those it waited for have used."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system
