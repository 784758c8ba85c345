"""A worker process that reads a blob again whose index is known: see `ocitui.layers.check`."""

import threading
from collections.abc import Iterator

from ocitui.errors import BlobUnreadableError, LayerError
from ocitui.layers.build import ScanProgress
from ocitui.layers.check import from_line
from ocitui.layers.scan import LayerRequest, ScanCancelledError, start_process
from ocitui.layers.summary import LayerSummary
from ocitui.layers.worker import command_line


class BlobRecheck:
    """Like `ocitui.layers.scan.LayerScan`: take its events until they end, then its result; or cancel it."""

    def __init__(self, request: LayerRequest, *, niceness: int = 0) -> None:
        """Start the worker, or raise `LayerError`."""
        self._request = request
        self._lock = threading.Lock()
        self._is_cancelled = False
        self._outcome, self._rest = "", ""
        size, algorithm = request.size, request.diff_id_algorithm
        self._process = start_process(command_line(request.blob, request.digest, size, algorithm, None, niceness))

    def events(self) -> Iterator[ScanProgress]:
        """Progress, about twenty times a second. Blocks in between."""
        for line in self._process.stdout or ():
            word, _, rest = line.rstrip("\n").partition(" ")
            if word == "progress":
                yield ScanProgress(*map(int, rest.split()))
            else:
                self._outcome, self._rest = word, rest
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def result(self) -> LayerSummary:
        """What was found, once the events have ended.

        Raises:
            ScanCancelledError: it was cancelled.
            BlobUnreadableError: this machine does not give the blob's bytes.
            LayerError: the blob cannot be read, or the worker died.
        """
        if self._is_cancelled:
            raise ScanCancelledError(f"the check of {self._request.digest} was cancelled")
        if self._outcome == "done":
            return from_line(self._rest)
        code = self._process.returncode
        message = self._rest or f"the check of {self._request.digest} ended unexpectedly ({code})"
        raise BlobUnreadableError(message) if self._outcome == "unreadable" else LayerError(message)

    def cancel(self) -> None:
        """End the worker. From any thread."""
        with self._lock:
            self._is_cancelled = True
            self._process.kill()
