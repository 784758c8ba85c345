"""What the scanner finds, without an index."""

from typing import Any

from ocitui.layers.entry import EntryKind
from ocitui.layers.summary import Findings
from ocitui.layers.tar.scanner import TarScanner
from ocitui.layers.tar.sink import Extra

Fields = tuple[bytes, EntryKind, int, int, int, int, int, bytes | None, int | None, Extra | None]
"""What `ocitui.layers.tar.scanner.EntrySink.add` is given."""


class Collected:
    """A sink that keeps what it is given."""

    def __init__(self) -> None:
        self.entries: list[Fields] = []

    def add(self, *fields: Any) -> None:
        self.entries.append(fields)


def scan(data: bytes, piece: int = 1 << 20) -> tuple[list[Fields], Findings]:
    """Scan bytes that arrive in pieces of one length."""
    sink, findings = Collected(), Findings()
    scanner = TarScanner(sink, findings)
    for start in range(0, len(data), piece):
        scanner.feed(data[start : start + piece])
    scanner.finish()
    return sink.entries, findings
