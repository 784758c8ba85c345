"""Layers whose entries are shown before their digests are known: said so until then, and never taken for known."""

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path
from time import monotonic

import pytest

from ocitui.layers.cache import LayerCache
from ocitui.tui.explore.layer_files import LayerFiles
from tests.images.layout_writer import LayerSpec, write_layout
from tests.layers.held_digests import hold_digests
from tests.layers.tars import END, member
from tests.patience import PATIENCE
from tests.tui.explorer import Explorer, explore

NAMES = (b"etc", b"opt", b"srv", b"usr")
TARS = [b"".join(member(name + b"/%02d" % n, b"x" * 60_000) for n in range(20)) + END for name in NAMES]
WRONG = TARS[0].replace(b"x" * 60_000, b"z" * 60_000, 1)
"""The same headers."""


async def until(screen: Explorer, holds: Callable[[], bool]) -> None:
    """Wait for a state of the screen while digests wait."""
    deadline = monotonic() + PATIENCE
    while not holds():
        assert monotonic() < deadline
        await asyncio.sleep(0.01)
        await screen.pilot.pause()


@pytest.mark.parametrize("is_right", [True, False])
async def test_the_merged_tree(is_right: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """More layers than are scanned side by side are all listed before the first digest is known."""
    may_hash = threading.Event()
    hold_digests(monkeypatch, may_hash)
    layout = write_layout(tmp_path / "image", [LayerSpec(tar, "none") for tar in TARS])
    if not is_right:
        layout.replace(layout.layers[0], WRONG)
    async with explore(layout.path) as screen:
        shown = screen.app.explore.shown
        await screen.pilot.press("m")
        await until(screen, lambda: screen.files.totals == "layers 1–4 not verified yet")
        assert [name in screen.text(screen.files) for name in ("etc", "opt", "srv", "usr")] == [True] * 4
        assert [shown.scans.known(layer) for layer in shown.layers] == [None] * 4
        assert LayerCache().usage().layers == 0
        may_hash.set()
        await screen.settle()
        assert "not verified" not in screen.files.totals
        assert all(shown.scans.known(layer) for layer in shown.layers)
        assert LayerCache().usage().layers == (4 if is_right else 3)
        assert (screen.files.totals == "") is is_right
        assert "etc" in screen.text(screen.files)


async def test_a_layer_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    may_hash = threading.Event()
    hold_digests(monkeypatch, may_hash)
    async with explore(write_layout(tmp_path / "image", [LayerSpec(TARS[0], "none")]).path) as screen:
        await screen.pilot.press("3", "g", "enter")
        await until(screen, lambda: screen.files.totals.endswith("20 entries · not verified yet"))
        assert "etc" in screen.text(screen.files)
        may_hash.set()
        await screen.settle()
        assert screen.files.totals.startswith("20 entries · 1.2 MB")


async def test_cancelled_it_is_shown_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    may_hash = threading.Event()
    hold_digests(monkeypatch, may_hash)
    async with explore(write_layout(tmp_path / "image", [LayerSpec(TARS[0], "none")]).path) as screen:
        await screen.pilot.press("m")
        await until(screen, lambda: screen.files.totals == "layer 1 not verified yet")
        may_hash.set()  # the worker of the test ends by itself
        files: LayerFiles = screen.app.explore.files
        files.cancel()
        await screen.settle()
        assert "etc" not in screen.text(screen.files)
