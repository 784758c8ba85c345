"""Layers that were read before: what is shown of them is what is there now, whatever the cache has."""

from pathlib import Path

import pytest

from ocitui.demo.tar import file, write_tar
from ocitui.layers.cache import LayerCache
from ocitui.tui.rows.pane import Pane
from tests.image.verify.test_verification import sparse_layout
from tests.images.layout_writer import LayerSpec, WrittenLayout, write_layout
from tests.tui.explorer import explore


@pytest.fixture
async def layout(tmp_path: Path) -> WrittenLayout:
    """An image whose layer was read."""
    written = write_layout(tmp_path / "it", [write_tar([file("etc/motd", "hello")])])
    async with explore(written.path) as screen:
        await screen.press("3", "g", "enter")
        assert "etc" in screen.text(screen.files)
    assert LayerCache().usage().layers == 1
    return written


async def test_a_layer_that_is_the_same_file_still_is_shown_at_once(layout: WrittenLayout) -> None:
    async with explore(layout.path) as screen:
        assert screen.app.explore.shown.scans.known(screen.app.explore.shown.layers[0]) is not None


async def test_a_layer_that_was_changed_on_disk_is_read_again(layout: WrittenLayout) -> None:
    data = bytearray(layout.blob(layout.layers[0]).read_bytes())
    data[-5] ^= 1
    layout.replace(layout.layers[0], bytes(data))
    async with explore(layout.path) as screen:
        scans, layer = screen.app.explore.shown.scans, screen.app.explore.shown.layers[0]
        assert scans.known(layer) is None
        await screen.press("3", "g", "enter")
        summary = scans.summary(layer)
        assert summary is not None
        assert summary.damages
        assert "✗" in screen.text(screen.tree)


@pytest.mark.slow
async def test_a_layer_that_is_gone_is_missing(layout: WrittenLayout) -> None:
    layout.remove(layout.layers[0])
    async with explore(layout.path) as screen:
        assert screen.app.explore.shown.scans.known(screen.app.explore.shown.layers[0]) is None
        await screen.press("3", "g", "enter")
        assert "blob missing" in "".join(text for text, _ in screen.files.empty_parts(100))


@pytest.mark.slow
async def test_a_copy_is_hashed_when_it_is_opened(layout: WrittenLayout) -> None:
    layout.path.rename(layout.path.with_name("moved"))  # the same files, whose identity stays
    async with explore(layout.path.with_name("moved")) as screen:
        assert screen.app.explore.shown.scans.known(screen.app.explore.shown.layers[0]) is not None
    blob = layout.path.with_name("moved") / "blobs/sha256" / layout.layers[0][7:]
    data = blob.read_bytes()
    blob.unlink()
    blob.write_bytes(data)
    async with explore(layout.path.with_name("moved")) as screen:
        assert screen.app.explore.shown.scans.known(screen.app.explore.shown.layers[0]) is None
        await screen.press("3", "g", "enter")
        assert "etc" in screen.text(screen.files)


@pytest.mark.slow
async def test_a_timeline_says_that_a_layer_is_missing_and_not_that_it_may_come(tmp_path: Path) -> None:
    tars = [write_tar([file("etc/motd", word)]) for word in ("one", "two", "three")]
    specs = [LayerSpec(tar, stored=number != 2) for number, tar in enumerate(tars, 1)]
    async with explore(write_layout(tmp_path / "it", specs).path) as screen:
        await screen.press("3", "G", "enter", "enter", "j", "w")
        pane = screen.app.screen.query_one("#touches", Pane)
        assert (
            "layer 2 of 3 is missing: what happened there is not known" in pane.render_line(pane.size.height - 1).text
        )
        await screen.press("escape", "3", "k")
        assert screen.app.explore.shown.chosen.is_missing
        assert screen.text(screen.config.view).count("blob missing") == 1


async def test_a_platform_that_was_not_copied_is_no_problem(tmp_path: Path) -> None:
    folder, _ = sparse_layout(tmp_path)
    async with explore(folder) as screen:
        assert "∅ linux/arm64" in screen.text(screen.tree)
        assert "problem" not in screen.bar("title")
