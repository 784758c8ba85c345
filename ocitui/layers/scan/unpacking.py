"""Unpacks a whole blob in large pieces, up to its end or to the last byte before a damage."""

from collections.abc import Callable

from ocitui.layers.compression.opening import open_decompressor
from ocitui.layers.compression.seekpoints import PointRecorder
from ocitui.layers.compression.source import BlobSource
from ocitui.layers.compression.stream import Decompressor, StreamDamageError
from ocitui.layers.summary import Findings
from ocitui.spec.compression import Compression
from ocitui.transports.blob import Blob

CHUNK = 1 << 21
"""Bytes of the unpacked stream that go from hand to hand at once, at most."""

_FIRST_CHUNK = 1 << 17
_EXACT_CHUNK = 1 << 9


class Unpacking:
    """The loop that unpacks one blob and gives the pieces away."""

    def __init__(
        self,
        blob: Blob,
        source: BlobSource,
        compression: Compression,
        findings: Findings,
        recorder: PointRecorder,
        give: Callable[[bytes], bool],
    ) -> None:
        """
        Args:
            blob: where the bytes are, to read them once more when they are damaged.
            source: the same, open at its start.
            compression: what the bytes are.
            findings: where warnings are noted.
            recorder: collects seek points on the way.
            give: takes the pieces in order; returns False when no more are wanted.
        """
        self._blob = blob
        self._source = source
        self._compression = compression
        self._findings = findings
        self._recorder = recorder
        self._give = give
        self._produced = 0

    def run(self) -> StreamDamageError | None:
        """Unpack everything, and read the blob to its end for its digest. Returns the damage, if there is one.

        Raises:
            BlobError: the blob cannot be read.
        """
        decompressor = open_decompressor(self._compression, self._source, self._findings, recorder=self._recorder)
        found: StreamDamageError | None = None
        try:
            if not self._give_all(decompressor, _FIRST_CHUNK):  # small, so that the first rows come at once
                return None
        except StreamDamageError as damage:
            found = StreamDamageError(str(damage), damage.blob_offset)  # its traceback would hold the decompressor
        del decompressor  # whose window may be large
        if found is not None:
            found = self._give_up_to(found)
        while self._source.read(CHUNK):
            pass
        return found

    def _give_all(self, decompressor: Decompressor, size: int) -> bool:
        while data := decompressor.read(size):
            self._produced += len(data)
            if not self._give(data):
                return False
            size = min(size * 2, CHUNK)
        return True

    def _give_up_to(self, damage: StreamDamageError) -> StreamDamageError:
        """Unpack once more, in small steps at the end, to get the bytes right before a damage."""
        with BlobSource(self._blob) as source:
            decompressor = open_decompressor(self._compression, source, Findings(), exact=True)
            position = 0
            try:
                while position < self._produced:
                    position += len(decompressor.read(min(CHUNK, self._produced - position)))
                while data := decompressor.read(_EXACT_CHUNK):
                    if not self._give(data):
                        break
            except StreamDamageError as exact:
                return exact
        return damage
