"""Compares a layer's tar-split with its tar, byte by byte, while that is read."""

from collections.abc import Iterator

from ocitui.layers.summary import Findings
from ocitui.layers.toc.errors import TableError
from ocitui.layers.warnings import LayerWarning
from ocitui.transports.containers_storage.split_runs import SplitPart


class SplitComparison:
    """Is given the bytes of the tar. The first difference is told, and none after it."""

    def __init__(self, findings: Findings, parts: Iterator[SplitPart]) -> None:
        """
        Args:
            findings: where a difference goes.
            parts: of the tar-split.
        """
        self._findings = findings
        self._parts = parts
        self._part = SplitPart(None, 0, b"")
        self._at = 0
        """Bytes of the part that were compared."""
        self._position = 0
        self._is_over = False

    def take(self, data: bytes) -> None:
        """Take the next bytes of the tar."""
        at = 0
        while at < len(data) and not self._is_over:
            if self._at == self._part.size and not self._next():
                self._tell(f"it ends at offset {self._position + at:,} of the unpacked layer, which does not")
                break
            size = min(self._part.size - self._at, len(data) - at)
            said, found = self._part.data[self._at : self._at + size], data[at : at + size]
            if self._part.name is None and said != found:
                same = next(n for n in range(size) if said[n] != found[n])
                self._tell(f"it has another byte at offset {self._position + at + same:,} of the unpacked layer")
            self._at += size
            at += size
        self._position += len(data)

    def finish(self) -> None:
        """Tell what is missing, once the tar was read to its end."""
        if not self._is_over and (self._at < self._part.size or self._next()):
            self._tell(f"it goes on after the end of the unpacked layer at offset {self._position:,}")

    def _next(self) -> bool:
        """Go on to the next part that is not empty; False at the end."""
        try:
            for part in self._parts:
                if part.size:
                    self._part, self._at = part, 0
                    return True
        except TableError as error:
            self._tell(str(error))
        return False

    def _tell(self, what: str) -> None:
        if not self._is_over:
            self._is_over = True
            self._findings.note(f"{LayerWarning.SPLIT_DIFFERS}: {what}")
