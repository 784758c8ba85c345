"""The messages by which a screen hears of its layers, with their digests: what comes late for another is dropped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

from ocitui.layers.index.index import LayerIndex
from ocitui.spec.digest import Digest

if TYPE_CHECKING:  # what scans a layer is loaded when one is scanned, after the first paint
    from ocitui.layers.scan.progress import ScanProgress


class LayerOpened(Message):
    """There are rows to show: of a known index, or the first of one that is being made."""

    def __init__(self, digest: Digest, index: LayerIndex, is_growing: bool) -> None:
        super().__init__()
        self.digest = digest
        self.index = index
        self.is_growing = is_growing


class LayerListed(Message):
    """All entries of a layer can be shown, and its digest is still to come."""


class LayerScanned(Message):
    """A scan came to its end."""

    def __init__(self, digest: Digest, index: LayerIndex) -> None:
        super().__init__()
        self.digest = digest
        self.index = index


class LayersKnown(Message):
    """It is known which layers were indexed before, of the image or of one that it is compared with."""


class ScanMoved(Message):
    """A scan went on."""

    def __init__(self, digest: Digest, progress: ScanProgress) -> None:
        super().__init__()
        self.digest = digest
        self.progress = progress

    def can_replace(self, message: Message) -> bool:
        """A later figure makes an earlier one needless."""
        return isinstance(message, ScanMoved) and message.digest == self.digest


class ScanStalled(Message):
    """A scan does not move, or does again."""


class ScanFailed(Message):
    """A layer cannot be read, or its scan was cancelled."""

    def __init__(self, digest: Digest | None, reason: str, is_problem: bool) -> None:
        super().__init__()
        self.digest = digest
        self.reason = reason
        self.is_problem = is_problem


class ScanEnded(Message):
    """A scan ended, well or not, and the next may begin."""
