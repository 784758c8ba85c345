"""Takes the index of a layer from the cache, where its blob turns out to be what that was made of."""

from collections.abc import Iterator
from time import monotonic

from ocitui.errors import CancelledError
from ocitui.layers.cache import LayerCache
from ocitui.layers.index.index import LayerIndex
from ocitui.layers.scan.progress import ScanProgress
from ocitui.layers.scan.request import LayerRequest
from ocitui.layers.scan.scan import LayerScan
from ocitui.layers.scan.unchanged import find_unchanged


class IndexReuse:
    """Like `LayerScan`: take its events until they end, then its result; or cancel it.

    The blob is hashed in the thread that takes the events. Where it is another by now, or the
    cache has no index of it, it is scanned.
    """

    def __init__(self, request: LayerRequest, cache: LayerCache, *, niceness: int = 0) -> None:
        """See `LayerScan`; nothing is started yet."""
        self._request = request
        self._cache = cache
        self._niceness = niceness
        self._is_cancelled = False
        self._moved = monotonic()
        self._index: LayerIndex | None = None
        self._scan: LayerScan | None = None

    @property
    def silence(self) -> float:
        """Seconds since it last went on."""
        return self._scan.silence if self._scan is not None else monotonic() - self._moved

    def forgive(self) -> None:
        """Count the silence from now on."""
        self._moved = monotonic()
        if self._scan is not None:
            self._scan.forgive()

    def live_index(self) -> LayerIndex | None:
        """Return the index as far as it is, where it is made anew; None until there are rows."""
        return self._scan.live_index() if self._scan is not None else None

    def listed_index(self) -> LayerIndex | None:
        """Return the index with all its entries before the digest is known; see `LayerScan`."""
        return self._scan.listed_index() if self._scan is not None else None

    def events(self) -> Iterator[ScanProgress]:
        """Progress of the scan, if there is one. Blocks while the blob is hashed.

        Raises:
            CancelledError: it was cancelled.
            BlobError: the blob cannot be opened or read.
            LayerError: see `LayerScan`.
        """
        self._index = find_unchanged(self._request, self._cache, self._went_on)
        if self._index is None:
            self._scan = LayerScan(self._request, self._cache, niceness=self._niceness)
            if self._is_cancelled:  # while it was started
                self._scan.cancel()
            yield from self._scan.events()

    def result(self) -> LayerIndex:
        """Return the index; see `LayerScan.result`."""
        if self._scan is not None:
            return self._scan.result()
        assert self._index is not None, "its events have not ended"
        if self._is_cancelled:
            self._index.close()
            raise self._cancelled()
        return self._index

    def cancel(self) -> None:
        """End it. From any thread."""
        self._is_cancelled = True
        if self._scan is not None:
            self._scan.cancel()

    def _went_on(self, _: int) -> None:
        self._moved = monotonic()
        if self._is_cancelled:
            raise self._cancelled()

    def _cancelled(self) -> CancelledError:
        return CancelledError(f"the check of {self._request.digest} was cancelled")
