"""One run of a program over many tars: a shell that starts it for each, one after the other."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

_LOOP = (
    'for each in "$1"/*/; do (cd "$each" && {command}) >"${{each}}out" 2>"${{each}}err"; echo $? >"${{each}}code"; done'
)


def run_for_each(folder: Path, command: str, environment: Mapping[str, str]) -> None:
    """Run a shell command in each folder below one.

    What it prints is in ``out`` and ``err`` there, its exit code in ``code``.

    Args:
        folder: what holds the folders, in each what the command works on.
        command: for ``sh``; it names no file outside its folder.
        environment: all that it is given.
    """
    subprocess.run(["sh", "-c", _LOOP.format(command=command), "sh", folder], env=environment, check=True)
