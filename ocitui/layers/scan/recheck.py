"""A worker process that reads a blob again whose index is known: see `ocitui.layers.scan.check`."""

from collections.abc import Iterator

from ocitui.errors import CancelledError
from ocitui.layers.scan.check import from_line
from ocitui.layers.scan.process import WorkerLostError, WorkerProcess
from ocitui.layers.scan.progress import ScanProgress
from ocitui.layers.scan.request import LayerRequest
from ocitui.layers.scan.worker import command_line
from ocitui.layers.summary import LayerSummary


class BlobRecheck:
    """Like `ocitui.layers.scan.scan.LayerScan`: take its events until they end, then its result; or cancel it."""

    def __init__(self, request: LayerRequest, *, niceness: int = 0) -> None:
        """Start the worker, or raise `LayerError`."""
        self._request = request
        self._is_cancelled = False
        self._process = WorkerProcess(command_line(request, None, niceness), request.blob)

    def events(self) -> Iterator[ScanProgress]:
        """Progress, about twenty times a second. Blocks in between."""
        yield from self._process.events()

    def result(self) -> LayerSummary:
        """Return the summary, once the events have ended.

        Raises:
            CancelledError: it was cancelled.
            BlobMissingError: the blob is missing.
            BlobUnreadableError: this machine does not give the blob's bytes.
            WorkerLostError: the worker died.
            LayerError: the blob cannot be read.
        """
        if self._is_cancelled:
            raise CancelledError(f"the check of {self._request.digest} was cancelled")
        if self._process.outcome != "done":
            raise self._process.failure()
        try:
            return from_line(self._process.rest)
        except (ValueError, TypeError, KeyError):
            raise WorkerLostError("the process that read it said what no worker says") from None

    def cancel(self) -> None:
        """End the worker. From any thread."""
        self._is_cancelled = True
        self._process.kill()
