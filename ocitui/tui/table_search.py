"""The look at layers in a registry before they are read: for their tables of contents, and for what they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
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
    """Asks the registry in threads. All else is for the screen's thread."""

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
        """Look at those layers that must be, or are worth it; whether any are looked at now."""
        found: dict[Digest, Callable[[], object]] = {}
        for layer in layers:
            with suppress(OcituiError):  # is said where it is read
                if (digest := layer.descriptor.digest) is not None and self._tables.is_unread(layer):
                    found[digest] = partial(self._tables.request, layer)
                    continue
                request = self._tables.request(layer)
                if self._tables.is_worth_a_look(request) and not self.is_kept(request):
                    found[request.digest] = partial(self._tables.look, request)
        new = {digest: look for digest, look in found.items() if digest not in self.under_way}
        self.under_way.update(new)

        def look_at_all() -> None:
            for look in new.values():
                with suppress(OcituiError):  # is said where it is read
                    look()
            self._screen.call_later(self.end, [*new])

        if new:
            self._screen.run_worker(look_at_all, thread=True, group="tables", exit_on_error=False)
        return bool(found)

    def end(self, digests: Sequence[Digest]) -> None:
        """Tell that some layers were looked at."""
        self.under_way.difference_update(digests)
        found = [self.to_open.pop(digest, None) for digest in digests]
        self._on_end([layer for layer in found if layer is not None])

    def is_kept(self, request: LayerRequest) -> bool:
        """True if the index of a layer is in the cache."""
        return any(self._cache.has_index(request.digest, variant) for variant in request.variants)
