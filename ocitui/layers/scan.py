"""Getting the index of a layer: from the cache, or by scanning it in a process of its own."""

import os
import queue
import sqlite3
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ocitui.errors import BlobUnreadableError, LayerError, OcituiError
from ocitui.layers.build import ScanProgress, build_index
from ocitui.layers.cache import LayerCache
from ocitui.layers.index import LayerIndex
from ocitui.layers.worker import command_line
from ocitui.spec.digest import Digest
from ocitui.transports.blob import Blob

_SURROUNDINGS = {
    "PYTHONUTF8": "1",
    # Unless it is told to keep them, glibc gives large buffers back to the system and takes them
    # again, cleared, for each piece of the stream. Other C libraries do not read this.
    "MALLOC_MMAP_THRESHOLD_": str(1 << 26),
    "MALLOC_TRIM_THRESHOLD_": str(1 << 28),
}


class ScanCancelledError(LayerError):
    """The scan was cancelled before it had a result."""


@dataclass(frozen=True, slots=True)
class LayerRequest:
    """One layer blob to index."""

    blob: Blob
    digest: Digest
    size: int | None = None
    """Bytes of the blob as its descriptor says; None when nothing says so."""
    diff_id: Digest | None = None
    """What the image configuration expects; only its algorithm matters here."""

    @property
    def diff_id_algorithm(self) -> str:
        """What to hash the unpacked stream with."""
        return self.diff_id.algorithm if self.diff_id is not None and self.diff_id.is_known else "sha256"


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
        self._failure = ""
        self._outcome = ""
        self.progress: ScanProgress | None = None
        """The last event."""
        self._start()

    @property
    def temporary_index_path(self) -> Path:
        """The file that grows. It can be opened live once there was an event: see `live_index`."""
        return self._path

    def live_index(self) -> LayerIndex | None:
        """Open the index as far as it is, read-only; None when there are no rows yet or it is over."""
        try:
            return LayerIndex(self._path, is_live=True)
        except LayerError:
            return None

    def events(self) -> Iterator[ScanProgress]:
        """Progress, about twenty times a second, until the scan ended or was cancelled. Blocks in between.

        When the disk is full the scan starts again at another place, and so does the progress.
        """
        while not self._is_over:
            for line in self._process.stdout or ():
                word, _, rest = line.rstrip("\n").partition(" ")
                if word == "progress":
                    self.progress = ScanProgress(*map(int, rest.split()))
                    yield self.progress
                else:
                    self._outcome, self._failure = word, rest
            self._end_process()
            self._is_over = self._is_cancelled or self._outcome != "full"
            if not self._is_over:
                try:
                    self._start()
                except LayerError as error:
                    self._outcome, self._failure, self._is_over = "error", str(error), True

    def result(self) -> LayerIndex:
        """The finished index: in the cache when the blob matched its digest, else one that goes when it is closed.

        Takes what events are left first. Call it once.

        Raises:
            ScanCancelledError: it was cancelled.
            BlobUnreadableError: this machine does not give the blob's bytes.
            LayerError: the blob cannot be read at all, or the worker died.
        """
        for _ in self.events():
            pass
        if self._is_cancelled:
            raise ScanCancelledError(f"the scan of {self._request.digest} was cancelled")
        if self._outcome != "done":
            self._remove()
            code = self._process.returncode
            message = self._failure or f"the scan of {self._request.digest} ended unexpectedly ({code})"
            raise BlobUnreadableError(message) if self._outcome == "unreadable" else LayerError(message)
        return _finished(self._path, self._request, self._cache)

    def cancel(self) -> None:
        """End the worker and remove what it wrote. From any thread; does nothing once there is a result."""
        with self._lock:
            self._is_cancelled = True
            if self._outcome == "done":
                return
            self._process.kill()
        self._process.wait()
        self._remove()

    def __enter__(self) -> "LayerScan":
        return self

    def __exit__(self, *_: object) -> None:
        if self._outcome != "done":
            self.cancel()
            self._end_process()

    def _start(self) -> None:
        with self._lock:
            place = next(self._places, None)
            if place is None:
                raise LayerError(self._failure or "there is no folder to write a layer index in")
            self._path = place
            self._outcome = ""
            request = self._request
            kept = self._cache.path_of(request.digest, request.blob.variant)
            command = command_line(
                request.blob,
                request.digest,
                request.size,
                request.diff_id_algorithm,
                place,
                self._niceness,
                kept if kept.parent == place.parent else None,
            )
            self._process = start_process(command)
            if self._is_cancelled:
                self._process.kill()

    def _end_process(self) -> None:
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        if self._outcome != "done":
            self._remove()

    def _remove(self) -> None:
        with suppress(OSError):
            self._path.unlink()


