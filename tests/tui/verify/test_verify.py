"""Verifying on the screen: marks as they come, the findings with their clauses, and breaking off."""

from pathlib import Path

import pytest

from ocitui.demo.tar import file, hard_link, write_tar
from ocitui.tui.rows.lines import Lines
from ocitui.tui.rows.text_lines import TextLines
from ocitui.tui.verify.screen import FindingsScreen
from tests.image.verify.test_verification import flip
from tests.images.layout_writer import LayerSpec, WrittenLayout, write_layout
from tests.patience import PATIENCE
from tests.tui.explorer import Explorer, explore
from tests.tui.test_snapshots import _compare, _drawn


@pytest.fixture
def layout(tmp_path: Path) -> WrittenLayout:
    """Two layers: one whose bytes changed, one with a hard link to nothing. Nothing is compressed."""
    lower = write_tar([file("etc/motd", "hello"), file("bin/sh", bytes(2000))])
    upper = write_tar([hard_link(b"etc/\x1b[31mred", "gone"), file("etc/issue", "[bold]x")])
    written = write_layout(tmp_path / "image", [LayerSpec(lower, "none"), LayerSpec(upper, "none")])
    flip(written.blob(written.layers[0]), 520)
    return written


def findings(screen: Explorer) -> str:
    return screen.text(screen.app.screen.query_one("#finding-rows", Lines))


@pytest.mark.slow
async def test_v_marks_every_blob_with_a_sign(layout: WrittenLayout) -> None:
    async with explore(layout.path) as screen:
        assert "✓" not in screen.text(screen.tree)
        await screen.press("g", "V")
        rows = screen.text(screen.tree).splitlines()
        assert "✓ index.json" in rows[0]
        assert any("◆ ✓ config" in row for row in rows)
        assert any("✗ layers  2" in row for row in rows)
        assert sum("✗ " in row for row in rows) == 3
        assert screen.bar("status").startswith(" index.json: 5 blobs verified  ✗ 3 errors")
        assert "V shows findings" in screen.bar("status")


@pytest.mark.slow
async def test_what_is_wrong_below_a_folded_row_is_said_there(layout: WrittenLayout) -> None:
    async with explore(layout.path) as screen:
        await screen.press("g", "V", "space")
        assert "✗ index.json" in screen.text(screen.tree).splitlines()[0]


@pytest.mark.slow
async def test_how_it_came_out_stays_until_the_cursor_moves(layout: WrittenLayout) -> None:
    async with explore(layout.path) as screen:
        await screen.press("g", "V", "2", "1")
        assert screen.bar("status").startswith(" index.json: 5 blobs verified")
        await screen.press("j")
        assert screen.bar("status").startswith(" sha256:")


@pytest.mark.slow
async def test_v_once_more_lists_the_findings_with_their_clauses(layout: WrittenLayout) -> None:
    async with explore(layout.path) as screen:
        await screen.press("g", "V", "V")
        assert isinstance(screen.app.screen, FindingsScreen)
        text = findings(screen)
        assert f"✗ layer 1 ({layout.layers[0]})" in text
        assert "\\x1b[31mred" in text
        assert "✗ error    expected diff ID" in text
        await screen.press("j")
        details = screen.text(screen.app.screen.query_one("#detail-rows", TextLines))
        assert "image-spec, Content Descriptors: Digests" in details
        assert "descriptor.md#digests" in details.replace("\n", "").replace(" ", "")
        await screen.press("y")
        assert "[image-spec, Content Descriptors: Digests] https://" in screen.app.clipboard
        await screen.press("escape")
        assert screen.app.screen is screen.app.explore


@pytest.mark.slow
async def test_enter_goes_to_the_blob(layout: WrittenLayout) -> None:
    async with explore(layout.path) as screen:
        await screen.press("g", "V", "V", "G", "enter")
        assert screen.app.screen is screen.app.explore
        assert str(screen.tree.node.digest) == layout.layers[1]


@pytest.mark.slow
async def test_what_is_chosen_is_verified_alone(demo_layout: Path) -> None:
    async with explore(demo_layout) as screen:
        node = screen.app.explore.shown.image.layer_node(3) if screen.app.explore.shown.image else None
        assert node is not None
        screen.tree.reveal(node)
        await screen.settle()
        await screen.press("V")
        titles = [report.title.split()[:2] for report in screen.app.explore.verifying.last]
        assert [title[0] for title in titles] == ["index.json", "index", "manifest", "layer"]
        assert titles[-1] == ["layer", "3"]
        marked = [row.strip() for row in screen.text(screen.tree).splitlines() if "✓" in row]
        assert "✓ 3  " in marked[-1]
        assert screen.bar("status").startswith(" layer 3: 4 blobs verified  ✓ nothing found  (not the whole image)")
        await screen.press("V")
        assert screen.bar("title").rstrip() == " Verified layer 3  4 blobs  ✓ nothing found  (not the whole image)"


@pytest.mark.slow
async def test_r_reads_everything_once_more(layout: WrittenLayout) -> None:
    async with explore(layout.path) as screen:
        await screen.press("g", "V", "V")
        flip(layout.blob(layout.layers[0]), 520)  # back as it was
        await screen.press("r")
        assert "layer 1 " not in findings(screen)
        await screen.press("escape")
        assert sum("✗ " in row for row in screen.text(screen.tree).splitlines()) == 2


@pytest.mark.slow
async def test_escape_breaks_off(layout: WrittenLayout, monkeypatch: pytest.MonkeyPatch) -> None:
    import threading

    from ocitui.image.verify import verification

    go_on = threading.Event()
    read = verification.scan_layer

    def wait(*arguments: object) -> object:
        go_on.wait(PATIENCE)
        return read(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(verification, "scan_layer", wait)
    async with explore(layout.path) as screen:
        await screen.pilot.press("g", "V")
        await screen.pilot.pause()
        assert screen.app.explore.verifying.is_running
        assert screen.bar("status").startswith(" verifying ▕")
        await screen.pilot.press("escape")
        assert not screen.app.explore.verifying.is_running
        assert "cancelled" in screen.bar("status")
        go_on.set()
        await screen.settle()
        assert screen.app.explore.verifying.is_cancelled
        await screen.press("V")
        assert screen.bar("status").startswith(" index.json: 5 blobs verified")


@pytest.mark.slow
async def test_leaving_while_it_runs_ends_it(demo_layout: Path) -> None:
    async with explore(demo_layout) as screen:
        await screen.pilot.press("g", "V", "q")


@pytest.mark.slow
async def test_what_is_read_on_the_way_is_known_in_the_history(demo_layout: Path) -> None:
    async with explore(demo_layout) as screen:
        await screen.press("g", "V")
        assert "837.6 kB" in screen.text(screen.history)


@pytest.mark.slow
@pytest.mark.parametrize("no_color", [False, True], ids=["colour", "no-colour"])
async def test_it_looks_as_it_did(layout: WrittenLayout, no_color: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if no_color:
        monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.chdir(layout.path.parent)
    async with explore("./image", (80, 24)) as screen:
        await screen.press("g", "V")
        _compare("verified-80x24", _drawn(screen.app))
        await screen.press("V", "j")
        _compare("findings-80x24", _drawn(screen.app))
