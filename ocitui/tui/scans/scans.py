"""The layers that are to be indexed, in their order, and what is known of those that were."""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import TYPE_CHECKING, NamedTuple

from textual.screen import Screen
from textual.timer import Timer

from ocitui.display import format_size
from ocitui.errors import BlobMissingError, OcituiError, defect
from ocitui.image.image import Image, Layer
from ocitui.image.layer_tables import LayerTables
from ocitui.image.words import with_short_digest
from ocitui.layers.cache import LayerCache
from ocitui.layers.index.index import LayerIndex
from ocitui.layers.summary import LayerSummary
from ocitui.layers.toc.errors import TableError
from ocitui.spec.digest import Digest
from ocitui.transports.allowance import Allowance
from ocitui.transports.transport import Transport
from ocitui.tui.fetching import Fetching
from ocitui.tui.scans.messages import LayerOpened, LayerScanned, LayersKnown, ScanFailed
from ocitui.tui.scans.running import RunningScans, place
from ocitui.tui.table_search import TableSearch

if TYPE_CHECKING:  # what scans a layer is loaded when one is scanned, after the first paint
    from ocitui.layers.scan.request import LayerRequest
    from ocitui.tui.scans.running import Scan

NICENESS = 5
"""The niceness of a scan, so that keys do not wait for it."""


class _Failure(NamedTuple):
    """The reason why a layer is not known."""

    text: str
    is_missing: bool = False
    """True if it is that its blob is missing."""


