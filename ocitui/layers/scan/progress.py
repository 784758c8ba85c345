"""The progress of a scan, told as often as a screen can show it."""

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # whoever starts a worker needs none of what unpacks
    from ocitui.layers.scan.header_pipeline import HeaderPipeline
    from ocitui.layers.scan.pipeline import BlobPipeline

_INTERVAL = 0.05
"""Seconds between two reports."""


@dataclass(frozen=True, slots=True)
class ScanProgress:
    """The progress of a scan."""

    blob_bytes: int
    """Bytes of the blob read so far."""
    blob_size: int
    """Bytes of the whole blob."""
    unpacked_bytes: int
    entries: int
    is_listed: bool = False
    """True once all entries can be read, and only the digest is still to come."""


OnProgress = Callable[[ScanProgress], object]
"""Called about twenty times a second."""


class ProgressReporter:
    """Tells whoever wants to know how far a pipeline is, and nobody more often than is of use."""

    def __init__(self, pipeline: "BlobPipeline | HeaderPipeline", on_progress: OnProgress | None) -> None:
        """
        Args:
            pipeline: reads the blob.
            on_progress: is told; None if nobody wants to know.
        """
        self._pipeline = pipeline
        self._on_progress = on_progress
        self._due = 0.0
        self.is_listed = False
        """See `ScanProgress.is_listed`; said with every report from when it is set."""

    def report(self, unpacked_bytes: int, entries: int = 0, *, at_once: bool = False) -> None:
        """Tell the progress if it is time.

        Args:
            unpacked_bytes: bytes of the unpacked stream so far.
            entries: entries of the tar so far.
            at_once: whether to tell it whatever the time.
        """
        if self._on_progress is None or not (at_once or monotonic() >= self._due):
            return
        pipeline = self._pipeline
        progress = ScanProgress(pipeline.blob_bytes, pipeline.blob_size, unpacked_bytes, entries, self.is_listed)
        self._on_progress(progress)
        self._due = monotonic() + _INTERVAL
