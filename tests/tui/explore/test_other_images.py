"""The files of an image beside others: they come with the cursor, and are there again when it comes back."""

from pathlib import Path

import pytest

from ocitui.demo.tar import file, write_tar
from ocitui.tui.scans.scans import Scans
from tests.images.layout_writer import LayerSpec, write_layout
from tests.tui.explorer import Explorer, explore

ARM = "linux/arm64"


def row_of(screen: Explorer, name: str) -> int:
    """The row of the tree of the first image for a platform."""
    rows = screen.text(screen.tree).splitlines()
    return next(number for number, text in enumerate(rows) if name in text and "attestation" not in text)


async def go_to(screen: Explorer, name: str) -> None:
    """Put the cursor of the tree on an image, and wait for what comes of it."""
    row = row_of(screen, name)
    while screen.tree.cursor != row:
        await screen.press("j" if screen.tree.cursor < row else "k")


async def test_they_come_with_the_cursor_and_come_back(demo_layout: Path) -> None:
    async with explore(demo_layout, (118, 30), opens_files=True, is_read=True) as screen:
        shown = screen.app.explore.shown
        first = screen.text(screen.files)
        await go_to(screen, ARM)
        assert shown.image is not None
        assert str(shown.image.platform) == "linux/arm64/v8"
        assert shown.merged.title == "merged"
        assert screen.files.row_count > 5
        assert " w which " in screen.bar("hints")
        assert screen.history.opened == len(shown.layers)
        other = screen.text(screen.files)
        await screen.press("g")
        assert screen.text(screen.files) == other, "of the place itself there are no files, and those of the image stay"
        await go_to(screen, "linux/amd64")
        assert screen.text(screen.files) == first
        assert screen.history.opened == len(shown.layers)


@pytest.mark.slow
async def test_a_layer_that_was_opened_is_there_again(demo_layout: Path) -> None:
    async with explore(demo_layout, opens_files=True, is_read=True) as screen:
        shown = screen.app.explore.shown
        await screen.press("3", "g", "enter")
        first = screen.text(screen.files)
        assert shown.merged.is_alone
        await screen.press("1")
        await go_to(screen, ARM)
        assert shown.merged.title == "merged"
        assert shown.layer is shown.layers[-1]
        await go_to(screen, "linux/amd64")
        assert shown.merged.is_alone
        assert shown.layer is shown.layers[0]
        assert screen.text(screen.files) == first


@pytest.mark.slow
async def test_folders_that_were_open_and_the_cursor_are_there_again(demo_layout: Path) -> None:
    async with explore(demo_layout, (118, 30), opens_files=True, is_read=True) as screen:
        screen.files.reveal_path(b"etc/os-release")
        await screen.settle()
        first = screen.files.spot
        await go_to(screen, ARM)
        await screen.press("4", "E", "g")
        screen.files.reveal_path(b"usr/bin")
        await screen.press("space")
        other = screen.files.spot
        assert other is not None
        assert b"/etc" not in other.opened
        await screen.press("1")
        await go_to(screen, "linux/amd64")
        assert screen.files.spot == first
        assert screen.files.path == b"/etc/os-release"
        assert "os-release" in screen.text(screen.files)
        await go_to(screen, ARM)
        assert screen.files.spot == other


@pytest.mark.slow
async def test_layers_are_read_once_the_cursor_stays(demo_layout: Path) -> None:
    async with explore(demo_layout, opens_files=True) as screen:
        await go_to(screen, ARM)
        assert all(map(screen.app.explore.shown.scans.known, screen.app.explore.shown.layers))
        assert screen.files.row_count > 5
        assert screen.files.totals == ""


@pytest.mark.slow
async def test_layers_of_an_image_that_is_passed_are_not_read(
    demo_layout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ocitui.tui.explore.layer_files.SETTLED", 3600.0)
    async with explore(demo_layout, opens_files=True) as screen:
        shown, row = screen.app.explore.shown, row_of(screen, ARM)
        while screen.tree.cursor != row:
            await screen.pilot.press("j" if screen.tree.cursor < row else "k")
        while not shown.scans.coming:
            await screen.pilot.pause(0.05)
        assert shown.image is not None
        assert str(shown.image.platform) == "linux/arm64/v8"
        passed = [layer for layer in shown.layers if shown.scans.known(layer) is None]
        assert passed
        shown.scans.go_on()
        assert not any(map(shown.scans.is_running, passed))
        row = row_of(screen, "linux/amd64")
        while screen.tree.cursor != row:
            await screen.pilot.press("j" if screen.tree.cursor < row else "k")
        await screen.settle()
        assert not shown.scans.coming
        assert not any(map(shown.scans.known, passed))


@pytest.mark.slow
async def test_what_was_stopped_is_not_read_again_unasked(demo_layout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begin = Scans._begin
    monkeypatch.setattr(Scans, "_begin", lambda scans: None)  # so that nothing is read before it is stopped
    async with explore(demo_layout) as screen:
        files = screen.app.explore.files
        files._opens_files = True
        files.offer_none()
        assert "being read" in "".join(text for text, _ in screen.files.empty_parts(80))
        await screen.press("escape")
        monkeypatch.setattr(Scans, "_begin", begin)
        said = "layers 1–8 not read: Ctrl+R reads them"
        assert "".join(text for text, _ in screen.files.empty_parts(80)) == said
        await go_to(screen, ARM)
        assert screen.files.row_count > 5
        await go_to(screen, "linux/amd64")
        assert "not read: Ctrl+R reads them" in screen.files.totals
        await screen.press("r")
        assert screen.files.totals == ""


@pytest.mark.slow
async def test_blobs_that_are_missing_are_not_said_to_be_readable(tmp_path: Path) -> None:
    tars = [write_tar([file("etc/motd", word)]) for word in ("one", "two")]
    layout = write_layout(tmp_path / "it", [LayerSpec(tar, stored=False) for tar in tars])
    async with explore(layout.path, opens_files=True) as screen:
        said = "✗ unknown: 2 of 2 layers are missing  Ctrl+R looks again"
        assert "".join(text for text, _ in screen.files.empty_parts(80)) == said
        context = screen.app.explore.bars.context
        assert context.text.startswith(" merged, layer 2 of 2 · ✗ unknown: 2 of 2 layers are missing")
        await screen.press("3", "g", "enter")
        assert "✗" not in context.text
        alone = "".join(text for text, _ in screen.files.empty_parts(80))
        assert "blob missing" in alone
        assert alone.endswith("  Ctrl+R looks again")
