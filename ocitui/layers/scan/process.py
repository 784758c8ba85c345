"""A worker process: what it says, how long it has been silent, and how it ended.

What a worker says is checked like anything that comes from outside: a process that dies may
leave half a line, and what it runs on (an interpreter, an allocator, a sanitizer) may say
something of its own.
"""

import os
import signal
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from time import monotonic

from ocitui.display import printable
from ocitui.errors import BlobMissingError, BlobUnreadableError, LayerError
from ocitui.layers.scan.progress import ScanProgress
from ocitui.layers.toc.errors import ElsewhereError, TableError
from ocitui.transports.blob import Blob
from ocitui.transports.blobs import say_of, secret_of

_SURROUNDINGS = {
    "PYTHONUTF8": "1",
    # Unless it is told to keep them, glibc gives large buffers back to the system and takes them
    # again, cleared, for each piece of the stream. Other C libraries do not read this.
    "MALLOC_MMAP_THRESHOLD_": str(1 << 26),
    "MALLOC_TRIM_THRESHOLD_": str(1 << 28),
}
_OUTCOMES = frozenset({"done", "full", "error", "missing", "unreadable", "table", "elsewhere"})
_LINE = 1 << 20
"""Characters of a line that are taken at once: more than any that a worker says."""


class WorkerLostError(LayerError):
    """The process died, or said what no worker says. That is no fault of the layer; another try may do."""


class WorkerProcess:
    """One process. Its events are for one thread; all else may be asked from any."""

    def __init__(self, command: Sequence[str], blob: Blob | None = None) -> None:
        """Start it; see `ocitui.layers.scan.worker.command_line`.

        Args:
            command: the command.
            blob: what it reads, if there is more to tell it than its command line may say.

        Raises:
            LayerError: no process can be started.
        """
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                encoding="utf-8",
                errors="surrogateescape",
                env=os.environ | _SURROUNDINGS,
            )
        except OSError as error:
            raise LayerError(f"the process that reads layers cannot be started: {error.strerror}") from None
        self._blob = blob
        if blob is not None:
            self._tell(secret_of(blob))
        self._lock = threading.Lock()
        self._moved = monotonic()
        self.outcome = ""
        """The word that it ended with; empty where it said none."""
        self.rest = ""
        """The rest of its output after that word."""

    @property
    def pid(self) -> int:
        """Its number."""
        return self._process.pid

    @property
    def silence(self) -> float:
        """Seconds since it last said something."""
        return monotonic() - self._moved

    def forgive(self) -> None:
        """Count its silence from now on: whoever counts was away."""
        self._moved = monotonic()

    def events(self) -> Iterator[ScanProgress]:
        """Its progress, until it has ended."""
        pipe = self._process.stdout
        assert pipe is not None
        for line in iter(lambda: pipe.readline(_LINE), ""):
            self._moved = monotonic()
            word, _, rest = line.rstrip("\n").partition(" ")
            if not line.endswith("\n"):  # it died in the middle of it
                continue
            if word == "progress":
                progress = _progress(rest)
                if progress is not None:
                    yield progress
            elif word == "note" and self._blob is not None:
                say_of(self._blob, printable(rest))
            elif word in _OUTCOMES:
                self.outcome, self.rest = word, rest
        self.close()

    def _tell(self, secret: str) -> None:
        """Tell it what no other process may read. If it is gone already, its outcome says so."""
        pipe = self._process.stdin
        if secret and pipe is not None:
            with suppress(OSError):
                pipe.write(f"{secret}\n")
                pipe.flush()

    def close(self) -> None:
        """Wait until it is gone, and let go of its pipes."""
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def failure(self) -> LayerError | BlobMissingError | BlobUnreadableError:
        """Return the reason why it has no result, once it has ended."""
        if self.outcome == "missing":
            return BlobMissingError(self.rest)
        if self.outcome == "unreadable":
            return BlobUnreadableError(self.rest)
        if self.outcome == "elsewhere" and self.rest.isascii() and self.rest.isdigit() and len(self.rest) < 20:
            return ElsewhereError(int(self.rest))
        if self.outcome == "table":
            return TableError(self.rest)
        if self.outcome in {"error", "full"}:
            return LayerError(self.rest)
        return WorkerLostError(f"the process that read it {_end(self._process.returncode)}")

    def kill(self) -> None:
        """End it now, though it is stopped or hangs."""
        with self._lock:
            self._process.kill()

    def wait(self) -> None:
        """Wait until it is gone."""
        self._process.wait()


def _progress(text: str) -> ScanProgress | None:
    """Return the progress that a line reports; None where it reports none."""
    words = text.split(" ")
    if len(words) != 5 or not all(word.isascii() and word.isdigit() and len(word) < 20 for word in words):
        return None
    done, size, unpacked, entries, is_listed = map(int, words)
    return ScanProgress(done, size, unpacked, entries, bool(is_listed))


def _end(code: int) -> str:
    """Return the end of a process that gave no result, in words."""
    if code >= 0:
        return f"ended with code {code} before it was done"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    return f"was killed ({name})"
