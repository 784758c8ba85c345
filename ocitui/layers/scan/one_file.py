"""A blob that is one file, and no tar: as artifacts store files."""

from ocitui.layers.entry import EntryKind
from ocitui.layers.tar.sink import EntrySink, Extra

_MODE = 0o644
"""The mode that such a file is extracted with, which has none of its own."""


class OneFile:
    """Takes the stream of the blob as a `TarScanner` takes that of a tar, and finds one entry: all of it."""

    def __init__(self, sink: EntrySink, path: bytes) -> None:
        self._sink = sink
        self._path = path
        self.position = 0
        """Bytes of the stream seen so far."""

    def feed(self, chunk: bytes) -> None:
        """Take the next piece of the stream."""
        self.position += len(chunk)

    @property
    def wanted(self) -> None:
        """See `TarScanner.wanted`: it looks at none of it."""
        return None

    def pass_over(self, size: int) -> None:
        """Take the next bytes without seeing them."""
        self.position += size

    def finish(self, stream_is_whole: bool = True) -> None:
        """Find the file, which has no mode, owner or time of its own."""
        self._sink.add(self._path, EntryKind.FILE, _MODE, 0, 0, self.position, 0, None, 0, Extra(is_described=False))
