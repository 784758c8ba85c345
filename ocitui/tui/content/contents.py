"""Bytes that can be read anywhere: what the viewer shows and the comparison compares."""

from typing import Protocol


class Contents(Protocol):
    """The contents of one file.

    `read` is called in a thread, one call at a time, and may take long: a file at the end
    of a layer may have to be unpacked from the layer's start. What it raises as an
    `ocitui.errors.OcituiError` is shown.
    """

    @property
    def size(self) -> int:
        """Size in bytes."""

    def read(self, offset: int, size: int) -> bytes:
        """Bytes from an offset; fewer than asked for only where the file ends."""
