"""Reads all bytes of a header."""

from ocitui.layers.nested.data import Data


def read_whole(data: Data, offset: int, size: int) -> bytes:
    """Return all bytes from an offset that there are, up to a size."""
    found: list[bytes] = []
    while size > 0 and (piece := data.read(offset, size)):
        found.append(piece)
        offset += len(piece)
        size -= len(piece)
    return b"".join(found)
