"""The memory of a process and of all that it started, together."""

import os
import threading
from contextlib import suppress
from pathlib import Path
from types import TracebackType

_INTERVAL = 0.01


def descendants(pid: int) -> list[int]:
    """The processes that this one started, and those that they did."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            for child in map(int, task.read_text().split()):
                found += [child, *descendants(child)]
    return found


def memory_of(pid: int) -> int:
    """Bytes of memory of one process; what several share counts for each a part."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0  # it has ended


class FamilyWatch:
    """Looks again and again at what this process started, and remembers the most memory they had together."""

    def __init__(self) -> None:
        self.peak = 0
        """Bytes."""
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> "FamilyWatch":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopped.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._stopped.wait(_INTERVAL):
            self.peak = max(self.peak, sum(map(memory_of, descendants(os.getpid()))))
