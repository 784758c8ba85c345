"""The base of everything that unpacks a blob."""

from typing import Protocol


class StreamDamageError(Exception):
    """The compressed stream is damaged; not seen outside `ocitui.layers`."""

    def __init__(self, message: str, blob_offset: int) -> None:
        super().__init__(message)
        self.blob_offset = blob_offset


class Decompressor(Protocol):
    """Unpacks one blob, once, from first to last."""

    @property
    def memory(self) -> int:
        """Bytes that it holds of what it unpacked, so as to go on: the window of zstd, the dictionary of xz."""

    def read(self, size: int) -> bytes:
        """The next bytes of the unpacked stream, up to ``size`` of them; empty at its end.

        Raises:
            StreamDamageError: the stream is damaged here. Bytes before the damage may be lost
                with it, less than ``size`` of them.
            BlobError: the blob cannot be read.
        """


class Packed(Protocol):
    """Compressed bytes, read once from first to last."""

    position: int
    """Bytes given out so far."""

    def read(self, size: int) -> bytes:
        """The next bytes, up to ``size`` of them; empty at the end."""
