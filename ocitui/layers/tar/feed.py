"""Reads a tar that can be read anywhere: its headers, and nothing of what lies between them."""

from collections.abc import Callable, Iterator
from typing import Protocol

WINDOW = 1 << 16
"""Bytes that are read where a header stands, for the others that are often among them."""

_READS = 16
"""Reads after which others have their turn."""


class Scanner(Protocol):
    """Takes a tar in order; see `ocitui.layers.tar.scanner.TarScanner`."""

    @property
    def position(self) -> int:
        """Bytes of the stream seen so far."""

    @property
    def wanted(self) -> int | None:
        """The offset of the next byte that it must see; None where there is none."""

    def feed(self, chunk: bytes) -> None:
        """Take the next piece."""

    def pass_over(self, size: int) -> object:
        """Step over bytes."""


def feed_headers(scanner: Scanner, read: Callable[[int, int], bytes], size: int) -> Iterator[None]:
    """Give a scanner what it wants to see of a tar, and have it pass over the rest; yields now and then.

    Args:
        scanner: takes it.
        read: gives bytes at an offset, up to as many as are asked for; none where the tar has become shorter.
        size: bytes of the tar.
    """
    reads = 0
    while (position := scanner.position) < size:
        wanted = scanner.wanted
        if wanted is None or wanted > position:
            scanner.pass_over((size if wanted is None else min(wanted, size)) - position)
            continue
        data = read(position, WINDOW)
        if not data:
            return
        scanner.feed(data)
        reads += 1
        if reads % _READS == 0:
            yield
