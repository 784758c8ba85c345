"""Taking the time and the memory of whole processes."""

import compileall
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench.calm import undisturbed

REPOSITORY = Path(__file__).parents[2]
PYTHON = sys.executable

RSS_UNIT = 1024 if sys.platform != "darwin" else 1
"""Bytes of what ``ru_maxrss`` counts in."""

_UNWANTED = ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES", "CI", "PYTHONDONTWRITEBYTECODE")


@dataclass(frozen=True, slots=True)
class Taken:
    """What one process took."""

    seconds: float
    """From before it was started until it had ended."""
    peak: int
    """Bytes of memory, at its largest."""
    code: int
    output: bytes


class MeasureError(Exception):
    """Something to be measured did not do what it should."""


def compile_program() -> None:
    """Compile the program to byte code, as installing it does."""
    compileall.compile_dir(REPOSITORY / "ocitui", quiet=1)


def surroundings(**variables: str) -> dict[str, str]:
    """The environment of what is measured: nothing of the user's taste, the repository first."""
    kept = {key: value for key, value in os.environ.items() if key not in _UNWANTED and not key.startswith("TEXTUAL")}
    plain = {"LC_ALL": "C.UTF-8", "TERM": "xterm-256color", "COLORTERM": "truecolor", "PYTHONPATH": str(REPOSITORY)}
    return {**kept, **plain, **variables}


def take(
    command: Sequence[str | Path],
    *,
    environment: Mapping[str, str] | None = None,
    keep: bool = False,
    codes: Sequence[int] = (0,),
) -> Taken:
    """Run a command to its end.

    Args:
        command: the program and its arguments.
        environment: all of its variables; `surroundings` where none are given.
        keep: whether its output is wanted; else it goes nowhere.
        codes: how it may end.

    Raises:
        MeasureError: it ended otherwise.
    """
    words = [str(word) for word in command]
    output = subprocess.PIPE if keep else subprocess.DEVNULL
    start = time.perf_counter()
    with subprocess.Popen(
        words,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.DEVNULL,
        env=dict(environment or surroundings()),
        cwd=REPOSITORY,
    ) as process:
        said = process.stdout.read() if process.stdout is not None else b""
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in codes:
        raise MeasureError(f"{' '.join(words)[:200]} ended with {process.returncode}")
    return Taken(seconds, usage.ru_maxrss * RSS_UNIT, process.returncode, said)


def in_turn(runs: int, contestants: Mapping[str, Callable[[], float]]) -> dict[str, list[float]]:
    """Let each do its work once, then each again, so that what else the machine does meets all alike."""
    values: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(runs):
        for name, measure in contestants.items():
            values[name].append(undisturbed(measure))
    return values


def program(name: str) -> str | None:
    """Where a peer's program is: beside this Python, or on the path; None where it is not installed."""
    beside = Path(sys.executable).parent / name
    return str(beside) if beside.is_file() else shutil.which(name)


def warm(*paths: Path) -> None:
    """Read files, so that the disk does not matter: everyone reads them from memory."""
    for path in paths:
        with path.open("rb", buffering=0) as file:
            while file.read(1 << 20):
                pass
