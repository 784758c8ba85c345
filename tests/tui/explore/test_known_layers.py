"""Layers that were read before: what is shown of them is what is there now, whatever the cache has."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ocitui.demo.tar import directory, file, write_tar
from ocitui.layers.cache import LayerCache
from ocitui.spec.digest import Digest
from ocitui.tui.panes.files_pane import FilesPane
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


@pytest.mark.slow
async def test_a_layer_that_is_the_same_file_still_is_shown_at_once(layout: WrittenLayout) -> None:
    async with explore(layout.path) as screen:
        assert screen.app.explore.shown.scans.known(screen.app.explore.shown.layers[0]) is not None


@pytest.mark.slow
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
async def test_a_timeline_counts_damaged_layers_too(tmp_path: Path) -> None:
    tars = [write_tar([file("etc/motd", word), file("etc/other", "x" * 600)]) for word in ("one", "two", "three")]
    specs = [LayerSpec(tars[0], stored=False), tars[1], tars[2][:1700]]
    async with explore(write_layout(tmp_path / "it", specs).path, (160, 40)) as screen:
        await screen.press("3", "G", "enter", "enter", "j", "w")
        pane = screen.app.screen.query_one("#touches", Pane)
        said = "layers 1, 3 of 3 are missing or damaged: not all that happened there is known"
        assert said in pane.render_line(pane.size.height - 1).text
        assert screen.bar("title").endswith("(layer 3 damaged)")


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


@pytest.mark.slow
async def test_a_platform_that_was_not_copied_is_no_problem(tmp_path: Path) -> None:
    folder, _ = sparse_layout(tmp_path)
    async with explore(folder) as screen:
        assert "∅ linux/arm64" in screen.text(screen.tree)
        assert "problem" not in screen.bar("title")


@pytest.mark.slow
async def test_a_sum_without_all_layers_has_a_question_mark(tmp_path: Path) -> None:
    """A layer that is unknown may add to a folder, or delete what is in it."""
    below = [directory("etc"), file("etc/motd", "one")]
    above = [directory("etc"), file("etc/hosts", "12345"), directory("srv")]
    tars = [write_tar(below), write_tar(above)]
    specs = [LayerSpec(tar, stored=number != 1) for number, tar in enumerate(tars, 1)]
    async with explore(write_layout(tmp_path / "it", specs).path, opens_files=True) as screen:
        await screen.press("4")
        etc, srv = screen.text(screen.files).splitlines()
        assert " 5 B?  ▸ etc/" in etc
        assert " ?  ▸ srv/" in srv
        status = screen.bar("status")
        assert "  5 B?  " in status
        assert "below" not in status, "nor is it known how many entries there are"
    async with explore(write_layout(tmp_path / "all", tars).path, opens_files=True) as screen:
        await screen.press("4")
        assert "?" not in screen.text(screen.files)
        assert "  8 B  " in screen.bar("status")


@pytest.mark.slow
async def test_the_pane_says_that_it_is_opening_the_merged_tree(
    layout: WrittenLayout, monkeypatch: pytest.MonkeyPatch
) -> None:
    offered: list[str] = []
    monkeypatch.setattr(FilesPane, "offer", lambda self, text, **_: offered.append(text))
    async with explore(layout.path, opens_files=True):
        assert {*offered} == {"opening the merged tree of 1 layer…"}
    offered.clear()
    async with explore(layout.path):
        assert {*offered} == {"choose a layer: Enter opens it"}


@pytest.mark.slow
async def test_a_filter_says_where_it_works_and_stands_in_the_footer_there(layout: WrittenLayout) -> None:
    async with explore(layout.path, (118, 30)) as screen:
        await screen.press("3", "g", "enter", "u")
        assert screen.bar("status") == " filters work in the merged tree: press m"
        assert "filter" not in screen.bar("hints")
        await screen.press("m")
        assert " u + ~ - filter  m changes " in screen.bar("hints")
        assert " z zoom " in screen.bar("hints")
        await screen.press("3")
        assert "filter" not in screen.bar("hints")
    async with explore(layout.path, (80, 24)) as screen:
        await screen.press("3", "g", "enter", "m")
        assert " ⏎ open  f find  w which  u + ~ - filter  m changes  W waste " in screen.bar("hints"), (
            "at 80 columns too"
        )


@pytest.mark.slow
async def test_a_digest_is_shortened_where_not_all_fits(layout: WrittenLayout) -> None:
    for width in (80, 118):
        async with explore(layout.path, (width, 24)) as screen:
            digest = screen.app.explore.shown.chosen.digest
            assert digest is not None
            assert screen.bar("status").startswith(f" {digest.short if width == 80 else digest}  image · ")


class Ending(dict[Digest, Any]):
    """Scans that end, in their threads, once somebody has looked which are running."""

    def __iter__(self) -> Iterator[Digest]:
        running = list(super().__iter__())
        self.clear()
        return iter(running)


@pytest.mark.slow
async def test_a_scan_may_end_while_it_is_cancelled(layout: WrittenLayout) -> None:
    async with explore(layout.path) as screen:
        scans = screen.app.explore.shown.scans
        scans._running._scans = Ending({Digest.of(b"layer"): None})
        scans.stop()
        assert not scans.is_busy
