"""The contents of files without their holes, and digests that need no more of them."""

from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Protocol, runtime_checkable

from ocitui.layers.entry import Entry

_BLOCK = 1 << 18


class ContentReader(Protocol):
    """Reads what files of layers hold."""

    def read(self, layer_number: int, entry: Entry) -> Iterator[bytes]:
        """The contents of a file in pieces, none of them empty; may be left before its end.

        Raises:
            OcituiError: the layer cannot be read that far.
        """
        ...


@runtime_checkable
class HoleReader(Protocol):
    """Reads files of layers without their holes."""

    def data(self, layer_number: int, entry: Entry) -> Iterator[tuple[int, bytes]]:
        """The contents of a file that are in no hole: pieces, each after its offset in the file.

        Raises:
            OcituiError: the layer cannot be read that far.
        """
        ...


def data_of(reader: ContentReader, layer_number: int, entry: Entry) -> Iterator[tuple[int, bytes]]:
    """Yield what a file holds, without its holes where the reader knows of any; see `HoleReader.data`."""
    if isinstance(reader, HoleReader):
        yield from reader.data(layer_number, entry)
        return
    at = 0
    for piece in reader.read(layer_number, entry):
        yield at, piece
        at += len(piece)


def digest_of(data: Iterable[tuple[int, bytes]], size: int) -> bytes:
    """Return a digest of a file that is the same however its zeros are stored: as holes or not.

    Args:
        data: what is in no hole, in order, each piece after its offset.
        size: bytes of the file.
    """
    digest = sha256(size.to_bytes(8, "big"))
    number, block = 0, bytearray()

    def finish() -> None:
        content = block.rstrip(b"\0")
        if content:
            digest.update(number.to_bytes(8, "big") + len(content).to_bytes(8, "big"))
            digest.update(content)
        block.clear()

    for start, piece in data:
        rest = memoryview(piece)
        while rest:
            index, skip = divmod(start, _BLOCK)
            if index != number:
                finish()
                number = index
            taken = rest[: _BLOCK - skip]
            block += bytes(skip - len(block))
            block += taken
            start += len(taken)
            rest = rest[len(taken) :]
    finish()
    return digest.digest()
