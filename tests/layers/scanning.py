"""What the scanner finds, without an index."""

from typing import Any

from ocitui.layers.entry import EntryKind
from ocitui.layers.summary import Findings
from ocitui.layers.tar.feed import feed_headers
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
    """Scan bytes that arrive in pieces of one length; reading them where headers stand finds the same."""
    entries, findings = _scan_in_order(data, piece)
    for window in 1, 700, 1 << 13:
        sought, sought_findings = _scan_headers(data, window)
        assert sought == entries
        assert (sought_findings.damages, sought_findings.notes) == (findings.damages, findings.notes)
    return entries, findings


def _scan_headers(data: bytes, window: int) -> tuple[list[Fields], Findings]:
    sink, findings = Collected(), Findings()
    scanner = TarScanner(sink, findings)
    for _ in feed_headers(scanner, lambda at, size: data[at : at + min(size, window)], len(data)):
        pass
    scanner.finish()
    assert scanner.position == len(data)
    return sink.entries, findings


def _scan_in_order(data: bytes, piece: int) -> tuple[list[Fields], Findings]:
    sink, findings = Collected(), Findings()
    scanner = TarScanner(sink, findings)
    for start in range(0, len(data), piece):
        scanner.feed(data[start : start + piece])
    scanner.finish()
    return sink.entries, findings
