"""The bytes that are unpacked of archives and kept."""

import gc
import weakref

import pytest

from ocitui.layers.nested.hold import hold


class _Closed:
    """Something like an archive that nobody has any more: it and its entries know each other."""

    def __init__(self) -> None:
        self.itself = self
        self.data = hold([bytes(20)], "x")


def test_bytes_of_closed_archives_are_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of an archive with 60 others in it of 25 MB each, all stayed in memory."""
    monkeypatch.setattr("ocitui.layers.nested.hold.UNCOLLECTED", 10)
    gc.disable()
    try:
        closed = weakref.ref(_Closed())
        assert closed() is not None
        hold([b"more"], "y")
        assert closed() is None
    finally:
        gc.enable()
