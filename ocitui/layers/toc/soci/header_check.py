"""Compares a file with the header that the tar has before it: nothing else ties a ztoc's names to contents.

Spans are checked by their digests, but which bytes of them are a file is only what the ztoc says.
SOCI's own snapshotter looks at the header, too (fs/reader).
"""

from array import array
from bisect import bisect_left
from collections.abc import Callable

from ocitui.display import quote
from ocitui.errors import LayerError
from ocitui.layers.entry import Entry, EntryKind
from ocitui.layers.index.index import LayerIndex
from ocitui.layers.pathnames import components
from ocitui.layers.summary import Findings
from ocitui.layers.tar.header import BLOCK
from ocitui.layers.tar.scanner import TarScanner
from ocitui.layers.tar.sink import Extra

HEADERS_LIMIT = 1 << 26
"""Bytes that are read of the headers between two files, at most: those of links and folders are among them."""


class HeaderCheck:
    """Checks the files of one layer, each once. For one thread at a time."""

    def __init__(self, index: LayerIndex, read: Callable[[int, int], bytes]) -> None:
        """
        Args:
            index: of the layer, made of its ztoc.
            read: gives bytes of the unpacked layer, as `ocitui.layers.reader.Unpacked.read`.
        """
        self._index = index
        self._read = read
        self._starts, self._ends = array("q"), array("q")
        self._checked: set[int] = set()

    def check(self, file: Entry, path_of: Callable[[Entry], bytes]) -> None:
        """Check a file, unless that was done before.

        Args:
            file: the entry.
            path_of: gives its path in the tar.

        Raises:
            LayerError: its header is another's, or there is none.
        """
        if file.id in self._checked or file.offset is None:
            return
        if not self._starts or self._starts[-1] < file.offset:  # the index may grow
            del self._starts[:], self._ends[:]
            for offset, size in self._index.places():
                self._starts.append(offset)
                self._ends.append(offset + -(-size // BLOCK) * BLOCK)
        number = bisect_left(self._starts, file.offset)
        start = self._ends[number - 1] if number else 0
        found = self._last_header(start, file.offset)
        name = b"/".join(components(path_of(file))[0])
        if found != (EntryKind.FILE, name, file.size, file.offset - start):
            what = "found none"
            if found is not None:
                what = f"found {quote(found[1], 120)}" if found[1] != name else "found another size or place"
            said = f"expected its header before offset {file.offset:,} of the unpacked layer, as the layer's ztoc says"
            raise LayerError(f"{said}, {what}")
        self._checked.add(file.id)

    def _last_header(self, start: int, end: int) -> tuple[EntryKind, bytes, int, int | None] | None:
        """The kind, path, size and place of the last entry that has its header between two offsets."""
        if end - start > HEADERS_LIMIT:
            raise LayerError(
                f"expected at most {HEADERS_LIMIT:,} bytes of headers before a file, found {end - start:,}"
            )
        sink = _Last()
        scanner = TarScanner(sink, Findings())
        while start < end:
            data = self._read(start, end - start)
            if not data:
                break
            scanner.feed(data)
            start += len(data)
        return sink.found


class _Last:
    """Keeps the entry that came last."""

    found: tuple[EntryKind, bytes, int, int | None] | None = None

    def add(
        self,
        path: bytes,
        kind: EntryKind,
        mode: int,
        uid: int,
        gid: int,
        size: int,
        mtime_ns: int,
        link: bytes | None,
        offset: int | None,
        extra: Extra | None,
    ) -> None:
        """Take an entry of the tar; see `ocitui.layers.tar.sink.EntrySink`."""
        self.found = kind, b"/".join(components(path)[0]), size, offset
