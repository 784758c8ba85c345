"""The search for tables of contents at the ends of layers, before these are read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from textual.screen import Screen

from ocitui.errors import OcituiError
from ocitui.image.image import Layer
from ocitui.image.layer_tables import LayerTables
from ocitui.layers.cache import LayerCache
from ocitui.spec.digest import Digest

if TYPE_CHECKING:  # loaded when a layer is read
    from ocitui.layers.scan.request import LayerRequest


class TableSearch:
    """Looks for the tables of layers in threads. All else is for the screen's thread."""

    def __init__(
        self,
        screen: Screen[None],
        tables: LayerTables,
        cache: LayerCache,
        on_end: Callable[[Sequence[Layer]], object],
    ) -> None:
        """
        Args:
            screen: runs the threads.
            tables: keeps what is found.
            cache: has the indexes of layers that are looked for no more.
            on_end: is given those of some layers that were to be opened, now that they were looked at.
        """
        self._screen = screen
        self._tables = tables
        self._cache = cache
        self._on_end = on_end
        self.under_way: set[Digest] = set()
        """The layers that are looked at now."""
        self.to_open: dict[Digest, Layer] = {}
        """Those of them that somebody wants to see."""

    def begin(self, layers: Sequence[Layer]) -> bool:
        """Look for the tables of those layers that are worth it; whether any are looked at now."""
        requests: list[LayerRequest] = []
        for layer in layers:
            with suppress(OcituiError):  # is said where it is read
                request = self._tables.request(layer)
                if self._tables.is_worth_a_look(request) and not self.is_kept(request):
                    requests.append(request)
        new = [request for request in requests if request.digest not in self.under_way]
        self.under_way.update(request.digest for request in new)

        def look() -> None:
            for request in new:
                with suppress(OcituiError):  # is said where it is read
                    self._tables.look(request)
            self._screen.call_later(self.end, new)

        if new:
            self._screen.run_worker(look, thread=True, group="tables", exit_on_error=False)
        return bool(requests)

    def end(self, requests: Sequence[LayerRequest]) -> None:
        """Tell that some layers were looked at."""
        self.under_way.difference_update(request.digest for request in requests)
        found = [self.to_open.pop(request.digest, None) for request in requests]
        self._on_end([layer for layer in found if layer is not None])

    def is_kept(self, request: LayerRequest) -> bool:
        """True if the index of a layer is in the cache."""
        return any(self._cache.has_index(request.digest, variant) for variant in request.variants)