class Scans:
    """Opens layers for a screen, each at most once."""

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
        self._running = RunningScans(screen, self._end)
        self._waiting: list[Layer] = []
        self._pause: Timer | None = None
        """Runs until those that wait may begin."""
        self._failures: dict[Digest | None, _Failure] = {}
        self._indexes: dict[Digest, LayerIndex] = {}
        self._scanned: dict[Digest, LayerIndex] = {}
        """Indexes of the layers themselves, for some that are known by their tables of contents: see `take_scanned`."""
        self._replaced: list[LayerIndex] = []
        """Indexes that others took the place of: somebody may still be reading them."""
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
        return self._running.listed(digest) if digest and self.known(layer) is None else None

    def summary(self, layer: Layer) -> LayerSummary | None:
        """The summary of a layer."""
        index = self.known(layer)
        return index.summary if index is not None else None

    def is_running(self, layer: Layer) -> bool:
        """True if a layer is being scanned now."""
        return layer.descriptor.digest in {*self._running.digests, *self._search.under_way}

    @property
    def coming(self) -> Set[Digest | None]:
        """The layers that are being scanned now, and those that wait for it."""
        return {*self._running.digests, *self._search.under_way, *(layer.descriptor.digest for layer in self._waiting)}

    def failure(self, layer: Layer) -> str:
        """The reason why a layer could not be read; empty where it could, or where nobody tried."""
        failure = self._failures.get(layer.descriptor.digest)
        return failure.text if failure is not None else ""

    def is_missing(self, layer: Layer) -> bool:
        """True if a layer could not be read since its blob is missing."""
        failure = self._failures.get(layer.descriptor.digest)
        return failure is not None and failure.is_missing

    def stall(self, layer: Layer) -> str:
        """For how long the scan of a layer has not moved; empty where it moves."""
        return self._running.stall(layer)

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
        if self.is_missing(layer):
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
                place(index)
                self._scanned[digest] = index
            else:
                index.close()
        self._screen.post_message(LayersKnown())

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
        if digest is not None and self._running.show(digest):
            return
        if digest is not None and self._search.begin([layer]):
            self._search.to_open[digest] = layer
            return
        if self._postpone([layer]):
            return
        while not self._running.has_room:
            self._running.cancel(self._running.digests[0])
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
            self._failures[digest] = _Failure(f"{format_size(size)} must be fetched from the registry")
            self._screen.post_message(ScanFailed(digest, self._failures[digest].text, False))
        return bool(remote)

    def _start(self, layer: Layer) -> None:
        from ocitui.layers.scan.reuse import IndexReuse
        from ocitui.layers.scan.scan import LayerScan

        try:
            request = self._tables.request(layer)
            scan = (IndexReuse if self._search.is_kept(request) else LayerScan)(request, self._cache, niceness=NICENESS)
        except OcituiError as error:
            problem = with_short_digest(str(error), layer.descriptor)
            self._failures[layer.descriptor.digest] = _Failure(problem, isinstance(error, BlobMissingError))
            self._screen.post_message(ScanFailed(layer.descriptor.digest, problem, True))
            return
        if request.blob.is_remote:  # by a process of its own, which nobody else counts
            self.fetching.allowance.take(request.bytes_to_read or 0)
        self._running.begin(layer, request, scan)

    def want(self, layers: Sequence[Layer], *, after: float = 0.0) -> None:
        """Index those of these layers that are not known yet, two side by side, in their order.

        Args:
            layers: the layers; those that were wanted before and have not begun are wanted no more.
            after: seconds until the first of them begins, where nobody wants others meanwhile.
        """
        self._end_pause()
        running = self._running.digests
        self._waiting = [
            layer
            for layer in layers
            if self.known(layer) is None and layer.descriptor.digest not in running and not self.failure(layer)
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
            if digest is not None:
                self._running.cancel(digest)
        return again

    @property
    def is_busy(self) -> bool:
        """True if a layer is being indexed, or waits for it."""
        return bool(self._running.digests or self._search.under_way or self._waiting)

    def go_on(self) -> None:
        """Begin scans that wait, as long as there is room for them."""
        while self._waiting and self._pause is None and not self._search.under_way and self._running.has_room:
            layer = self._waiting.pop(0)
            if self.known(layer) is None and not self.is_running(layer):
                self._start(layer)

    def stop(self) -> None:
        """End every scan and forget what waits."""
        self._end_pause()
        self._waiting.clear()
        self._search.to_open.clear()
        for digest in self._running.digests:
            self._running.cancel(digest)

    def cancel(self, layer: Layer) -> None:
        """End the scan of a layer; choosing it again starts it anew."""
        digest = layer.descriptor.digest
        if digest is not None and digest in self._running.digests:
            self._running.cancel(digest)
        elif digest is not None:
            self._search.to_open.pop(digest, None)

    def close(self) -> None:
        """End all scans and let go of all indexes, for when the program ends."""
        self.stop()
        self._running.close()
        for index in (*self._indexes.values(), *self._scanned.values(), *self._replaced):
            index.close()
        for kept in (self._indexes, self._scanned, self._replaced):
            kept.clear()

    def _end(self, layer: Layer, request: LayerRequest, scan: Scan, outcome: LayerIndex | Exception) -> None:
        """Take what a scan came to, in its thread."""
        if isinstance(outcome, LayerIndex):
            self._know(request.digest, outcome)
            self._running.forget(request.digest, scan)
            self._screen.post_message(LayerScanned(request.digest, outcome))
        elif isinstance(outcome, TableError):
            self._settle(layer, request, scan, outcome)
        elif isinstance(outcome, BlobMissingError):
            self._fail(layer, request, scan, _Failure(layer.missing_text, is_missing=True))
        else:
            self._fail(
                layer, request, scan, _Failure(str(outcome) if isinstance(outcome, OcituiError) else defect(outcome))
            )

    def _settle(self, layer: Layer, request: LayerRequest, scan: Scan, error: TableError) -> None:
        """Read a table at another place, where that is told; to read the layer itself is for a key."""
        try:
            failure = _Failure(self._tables.settle(request, error))
        except OcituiError as other:
            failure = _Failure(str(other), isinstance(other, BlobMissingError))
        if failure.text:
            self._unusable.add(request.digest)
            self._fail(layer, request, scan, failure)
        else:
            self._search.under_way.add(request.digest)  # until it is read there
            self._running.forget(request.digest, scan)
            self._screen.call_later(self._read_elsewhere, layer, request)

    def _read_elsewhere(self, layer: Layer, request: LayerRequest) -> None:
        self._waiting.insert(0, layer)
        self._search.end([request.digest])

    def _fail(self, layer: Layer, request: LayerRequest, scan: Scan, failure: _Failure) -> None:
        text = with_short_digest(f"{layer.name}: {failure.text}", layer.descriptor)
        self._failures[request.digest] = failure._replace(text=text)
        self._running.forget(request.digest, scan)
        self._screen.post_message(ScanFailed(request.digest, text, True))

    def _know(self, digest: Digest, index: LayerIndex) -> None:
        """Keep an index, in a thread, where what takes long of it is done before a pane asks."""
        place(index)
        self._indexes[digest] = index
