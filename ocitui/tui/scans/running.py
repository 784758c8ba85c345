"""The scans that are under way. Each runs in a worker process; a thread waits for what it says and posts it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING

from textual.screen import Screen
from textual.timer import Timer

from ocitui.errors import CancelledError, LayerError
from ocitui.image.image import Layer
from ocitui.layers.index.index import LayerIndex
from ocitui.layers.index.placing import place_alone
from ocitui.spec.digest import Digest
from ocitui.tui.scans.messages import LayerListed, LayerOpened, ScanEnded, ScanFailed, ScanMoved, ScanStalled

if TYPE_CHECKING:  # what scans a layer is loaded when one is scanned, after the first paint
    from ocitui.layers.scan.request import LayerRequest
    from ocitui.layers.scan.reuse import IndexReuse
    from ocitui.layers.scan.scan import LayerScan

    Scan = LayerScan | IndexReuse

AT_ONCE = 2
"""Scans that run side by side."""

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


class RunningScans:
    """Watches scans, by the digests of their layers, and holds what they have listed."""

    def __init__(
        self, screen: Screen[None], on_end: Callable[[Layer, LayerRequest, Scan, LayerIndex | Exception], object]
    ) -> None:
        """
        Args:
            screen: is told what goes on.
            on_end: is given what a scan that was not cancelled came to, in its thread; it must `forget` the scan.
        """
        self._screen = screen
        self._on_end = on_end
        self._scans: dict[Digest, Scan] = {}
        self._listed: dict[Digest, LayerIndex] = {}
        """Indexes of layers whose digests are not known yet."""
        self._unlisted: list[LayerIndex] = []
        """Those that were: somebody may still be reading them."""
        self._lock = Lock()  # scans end in threads, at any moment
        self._timer: Timer | None = None
        self._looked = 0.0
        self._is_stalled = False

    @property
    def digests(self) -> list[Digest]:
        """The layers that are scanned now, the oldest scan first."""
        return list(self._scans)

    @property
    def has_room(self) -> bool:
        """True if another may run beside them."""
        running = self.digests
        listing = sum(digest not in self._listed for digest in running)
        return listing < AT_ONCE and len(running) < AT_ONCE + HASHING

    def listed(self, digest: Digest) -> LayerIndex | None:
        """The index of a layer that has all entries, and whose digest is not known yet."""
        return self._listed.get(digest)

    def stall(self, layer: Layer) -> str:
        """For how long the scan of a layer has not moved; empty where it moves."""
        digest = layer.descriptor.digest
        scan = self._scans.get(digest) if digest is not None else None
        if scan is None or scan.silence < STALLED:
            return ""
        return f"{layer.name} has not moved for {scan.silence:.0f} s"

    def begin(self, layer: Layer, request: LayerRequest, scan: Scan) -> None:
        """Watch a scan of a layer until it ends."""
        self._scans[request.digest] = scan
        self._watch_silence()
        self._screen.run_worker(
            lambda: self._watch(layer, request, scan), thread=True, group="scans", exit_on_error=False, exclusive=False
        )

    def show(self, digest: Digest) -> bool:
        """Show the rows that there are of a layer; false where it is not being scanned."""
        scan = self._scans.get(digest)
        if scan is None:
            return False
        self._show_growing(digest, scan)
        return True

    def cancel(self, digest: Digest) -> None:
        """End a scan."""
        with self._lock:
            scan = self._scans.pop(digest, None)
        if scan is not None:  # else it has just ended
            scan.cancel()
        self._unlist(digest)

    def forget(self, digest: Digest, scan: Scan) -> None:
        """Take note that a scan has ended, unless another one of the layer was begun since."""
        with self._lock:
            if self._scans.get(digest) is scan:
                del self._scans[digest]
        self._unlist(digest)
        self._screen.post_message(ScanEnded())

    def close(self) -> None:
        """End all, and let go of their indexes."""
        for digest in self.digests:
            self.cancel(digest)
        for index in (*self._listed.values(), *self._unlisted):
            index.close()
        self._listed.clear()
        self._unlisted.clear()

    def _watch(self, layer: Layer, request: LayerRequest, scan: Scan) -> None:
        """Pass on what a scan says, in a thread of its own."""
        digest = request.digest
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
                    self._screen.post_message(ScanMoved(digest, progress))
            outcome = scan.result()
        except CancelledError:
            self._unlist(digest)
            self._screen.post_message(ScanFailed(digest, "cancelled", False))
        except Exception as error:  # else the layer would be read for ever
            self._on_end(layer, request, scan, error)
        else:
            self._on_end(layer, request, scan, outcome)

    def _show_growing(self, digest: Digest, scan: Scan) -> None:
        index = scan.live_index()
        if index is not None:
            self._screen.post_message(LayerOpened(digest, index, True))

    def _list(self, digest: Digest, scan: Scan) -> None:
        """Keep an index until the digest of its layer is known."""
        index = scan.listed_index()
        if index is None:
            return
        place(index)
        with self._lock:
            is_wanted = self._scans.get(digest) is scan
            if is_wanted:
                self._listed[digest] = index
        if is_wanted:
            self._screen.post_message(LayerListed())
        else:
            index.close()

    def _unlist(self, digest: Digest) -> None:
        with self._lock:
            index = self._listed.pop(digest, None)
            if index is not None:
                self._unlisted.append(index)

    def _watch_silence(self) -> None:
        if self._timer is None:
            self._timer = self._screen.set_interval(LOOK_EVERY, self._look)
        self._looked = monotonic()
        self._timer.resume()

    def _look(self) -> None:
        """Say it when a scan has been silent for long."""
        before, self._looked = self._looked, monotonic()
        running = list(self._scans.values())
        if self._looked - before > AWAY:
            for scan in running:
                scan.forgive()
        was_stalled = self._is_stalled
        self._is_stalled = any(scan.silence >= STALLED for scan in running)
        if self._is_stalled or was_stalled:
            self._screen.post_message(ScanStalled())
        elif not self._scans and self._timer is not None:
            self._timer.pause()


def place(index: LayerIndex) -> None:
    """Do what takes long of an index in a thread, before a pane asks for it."""
    with suppress(LayerError):  # the pane says it
        place_alone(index)
