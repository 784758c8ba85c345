"""Processes that read layers, as forks of one that has their modules: each starts in a tenth of the time.

What they are told, what they say, and how they end is as in the program. Only that a Python starts and loads the
modules is left out, which the tests in `tests.layers.scan` and `tests.hostile` hold.
"""

import multiprocessing
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from types import SimpleNamespace
from typing import IO, Any

import pytest

from ocitui.layers.scan import process

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(
    [
        *("ocitui.layers.scan.worker", "ocitui.layers.scan.check", "isal.isal_zlib", "zstandard", "encodings.idna"),
        *(f"ocitui.layers.compression.{name}" for name in ("gzipmember", "gzipstream", "zstdstream")),
        *("ocitui.transports.registry.blobs.http_blob", "ocitui.transports.containers_storage.tar_split", __name__),
    ]
)


class Fork:
    """What the program uses of `subprocess.Popen`."""

    def __init__(self, command: Sequence[str], *, env: Mapping[str, str], **_: object) -> None:
        """Start it.

        Args:
            command: as `ocitui.import_path.isolated_python` makes it.
            env: all of its variables.
        """
        told, stdin = _CONTEXT.Pipe(duplex=False)
        stdout, said = _CONTEXT.Pipe(duplex=False)
        with told, said:
            arguments = (command[4:], dict(env), os.getcwd(), told, said)
            self._process = _CONTEXT.Process(target=_work, args=arguments, daemon=True)
            self._process.start()
        self.stdin, self.stdout = _file(stdin, "w"), _file(stdout, "r")
        self.pid = self._process.pid
        self._lock = threading.Lock()

    @property
    def returncode(self) -> int | None:
        """Its code, or its signal as a negative number, once it was waited for."""
        return self._process.exitcode

    def wait(self) -> None:
        """Wait for its end."""
        with self._lock:  # its code can be read once
            self._process.join()

    def kill(self) -> None:
        """End it now."""
        self._process.kill()


def _file(connection: Connection, mode: str) -> IO[Any]:
    with connection:
        return open(os.dup(connection.fileno()), mode, encoding="utf-8", errors="surrogateescape")


def _work(
    command: Sequence[str], environment: Mapping[str, str], folder: str, told: Connection, said: Connection
) -> None:
    """Do what ``python -I -S -c PROGRAM ARGUMENTS`` would do."""
    with open(os.devnull, "wb") as nothing, told, said:
        for file, number in ((told, 0), (said, 1), (nothing, 2)):
            os.dup2(file.fileno(), number)
    sys.stdout = open(1, "w", encoding="utf-8", errors="surrogateescape", closefd=False)  # noqa: SIM115
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.argv = ["-c", *command[1:]]
    exec(command[0], {"__name__": "__main__"})


@contextmanager
def forked_workers() -> Iterator[None]:
    """Start processes that read layers as forks."""
    forkserver.ensure_running()  # while standard error is a file, as it must be
    started = SimpleNamespace(Popen=Fork, PIPE=subprocess.PIPE, DEVNULL=subprocess.DEVNULL)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(process, "subprocess", started)
        yield
