"""The layers that are being indexed, and what is known of those that were.

A scan runs in a worker process; a thread waits for what it says and posts it to the
screen, with the layer's digest, so that what comes late for another layer is dropped.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from contextlib import suppress
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING

from textual.message import Message
from textual.screen import Screen
from textual.timer import Timer

from ocitui.display import format_size
from ocitui.errors import BLOB_MISSING, BlobMissingError, CancelledError, LayerError, OcituiError, defect
from ocitui.image.image import Image, Layer
from ocitui.image.layer_tables import LayerTables
from ocitui.image.words import with_short_digest
from ocitui.layers.cache import LayerCache
from ocitui.layers.index.index import LayerIndex
from ocitui.layers.index.placing import place_alone
from ocitui.layers.summary import LayerSummary
from ocitui.layers.toc.errors import TableError
from ocitui.spec.digest import Digest
from ocitui.transports.allowance import Allowance
from ocitui.transports.transport import Transport
from ocitui.tui.fetching import Fetching
from ocitui.tui.table_search import TableSearch

if TYPE_CHECKING:  # what scans a layer is loaded when one is scanned, after the first paint
    from ocitui.layers.scan.progress import ScanProgress
    from ocitui.layers.scan.request import LayerRequest
    from ocitui.layers.scan.reuse import IndexReuse
    from ocitui.layers.scan.scan import LayerScan

AT_ONCE = 2
"""Scans that run side by side; one more ends the oldest."""

HASHING = 4
"""Scans beside those, of layers that are listed already: only their digests are still to come."""

PROGRESS_INTERVAL = 0.2
"""Seconds between two figures of progress on the screen."""

STALLED = 10.0
"""Seconds of silence after which it is said that a scan does not move."""

LOOK_EVERY = 1.0
"""Seconds between two looks at that."""

AWAY = 5.0
"""Seconds between two looks that say that the program itself did not run: it was stopped, or the machine slept."""

SETTLED = 0.4
"""Seconds after which a cursor that stays on an image is not merely passing it."""

NICENESS = 5
"""The niceness of a scan, so that keys do not wait for it."""


class LayerOpened(Message):
    """There are rows to show: of a known index, or the first of one that is being made."""

    def __init__(self, digest: Digest, index: LayerIndex, is_growing: bool) -> None:
        super().__init__()
        self.digest = digest
        self.index = index
        self.is_growing = is_growing


class LayerScanned(Message):
    """A scan came to its end."""

    def __init__(self, digest: Digest, index: LayerIndex) -> None:
        super().__init__()
        self.digest = digest
        self.index = index


class ScanFailed(Message):
    """A layer cannot be read, or its scan was cancelled."""

    def __init__(self, digest: Digest | None, reason: str, is_problem: bool) -> None:
        super().__init__()
        self.digest = digest
        self.reason = reason
        self.is_problem = is_problem


class ScanStalled(Message):
    """A scan does not move, or does again: see `Scans.stall`."""


class Scans:
    """Opens layers for a screen, each at most once."""

    class Progress(Message):
        """A scan went on."""

        def __init__(self, digest: Digest, progress: ScanProgress) -> None:
            super().__init__()
            self.digest = digest
            self.progress = progress

        def can_replace(self, message: Message) -> bool:
            """A later figure makes an earlier one needless."""
            return isinstance(message, Scans.Progress) and message.digest == self.digest

    class Ended(Message):
        """A scan ended, and the next may begin: see `Scans.go_on`."""

    class Listed(Message):
        """All entries of a layer can be shown, and its digest is still to come: see `Scans.listed`."""

    class KnownLayers(Message):
        """It is known which layers were indexed before, of the image or of one that it is compared with."""

    def __init__(
        self, screen: Screen[None], transport: Transport, cache: LayerCache, fetching: Fetching | None = None
    ) -> None:
        """
        Args:
            screen: is told what goes on.
            transport: where the blobs are.
            cache: where layer indexes are kept.
            fetching: counts what is fetched from a registry.
        """
        self.fetching = fetching or Fetching(Allowance())
        """The bytes that are fetched from a registry, and may be."""
        self.fetching.watch(transport)
        self._screen = screen
        self._transport = transport
        self._cache = cache
        self._running: dict[Digest, LayerScan | IndexReuse] = {}
        self._lock = Lock()  # scans end in threads, at any moment
        self._waiting: list[Layer] = []
        self._pause: Timer | None = None
        """Runs until those that wait may begin."""
        self._failures: dict[Digest | None, str] = {}
        self._indexes: dict[Digest, LayerIndex] = {}
        self._scanned: dict[Digest, LayerIndex] = {}
        """Indexes of the layers themselves, for some that are known by their tables of contents: see `take_scanned`."""
        self._replaced: list[LayerIndex] = []
        """Indexes that others took the place of: somebody may still be reading them."""
        self._listed: dict[Digest, LayerIndex] = {}
        """Indexes of layers whose digests are not known yet."""
        self._timer: Timer | None = None
        self._looked = 0.0
        self._is_stalled = False
        self._postponed: set[Digest | None] = set()
        self._tables = LayerTables(transport)
        self._unusable: set[Digest | None] = set()
        """Layers whose tables of contents are of no use."""
        self._search = TableSearch(screen, self._tables, cache, self._read_on)

    def beside(self, screen: Screen[None], transport: Transport) -> Scans:
        """The same for another place, with the same cache; its messages go to another screen."""
        return Scans(screen, transport, self._cache, self.fetching)

    def known(self, layer: Layer) -> LayerIndex | None:
        """The index of a layer that was scanned, in this session or before."""
        digest = layer.descriptor.digest
        return self._indexes.get(digest) if digest else None

    def listed(self, layer: Layer) -> LayerIndex | None:
        """The index of a layer that is scanned, as soon as it has all entries: what is shown of it is not verified."""
        digest = layer.descriptor.digest
        return self._listed.get(digest) if digest and self.known(layer) is None else None

    def summary(self, layer: Layer) -> LayerSummary | None:
        """The summary of a layer."""
        index = self.known(layer)
        return index.summary if index is not None else None

    def is_running(self, layer: Layer) -> bool:
        """True if a layer is being scanned now."""
        return layer.descriptor.digest in {*self._running, *self._search.under_way}

    @property
    def coming(self) -> Set[Digest | None]:
        """The layers that are being scanned now, and those that wait for it."""
        return {*self._running, *self._search.under_way, *(layer.descriptor.digest for layer in self._waiting)}

    def failure(self, layer: Layer) -> str:
        """The reason why a layer could not be read; empty where it could, or where nobody tried."""
        return self._failures.get(layer.descriptor.digest, "")

    def stall(self, layer: Layer) -> str:
        """For how long the scan of a layer has not moved; empty where it moves."""
        digest = layer.descriptor.digest
        scan = self._running.get(digest) if digest is not None else None
        if scan is None or scan.silence < STALLED:
            return ""
        return f"{layer.name} has not moved for {scan.silence:.0f} s"

    @property
    def app(self) -> object:
        """The app of the screen that hears of it."""
        return self._screen.app

    def problem(self, layer: Layer, key: str) -> str:
        """The reason why a layer is unknown, or not known yet, and a remedy; empty where it is known, or may soon be.

        Args:
            layer: the layer.
            key: the name of the key that gives it another try.
        """
        stall = self.stall(layer)
        if stall:
            return f"{stall}; {key} starts it again"
        failure = self.failure(layer)
        return failure and f"{failure}; {key} {self.remedy(layer)}"

    def remedy(self, layer: Layer) -> str:
        """The words for what another try does."""
        digest = layer.descriptor.digest
        if digest in self._postponed:
            return "fetches it"
        if BLOB_MISSING in self._failures.get(digest, ""):
            return "looks again"
        return "reads the layer itself" if digest in self._unusable else "reads it again"

    def look_up(self, image: Image) -> None:
        """Find out, off the screen's thread, which layers are in the cache, and their blobs what they were."""
        self._screen.run_worker(
            lambda: self.learn(image.layers), thread=True, group="known-layers", exit_on_error=False
        )

    def learn(self, layers: Sequence[Layer]) -> None:
        """Find out the same of some layers in the thread that calls, and tell the screen.

        No blob is read: one that was not seen before is hashed once its layer is opened. What was listed from a table
        of contents and has been scanned since waits for `take_scanned`.
        """
        for layer in layers:
            digest, before = layer.descriptor.digest, self.known(layer)
            if digest is None or digest in self._scanned or (before is not None and before.summary.basis.is_scan):
                continue
            index = layer.find_index(self._cache)
            if index is None:
                continue
            if before is None:
                self._know(digest, index)
            elif index.summary.basis.is_scan:
                _place(index)
                self._scanned[digest] = index
            else:
                index.close()
        self._screen.post_message(self.KnownLayers())

    def take_scanned(self, replaced: dict[Digest, LayerIndex]) -> bool:
        """Let indexes of the layers themselves take the place of those that rest on tables of contents.

        Args:
            replaced: is given those that were known until now, before others are. They stay open: an entry is of one
                index, and another counts entries and their places in the layer in another way.

        Returns:
            Whether there are any.
        """
        taken, self._scanned = self._scanned, {}
        before = {digest: self._indexes[digest] for digest in taken}
        replaced.update(before)
        self._replaced += before.values()
        self._indexes.update(taken)
        return bool(taken)

    def open(self, layer: Layer) -> None:
        """Show a layer: at once when it is known, else while it is scanned."""
        digest = layer.descriptor.digest
        index = self.known(layer)
        if digest is not None and index is not None:
            self._screen.post_message(LayerOpened(digest, index, False))
            return
        running = self._running.get(digest) if digest is not None else None
        if digest is not None and running is not None:
            self._show_growing(digest, running)
            return
        if digest is not None and self._search.begin([layer]):
            self._search.to_open[digest] = layer
            return
        if self._postpone([layer]):
            return
        while not self._has_room:
            self._cancel(next(iter(self._running)))
        self._start(layer)

    def _read_on(self, layers: Sequence[Layer]) -> None:
        """Read layers that were opened, and those that wait, now that their tables were looked for."""
        for layer in layers:
            self.open(layer)
        if self._pause is None:
            self._begin()

    def _postpone(self, layers: Sequence[Layer]) -> bool:
        """Leave layers of a registry until somebody wants them all the same, where they are much to fetch."""
        remote = [layer for layer in layers if layer.blob is not None and layer.blob.is_remote]
        size = sum(map(self._tables.bytes_to_fetch, remote))
        if not self.fetching.allowance.would_exceed(size):
            return False
        for layer in remote:
            digest = layer.descriptor.digest
            self._postponed.add(digest)
            self._failures[digest] = f"{format_size(size)} must be fetched from the registry"
            self._screen.post_message(ScanFailed(digest, self._failures[digest], False))
        return bool(remote)

    def _start(self, layer: Layer) -> None:
        from ocitui.layers.scan.reuse import IndexReuse
        from ocitui.layers.scan.scan import LayerScan

        try:
            request = self._tables.request(layer)
            scan = (IndexReuse if self._search.is_kept(request) else LayerScan)(request, self._cache, niceness=NICENESS)
        except OcituiError as error:
            problem = with_short_digest(str(error), layer.descriptor)
            self._failures[layer.descriptor.digest] = problem
            self._screen.post_message(ScanFailed(layer.descriptor.digest, problem, True))
            return
        digest = request.digest
        self._running[digest] = scan
        if request.blob.is_remote:  # by a process of its own, which nobody else counts
            self.fetching.allowance.take(request.bytes_to_read or 0)
        self._watch_silence()
        self._screen.run_worker(
            lambda: self._watch(layer, request, scan), thread=True, group="scans", exit_on_error=False, exclusive=False
        )

    def want(self, layers: Sequence[Layer], *, after: float = 0.0) -> None:
        """Index those of these layers that are not known yet, two side by side, in their order.

        Args:
            layers: the layers; those that were wanted before and have not begun are wanted no more.
            after: seconds until the first of them begins, where nobody wants others meanwhile.
        """
        self._end_pause()
        self._waiting = [
            layer
            for layer in layers
            if self.known(layer) is None and layer.descriptor.digest not in self._running and not self.failure(layer)
        ]
        if after and self._waiting:
            self._pause = self._screen.set_timer(after, self._begin)
        else:
            self._begin()

    def _begin(self) -> None:
        self._end_pause()
        if self._search.begin(self._waiting):
            return
        if self._postpone(self._waiting):
            self._waiting = [layer for layer in self._waiting if not self.failure(layer)]
        self.go_on()

    def _end_pause(self) -> None:
        if self._pause is not None:
            self._pause.stop()
            self._pause = None

    def give_another_try(self, layers: Sequence[Layer]) -> list[Layer]:
        """Forget why some layers could not be read, and end scans that do not move.

        Returns:
            These layers, for who wants them read.
        """
        again = [layer for layer in layers if self.problem(layer, "")]
        for layer in again:
            digest = layer.descriptor.digest
            self._failures.pop(digest, None)
            if digest in self._postponed:
                self.fetching.allowance.give_all()
            self._postponed.discard(digest)
            if digest in self._running:
                self._cancel(digest)
        return again

    @property
    def is_busy(self) -> bool:
        """True if a layer is being indexed, or waits for it."""
        return bool(self._running or self._search.under_way or self._waiting)

    def go_on(self) -> None:
        """Begin scans that wait, as long as there is room for them."""
        while self._waiting and self._pause is None and not self._search.under_way and self._has_room:
            layer = self._waiting.pop(0)
            if self.known(layer) is None and not self.is_running(layer):
                self._start(layer)

    @property
    def _has_room(self) -> bool:
        running = list(self._running)
        listing = sum(digest not in self._listed for digest in running)
        return listing < AT_ONCE and len(running) < AT_ONCE + HASHING

    def stop(self) -> None:
        """End every scan and forget what waits."""
        self._end_pause()
        self._waiting.clear()
        self._search.to_open.clear()
        for digest in list(self._running):
            self._cancel(digest)

    def cancel(self, layer: Layer) -> None:
        """End the scan of a layer; choosing it again starts it anew."""
        digest = layer.descriptor.digest
        if digest is not None and digest in self._running:
            self._cancel(digest)
        elif digest is not None:
            self._search.to_open.pop(digest, None)

    def close(self) -> None:
        """End all scans and let go of all indexes, for when the program ends."""
        self.stop()
        indexes = (*self._indexes.values(), *self._scanned.values(), *self._replaced, *self._listed.values())
        for index in indexes:
            index.close()
        for kept in (self._indexes, self._scanned, self._replaced, self._listed):
            kept.clear()

    def _cancel(self, digest: Digest) -> None:
        with self._lock:
            scan = self._running.pop(digest, None)
        if scan is not None:  # else it has just ended
            scan.cancel()
        self._unlist(digest)

    def _watch_silence(self) -> None:
        if self._timer is None:
            self._timer = self._screen.set_interval(LOOK_EVERY, self._look)
        self._looked = monotonic()
        self._timer.resume()

    def _look(self) -> None:
        """Say it when a scan has been silent for long."""
        before, self._looked = self._looked, monotonic()
        running = list(self._running.values())
        if self._looked - before > AWAY:
            for scan in running:
                scan.forgive()
        was_stalled = self._is_stalled
        self._is_stalled = any(scan.silence >= STALLED for scan in running)
        if self._is_stalled or was_stalled:
            self._screen.post_message(ScanStalled())
        elif not self._running and self._timer is not None:
            self._timer.pause()

    def _show_growing(self, digest: Digest, scan: LayerScan | IndexReuse) -> None:
        index = scan.live_index()
        if index is not None:
            self._screen.post_message(LayerOpened(digest, index, True))

    def _watch(self, layer: Layer, request: LayerRequest, scan: LayerScan | IndexReuse) -> None:
        """Pass on what a scan says, in a thread of its own."""

        digest, post = request.digest, self._screen.post_message
        is_shown = False
        due = 0.0
        try:
            for progress in scan.events():
                if not is_shown and progress.entries:
                    is_shown = True
                    self._show_growing(digest, scan)
                if progress.is_listed and digest not in self._listed:
                    self._list(digest, scan)
                if monotonic() >= due:
                    due = monotonic() + PROGRESS_INTERVAL
                    post(self.Progress(digest, progress))
            index = scan.result()
        except CancelledError:
            self._unlist(digest)
            post(ScanFailed(digest, "cancelled", False))
            return
        except TableError as error:
            self._settle(layer, request, scan, error)
            return
        except Exception as error:  # else the layer would be read for ever
            problem = str(error) if isinstance(error, OcituiError) else defect(error)
            if isinstance(error, BlobMissingError):
                problem = layer.missing_text
            self._fail(layer, digest, scan, problem)
            return
        self._know(digest, index)
        self._forget(digest, scan)
        post(LayerScanned(digest, index))

    def _settle(self, layer: Layer, request: LayerRequest, scan: LayerScan | IndexReuse, error: TableError) -> None:
        """Read a table at another place, where that is told; to read the layer itself is for a key."""
        try:
            why = self._tables.settle(request, error)
        except OcituiError as other:
            why = str(other)
        if why:
            self._unusable.add(request.digest)
            self._fail(layer, request.digest, scan, why)
        else:
            self._search.under_way.add(request.digest)  # until it is read there
            self._forget(request.digest, scan)
            self._screen.call_later(self._read_elsewhere, layer, request)

    def _read_elsewhere(self, layer: Layer, request: LayerRequest) -> None:
        self._waiting.insert(0, layer)
        self._search.end([request.digest])

    def _fail(self, layer: Layer, digest: Digest, scan: LayerScan | IndexReuse, problem: str) -> None:
        failure = with_short_digest(f"{layer.name}: {problem}", layer.descriptor)
        self._failures[digest] = failure
        self._forget(digest, scan)
        self._screen.post_message(ScanFailed(digest, failure, True))

    def _know(self, digest: Digest, index: LayerIndex) -> None:
        """Keep an index, in a thread, where what takes long of it is done before a pane asks."""
        _place(index)
        self._indexes[digest] = index

    def _list(self, digest: Digest, scan: LayerScan | IndexReuse) -> None:
        """Keep an index until the digest of its layer is known."""
        index = scan.listed_index()
        if index is None:
            return
        _place(index)
        with self._lock:
            is_wanted = self._running.get(digest) is scan
            if is_wanted:
                self._listed[digest] = index
        if is_wanted:
            self._screen.post_message(self.Listed())
        else:
            index.close()

    def _unlist(self, digest: Digest) -> None:
        with self._lock:
            index = self._listed.pop(digest, None)
            if index is not None:
                self._replaced.append(index)

    def _forget(self, digest: Digest, scan: LayerScan | IndexReuse) -> None:
        with self._lock:
            if self._running.get(digest) is scan:
                del self._running[digest]
        self._unlist(digest)
        self._screen.post_message(self.Ended())


def _place(index: LayerIndex) -> None:
    with suppress(LayerError):  # the pane says it
        place_alone(index)