def start_process(command: Sequence[str]) -> "subprocess.Popen[str]":
    """Start a worker, or raise `LayerError`."""
    try:
        return subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
            errors="surrogateescape",
            env=os.environ | _SURROUNDINGS,
        )
    except OSError as error:
        raise LayerError(f"the scanning process cannot be started: {error.strerror}") from None


def index_layer(
    request: LayerRequest, cache: LayerCache, on_progress: Callable[[ScanProgress], object] | None = None
) -> LayerIndex:
    """The index of a layer, from the cache or by scanning it here and now.

    Raises:
        BlobError: the blob cannot be opened or read.
        LayerError: there is no place to write an index.
    """
    found = cache.find(request.digest, request.blob.variant)
    if found is not None:
        return found
    failure = "there is no folder to write a layer index in"
    for place in cache.temporary_paths(request.digest):
        try:
            build_index(
                request.blob,
                request.digest,
                place,
                size=request.size,
                diff_id_algorithm=request.diff_id_algorithm,
                on_progress=on_progress,
            )
            return _finished(place, request, cache)
        except sqlite3.Error as error:  # no room there; perhaps elsewhere
            failure = f"no layer index can be written: {error}"
            with suppress(OSError):
                place.unlink()
        except BaseException:
            with suppress(OSError):
                place.unlink()
            raise
    raise LayerError(failure)


def index_layers(
    requests: Sequence[LayerRequest],
    cache: LayerCache,
    *,
    workers: int = 2,
    on_progress: Callable[[LayerRequest, ScanProgress], object] | None = None,
) -> list[LayerIndex | OcituiError]:
    """The indexes of several layers, with several worker processes side by side.

    Returns:
        For each request, in order, its index or why there is none.
    """
    results: list[LayerIndex | OcituiError | None] = [
        cache.find(request.digest, request.blob.variant) for request in requests
    ]
    waiting: queue.SimpleQueue[int] = queue.SimpleQueue()
    # The largest first, so that no worker is left alone with a large one at the end.
    for number in sorted(range(len(requests)), key=lambda number: -(requests[number].size or 0)):
        if results[number] is None:
            waiting.put(number)
    running: dict[int, LayerScan] = {}

    def work() -> None:
        with suppress(queue.Empty):
            while True:
                number = waiting.get_nowait()
                request = requests[number]
                try:
                    running[number] = scan = LayerScan(request, cache)
                    for progress in scan.events():
                        if on_progress is not None:
                            on_progress(request, progress)
                    results[number] = scan.result()
                except OcituiError as error:
                    results[number] = error

    threads = [threading.Thread(target=work, daemon=True) for _ in range(min(workers, waiting.qsize()))]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    except BaseException:
        while not waiting.empty():
            with suppress(queue.Empty):
                waiting.get_nowait()
        for scan in list(running.values()):
            scan.cancel()
        raise
    return [result or LayerError("the scan did not end") for result in results]


def _finished(place: Path, request: LayerRequest, cache: LayerCache) -> LayerIndex:
    return cache.promote(place, request.digest, request.blob.variant) or LayerIndex(place, remove_on_close=True)
