"""A scanner that also tells what the owners of an entry are called: no index has it, a table of contents does."""

from typing import NamedTuple

from ocitui.layers.tar.entry import TarEntry
from ocitui.layers.tar.header import BLOCK, is_gnu, is_ustar
from ocitui.layers.tar.scanner import TarScanner

_USER, _GROUP = slice(265, 297), slice(297, 329)


class OwnerNames(NamedTuple):
    """The names of an entry's owners; empty where there are none."""

    user: bytes
    group: bytes


class NamingScanner(TarScanner):
    """Scans as any other; its sink may ask for the names of the owners of the entry that it is given.

    As in Go: a v7 header has no names, and one in an extended header counts unless it is empty.
    """

    _piece = b""
    _start = 0
    """The offset of the piece in the stream."""
    _header = b""
    """That of an entry which is more than its header."""

    @property
    def owner_names(self) -> OwnerNames:
        """Of the entry that the sink is given now."""
        at = self._next - self._start
        header = self._header or self._piece[at : at + BLOCK]
        said = self._extended.owner_names if self._extended is not None else (b"", b"")
        has_names = is_gnu(header) or is_ustar(header)
        own = [header[part].partition(b"\0")[0] if has_names else b"" for part in (_USER, _GROUP)]
        return OwnerNames(said[0] or own[0], said[1] or own[1])

    def _headers(self, chunk: bytes, at: int) -> None:
        self._piece, self._start = chunk, self._next - at
        super()._headers(chunk, at)

    def _rare(self, entry: TarEntry, header: bytes) -> None:
        self._header = header
        super()._rare(entry, header)

    def _emit(self, entry: TarEntry) -> None:
        super()._emit(entry)
        self._header = b""
