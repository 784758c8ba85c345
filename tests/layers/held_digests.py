"""Scans in this process whose digests wait until they may be computed, so that all else comes before them."""

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from queue import SimpleQueue
from time import monotonic

import pytest

from ocitui.layers.scan import header_pipeline, scan
from ocitui.layers.scan.build import build_index
from ocitui.layers.scan.hasher import HashedBlob, hash_blob
from ocitui.layers.scan.progress import ScanProgress
from ocitui.layers.scan.request import LayerRequest
from ocitui.transports.blob import Blob
from tests.patience import PATIENCE


class _Here:
    """A worker that does its work in this process."""

    outcome = rest = ""

    def __init__(self, command: Sequence[str], blob: Blob | None = None) -> None:
        target, *words = command
        self._target, self._request = Path(target), LayerRequest.from_args(words)
        self._said: SimpleQueue[ScanProgress | None] = SimpleQueue()
        self._moved = monotonic()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        try:
            build_index(self._request, self._target, self._said.put)
            self.outcome = "done"
        finally:
            self._said.put(None)

    def events(self) -> Iterator[ScanProgress]:
        while (progress := self._said.get(timeout=PATIENCE)) is not None:
            self._moved = monotonic()
            yield progress
        self._thread.join()

    @property
    def silence(self) -> float:
        return monotonic() - self._moved

    def kill(self) -> None:
        """It ends by itself."""

    def wait(self) -> None:
        self._thread.join()


def _command_here(request: LayerRequest, target: Path, *_: object) -> list[str]:
    """What `_Here` is told."""
    return [str(target), *request.to_args()]


def hold_digests(
    monkeypatch: pytest.MonkeyPatch, may_hash: threading.Event, before_digest: Callable[[], object] = lambda: None
) -> None:
    """Have digests of plain layers wait for an event, and do something before each."""

    def hashed(blob: Blob, algorithm: str, on_bytes: Callable[[int], bool]) -> HashedBlob | None:
        assert may_hash.wait(PATIENCE)
        before_digest()
        return hash_blob(blob, algorithm, on_bytes)

    monkeypatch.setattr(header_pipeline, "hash_blob", hashed)
    monkeypatch.setattr(scan, "WorkerProcess", _Here)
    monkeypatch.setattr(scan, "command_line", _command_here)
