"""Layers that a command answers from before their digests are known: said with the answer, and checked after it."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ocitui.commands.opened.place import remark
from ocitui.commands.status_line import StatusLine
from ocitui.errors import OcituiError
from ocitui.image.image import Layer
from ocitui.image.layer_numbers import layers_text
from ocitui.image.verify.layer_check import layer_problems
from ocitui.layers.cache import LayerCache
from ocitui.layers.scan.request import LayerRequest
from ocitui.spec.digest import Digest

if TYPE_CHECKING:
    from ocitui.layers.scan.progress import ScanProgress
    from ocitui.layers.scan.several import LayerScans, ScanResult
    from ocitui.layers.summary import LayerSummary

    OnProgress = Callable[[LayerRequest, ScanProgress], object]

LEAST = 1 << 26
"""Bytes whose digest takes long enough that somebody would wait for it."""


class WrongAnswerError(OcituiError):
    """An answer was given from bytes that are not those of the image, or nobody knows whether they are."""


class Unverified:
    """The layers that were listed before their digests were known. Close it when done."""

    def __init__(self, layers: Sequence[Layer]) -> None:
        """
        Args:
            layers: those that the answer may be from.
        """
        self._layers = layers
        self._scans: list[tuple[LayerScans, Sequence[LayerRequest]]] = []
        self._listed: dict[Digest, LayerSummary] = {}
        """The summaries of them, without their digests."""

    @property
    def numbers(self) -> tuple[int, ...]:
        """The layers whose digests are not known when the answer is given."""
        return tuple(layer.number for layer in self._layers if layer.descriptor.digest in self._listed)

    @property
    def _named(self) -> str:
        return layers_text(self.numbers, self._layers[0].noun)

    def is_of_use(self, requests: Sequence[LayerRequest]) -> bool:
        """True if there is so much to read that an answer before the digests is worth it."""
        return sum(request.size or 0 for request in requests if not request.blob.is_remote) >= LEAST

    def scan(self, requests: Sequence[LayerRequest], cache: LayerCache, show: "OnProgress") -> "list[ScanResult]":
        """Return the indexes of layers, those of plain tars as soon as their headers are read.

        Args:
            requests: the layers.
            cache: where their indexes go once they are verified.
            show: is told how far they are read.
        """
        from ocitui.layers.scan.several import LayerScans  # most layers were read before

        scans = LayerScans(requests, cache, lists_first=True, on_progress=show)
        self._scans.append((scans, requests))
        found = scans.listed()
        for request, result in zip(requests, found, strict=True):
            if not isinstance(result, OcituiError) and result.is_listed:
                self._listed[request.digest] = result.summary
        return found

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Say before the answer which layers are not verified, and check their digests after it, though it is an error.

        Raises:
            WrongAnswerError: the answer was not that of the image, or that cannot be known any more.
        """
        if self._listed:
            remark(f"{self._named} not verified yet: digests are checked after this answer")
        try:
            yield
        except OcituiError:
            self._check()
            raise
        self._check()

    def _check(self) -> None:
        if not self._listed:
            return
        sys.stdout.flush()
        problems = list(self._problems())
        if problems:
            raise WrongAnswerError(f"do not rely on this answer: {problems[0]}")
        remark(f"{self._named} verified")

    def _problems(self) -> Iterator[str]:
        """Yield what is known to be wrong now, and was not when the answer was given."""
        with StatusLine() as line:
            for scans, requests in self._scans:
                scans.on_progress = _shown(line, requests)
                for request, result in zip(requests, scans.results(), strict=True):
                    if request.digest in self._listed:
                        yield from self._problems_of(request.digest, result)

    def _problems_of(self, digest: Digest, result: "ScanResult") -> Iterator[str]:
        layers = [each for each in self._layers if each.descriptor.digest == digest]
        if isinstance(result, OcituiError):
            yield f"{layers[0].title}: {result}"
            return
        with result:
            for layer in layers:
                known = layer_problems(layer, self._listed[digest])
                yield from (str(each) for each in layer_problems(layer, result.summary)[len(known) :])
            if not result.summary.verified:  # and no more damages of its layer are kept
                yield f"{layers[0].title}: its bytes do not have this digest"

    def close(self) -> None:
        """End what still runs; nothing of it is kept."""
        for scans, _ in self._scans:
            scans.close()


def _shown(line: StatusLine, requests: Sequence[LayerRequest]) -> "OnProgress":
    """Return what shows how far layers are read."""
    read: dict[Digest, int] = {}
    size = sum(request.size or 0 for request in requests)

    def show(request: LayerRequest, progress: "ScanProgress") -> None:
        read[request.digest] = progress.blob_bytes
        line.show("layers", sum(list(read.values())), size)

    return show
