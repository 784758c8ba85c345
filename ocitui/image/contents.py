"""The contents of the files of an image's layers: one reader for each layer, opened when it is first needed."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from ocitui.display import printable
from ocitui.errors import CancelledError, LayerError
from ocitui.image.image import Layer
from ocitui.layers.entry import Entry
from ocitui.layers.index.index import LayerIndex
from ocitui.transports.transport import Transport

if TYPE_CHECKING:
    from ocitui.layers.nested.archive import Archive
    from ocitui.layers.reader import LayerReader


_AT_WORK = 2
"""Readers that keep what they hold in memory: each may hold a few dozen megabytes, and images have dozens of layers."""

_ARCHIVES = 8
"""Archives that stay open, so that they need not be read anew for the next path in them."""


class ImageContents:
    """Reads files of any layer. May be used from several threads; close it when done."""

    def __init__(
        self, transport: Transport, layers: Sequence[Layer], index_of: Callable[[int], LayerIndex | None]
    ) -> None:
        """
        Args:
            transport: where the blobs are.
            layers: those that may be read: all of an image, or one of them.
            index_of: the index of a layer by its number; None where it is not known.
        """
        self._transport = transport
        self._layers = {layer.number: layer for layer in layers}
        self._index_of = index_of
        self._lock = threading.Lock()
        self._readers: dict[int, LayerReader] = {}
        self._replaced: list[LayerReader] = []
        self._archives: OrderedDict[tuple[int, int], Archive] = OrderedDict()
        self._opening = threading.Lock()
        self.archive_problems: dict[str, None] = {}
        """The problems of archives that were opened, of which some can be read all the same; each once."""

    def reader(self, number: int) -> LayerReader:
        """The reader of a layer.

        Raises:
            BlobError: the layer's blob cannot be opened.
            LayerError: it is not indexed.
        """
        from ocitui.layers.reader import LayerReader  # what unpacks is loaded when something is read

        with self._lock:
            found = self._readers.pop(number, None)
            if found is None:
                layer = self._layers[number]
                index = self._index_of(number)
                if index is None:
                    raise LayerError(f"{layer.title}: is not indexed yet")
                found = LayerReader(layer.locate(self._transport), index)
            self._readers[number] = found  # as the last one
            for other in list(self._readers.values())[:-_AT_WORK]:
                other.rest()
            return found

    def look_again(self, number: int) -> None:
        """Read a layer's blob anew where it is another file by now, or was written to."""
        with self._lock:
            found = self._readers.get(number)
            if found is not None and found.has_changed:
                self._replaced.append(self._readers.pop(number))  # somebody may still be reading with it

    def read(self, layer_number: int, entry: Entry) -> Iterator[bytes]:
        """The contents of a file in pieces; see `ocitui.image.merged.holes.ContentReader`."""
        return self.reader(layer_number).chunks(entry)

    def data(self, layer_number: int, entry: Entry) -> Iterator[tuple[int, bytes]]:
        """The contents of a file without its holes; see `ocitui.image.merged.holes.HoleReader`."""
        return self.reader(layer_number).data_chunks(entry)

    def archive(self, layer_number: int, entry: Entry, path: bytes) -> Archive:
        """Open a file as an archive; one that was opened lately is given again.

        Args:
            layer_number: of the layer that has the file.
            entry: the file itself, not a hard link to it; it may be in an archive too.
            path: from the root, without a slash before it; for messages.

        Raises:
            NoArchiveError: it is no archive of a kind that is known.
            OcituiError: it cannot be opened.
        """
        key = layer_number, entry.id
        with self._opening:
            found = self._archives.pop(key, None)
            if found is None:
                found = self.open_archive(layer_number, entry, path)
                self.archive_problems |= dict.fromkeys(found.problems)
            self._archives[key] = found
            while len(self._archives) > _ARCHIVES:
                self._archives.popitem(last=False)
            return found

    def open_archive(
        self, layer_number: int, entry: Entry, path: bytes, is_cancelled: Callable[[], bool] = lambda: False
    ) -> Archive:
        """Open a file as an archive, anew; see `archive`.

        Raises:
            CancelledError: ``is_cancelled``, which is asked whenever the layer is read for it, said yes.
        """
        from ocitui.layers.nested.archive import Archive  # few images are looked into so far
        from ocitui.layers.nested.data import ReadData
        from ocitui.layers.nested.entry import MemberEntry

        if isinstance(entry, MemberEntry):
            assert isinstance(entry.archive, Archive)
            return entry.archive.open_inner(entry)
        reader = self.reader(layer_number)

        def read(offset: int, size: int) -> bytes:
            if is_cancelled():
                raise CancelledError(f"/{printable(path)}: cancelled")
            return reader.read(entry, offset, size)

        return Archive(ReadData(entry.size, read), path)

    def close(self) -> None:
        """Close every blob."""
        with self._lock:
            for reader in (*self._readers.values(), *self._replaced):
                reader.close()
            self._readers.clear()
            self._replaced.clear()
            self._archives.clear()
