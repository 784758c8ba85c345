"""``python -m tests.commands.limited COMMAND…``: ocitui within a limit of processor time; says what memory it took.

The last line on standard error is the bytes that it or one of its workers had at its largest.
A parent cannot ask for that: to it a process has had at least what the parent itself has.
"""

import re
import resource
import sys
from pathlib import Path

from ocitui.__main__ import main

CPU = 40
"""Seconds that no command takes, on any machine: they take one or two, and what is quadratic takes minutes."""


def _peak() -> int:
    """Bytes of memory; of this process only where Linux says them."""
    status = Path("/proc/self/status")
    found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text()) if status.exists() else None
    workers = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    return max(int(found[1]) * 1024 if found else 0, workers)


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CPU, (CPU, CPU))
    code = main(sys.argv[1:])
    sys.stdout.flush()
    print(f"\n{_peak()}", file=sys.stderr)
    sys.exit(code)
