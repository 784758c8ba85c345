"""Reads what files of layers hold by unpacking their layer from its start."""

from collections.abc import Callable, Iterator

from ocitui.errors import LayerError
from ocitui.layers.compression import MAGIC_LENGTH, detect
from ocitui.layers.decompress import open_decompressor
from ocitui.layers.entry import Entry
from ocitui.layers.source import BlobSource
from ocitui.layers.stream import StreamDamageError
from ocitui.layers.summary import Findings
from ocitui.transports.blob import BlobLocation

_CHUNK = 1 << 20
_ZEROS = bytes(1 << 16)


class PlainReader:
    """A `ocitui.image.changes.ContentReader` that needs nothing but the blobs."""

    def __init__(self, locate: Callable[[int], BlobLocation]) -> None:
        """A reader.

        Args:
            locate: where the blob of a layer is, by the layer's number; may raise `OcituiError`.
        """
        self._locate = locate

    def read(self, layer_number: int, entry: Entry) -> Iterator[bytes]:
        """See `ocitui.image.changes.ContentReader`."""
        if entry.offset is None or not entry.size:
            return
        with BlobSource(self._locate(layer_number)) as source:
            stream = open_decompressor(detect(source.peek(MAGIC_LENGTH)), source, Findings())
            try:
                left = entry.offset
                while left:
                    left -= len(_more(stream.read(min(left, _CHUNK))))
                runs = ((0, entry.size),) if entry.sparse is None else entry.sparse
                position = 0
                for start, length in (*runs, (entry.size, 0)):
                    yield from _zeros(start - position)
                    position = start + length
                    while length:
                        piece = _more(stream.read(min(length, _CHUNK)))
                        length -= len(piece)
                        yield piece
            except StreamDamageError as damage:
                raise LayerError(f"the layer cannot be read any further: {damage}") from None


def _more(piece: bytes) -> bytes:
    if not piece:
        raise LayerError("the layer ends before the file does")
    return piece


def _zeros(count: int) -> Iterator[bytes]:
    while count > 0:
        yield _ZEROS[:count]
        count -= len(_ZEROS)
