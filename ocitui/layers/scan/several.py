"""Scans of several layers, with several worker processes side by side."""

import queue
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Self

from ocitui.errors import LayerError, OcituiError
from ocitui.layers.cache import LayerCache
from ocitui.layers.index.index import LayerIndex
from ocitui.layers.scan.progress import ScanProgress
from ocitui.layers.scan.request import LayerRequest
from ocitui.layers.scan.scan import LayerScan, scan_layer
from ocitui.layers.scan.waiting import join, take

_HASHING = 4
"""Workers beside those that list, of layers that are listed before their digests are known."""

ScanResult = LayerIndex | OcituiError
"""The index of a layer, or why there is none."""


class LayerScans:
    """Scans of several layers, in the cache or not. Close them, or use them as a context manager: what runs is ended.

    Their order is that of the requests in all that is returned.
    """

    def __init__(
        self,
        requests: Sequence[LayerRequest],
        cache: LayerCache,
        *,
        workers: int = 2,
        lists_first: bool = False,
        on_progress: Callable[[LayerRequest, ScanProgress], object] | None = None,
    ) -> None:
        """Start them.

        Args:
            requests: the layers.
            cache: where the indexes are to go.
            workers: those that list the entries of layers side by side.
            lists_first: whether the entries of the next layers are listed before the digests of others are known.
            on_progress: is told how far each is.
        """
        self.on_progress = on_progress
        """Is told how far each is."""
        self._requests = requests
        self._cache = cache
        self._lists_first = lists_first
        self._results: list[ScanResult | None] = [None] * len(requests)
        self._listed: list[LayerIndex | None] = [None] * len(requests)
        self._settled: queue.SimpleQueue[int] = queue.SimpleQueue()
        """The layers that are listed, or over; some twice."""
        self._waiting: queue.SimpleQueue[int] = queue.SimpleQueue()
        # The largest first, so that no worker is left alone with a large one at the end.
        for number in sorted(range(len(requests)), key=lambda number: -(requests[number].bytes_to_read or 0)):
            self._waiting.put(number)
        self._running: dict[int, LayerScan] = {}
        self._given: list[ScanResult] = []
        """The indexes that somebody else closes."""
        self._is_given_up = threading.Event()
        self._places = threading.Semaphore(workers)
        count = min(workers + (_HASHING if lists_first else 0), len(requests))
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(count)]
        for thread in self._threads:
            thread.start()

    def take_part(self) -> None:
        """Scan layers that wait in the thread that calls, which begins sooner than a process does."""
        while True:
            try:
                number = self._waiting.get_nowait()
            except queue.Empty:
                return
            request = self._requests[number]
            report = partial(self.on_progress, request) if self.on_progress is not None else None
            try:
                self._results[number] = scan_layer(request, self._cache, report)
            except OcituiError as error:
                self._results[number] = error
            finally:
                self._settled.put(number)

    def listed(self) -> list[ScanResult]:
        """Wait until the entries of each layer are known; of some the digest is not (`LayerIndex.is_listed`).

        Whoever asks closes those; see `results`.
        """
        unknown = set(range(len(self._requests)))
        while unknown:
            unknown.discard(take(self._settled))
        return self._give([listed or self._outcome(number) for number, listed in enumerate(self._listed)])

    def results(self) -> list[ScanResult]:
        """Wait until all are over. Where a layer was read again after it was listed, the result says that."""
        for thread in self._threads:
            join(thread)
        return self._give([self._outcome(number) for number in range(len(self._requests))])

    def close(self) -> None:
        """End what is running, and start no more."""
        self._is_given_up.set()
        while not self._waiting.empty():
            with suppress(queue.Empty):
                self._waiting.get_nowait()
        for scan in list(self._running.values()):
            scan.cancel()
        for thread in self._threads:
            join(thread)
        for found in (*self._listed, *self._results):
            if isinstance(found, LayerIndex) and found not in self._given:
                found.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _give(self, results: list[ScanResult]) -> list[ScanResult]:
        self._given += results
        return results

    def _outcome(self, number: int) -> ScanResult:
        return self._results[number] or LayerError("the scan did not end")

    def _work(self) -> None:
        while True:
            self._places.acquire()
            try:
                number = self._waiting.get_nowait()
            except queue.Empty:
                self._places.release()
                return
            place = _Place(self._places)
            try:
                self._results[number] = self._scan(number, place)
            except OcituiError as error:
                self._results[number] = error
            finally:
                place.leave()
                self._settled.put(number)

    def _scan(self, number: int, place: "_Place") -> ScanResult:
        self._running[number] = scan = LayerScan(self._requests[number], self._cache)
        try:
            return self._follow(number, scan, place)
        finally:
            del self._running[number]

    def _follow(self, number: int, scan: LayerScan, place: "_Place") -> ScanResult:
        request = self._requests[number]
        if self._is_given_up.is_set():  # while it was started
            scan.cancel()
        beginnings = 0
        for progress in scan.events():
            if self.on_progress is not None:
                self.on_progress(request, progress)
            if self._lists_first and progress.is_listed and self._listed[number] is None:
                beginnings = scan.beginnings
                self._listed[number] = scan.listed_index()
                self._settled.put(number)
                place.leave()
        found = scan.result()
        if self._listed[number] is not None and scan.beginnings != beginnings:
            found.close()
            raise LayerError("it was written to while it was read")
        return found


class _Place:
    """A place among those that list; left once."""

    def __init__(self, places: threading.Semaphore) -> None:
        self._places = places
        self._is_left = False

    def leave(self) -> None:
        """Let the next one begin."""
        if not self._is_left:
            self._is_left = True
            self._places.release()


def scan_layers(
    requests: Sequence[LayerRequest],
    cache: LayerCache,
    *,
    workers: int = 2,
    takes_part: bool = False,
    on_progress: Callable[[LayerRequest, ScanProgress], object] | None = None,
) -> list[ScanResult]:
    """Scan several layers to their ends; see `LayerScans`. Whoever calls may take part, beside the workers."""
    workers = min(workers, len(requests) - takes_part)
    with LayerScans(requests, cache, workers=max(workers, 0), on_progress=on_progress) as scans:
        if takes_part:
            scans.take_part()
        return scans.results()
