"""What the scanner finds, without an index."""

from ocitui.layers.scanner import TarScanner
from ocitui.layers.summary import Findings


class Collected:
    """A sink that keeps what it is given."""

    def __init__(self) -> None:
        self.entries: list[tuple[object, ...]] = []

    def add(self, *fields: object) -> None:
        self.entries.append(fields)


def scan(data: bytes, piece: int = 1 << 20) -> tuple[list[tuple[object, ...]], Findings]:
    """Scan bytes that arrive in pieces of one length."""
    sink, findings = Collected(), Findings()
    scanner = TarScanner(sink, findings)  # type: ignore[arg-type]
    for start in range(0, len(data), piece):
        scanner.feed(data[start : start + piece])
    scanner.finish()
    return sink.entries, findings
