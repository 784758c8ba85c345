"""Getting the index of a layer: from the cache, or by scanning it in a process of its own."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from ocitui.errors import CancelledError, LayerError, OcituiError
from ocitui.layers.cache import LayerCache
from ocitui.layers.index.index import LayerIndex
from ocitui.layers.scan.build import build_index
from ocitui.layers.scan.process import WorkerProcess
from ocitui.layers.scan.progress import OnProgress, ScanProgress
from ocitui.layers.scan.request import LayerRequest
from ocitui.layers.scan.worker import command_line
from ocitui.layers.sightings import stamp_of


class LayerScan:
    """A scan that runs in a worker process. Take its events until they end, then its result; or cancel it."""

    def __init__(self, request: LayerRequest, cache: LayerCache, *, niceness: int = 0) -> None:
        """Start the worker.

        Args:
            request: the layer.
            cache: where the index is to go.
            niceness: how far the worker steps back behind other processes, such as the screen.

        Raises:
            LayerError: there is no place to write an index, or no process can be started.
        """
        self._request = request
        self._cache = cache
        self._niceness = niceness
        self._places = cache.temporary_paths(request.digest)
        self._lock = threading.Lock()
        self._is_cancelled = False
        self._is_over = False
        self._failure: OcituiError | None = None
        self.progress: ScanProgress | None = None
        """The last event."""
        self.beginnings = 0
        """The times that the blob was read from the start, since its file was written to, or the disk was full."""
        self._start()

    @property
    def temporary_index_path(self) -> Path:
        """The file that grows. It can be opened live once there was an event: see `live_index`."""
        return self._path

    @property
    def silence(self) -> float:
        """Seconds since its worker last said something."""
        return self._process.silence

    def forgive(self) -> None:
        """Count the silence from now on."""
        self._process.forgive()

    def live_index(self) -> LayerIndex | None:
        """Open the index as far as it is, read-only; None when there are no rows yet or it is over."""
        try:
            return LayerIndex(self._path, is_live=True)
        except LayerError:
            return None

    def listed_index(self) -> LayerIndex | None:
        """Open the index with all its entries before the digest is known; None when it is over, or not that far.

        It is of what `beginnings` says now, and not verified.
        """
        try:
            return LayerIndex(self._path, is_listed=True)
        except LayerError:
            return None

    def events(self) -> Iterator[ScanProgress]:
        """Progress, about twenty times a second, until the scan ended or was cancelled. Blocks in between.

        When the disk is full the scan starts again at another place, and so does the progress.
        """
        while not self._is_over:
            for progress in self._process.events():
                if self.progress is not None and self.progress.is_listed and not progress.is_listed:
                    self.beginnings += 1
                self.progress = progress
                yield progress
            outcome = self._process.outcome
            if outcome != "done":
                self._failure = self._process.failure()
                self._remove()
            self._is_over = self._is_cancelled or outcome != "full"
            if not self._is_over:
                try:
                    self._start()
                except LayerError as error:
                    self._failure, self._is_over = error, True

    def result(self) -> LayerIndex:
        """The finished index: in the cache when the blob matched its digest, else one that goes when it is closed.

        Takes what events are left first. Call it once.

        Raises:
            CancelledError: it was cancelled.
            BlobMissingError: the blob is missing.
            BlobUnreadableError: this machine does not give the blob's bytes.
            WorkerLostError: the worker died.
            LayerError: the blob cannot be read at all.
        """
        for _ in self.events():
            pass
        if self._is_cancelled:
            raise CancelledError(f"the scan of {self._request.digest} was cancelled")
        if self._failure is not None:
            raise self._failure
        return _finished(self._path, self._request, self._cache, self._stamp)

    def cancel(self) -> None:
        """End the worker and remove what it wrote. From any thread; does nothing once there is a result."""
        with self._lock:
            self._is_cancelled = True
            if self._is_done:
                return
            self._process.kill()
        self._process.wait()
        self._remove()

    def __enter__(self) -> "LayerScan":
        return self

    def __exit__(self, *_: object) -> None:
        if not self._is_done:
            self.cancel()
            self._process.close()

    @property
    def _is_done(self) -> bool:
        return self._process.outcome == "done"

    def _start(self) -> None:
        with self._lock:
            place = next(self._places, None)
            if place is None:
                raise self._failure or LayerError("there is no folder to write a layer index in")
            self._failure = None
            self.progress = None
            self.beginnings += 1
            self._path = place
            request = self._request
            kept = self._cache.path_of(request.digest, request.variant)
            self._stamp = stamp_of(request.blob)
            command = command_line(request, place, self._niceness, kept if kept.parent == place.parent else None)
            self._process = WorkerProcess(command, request.blob)
            if self._is_cancelled:
                self._process.kill()

    def _remove(self) -> None:
        with suppress(OSError):
            self._path.unlink()


def index_layer(request: LayerRequest, cache: LayerCache, on_progress: OnProgress | None = None) -> LayerIndex:
    """The index of a layer, from the cache or by scanning it here and now: see `scan_layer`."""
    for variant in request.variants:
        if (found := cache.find(request.digest, variant)) is not None:
            return found
    return scan_layer(request, cache, on_progress)


def scan_layer(request: LayerRequest, cache: LayerCache, on_progress: OnProgress | None = None) -> LayerIndex:
    """Scan a layer here and now, whether its index is in the cache or not.

    Raises:
        BlobError: the blob cannot be opened or read.
        LayerError: there is no place to write an index.
    """
    stamp = stamp_of(request.blob)
    failure = "there is no folder to write a layer index in"
    for place in cache.temporary_paths(request.digest):
        try:
            build_index(request, place, on_progress)
            return _finished(place, request, cache, stamp)
        except sqlite3.Error as error:  # no room there; perhaps elsewhere
            failure = f"no layer index can be written: {error}"
            with suppress(OSError):
                place.unlink()
        except BaseException:
            with suppress(OSError):
                place.unlink()
            raise
    raise LayerError(failure)


def _finished(place: Path, request: LayerRequest, cache: LayerCache, stamp: str) -> LayerIndex:
    kept = cache.promote(place, request.digest, request.variant)
    if kept is None:
        return LayerIndex(place, remove_on_close=True)
    cache.note_seen(request.digest, request.variant, request.blob, stamp)
    return kept
